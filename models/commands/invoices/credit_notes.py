"""Credit notes: how an issued invoice is corrected, wholly, in part, or line by line."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from models.commands.invoices.issuing import finish_issue
from models.commands.ledger import lock_invoice, release_excess, settle_invoice, take_back_write_off
from models.ids import new_id
from models.queries.invoices import list_lines, stored_sums, totals_of
from models.rules.credit_notes import credit_totals, credited_lines, spread
from models.rules.invoices import can_credit
from models.tables.invoices import Invoice, InvoiceLineItem
from models.types.errors import Refused
from models.types.invoices import InvoiceKind, InvoiceStatus
from models.types.line_items import DocumentTotals, LineTotals


def credit_invoice(
    session: Session,
    invoice: Invoice,
    *,
    now: datetime,
    gross_by_line: Mapping[str, int] | None = None,
    amount_minor: int | None = None,
    reason: str = "",
) -> Invoice:
    """An issued credit note against an invoice: over everything that is left, some lines, or an amount spread over them.

    gross_by_line: line id to amount with tax. amount_minor: with tax. What was paid beyond what is owed then becomes the
    client's credit. Raises Refused for more than was invoiced.
    """
    invoice = lock_invoice(session, invoice)
    if invoice.kind == InvoiceKind.CREDIT_NOTE or not can_credit(InvoiceStatus(invoice.status), stored_sums(invoice)):
        raise Refused("There is nothing left to credit on this invoice.", field="status")
    lines = list_lines(session, invoice)
    totals = totals_of(invoice, lines)
    before = [_credited(session, line) for line in lines]
    wanted = _wanted(lines, totals, before, gross_by_line, amount_minor)
    shown = credited_lines(totals.lines, before, wanted)
    figures = credit_totals(totals, shown, [line.tax_rates_mpct for line in lines])
    note = _draft(session, invoice, lines, shown, reason)
    finish_issue(session, note, figures, now=now)
    take_back_write_off(session, invoice, -figures.total_minor, now=now)
    release_excess(session, invoice, cause=note.id, now=now)
    settle_invoice(session, invoice, now=now)
    return note


def _wanted(
    lines: list[InvoiceLineItem],
    totals: DocumentTotals,
    before: list[LineTotals],
    gross_by_line: Mapping[str, int] | None,
    amount_minor: int | None,
) -> list[int | None]:
    if gross_by_line is not None:
        return [gross_by_line.get(line.id, 0) for line in lines]
    if amount_minor is not None:
        left = [line.gross_minor + taken.gross_minor for line, taken in zip(totals.lines, before, strict=True)]
        return list(spread(amount_minor, left))
    return [None] * len(lines)


def _draft(session: Session, invoice: Invoice, lines: list[InvoiceLineItem], shown: list[LineTotals], reason: str) -> Invoice:
    note = Invoice(
        id=new_id("inv"),
        kind=InvoiceKind.CREDIT_NOTE.value,
        contact_id=invoice.contact_id,
        company_id=invoice.company_id,
        engagement_id=invoice.engagement_id,
        project_id=invoice.project_id,
        credits_invoice_id=invoice.id,
        currency=invoice.currency,
        tax_rounding=invoice.tax_rounding,
        parties=invoice.parties,
        notes=reason,
    )
    session.add(note)
    session.flush()
    for position, (line, figures) in enumerate(zip(lines, shown, strict=True)):
        session.add(
            InvoiceLineItem(
                id=new_id("ili"),
                invoice_id=note.id,
                position=position,
                description=line.description,
                unit_price_minor=figures.amount_minor,
                amount_minor=figures.amount_minor,
                tax_rates_mpct=line.tax_rates_mpct,
                source_id=line.id,
            )
        )
    session.flush()
    return note


def _credited(session: Session, line: InvoiceLineItem) -> LineTotals:
    """What earlier credit notes took of a line; negative."""
    rows = session.exec(
        select(InvoiceLineItem, Invoice)
        .join(Invoice, col(Invoice.id) == InvoiceLineItem.invoice_id)
        .where(InvoiceLineItem.source_id == line.id, Invoice.kind == InvoiceKind.CREDIT_NOTE)
    ).all()
    # The lines of a credit note stand in the order of the invoice's, so the position finds the figures.
    taken = [totals_of(note, []).lines[credit.position] for credit, note in rows]
    net, tax = sum(one.net_minor for one in taken), sum(one.tax_minor for one in taken)
    return LineTotals(True, net, 0, net, tax, net + tax)
