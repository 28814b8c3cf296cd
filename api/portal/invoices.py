"""The client's invoices, and paying them: in the portal, and by a link that needs no account."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from api.deps import Call, Read, Slow, Write
from api.files import file_response
from api.invoice_documents import InvoiceDocument, invoice_document
from api.invoices import invoice_pdf
from api.links import enter_by_link
from api.payments import Till, begin_checkout, offered_provider, settle_payment
from api.render import portal_page, public_page, redirect
from api.routing import Router
from api.web.formats import day, money
from models.commands.saved_methods import remove_method
from models.queries.invoices import get_invoice, list_client_invoices, stored_sums
from models.queries.payments import (
    find_live_payment,
    get_payment,
    get_saved_method,
    list_payments_of,
    list_receipts,
    list_saved_methods,
)
from models.rules.dates import local_date
from models.rules.invoices import amount_due, can_pay, invoice_standing
from models.tables.invoices import Invoice
from models.tables.payments import Payment, SavedMethod
from models.types.errors import NotFound, Unavailable
from models.types.invoices import InvoiceKind, InvoiceStanding, InvoiceStatus
from models.types.principals import Door

router = Router("invoices", Door.PORTAL)
public_router = Router("invoices", Door.PUBLIC)

_DECLINES = {
    "insufficient_funds": "The card has not enough funds.",
    "expired_card": "The card has expired.",
    "incorrect_cvc": "The card's security code was wrong.",
}


@dataclass(frozen=True, slots=True)
class PaidRow:
    """A payment that arrived, in words."""

    day: str
    method: str
    amount: str
    receipt: str


@dataclass
class ClientInvoicePage:
    """An invoice as its client sees it. base: the address that paying and the PDF hang below."""

    frame: str
    base: str
    document: InvoiceDocument
    standing: InvoiceStanding
    due: str
    due_day: str
    can_pay: bool
    pays_online: bool
    is_credit: bool
    problem: str
    is_under_way: bool
    paid: list[PaidRow]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice in the client's list."""

    href: str
    title: str
    standing: InvoiceStanding
    issued: str
    due_day: str
    total: str
    due: str


@dataclass
class ClientInvoicesPage:
    """All invoices of a client, newest first. owed: one sum for each currency."""

    rows: list[InvoiceRow]
    owed: list[str]
    cards: list[SavedMethod]


@router.get("/portal/invoices")
def index(call: Read) -> Response:
    invoices = list_client_invoices(call.session, call.principal.id)
    owed: dict[str, int] = {}
    for invoice in invoices:
        if invoice.status == InvoiceStatus.OPEN:
            owed[invoice.currency] = owed.get(invoice.currency, 0) + amount_due(stored_sums(invoice))
    locale = call.workspace.locale
    page = ClientInvoicesPage(
        rows=[_row(call, invoice) for invoice in invoices],
        owed=[money(minor, currency, locale) for currency, minor in sorted(owed.items()) if minor],
        cards=list_saved_methods(call.session, call.principal.id),
    )
    return portal_page(call, "invoices/client_index.html", page, place="invoices")


@router.post("/portal/saved_methods/{saved_method_id}/removal")
def create_removal(saved_method_id: str, call: Write) -> Response:
    """Take the consent back: the card is never charged again."""
    method = get_saved_method(call.session, saved_method_id)
    if method.contact_id != call.principal.id:
        raise NotFound("There is no such saved payment method.")
    remove_method(call.session, method, now=call.now)
    return redirect(call, "/portal/invoices", flash="The card is removed. It will not be charged again.")


@router.get("/portal/invoices/{invoice_id}")
def show(invoice_id: str, call: Read) -> Response:
    invoice = _own(call, invoice_id)
    page = _page(call, invoice, frame="portal.html", base=f"/portal/invoices/{invoice.id}")
    return portal_page(call, "invoices/client_show.html", page, place="invoices")


@router.post("/portal/invoices/{invoice_id}/payment")
def create_payment(invoice_id: str, call: Slow, saves_card: Annotated[str, Form()] = "") -> Response:
    return _pay(_portal_till(call, invoice_id), invoice_id, f"/portal/invoices/{invoice_id}", saves_card == "on")


@router.get("/portal/invoices/{invoice_id}/return")
def show_return(invoice_id: str, call: Slow, payment: str = "") -> Response:
    return _come_back(_portal_till(call, invoice_id), invoice_id, f"/portal/invoices/{invoice_id}", payment)


@router.get("/portal/invoices/{invoice_id}/pdf")
def show_pdf(invoice_id: str, call: Slow) -> Response:
    return file_response(call, invoice_pdf(_portal_till(call, invoice_id), invoice_id), is_inline=True)


@public_router.get("/i/{token}")
def show_by_link(token: str, call: Read) -> Response:
    """The invoice, for whoever holds its link. Looking changes nothing."""
    invoice = get_invoice(call.session, enter_by_link(call, "invoice", token).subject_id)
    return public_page(call, "invoices/client_show.html", _page(call, invoice, frame="public.html", base=f"/i/{token}"))


@public_router.post("/i/{token}/payment")
def create_payment_by_link(token: str, call: Slow, saves_card: Annotated[str, Form()] = "") -> Response:
    """Go to the provider's page. A double click and a second tab lead to the same page."""
    till, invoice_id = _link_till(call, token)
    return _pay(till, invoice_id, f"/i/{token}", saves_card == "on")


