"""Payments and the ledger."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query
from fastapi.responses import Response
from sqlmodel import col, select

from api.deps import Call, Read, Slow
from api.pages.invoices import invoice_page
from api.payments import Till, close_live_checkout, refund_payment
from api.render import member_page, redirect
from api.routing import Router
from api.web.formats import money
from models.commands.payments import record_payment
from models.queries.invoices import get_invoice
from models.queries.ledger import list_ledger_differences, list_postings, sum_accounts
from models.queries.payments import get_payment, payments_matching
from models.queries.people import names_of_people
from models.rules.dates import local_date, start_of_day
from models.rules.money import parse_amount
from models.tables.invoices import Invoice
from models.tables.payments import LedgerEntry, Payment
from models.types.errors import Invalid, Refused
from models.types.ledger import Account
from models.types.principals import Door

router = Router("payments", Door.MEMBER)
_PAGE = 50
_VIEWS = (("succeeded", "Received"), ("pending", "Under way"), ("failed", "Failed"))
_POSTINGS = {
    "invoice:issued": "Invoice issued",
    "invoice:voided": "Invoice voided",
    "invoice:written_off": "Invoice written off",
    "invoice:taken_back": "Write-off taken back",
    "credit_note:issued": "Credit note issued",
    "payment:succeeded": "Payment received",
    "payment:fee": "Provider's fee",
    "refund:succeeded": "Refund",
    "refund:failed": "Refund came back",
    "excess:": "Moved to the client's credit",
}
_ACCOUNTS = {
    Account.RECEIVABLE: "Owed by clients",
    Account.REVENUE: "Revenue",
    Account.TAX: "Tax collected",
    Account.CASH: "Cash",
    Account.FEES: "Fees",
    Account.CLIENT_CREDIT: "Clients' credit",
    Account.BAD_DEBT: "Written off",
}


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment in the list."""

    payment: Payment
    invoice: Invoice
    client: str


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """`payments/index.html`."""

    rows: list[PaymentRow]
    chips: list[dict[str, object]]
    status: str
    newer: str | None
    older: str | None


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One double entry in words."""

    at: datetime
    what: str
    invoice: Invoice | None
    sides: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """`payments/ledger.html`."""

    rows: list[PostingRow]
    balances: list[tuple[str, list[tuple[str, str]]]]
    broken: list[Invoice]
    older: str | None


@router.get("/payments")
def index(
    call: Read, status: Annotated[str, Query(max_length=20)] = "", before: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """All payments, the newest first."""
    statement = payments_matching(status=status or None)
    if before:
        statement = statement.where(col(Payment.id) < before)
    found = list(call.session.exec(statement.order_by(col(Payment.id).desc()).limit(_PAGE + 1)).all())
    shown = found[:_PAGE]
    invoices = _invoices(call, {payment.invoice_id for payment in shown})
    names = names_of_people(call.session, (invoice.contact_id for invoice in invoices.values()))
    page = PaymentsPage(
        rows=[PaymentRow(one, invoices[one.invoice_id], names.get(invoices[one.invoice_id].contact_id, "")) for one in shown],
        chips=[
            {"text": text, "href": _here(status="" if key == status else key), "current": key == status} for key, text in _VIEWS
        ],
        status=status,
        newer=_here(status=status) if before else None,
        older=_here(status=status, before=shown[-1].id) if len(found) > _PAGE else None,
    )
    return member_page(call, "payments/index.html", page, nav="payments")


@router.get("/payments/ledger")
def show_ledger(call: Read, before: str = "") -> Response:
    """The double-entry book, and whether the invoices say what it says."""
    try:
        since = datetime.fromisoformat(before).astimezone(UTC) if before else None
    except ValueError:
        raise Invalid("This is no moment in time.", field="before") from None
    postings = list_postings(call.session, limit=_PAGE + 1, before=since)
    shown = postings[:_PAGE]
    invoices = _invoices(call, {entry.invoice_id for posting in shown for entry in posting if entry.invoice_id})
    broken = _invoices(call, {one.invoice_id for one in list_ledger_differences(call.session)})
    locale = call.workspace.locale
    page = LedgerPage(
        rows=[_posting(posting, invoices, locale) for posting in shown],
        balances=[
            (code, [(_ACCOUNTS[Account(account)], money(minor, code, locale)) for account, minor in sorted(sums.items())])
            for code, sums in sorted(sum_accounts(call.session).items())
        ],
        broken=list(broken.values()),
        older=f"/payments/ledger?{urlencode({'before': shown[-1][0].at.isoformat()})}" if len(postings) > _PAGE else None,
    )
    return member_page(call, "payments/ledger.html", page, nav="payments")


@router.get("/payments/{payment_id}")
def show(payment_id: str, call: Read) -> Response:
    """A payment stands on the page of its invoice."""
    return redirect(call, f"/invoices/{get_payment(call.session, payment_id).invoice_id}")


@router.post("/invoices/{invoice_id}/payments")
def create(
    invoice_id: str,
    call: Slow,
    amount: Annotated[str, Form(max_length=40)] = "",
    method: Annotated[str, Form(max_length=100)] = "",
    received_on: Annotated[str, Form(max_length=10)] = "",
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Write down money that came another way."""
    till = Till(call)
    try:
        close_live_checkout(till, invoice_id)
        with till.open(writes=True) as session:
            invoice = get_invoice(session, invoice_id)
            payment = record_payment(
                session,
                invoice,
                amount_minor=parse_amount(amount, invoice.currency).minor,
                method=method.strip() or "Bank transfer",
                received_at=_received_at(call, received_on),
                note=note.strip(),
            )
            said = money(payment.amount_minor, payment.currency, call.workspace.locale)
    except (Invalid, Refused) as slip:
        return _again(till, invoice_id, "payment", slip.detail)
    return redirect(call, f"/invoices/{invoice_id}", flash=f"{said} written down. A receipt goes out.")


