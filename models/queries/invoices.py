"""Reading invoices: one, many, their lines, and their figures."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, func, or_, select

from models.db import workspace_id_of
from models.rules.line_items import document_totals
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.invoices import Invoice, InvoiceLineItem
from models.tables.payments import LedgerEntry
from models.tables.time_entries import TimeEntry
from models.tables.workspaces import Workspace
from models.types.errors import NotFound
from models.types.invoices import InvoiceFilter, InvoiceSums
from models.types.ledger import Side
from models.types.line_items import DocumentTotals, LineItem, LineItemKind, LineTotals, Rounding, TaxTotal, TaxTreatment


def get_invoice(session: Session, invoice_id: str) -> Invoice:
    """One invoice. Raises NotFound."""
    invoice = session.get(Invoice, invoice_id)
    if invoice is None or invoice.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such invoice.")
    return invoice


def find_invoice_of(session: Session, **origin: str | int | None) -> Invoice | None:
    """The invoice of a proposal's part or of a retainer's period, or None. origin: columns and their values."""
    return session.exec(select(Invoice).filter_by(**origin)).one_or_none()


def get_line(session: Session, invoice: Invoice, line_id: str) -> InvoiceLineItem:
    """One line of an invoice. Raises NotFound."""
    line = session.get(InvoiceLineItem, line_id)
    if line is None or line.invoice_id != invoice.id:
        raise NotFound("There is no such line on this invoice.")
    return line


def list_lines(session: Session, invoice: Invoice) -> list[InvoiceLineItem]:
    """The lines of an invoice, in order."""
    statement = select(InvoiceLineItem).where(InvoiceLineItem.invoice_id == invoice.id)
    return list(session.exec(statement.order_by(col(InvoiceLineItem.position), col(InvoiceLineItem.id))).all())


def invoices_matching(wanted: InvoiceFilter) -> Any:
    """A select of the invoices that fit a filter, in no order."""
    statement = select(Invoice)
    for column, value in (
        (Invoice.status, wanted.status),
        (Invoice.kind, wanted.kind),
        (Invoice.engagement_id, wanted.engagement_id),
        (Invoice.contact_id, wanted.contact_id),
        (Invoice.project_id, wanted.project_id),
        (Invoice.retainer_id, wanted.retainer_id),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if wanted.overdue_on is not None:
        statement = statement.where(col(Invoice.status) == "open", col(Invoice.due_on) < wanted.overdue_on)
    if wanted.text:
        pattern = f"%{wanted.text}%"
        names = select(Contact.id).where(col(Contact.name).ilike(pattern))
        statement = statement.where(or_(col(Invoice.number).ilike(pattern), col(Invoice.contact_id).in_(names)))
    return statement


def sum_due(session: Session, wanted: InvoiceFilter) -> dict[str, int]:
    """What is still owed on the open invoices that fit a filter: currency to minor units."""
    open_ones = invoices_matching(wanted).where(col(Invoice.status) == "open", col(Invoice.kind) != "credit_note").subquery()
    owed = open_ones.c.total_minor - open_ones.c.credited_minor - open_ones.c.paid_minor
    rows = session.exec(select(open_ones.c.currency, func.sum(owed)).group_by(open_ones.c.currency)).all()
    return {currency: int(minor) for currency, minor in rows if minor}


def stored_sums(invoice: Invoice) -> InvoiceSums:
    """The sums that stand on the invoice's row."""
    return InvoiceSums(invoice.total_minor, paid_minor=invoice.paid_minor, credited_minor=invoice.credited_minor)


def list_sides(session: Session, invoice_id: str) -> list[Side]:
    """Everything that the ledger holds about an invoice."""
    rows = session.exec(select(LedgerEntry).where(LedgerEntry.invoice_id == invoice_id)).all()
    return [Side(row.posting, row.account, row.amount_minor) for row in rows]


