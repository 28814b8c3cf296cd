"""Invoices: the list, and one with everything that happened to it and may be done with it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response
from sqlmodel import Session, col

from api.deps import Call, Read
from api.invoice_documents import InvoiceDocument, invoice_document
from api.links import find_link_url
from api.render import member_page
from api.routing import Router
from api.web.formats import money
from models.queries.automation_authors import authors_of_mails, find_authors
from models.queries.contacts import get_contact
from models.queries.invoice_facts import get_invoice_facts, invoice_label
from models.queries.invoices import get_invoice, invoices_matching, list_credit_notes, list_invoice_mails, stored_sums, sum_due
from models.queries.payments import list_payments_of, list_receipts, list_refunds
from models.queries.people import names_of_people
from models.queries.timeline import list_timeline
from models.rules.dates import local_date
from models.rules.invoices import amount_due, can_credit, can_pay, can_void, can_write_off, invoice_schedule, invoice_standing
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.payments import Payment
from models.types.automation_authors import Authors, RunAuthor
from models.types.calls import Schedule
from models.types.invoices import InvoiceFilter, InvoiceKind, InvoiceStanding, InvoiceStatus
from models.types.principals import Door
from models.types.timeline import Timeline

router = Router("invoices", Door.MEMBER)
_PAGE = 50
_VIEWS = (
    ("draft", "Drafts"),
    ("open", "Open"),
    ("overdue", "Overdue"),
    ("paid", "Paid"),
    ("void", "Void"),
    ("uncollectible", "Written off"),
)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in the list."""

    invoice: Invoice
    client: str
    standing: InvoiceStanding
    due_minor: int


