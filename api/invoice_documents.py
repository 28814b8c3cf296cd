"""An invoice in words: the same document on the page, in the PDF and at the client's. Nothing is computed in a template."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from api.files import store_of
from api.web.environment import environment
from api.web.formats import day, duration, money, percent, quantity
from models.queries.invoices import get_invoice, list_billed_entries, list_lines, parties_of, totals_of
from models.queries.time_entries import worked_time
from models.settings import Settings
from models.tables.files import File
from models.tables.invoices import Invoice, InvoiceLineItem
from models.tables.workspaces import Workspace
from models.types.invoices import InvoiceKind
from models.types.line_items import DocumentTotals, LineTotals, TaxTreatment

_KINDS = {
    InvoiceKind.STANDARD: "Invoice",
    InvoiceKind.DEPOSIT: "Deposit invoice",
    InvoiceKind.RETAINER: "Invoice",
    InvoiceKind.CREDIT_NOTE: "Credit note",
}
_NOTES = {
    TaxTreatment.REVERSE_CHARGE: "Reverse charge: the recipient accounts for the tax.",
    TaxTreatment.EXEMPT: "Exempt from tax.",
}


@dataclass(frozen=True, slots=True)
class LineWords:
    """One line in words. id: of the row, for the editor."""

    id: str
    what: str
    more: str
    quantity: str
    price: str
    tax: str
    amount: str

    @property
    def cells(self) -> list[str]:
        return [self.quantity, self.price, self.tax, self.amount]


@dataclass(frozen=True, slots=True)
class WorkWords:
    """One time entry of the annex."""

    day: str
    what: str
    who: str
    hours: str


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """What `invoices/_document.html` needs. facts: (label, words)."""

    kind: str
    title: str
    from_lines: list[str]
    to_lines: list[str]
    facts: list[tuple[str, str]]
    lines: list[LineWords]
    before_total: list[tuple[str, str]]
    total_label: str
    total: str
    after_total: list[tuple[str, str]]
    tax_notes: list[str]
    notes: str
    work: list[WorkWords]

    @property
    def sender(self) -> str:
        return "\n".join(self.from_lines)


def invoice_document(
    session: Session, invoice: Invoice, workspace: Workspace, rows: Sequence[InvoiceLineItem] | None = None
) -> InvoiceDocument:
    """Every word of an invoice, from its frozen figures, or from the money function while it is a draft.

    rows: lines that are not stored yet, for a preview. Raises Invalid for a draft that cannot be priced.
    """
    rows = list_lines(session, invoice) if rows is None else rows
    totals = totals_of(invoice, rows)
    parties = parties_of(session, invoice, workspace)
    kind = _KINDS[InvoiceKind(invoice.kind)]
    words = _Words(invoice.currency, workspace.locale)
    return InvoiceDocument(
        kind="Draft" if invoice.number is None else "",
        title=f"{kind} {invoice.number}" if invoice.number else kind,
        from_lines=parties["from"],
        to_lines=parties["to"],
        facts=_facts(session, invoice, words),
        lines=[_line(row, line, words) for row, line in zip(rows, totals.lines, strict=True)],
        before_total=_before_total(invoice, totals, words),
        total_label="Credit" if invoice.kind == InvoiceKind.CREDIT_NOTE else "Total",
        total=words.money(totals.total_minor),
        after_total=[
            (f"includes tax {percent(tax.rate_mpct)}", words.money(tax.tax_minor))
            for tax in totals.tax_by_rate
            if tax.rate_mpct and invoice.prices_include_tax
        ],
        tax_notes=[_NOTES[note] for note in totals.tax_notes],
        notes=invoice.notes,
        work=_work(session, rows, words),
    )


def invoice_html(session: Session, settings: Settings, invoice: Invoice, workspace: Workspace) -> str:
    """The page that becomes the PDF: complete, nothing is fetched. Payments are not on it, so it stays true for ever."""
    document = invoice_document(session, invoice, workspace)
    brand = {"name": workspace.name, "colour": workspace.brand_color, "logo": _logo(session, settings, workspace)}
    template = environment().get_template("pdf/invoices/invoice.html")
    return template.render(title=document.title, document=document, brand=brand, locale=workspace.locale)


def hours(seconds: int) -> str:
    """Worked time to the second where it is not whole minutes, so that time by rate is the amount: "1:30 h", "1:01:40 h"."""
    rest = f":{seconds % 60:02d}" if seconds % 60 else ""
    return f"{duration(seconds)}{rest} h"


def pdf_name(invoice: Invoice) -> str:
    """The file name of an invoice's PDF."""
    return f"{invoice.number or 'Draft invoice'}.pdf"