@router.post("/payments/{payment_id}/refunds")
def create_refund(
    payment_id: str,
    call: Slow,
    amount: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
    credits_invoice: Annotated[str, Form()] = "",
) -> Response:
    """Give money back."""
    till = Till(call)
    with till.open(writes=False) as session:
        payment = get_payment(session, payment_id)
    try:
        minor = parse_amount(amount, payment.currency).minor
        refund_payment(till, payment_id, amount_minor=minor, reason=reason.strip(), credits_invoice=credits_invoice == "on")
    except (Invalid, Refused) as slip:
        return _again(till, payment.invoice_id, "refund", slip.detail)
    return redirect(call, f"/invoices/{payment.invoice_id}", flash="The money goes back to the client.")


def _again(till: Till, invoice_id: str, name: str, detail: str) -> Response:
    with till.open(writes=False) as session:
        page = invoice_page(till.call, get_invoice(session, invoice_id), {name: detail})
        return member_page(till.call, "invoices/show.html", page, nav="invoices", status=422)


def _received_at(call: Call, typed: str) -> datetime:
    """The day the money came; today is this very moment, an earlier day its beginning in the studio's zone."""
    zone = call.workspace.timezone
    try:
        day = date.fromisoformat(typed) if typed else local_date(call.now, zone)
    except ValueError:
        raise Invalid("This is not a date.", field="received_on") from None
    if day > local_date(call.now, zone):
        raise Invalid("Money cannot have come on a day that is still ahead.", field="received_on")
    return call.now if day == local_date(call.now, zone) else start_of_day(day, zone)


def _posting(sides: list[LedgerEntry], invoices: dict[str, Invoice], locale: str) -> PostingRow:
    parts = [*sides[0].posting.split(":"), "", ""]
    key = f"{parts[0]}:{parts[2]}"
    return PostingRow(
        at=sides[0].at,
        what=_POSTINGS.get(key, key),
        invoice=invoices.get(sides[0].invoice_id or ""),
        sides=[
            (
                _ACCOUNTS[Account(side.account)],
                money(side.amount_minor, side.currency, locale) if side.amount_minor > 0 else "",
                money(-side.amount_minor, side.currency, locale) if side.amount_minor < 0 else "",
            )
            for side in sorted(sides, key=lambda side: -side.amount_minor)
        ],
    )


def _invoices(call: Call, ids: set[str]) -> dict[str, Invoice]:
    return {row.id: row for row in call.session.exec(select(Invoice).where(col(Invoice.id).in_(ids)))} if ids else {}


def _here(**filters: str) -> str:
    kept = urlencode({name: value for name, value in filters.items() if value})
    return f"/payments?{kept}" if kept else "/payments"