def totals_of(invoice: Invoice, lines: Sequence[InvoiceLineItem]) -> DocumentTotals:
    """Every figure of an invoice: frozen once it is issued, computed by the one money function while it is a draft."""
    return frozen_totals(invoice.totals) if invoice.totals else computed_totals(invoice, lines)


def computed_totals(invoice: Invoice, lines: Sequence[InvoiceLineItem]) -> DocumentTotals:
    """What the money function makes of an invoice's lines. Raises Invalid for lines that cannot be priced."""
    return document_totals(
        [as_line_item(line) for line in lines],
        currency=invoice.currency,
        prices_include_tax=invoice.prices_include_tax,
        rounding=Rounding(invoice.tax_rounding),
        discount_bps=invoice.discount_bps,
    )


def as_line_item(line: InvoiceLineItem) -> LineItem:
    """A line as the money function takes it."""
    return LineItem(
        kind=LineItemKind(line.kind),
        description=line.description,
        unit_price_minor=line.unit_price_minor,
        quantity_milli=line.quantity_milli,
        seconds=line.seconds,
        tax_rates_mpct=tuple(line.tax_rates_mpct),
        tax_included=line.tax_included,
        discount_bps=line.discount_bps,
        amount_minor=line.amount_minor,
    )


def frozen_totals(stored: dict[str, Any]) -> DocumentTotals:
    """The figures that were kept at issue."""
    return DocumentTotals(
        **{
            **stored,
            "lines": tuple(LineTotals(**line) for line in stored["lines"]),
            "tax_by_rate": tuple(TaxTotal(**tax) for tax in stored["tax_by_rate"]),
            "tax_notes": tuple(TaxTreatment(note) for note in stored["tax_notes"]),
        }
    )


def list_billed_entries(session: Session, lines: Sequence[InvoiceLineItem]) -> list[TimeEntry]:
    """The time entries that an invoice's lines bill, the earliest first."""
    claimed = col(TimeEntry.invoice_line_item_id).in_([line.id for line in lines])
    return list(session.exec(select(TimeEntry).where(claimed).order_by(col(TimeEntry.started_at), col(TimeEntry.id))).all())


def parties_of(session: Session, invoice: Invoice, workspace: Workspace) -> dict[str, Any]:
    """Who asks whom, as lines of text: what the document shows, and keeps once it is issued."""
    if invoice.parties:
        return invoice.parties
    contact = session.get_one(Contact, invoice.contact_id)
    company = session.get(Company, invoice.company_id) if invoice.company_id else None
    sender = [workspace.legal_name or workspace.name, *workspace.legal_address.splitlines()]
    sender += [f"Tax ID {workspace.tax_id}"] if workspace.tax_id else []
    address = (company.address if company and company.address else contact.address).splitlines()
    tax_id = [f"Tax ID {company.tax_id}"] if company and company.tax_id else []
    to = [company.name, contact.name] if company else [contact.name]
    return {"from": sender, "to": [line for line in [*to, *address, *tax_id] if line.strip()]}


def list_client_invoices(session: Session, contact_id: str) -> list[Invoice]:
    """What a client was handed: everything but drafts, newest first."""
    statement = select(Invoice).where(Invoice.contact_id == contact_id, Invoice.status != "draft")
    return list(session.exec(statement.order_by(col(Invoice.issued_at).desc(), col(Invoice.id).desc())).all())


def list_credit_notes(session: Session, invoice_id: str) -> list[Invoice]:
    """The credit notes against an invoice, the earliest first."""
    return list(session.exec(select(Invoice).where(Invoice.credits_invoice_id == invoice_id).order_by(col(Invoice.id))).all())


def list_invoice_mails(session: Session, invoice_id: str) -> list[Email]:
    """What was mailed about an invoice, the newest first."""
    statement = select(Email).where(Email.subject_kind == "invoice", Email.subject_id == invoice_id)
    return list(session.exec(statement.order_by(col(Email.id).desc())).all())