@dataclass(frozen=True, slots=True)
class _Words:
    currency: str
    locale: str

    def money(self, minor: int) -> str:
        return money(minor, self.currency, self.locale)

    def day(self, value: date | None) -> str:
        return day(value, self.locale)


def _facts(session: Session, invoice: Invoice, words: _Words) -> list[tuple[str, str]]:
    facts = [("Number", invoice.number or "given when it is issued")]
    if invoice.issued_on is not None:
        facts.append(("Date", words.day(invoice.issued_on)))
    if invoice.due_on is not None:
        facts.append(("Due", words.day(invoice.due_on)))
    elif invoice.number is None and invoice.kind != InvoiceKind.CREDIT_NOTE:
        facts.append(("Due", f"{invoice.due_days} days after issue"))
    if invoice.credits_invoice_id is not None:
        facts.append(("Corrects", get_invoice(session, invoice.credits_invoice_id).number or ""))
    if invoice.purchase_order:
        facts.append(("Your reference", invoice.purchase_order))
    return facts


def _line(row: InvoiceLineItem, line: LineTotals, words: _Words) -> LineWords:
    what, _, more = row.description.partition("\n")
    is_timed, is_discount = row.seconds is not None, row.kind == "discount"
    amount = hours(row.seconds) if row.seconds is not None else quantity(row.quantity_milli)
    price = words.money(row.unit_price_minor) + (" / h" if is_timed or row.kind == "hourly" else "")
    if is_discount:
        price = percent(row.discount_bps * 10) if row.discount_bps else words.money(-row.unit_price_minor)
    elif row.discount_bps:
        price += f" − {percent(row.discount_bps * 10)}"
    return LineWords(
        id=row.id,
        what=what.strip(),
        more=more.strip(),
        quantity="" if is_discount else amount,
        price=price,
        tax=" + ".join(percent(rate) for rate in row.tax_rates_mpct),
        amount=words.money(line.amount_minor),
    )


def _before_total(invoice: Invoice, totals: DocumentTotals, words: _Words) -> list[tuple[str, str]]:
    found = []
    if totals.discount_minor:
        found += [("Subtotal", words.money(totals.subtotal_minor)), ("Discount", words.money(-totals.discount_minor))]
    if invoice.prices_include_tax or not (totals.tax_minor or totals.discount_minor):
        return found
    found.append(("Net", words.money(totals.net_minor)))
    for tax in totals.tax_by_rate:
        if tax.rate_mpct:
            found.append((f"Tax {percent(tax.rate_mpct)} on {words.money(tax.base_minor)}", words.money(tax.tax_minor)))
    return found


def _work(session: Session, rows: Sequence[InvoiceLineItem], words: _Words) -> list[WorkWords]:
    timed = [row for row in rows if row.seconds is not None]
    return [
        WorkWords(
            words.day(entry.local_day),
            ": ".join(part for part in (entry.task_name, entry.note) if part) or entry.project_name or "Work",
            entry.member_name,
            hours(entry.seconds),
        )
        for entry in (worked_time(session, list_billed_entries(session, timed)) if timed else [])
    ]


def _logo(session: Session, settings: Settings, workspace: Workspace) -> str | None:
    """The logo as a `data:` address: a PDF fetches nothing."""
    file = session.get(File, workspace.logo_file_id) if workspace.logo_file_id else None
    if file is None:
        return None
    with store_of(settings).open(file.storage_key) as blob:
        return f"data:{file.media_type};base64,{base64.b64encode(blob.read()).decode()}"
