"""Money given back. Begun here, done by the provider, told again by its webhooks: one refund all the same."""

from datetime import datetime

from sqlmodel import Session, col, select

from models.commands.events import record
from models.commands.ledger import Posting, is_posted, lock_invoice, post, settle_invoice
from models.ids import new_id
from models.queries.invoices import get_invoice, list_sides
from models.queries.payments import get_payment, list_refunds
from models.rules.ledger import balance, refund_sides, reversed_sides
from models.tables.invoices import Invoice
from models.tables.payments import LedgerEntry, Payment, Refund
from models.types.errors import Invalid, Refused
from models.types.ledger import Account
from models.types.payments import PaymentStatus, RefundStatus
from models.types.payments import Refund as ProviderRefund

_RANK = {RefundStatus.PENDING: 0, RefundStatus.SUCCEEDED: 1, RefundStatus.FAILED: 2}
"""A refund may fail after it succeeded (a closed account sends it back), never the other way."""


def start_refund(session: Session, payment: Payment, *, amount_minor: int, reason: str = "") -> Refund:
    """A refund that the provider is about to be asked for.

    Raises Refused when the payment did not succeed or has less left, Invalid for an amount that is not positive.
    """
    lock_invoice(session, get_invoice(session, payment.invoice_id))
    if amount_minor <= 0:
        raise Invalid("The amount must be more than zero.", field="amount")
    if payment.status != PaymentStatus.SUCCEEDED:
        raise Refused("Only money that arrived can be given back.")
    if amount_minor > refundable_minor(session, payment):
        raise Refused("This is more than is left of the payment.", field="amount")
    refund = Refund(id=new_id("ref"), payment_id=payment.id, amount_minor=amount_minor, reason=reason)
    session.add(refund)
    session.flush()
    return refund


def refundable_minor(session: Session, payment: Payment) -> int:
    """What of a payment has not been given back and is not on its way."""
    taken = sum(refund.amount_minor for refund in list_refunds(session, [payment.id]) if refund.status != RefundStatus.FAILED)
    return payment.amount_minor - taken


def apply_refund(
    session: Session, payment: Payment, told: ProviderRefund, *, now: datetime, refund_id: str | None = None
) -> Refund:
    """Take over what the provider says of a refund, begun here or at the provider's own desk.

    refund_id: ours, when the news name it. Twice is once, in any order.
    """
    invoice = lock_invoice(session, get_invoice(session, payment.invoice_id))
    refund = _matching(session, payment, told, refund_id) or Refund(
        id=new_id("ref"), payment_id=payment.id, amount_minor=told.amount.minor
    )
    refund.provider_ref = told.provider_ref
    session.add(refund)
    session.flush()
    move_refund(session, refund, payment, invoice, told.status, now=now)
    return refund


def finish_refund(session: Session, refund: Refund, status: RefundStatus, *, now: datetime) -> None:
    """A refund that needed no provider, or that the provider refused."""
    payment = get_payment(session, refund.payment_id)
    invoice = lock_invoice(session, get_invoice(session, payment.invoice_id))
    move_refund(session, refund, payment, invoice, status, now=now)


def move_refund(
    session: Session, refund: Refund, payment: Payment, invoice: Invoice, status: RefundStatus, *, now: datetime
) -> None:
    """Bring a refund to a later state, with its postings. An earlier state changes nothing."""
    before = RefundStatus(refund.status)
    if _RANK[status] <= _RANK[before]:
        return
    refund.status = status.value
    session.add(refund)
    if status == RefundStatus.SUCCEEDED:
        _post_refund(session, refund, payment, invoice, now=now)
    elif before == RefundStatus.SUCCEEDED:
        _undo_refund(session, refund, payment, invoice, now=now)
    session.flush()


def _post_refund(session: Session, refund: Refund, payment: Payment, invoice: Invoice, *, now: datetime) -> None:
    held = -balance(list_sides(session, invoice.id), Account.CLIENT_CREDIT)
    posting = Posting(f"refund:{refund.id}:succeeded", invoice.id, payment.currency, now, payment_id=payment.id)
    post(session, posting, refund_sides(refund.amount_minor, credit_minor=held))
    payment.refunded_minor += refund.amount_minor
    session.add(payment)
    record(
        session,
        "payment.refunded",
        payment.id,
        engagement_id=invoice.engagement_id,
        contact_id=invoice.contact_id,
        invoice_id=invoice.id,
        amount_minor=refund.amount_minor,
    )
    settle_invoice(session, invoice, now=now)


def _undo_refund(session: Session, refund: Refund, payment: Payment, invoice: Invoice, *, now: datetime) -> None:
    name = f"refund:{refund.id}:succeeded"
    if not is_posted(session, name):
        return
    sides = {row.account: row.amount_minor for row in session.exec(select(LedgerEntry).where(LedgerEntry.posting == name))}
    posting = Posting(f"refund:{refund.id}:failed", invoice.id, payment.currency, now, payment_id=payment.id)
    post(session, posting, reversed_sides(sides))
    payment.refunded_minor -= refund.amount_minor
    session.add(payment)
    settle_invoice(session, invoice, now=now)


def _matching(session: Session, payment: Payment, told: ProviderRefund, refund_id: str | None) -> Refund | None:
    refunds = session.exec(select(Refund).where(Refund.payment_id == payment.id).order_by(col(Refund.id))).all()
    by_ref = [refund for refund in refunds if refund.provider_ref == told.provider_ref or refund.id == refund_id]
    # A webhook can be faster than the answer to our own request, and some providers name our refund nowhere.
    waiting = [refund for refund in refunds if refund.provider_ref is None and refund.amount_minor == told.amount.minor]
    return next(iter([*by_ref, *waiting]), None)