@public_router.get("/i/{token}/return")
def show_return_by_link(token: str, call: Slow, payment: str = "") -> Response:
    """Back from the provider: it is asked what became of the payment, so that the page is right before any webhook."""
    till, invoice_id = _link_till(call, token)
    return _come_back(till, invoice_id, f"/i/{token}", payment)


@public_router.get("/i/{token}/pdf")
def show_pdf_by_link(token: str, call: Slow) -> Response:
    till, invoice_id = _link_till(call, token)
    return file_response(call, invoice_pdf(till, invoice_id), is_inline=True)


def _pay(till: Till, invoice_id: str, base: str, saves_card: bool) -> Response:
    call = till.call
    with till.open(writes=False):
        back, payer_id = call.url(f"{base}/return"), call.principal.id
    try:
        url = begin_checkout(till, invoice_id, back_url=back, saves_card=saves_card, payer_id=payer_id)
    except Unavailable as silent:
        return redirect(call, base, flash=silent.detail, kind="warning")
    return redirect(call, url)


def _come_back(till: Till, invoice_id: str, base: str, payment_id: str) -> Response:
    with till.open(writes=False) as session:
        is_ours = bool(payment_id) and get_payment(session, payment_id).invoice_id == invoice_id
    if not is_ours:
        raise NotFound("There is no such payment.")
    try:
        settle_payment(till, payment_id)
    except Unavailable as silent:
        return redirect(till.call, base, flash=silent.detail, kind="warning")
    return redirect(till.call, base)


def _portal_till(call: Call, invoice_id: str) -> Till:
    return Till(call, lambda: _own(call, invoice_id))


def _link_till(call: Call, token: str) -> tuple[Till, str]:
    with call.open(writes=False):
        invoice_id = enter_by_link(call, "invoice", token).subject_id
    return Till(call, lambda: enter_by_link(call, "invoice", token)), invoice_id


def _own(call: Call, invoice_id: str) -> Invoice:
    invoice = get_invoice(call.session, invoice_id)
    if invoice.contact_id != call.principal.id or invoice.status == InvoiceStatus.DRAFT:
        raise NotFound("There is no such invoice.")
    return invoice


def _page(call: Call, invoice: Invoice, *, frame: str, base: str) -> ClientInvoicePage:
    workspace, sums = call.workspace, stored_sums(invoice)
    status = InvoiceStatus(invoice.status)
    today = local_date(call.now, workspace.timezone)
    live = find_live_payment(call.session, invoice.id)
    return ClientInvoicePage(
        frame=frame,
        base=base,
        document=invoice_document(call.session, invoice, workspace),
        standing=invoice_standing(status, sums, due_on=invoice.due_on, today=today),
        due=money(amount_due(sums), invoice.currency, workspace.locale),
        due_day=day(invoice.due_on, workspace.locale),
        can_pay=can_pay(status, sums),
        pays_online=offered_provider(call.settings) is not None,
        is_credit=invoice.kind == InvoiceKind.CREDIT_NOTE,
        problem=_problem(call, invoice, live),
        is_under_way=live is not None and not live.failure and live.provider_ref is not None,
        paid=_paid(call, invoice),
    )


def _problem(call: Call, invoice: Invoice, live: Payment | None) -> str:
    """Why the last attempt did not work, in words for the payer; empty when there is nothing to say."""
    attempts = [payment for payment in list_payments_of(call.session, invoice.id) if payment.provider != "manual"]
    last = live or next(iter(attempts[-1:]), None)
    if last is None or last.status == "succeeded" or not last.failure or amount_due(stored_sums(invoice)) == 0:
        return ""
    return _DECLINES.get(last.failure, "The bank declined the card.")


def _paid(call: Call, invoice: Invoice) -> list[PaidRow]:
    locale, zone = call.workspace.locale, call.workspace.timezone
    receipts = {receipt.payment_id: receipt.number for receipt in list_receipts(call.session, invoice.id)}
    return [
        PaidRow(
            day(local_date(payment.succeeded_at, zone), locale),
            payment.method or payment.provider.capitalize(),
            money(payment.amount_minor, payment.currency, locale),
            receipts.get(payment.id, ""),
        )
        for payment in list_payments_of(call.session, invoice.id)
        if payment.status == "succeeded" and payment.succeeded_at is not None
    ]


def _row(call: Call, invoice: Invoice) -> InvoiceRow:
    locale, sums = call.workspace.locale, stored_sums(invoice)
    today = local_date(call.now, call.workspace.timezone)
    is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE
    return InvoiceRow(
        href=f"/portal/invoices/{invoice.id}",
        title=f"{'Credit note' if is_credit else 'Invoice'} {invoice.number}",
        standing=invoice_standing(InvoiceStatus(invoice.status), sums, due_on=invoice.due_on, today=today),
        issued=day(invoice.issued_on, locale),
        due_day=day(invoice.due_on, locale),
        total=money(invoice.total_minor, invoice.currency, locale),
        due=money(amount_due(sums), invoice.currency, locale) if invoice.status == InvoiceStatus.OPEN else "",
    )
