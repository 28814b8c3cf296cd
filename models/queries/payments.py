"""Reading payments, refunds, receipts and saved methods."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from models.db import workspace_id_of
from models.queries.waits import list_skipped
from models.tables.payments import Payment, Receipt, Refund, SavedMethod, WebhookEvent
from models.types.errors import NotFound

LIVE = ("pending", "unknown")
"""The money is not certain: no new attempt until the provider has said so."""
MAX_FEE_ASKS = 3
_MANUAL = "manual"


def get_payment(session: Session, payment_id: str) -> Payment:
    """One payment. Raises NotFound."""
    payment = session.get(Payment, payment_id)
    if payment is None or payment.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such payment.")
    return payment


def list_payments_of(session: Session, invoice_id: str) -> list[Payment]:
    """All attempts for one invoice, in order."""
    statement = select(Payment).where(Payment.invoice_id == invoice_id)
    return list(session.exec(statement.order_by(col(Payment.attempt))).all())


def list_unreceipted(session: Session, invoice_id: str) -> list[Payment]:
    """The payments that a receipt is still to be made out for; a person may have decided that some get none."""
    known = {receipt.payment_id for receipt in list_receipts(session, invoice_id)}
    skipped_at = max((one.created_at for one in list_skipped(session, invoice_id, "receipt")), default=None)
    return [
        payment
        for payment in list_payments_of(session, invoice_id)
        if payment.status == "succeeded" and payment.id not in known and not _came_by(payment, skipped_at)
    ]


def _came_by(payment: Payment, at: datetime | None) -> bool:
    return at is not None and (payment.succeeded_at or payment.created_at) <= at


def find_live_payment(session: Session, invoice_id: str) -> Payment | None:
    """The attempt whose outcome is not certain yet, or None."""
    statement = select(Payment).where(Payment.invoice_id == invoice_id, col(Payment.status).in_(LIVE))
    return session.exec(statement.order_by(col(Payment.attempt).desc())).first()


def find_last_attempt(session: Session, invoice_id: str) -> int:
    """The number of the last attempt; 0 when there was none."""
    return session.exec(select(func.max(Payment.attempt)).where(Payment.invoice_id == invoice_id)).one() or 0


def list_to_ask(session: Session, invoice_id: str) -> list[Payment]:
    """Payments of which the provider must be asked: not certain yet, or certain but without the fee."""
    return [payment for payment in list_payments_of(session, invoice_id) if is_live(payment) or lacks_fee(payment)]


def is_live(payment: Payment) -> bool:
    """Whether the provider has not said yet what became of it."""
    return payment.status in LIVE and payment.provider != _MANUAL


def lacks_fee(payment: Payment) -> bool:
    """Whether the provider's fee is still worth asking for."""
    if payment.status != "succeeded" or payment.provider == _MANUAL or payment.fee_minor:
        return False
    return payment.reconciled_count < MAX_FEE_ASKS


def list_refunds(session: Session, payment_ids: Sequence[str]) -> list[Refund]:
    """Refunds of these payments, the earliest first."""
    return list(session.exec(select(Refund).where(col(Refund.payment_id).in_(payment_ids)).order_by(col(Refund.id))).all())


def get_refund(session: Session, refund_id: str) -> Refund:
    """One refund. Raises NotFound."""
    refund = session.get(Refund, refund_id)
    if refund is None or refund.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such refund.")
    return refund


def find_waiting_refund(session: Session, payment_id: str, amount_minor: int) -> Refund | None:
    """A refund of this amount that the provider was asked for and has not answered, or None."""
    waiting = select(Refund).where(
        Refund.payment_id == payment_id,
        Refund.amount_minor == amount_minor,
        Refund.status == "pending",
        col(Refund.provider_ref).is_(None),
    )
    return session.exec(waiting.order_by(col(Refund.id))).first()


def find_receipt(session: Session, payment_id: str) -> Receipt | None:
    """The receipt of a payment, or None."""
    return session.exec(select(Receipt).where(Receipt.payment_id == payment_id)).one_or_none()


def list_receipts(session: Session, invoice_id: str) -> list[Receipt]:
    """The receipts of an invoice's payments, the earliest first."""
    return list(session.exec(select(Receipt).where(Receipt.invoice_id == invoice_id).order_by(col(Receipt.id))).all())


def get_saved_method(session: Session, saved_method_id: str) -> SavedMethod:
    """A saved method that may still be charged. Raises NotFound."""
    method = session.get(SavedMethod, saved_method_id)
    if method is None or method.removed_at is not None or method.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such saved payment method.")
    return method


def find_saved_method(session: Session, contact_id: str, provider: str) -> SavedMethod | None:
    """The method that a client saved last with a provider and has not removed, or None."""
    statement = select(SavedMethod).where(
        SavedMethod.contact_id == contact_id, SavedMethod.provider == provider, col(SavedMethod.removed_at).is_(None)
    )
    return session.exec(statement.order_by(col(SavedMethod.id).desc())).first()


def list_saved_methods(session: Session, contact_id: str) -> list[SavedMethod]:
    """The methods of a client that may be charged, the newest first."""
    statement = select(SavedMethod).where(SavedMethod.contact_id == contact_id, col(SavedMethod.removed_at).is_(None))
    return list(session.exec(statement.order_by(col(SavedMethod.id).desc())).all())


def payments_matching(*, status: str | None = None, invoice_id: str | None = None, provider: str | None = None) -> Any:
    """A select of payments, in no order."""
    statement = select(Payment)
    for column, value in ((Payment.status, status), (Payment.invoice_id, invoice_id), (Payment.provider, provider)):
        if value is not None:
            statement = statement.where(col(column) == value)
    return statement


def list_unapplied_events(session: Session, provider: str, refs: Sequence[str]) -> list[WebhookEvent]:
    """Stored messages of a provider about these objects that wait to be applied, in the order they came."""
    statement = select(WebhookEvent).where(
        WebhookEvent.provider == provider, WebhookEvent.status == "stored", col(WebhookEvent.object_ref).in_(refs)
    )
    return list(session.exec(statement.order_by(col(WebhookEvent.id))).all())
