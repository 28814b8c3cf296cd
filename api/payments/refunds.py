"""Giving money back."""

from sqlmodel import Session

from api.gateways.payments import GatewayRejected, GatewayUnavailable
from api.payments.gateways import opened_gateway
from api.payments.tills import ProviderSilent, Till
from models.commands.invoices import credit_invoice
from models.commands.refunds import apply_refund, finish_refund, start_refund
from models.queries.invoices import get_invoice
from models.queries.payments import find_waiting_refund, get_payment, get_refund
from models.tables.payments import Refund
from models.types.errors import Conflict, Refused
from models.types.money import Money
from models.types.payments import RefundRequest, RefundStatus


def refund_payment(
    till: Till,
    payment_id: str,
    *,
    amount_minor: int,
    reason: str = "",
    credits_invoice: bool = False,
    version: int | None = None,
) -> Refund:
    """The refund of a part or all of a payment. Money that came by hand is only written down.

    credits_invoice: also makes out a credit note, so that the client does not owe the amount again.
    version: of the payment, as the caller saw it. Raises Conflict when it is another one.
    A refund that had no clear answer is sent again with its own key, never a second time.
    Raises Refused for more than is left or when the provider refuses, ProviderSilent when the outcome is unknown.
    """
    with till.open(writes=True) as session:
        if version is not None and version != get_payment(session, payment_id).version:
            raise Conflict("Something happened to this payment meanwhile. Read it again and decide anew.")
        refund = begin_refund(
            till, session, payment_id, amount_minor=amount_minor, reason=reason, credits_invoice=credits_invoice
        )
    return carry_out_refund(till, refund.id)


def begin_refund(
    till: Till, session: Session, payment_id: str, *, amount_minor: int, reason: str = "", credits_invoice: bool = False
) -> Refund:
    """Write down that money is to be given back: the refund of this amount that still waits for an answer, or a new one."""
    payment = get_payment(session, payment_id)
    refund = find_waiting_refund(session, payment.id, amount_minor)
    if refund is None:
        refund = start_refund(session, payment, amount_minor=amount_minor, reason=reason)
        if credits_invoice:
            invoice = get_invoice(session, payment.invoice_id)
            credit_invoice(session, invoice, now=till.call.now, amount_minor=amount_minor, reason=reason)
    return refund


def carry_out_refund(till: Till, refund_id: str) -> Refund:
    """Give the money of a refund back. One that is settled stays as it is, so that a repeat is harmless."""
    with till.open(writes=True) as session:
        refund = get_refund(session, refund_id)
        payment = get_payment(session, refund.payment_id)
        if refund.status != RefundStatus.PENDING or refund.provider_ref:
            return refund
        if payment.provider == "manual":
            finish_refund(session, refund, RefundStatus.SUCCEEDED, now=till.call.now)
            return refund
        request = RefundRequest(
            charge_ref=payment.provider_ref or "",
            amount=Money(refund.amount_minor, payment.currency),
            idempotency_key=f"refund:{refund.id}",
            reason=refund.reason,
            metadata={"refund_id": refund.id, "payment_id": payment.id},
        )
    return _send(till, refund, request, payment.provider)


def _send(till: Till, refund: Refund, request: RefundRequest, provider: str) -> Refund:
    with opened_gateway(till.settings, provider) as gateway:
        try:
            told = gateway.refund(request)
        except GatewayUnavailable as silent:
            raise ProviderSilent from silent
        except GatewayRejected as rejected:
            with till.open(writes=True) as session:
                finish_refund(session, get_refund(session, refund.id), RefundStatus.FAILED, now=till.call.now)
            raise Refused(f"The payment provider refused the refund: {rejected.message}") from rejected
    with till.open(writes=True) as session:
        payment = get_payment(session, refund.payment_id)
        return apply_refund(session, payment, told, now=till.call.now, refund_id=refund.id)
