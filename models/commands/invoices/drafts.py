"""Drafts: they have no number, and everything about them may still change."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlmodel import Session, col, update

from models.commands.events import record
from models.commands.ledger import lock_invoice
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.invoices import computed_totals, find_invoice_of, list_lines
from models.queries.references import check_references
from models.rules.invoices import can_edit
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice, InvoiceLineItem
from models.tables.time_entries import TimeEntry
from models.tables.workspaces import Workspace
from models.types.errors import Invalid, NotFound, Refused
from models.types.invoices import InvoiceKind, InvoiceOrigin, InvoiceStatus, InvoiceTerms
from models.types.line_items import LineItem

_NO_TERMS = InvoiceTerms()
_NO_ORIGIN = InvoiceOrigin()


def draft_invoice(
    session: Session,
    *,
    contact_id: str,
    lines: Sequence[LineItem],
    kind: str = InvoiceKind.STANDARD,
    engagement_id: str | None = None,
    currency: str | None = None,
    terms: InvoiceTerms = _NO_TERMS,
    origin: InvoiceOrigin = _NO_ORIGIN,
) -> Invoice:
    """A draft with its lines. What the terms leave open comes from the client's company, then from the workspace.

    An invoice of a retainer's period or of a proposal's part exists once: a second call returns the first one's.
    Raises NotFound for an unknown client or engagement, Invalid for lines that cannot be priced.
    """
    known = _find_same(session, origin)
    if known is not None:
        return known
    check_references(session, asdict(origin))
    contact = _get(session, Contact, contact_id, "There is no such contact.")
    if engagement_id is not None:
        _get(session, Engagement, engagement_id, "There is no such engagement.")
    workspace = session.get_one(Workspace, workspace_id_of(session))
    company = session.get(Company, contact.company_id) if contact.company_id else None
    invoice = Invoice(
        id=new_id("inv"),
        kind=InvoiceKind(kind).value,
        contact_id=contact.id,
        company_id=contact.company_id,
        engagement_id=engagement_id,
        currency=currency or (company and company.currency) or workspace.currency,
        **asdict(_filled(terms, workspace, company)),
        **asdict(origin),
    )
    session.add(invoice)
    session.flush()
    for position, item in enumerate(lines):
        session.add(new_line(invoice, item, position))
    refresh_figures(session, invoice)
    record(session, "invoice.drafted", invoice.id, engagement_id=engagement_id, contact_id=contact.id)
    return invoice


def change_invoice(session: Session, invoice: Invoice, changes: dict[str, Any]) -> Invoice:
    """Change a draft's terms. changes: columns among the terms, the client and the currency, with their new values.

    Raises Refused once it is issued.
    """
    invoice = open_draft(session, invoice)
    if "contact_id" in changes:
        contact = _get(session, Contact, changes["contact_id"], "There is no such contact.")
        invoice.company_id = contact.company_id
    for name, value in changes.items():
        setattr(invoice, name, value)
    refresh_figures(session, invoice)
    return invoice


def add_line(session: Session, invoice: Invoice, item: LineItem) -> InvoiceLineItem:
    """Put one more line at the end of a draft. Raises Refused once it is issued."""
    invoice = open_draft(session, invoice)
    last = max((line.position for line in list_lines(session, invoice)), default=-1)
    line = new_line(invoice, item, last + 1)
    session.add(line)
    refresh_figures(session, invoice)
    return line


def change_line(session: Session, invoice: Invoice, line: InvoiceLineItem, changes: dict[str, Any]) -> InvoiceLineItem:
    """Change a line of a draft. changes: columns and their new values.

    A new quantity or price takes the place of the one that came from tracked time; the entries stay on the line.
    Raises Refused once it is issued.
    """
    invoice = open_draft(session, invoice)
    for name, value in changes.items():
        setattr(line, name, value)
    if changes.keys() & {"quantity_milli", "unit_price_minor"} and "amount_minor" not in changes:
        line.amount_minor = None
    if "quantity_milli" in changes:
        line.seconds = None
    session.add(line)
    refresh_figures(session, invoice)
    return line


def remove_line(session: Session, invoice: Invoice, line: InvoiceLineItem) -> None:
    """Take a line off a draft; the time on it may be billed again. Raises Refused once it is issued."""
    invoice = open_draft(session, invoice)
    free_entries(session, [line])
    session.delete(line)
    refresh_figures(session, invoice)


def delete_draft(session: Session, invoice: Invoice) -> None:
    """Throw a draft away; its time may be billed again. Raises Refused once it is issued: then it can only be voided."""
    invoice = open_draft(session, invoice)
    lines = list_lines(session, invoice)
    free_entries(session, lines)
    for line in lines:
        session.delete(line)
    session.flush()
    session.delete(invoice)
    record(session, "invoice.deleted", invoice.id, engagement_id=invoice.engagement_id, contact_id=invoice.contact_id)


def open_draft(session: Session, invoice: Invoice) -> Invoice:
    """The draft, held until the transaction ends. Raises Refused when it is none any more."""
    invoice = lock_invoice(session, invoice)
    if not can_edit(InvoiceStatus(invoice.status)):
        raise Refused(
            "An issued invoice never changes. Void it, or correct it with a credit note.",
            field="status",
        )
    return invoice


def new_line(invoice: Invoice, item: LineItem, position: int) -> InvoiceLineItem:
    """A row for one line."""
    return InvoiceLineItem(
        id=new_id("ili"),
        invoice_id=invoice.id,
        position=position,
        kind=item.kind.value,
        description=item.description,
        quantity_milli=item.quantity_milli,
        unit_price_minor=item.unit_price_minor,
        amount_minor=item.amount_minor,
        seconds=item.seconds,
        tax_rates_mpct=list(item.tax_rates_mpct),
        discount_bps=item.discount_bps,
        tax_included=item.tax_included,
    )


def refresh_figures(session: Session, invoice: Invoice) -> None:
    """Bring a draft's sums in line with its lines. Raises Invalid for lines that cannot be priced."""
    session.flush()
    totals = computed_totals(invoice, list_lines(session, invoice))
    invoice.subtotal_minor, invoice.tax_minor = totals.subtotal_minor, totals.tax_minor
    invoice.total_minor = totals.total_minor
    session.add(invoice)
    session.flush()


