"""Builders of money: drafts, issued invoices."""

from typing import Any

from sqlmodel import Session

from models import clock
from models.commands.invoices import draft_invoice, issue_invoice
from models.tables.invoices import Invoice
from models.types.line_items import LineItem, LineItemKind
from tests.builders.workspaces import Studio


def fixed_line(price_minor: int = 100000, description: str = "Design of the website", **values: Any) -> LineItem:
    """One piece of work at 19 % tax."""
    return LineItem(
        **{
            "kind": LineItemKind.FIXED,
            "unit_price_minor": price_minor,
            "tax_rates_mpct": (19000,),
            "description": description,
            **values,
        }
    )


def make_draft(session: Session, studio: Studio, *lines: LineItem, **values: Any) -> Invoice:
    """A draft for Ada, of 1,000.00 EUR and 19 % tax unless lines are given."""
    made: dict[str, Any] = {"contact_id": studio.contact_id, "engagement_id": studio.engagement_id, **values}
    return draft_invoice(session, lines=list(lines) or [fixed_line()], **made)


def make_invoice(session: Session, studio: Studio, *lines: LineItem, **values: Any) -> Invoice:
    """An issued invoice for Ada; 1,190.00 EUR unless lines are given."""
    now = values.pop("now", None) or clock.now()
    return issue_invoice(session, make_draft(session, studio, *lines, **values), now=now)