@dataclass(frozen=True, slots=True)
class InvoicesPage:
    """`invoices/index.html`."""

    rows: list[InvoiceRow]
    status: str
    q: str
    chips: list[dict[str, object]]
    stats: list[tuple[str, str, str, str]]
    is_new: bool
    newer: str | None
    older: str | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One attempt, with what may be given back of it."""

    payment: Payment
    authors: Authors
    receipt: str
    refundable_minor: int


@dataclass(frozen=True, slots=True)
class May:
    """What may be done with an invoice now."""

    edit: bool
    pay: bool
    send: bool
    void: bool
    write_off: bool
    credit: bool
    ask: bool


@dataclass
class InvoicePage:
    """`invoices/show.html`."""

    invoice: Invoice
    authors: Authors
    document: InvoiceDocument
    standing: InvoiceStanding
    due_minor: int
    contact: Contact
    engagement: Engagement | None
    label: str
    may: May
    payments: list[PaymentRow]
    credit_notes: list[Invoice]
    corrected: Invoice | None
    mails: list[Email]
    mail_authors: dict[str, RunAuthor]
    """Of mails that automations sent, by mail."""
    due: Schedule
    wake_at: datetime | None
    link: str
    timeline: Timeline
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/invoices")
def index(
    call: Read,
    status: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    before: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """All invoices, the newest first."""
    today = local_date(call.now, call.workspace.timezone)
    wanted = InvoiceFilter(
        status=None if status in ("", "overdue") else status, overdue_on=today if status == "overdue" else None, text=q.strip()
    )
    statement = invoices_matching(wanted)
    if before:
        statement = statement.where(col(Invoice.id) < before)
    found = list(call.session.exec(statement.order_by(col(Invoice.id).desc()).limit(_PAGE + 1)).all())
    shown, filters = found[:_PAGE], {"status": status, "q": q}
    names = names_of_people(call.session, (invoice.contact_id for invoice in shown))
    page = InvoicesPage(
        rows=[_row(invoice, names.get(invoice.contact_id, ""), call) for invoice in shown],
        status=status,
        q=q,
        chips=[
            {"text": text, "href": _here({"status": "" if key == status else key, "q": q}), "current": key == status}
            for key, text in _VIEWS
        ],
        stats=_stats(call),
        is_new=not (found or status or q or before),
        newer=_here(filters) if before else None,
        older=_here({**filters, "before": shown[-1].id}) if len(found) > _PAGE else None,
    )
    return member_page(call, "invoices/index.html", page, nav="invoices")


@router.get("/invoices/{invoice_id}")
def show(invoice_id: str, call: Read) -> Response:
    """One invoice."""
    invoice = get_invoice(call.session, invoice_id)
    return member_page(call, "invoices/show.html", invoice_page(call, invoice), nav="invoices")


def invoice_page(call: Call, invoice: Invoice, errors: dict[str, str] | None = None) -> InvoicePage:
    """Everything that the page of one invoice shows."""
    session, sums = call.session, stored_sums(invoice)
    status, is_credit = InvoiceStatus(invoice.status), invoice.kind == InvoiceKind.CREDIT_NOTE
    today = local_date(call.now, call.workspace.timezone)
    due = invoice_schedule(get_invoice_facts(session, invoice, call.workspace), call.now)
    payments = _payments(session, invoice)
    is_live = any(row.payment.status in ("pending", "unknown") for row in payments)
    is_owed = can_pay(status, sums) and not is_credit
    mails = list_invoice_mails(session, invoice.id)
    return InvoicePage(
        invoice=invoice,
        authors=find_authors(session, invoice.id),
        document=invoice_document(session, invoice, call.workspace),
        standing=invoice_standing(status, sums, due_on=invoice.due_on, today=today),
        due_minor=amount_due(sums) if is_owed else 0,
        contact=get_contact(session, invoice.contact_id),
        engagement=session.get(Engagement, invoice.engagement_id) if invoice.engagement_id else None,
        label=invoice_label(invoice),
        may=May(
            edit=status == InvoiceStatus.DRAFT,
            pay=is_owed,
            send=status in {InvoiceStatus.OPEN, InvoiceStatus.PAID},
            void=status == InvoiceStatus.OPEN and can_void(status, sums) and not is_credit,
            write_off=can_write_off(status) and is_owed,
            credit=can_credit(status, sums) and not is_credit,
            ask=is_live,
        ),
        payments=payments,
        credit_notes=list_credit_notes(session, invoice.id),
        corrected=get_invoice(session, invoice.credits_invoice_id) if invoice.credits_invoice_id else None,
        mails=mails,
        mail_authors=authors_of_mails(session, mails),
        due=due,
        wake_at=datetime.fromisoformat(due.wake_at) if due.wake_at and due.what else None,
        link=find_link_url(call, "invoice", invoice.id, invoice.contact_id),
        timeline=list_timeline(session, subject_ids=[invoice.id, *(row.payment.id for row in payments)], limit=30),
        errors=errors or {},
    )


def _payments(session: Session, invoice: Invoice) -> list[PaymentRow]:
    payments = list_payments_of(session, invoice.id)
    receipts = {receipt.payment_id: receipt.number for receipt in list_receipts(session, invoice.id)}
    taken: dict[str, int] = {}
    for refund in list_refunds(session, [payment.id for payment in payments]):
        if refund.status != "failed":
            taken[refund.payment_id] = taken.get(refund.payment_id, 0) + refund.amount_minor
    return [
        PaymentRow(
            payment,
            find_authors(session, payment.id),
            receipts.get(payment.id, ""),
            payment.amount_minor - taken.get(payment.id, 0) if payment.status == "succeeded" else 0,
        )
        for payment in reversed(payments)
    ]


def _row(invoice: Invoice, client: str, call: Call) -> InvoiceRow:
    sums, status = stored_sums(invoice), InvoiceStatus(invoice.status)
    today = local_date(call.now, call.workspace.timezone)
    standing = invoice_standing(status, sums, due_on=invoice.due_on, today=today)
    return InvoiceRow(invoice, client, standing, amount_due(sums) if status == InvoiceStatus.OPEN else 0)


def _stats(call: Call) -> list[tuple[str, str, str, str]]:
    """(label, amount, address, tone) of what is owed and of what is overdue."""
    today = local_date(call.now, call.workspace.timezone)
    rows = (
        ("To come in", InvoiceFilter(), "/invoices?status=open", ""),
        ("Overdue", InvoiceFilter(overdue_on=today), "/invoices?status=overdue", "error"),
    )
    stats = []
    for label, wanted, href, tone in rows:
        sums = sum_due(call.session, wanted)
        amount = " + ".join(money(minor, code, call.workspace.locale) for code, minor in sorted(sums.items()))
        none = money(0, call.workspace.currency, call.workspace.locale)
        stats.append((label, amount or none, href, tone if sums else ""))
    return stats


def _here(filters: dict[str, str]) -> str:
    kept = urlencode({name: value for name, value in filters.items() if value})
    return f"/invoices?{kept}" if kept else "/invoices"