def free_entries(session: Session, lines: Sequence[InvoiceLineItem]) -> None:
    """Let the time on these lines be billed again."""
    claimed = col(TimeEntry.invoice_line_item_id).in_([line.id for line in lines])
    freed = update(TimeEntry).where(claimed).values(invoice_line_item_id=None, version=TimeEntry.version + 1)
    session.exec(freed.execution_options(synchronize_session="fetch"))


def _find_same(session: Session, origin: InvoiceOrigin) -> Invoice | None:
    if origin.retainer_id is not None and origin.period_index is not None:
        return find_invoice_of(session, retainer_id=origin.retainer_id, period_index=origin.period_index)
    if origin.proposal_id is not None and origin.schedule_part is not None:
        return find_invoice_of(session, proposal_id=origin.proposal_id, schedule_part=origin.schedule_part)
    return None


def _filled(terms: InvoiceTerms, workspace: Workspace, company: Company | None) -> InvoiceTerms:
    due_days = terms.due_days
    if due_days is None:
        due_days = company.invoice_due_days if company and company.invoice_due_days is not None else workspace.invoice_due_days
    if due_days < 0:
        raise Invalid("The days to pay cannot be negative.", field="due_days")
    reminder_days = workspace.reminder_days if terms.reminder_days is None else list(terms.reminder_days)
    return replace(terms, due_days=due_days, reminder_days=reminder_days)  # type: ignore[arg-type]  # JSON keeps lists


def _get(session: Session, table: type[Any], row_id: str, missing: str) -> Any:
    row = session.get(table, row_id)
    if row is None or row.workspace_id != workspace_id_of(session):
        raise NotFound(missing)
    return row
