"""Issuing: the moment a draft becomes a legal document. Number, figures, parties and ledger in one transaction."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.commands.events import record
from models.commands.ledger import Posting, lock_invoice, post, settle_invoice
from models.commands.number_series import next_number
from models.commands.retainer_payments import note_period_issued
from models.db import workspace_id_of
from models.queries.invoices import computed_totals, list_lines, parties_of
from models.rules.dates import local_date
from models.rules.invoices import can_issue, due_on, invoice_number
from models.rules.ledger import issue_sides
from models.tables.invoices import Invoice
from models.tables.workspaces import Workspace
from models.types.errors import Refused
from models.types.invoices import InvoiceKind, InvoiceStatus
from models.types.line_items import DocumentTotals

_PATTERN = "{prefix}{counter:04}"
_CREDIT_PREFIX = "CN-"


def issue_invoice(session: Session, invoice: Invoice, *, now: datetime) -> Invoice:
    """Give a draft its number and freeze it: figures, names and addresses, the day and the last day to pay.

    The days are days of the workspace's zone. An invoice over nothing is paid at once.
    Raises Refused when it was issued before, has no line, or comes to less than zero.
    """
    invoice = lock_invoice(session, invoice)
    if not can_issue(InvoiceStatus(invoice.status)):
        raise Refused("This invoice was issued before.", field="status")
    lines = list_lines(session, invoice)
    totals = computed_totals(invoice, lines)
    if not lines:
        raise Refused("An invoice needs at least one line.", field="lines")
    if totals.total_minor < 0:
        raise Refused("An invoice cannot ask for less than nothing. Make a credit note instead.", field="lines")
    return finish_issue(session, invoice, totals, now=now)


def finish_issue(session: Session, invoice: Invoice, totals: DocumentTotals, *, now: datetime) -> Invoice:
    """Number, freeze and post a locked draft with these figures; shared with credit notes."""
    workspace = session.get_one(Workspace, workspace_id_of(session))
    _freeze(session, invoice, totals, workspace, now)
    _number(session, invoice, workspace)
    is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE
    name = f"credit_note:{invoice.id}:issued" if is_credit else f"invoice:{invoice.id}:issued"
    about = invoice.credits_invoice_id if is_credit else invoice.id
    sides = issue_sides(total_minor=totals.total_minor, net_minor=totals.net_minor, tax_minor=totals.tax_minor)
    post(session, Posting(name, about, invoice.currency, now), sides)
    record(
        session,
        "invoice.issued",
        invoice.id,
        engagement_id=invoice.engagement_id,
        contact_id=invoice.contact_id,
        kind=invoice.kind,
    )
    note_period_issued(session, invoice)
    if not is_credit:
        settle_invoice(session, invoice, now=now)
    return invoice


def _freeze(session: Session, invoice: Invoice, totals: DocumentTotals, workspace: Workspace, now: datetime) -> None:
    invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor = totals.subtotal_minor, totals.tax_minor, totals.total_minor
    invoice.totals = _as_json(totals)
    invoice.parties = parties_of(session, invoice, workspace)
    invoice.issued_at = now
    invoice.issued_on = local_date(now, workspace.timezone)
    invoice.due_on = None if totals.total_minor < 0 else due_on(invoice.issued_on, days=invoice.due_days)
    # A credit note asks for nothing: it is settled by standing there.
    invoice.status = "paid" if invoice.kind == InvoiceKind.CREDIT_NOTE else "open"


def _number(session: Session, invoice: Invoice, workspace: Workspace) -> None:
    is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE
    invoice.series = "credit_notes" if is_credit else "invoices"
    invoice.counter = next_number(session, invoice.series)
    assert invoice.issued_on is not None  # noqa: S101 - frozen before
    prefix = _CREDIT_PREFIX if is_credit else workspace.invoice_prefix
    invoice.number = invoice_number(prefix, invoice.counter, invoice.issued_on.year, _PATTERN)
    session.add(invoice)
    session.flush()


def _as_json(totals: DocumentTotals) -> dict[str, Any]:
    """As the database gives it back: lists for tuples, plain words for enumerations."""
    stored = asdict(totals)
    return {
        **stored,
        "lines": list(stored["lines"]),
        "tax_by_rate": list(stored["tax_by_rate"]),
        "tax_notes": [str(note) for note in totals.tax_notes],
    }
