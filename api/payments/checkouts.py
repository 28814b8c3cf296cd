"""Sending a payer to the provider's page, once per attempt, and closing that page again."""

from dataclasses import dataclass

import structlog

from api.gateways.payments import GatewayRejected, GatewayUnavailable, PaymentGateway
from api.payments.gateways import offered_provider, opened_gateway
from api.payments.settling import take_over
from api.payments.tills import ProviderSilent, Till
from models.commands.payments import attempt_key, close_checkout, fail_payment, mark_unknown, place_checkout, start_payment
from models.queries.invoices import get_invoice, stored_sums
from models.queries.payments import find_live_payment, find_saved_method, get_payment
from models.rules.invoices import amount_due
from models.tables.contacts import Contact
from models.tables.payments import Payment
from models.types.errors import Refused
from models.types.money import Money
from models.types.payments import CheckoutRequest, CheckoutStatus

log = structlog.get_logger("payments")
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Step:
    payment: Payment
    request: CheckoutRequest
    is_outdated: bool
    """The open page asks for another amount, or was opened with another consent."""


def begin_checkout(till: Till, invoice_id: str, *, back_url: str, saves_card: bool = False, payer_id: str | None = None) -> str:
    """The address to send the payer to: the provider's page of the live attempt, or of a new one.

    back_url: our own page, where the payer comes back; the payment's id is put behind it. A double click, a second tab and a
    repeat after a crash lead to the same page: the provider gets the same key for the same attempt.
    Raises Refused when nothing is due or no provider is set up, ProviderSilent when the provider does not answer.
    """
    provider = offered_provider(till.settings)
    if provider is None:
        raise Refused("Paying online is not set up yet. Please pay by bank transfer.")
    for _ in range(_ROUNDS):
        step = _step(till, invoice_id, provider.value, back_url, saves_card, payer_id)
        with opened_gateway(till.settings, step.payment.provider) as gateway:
            if step.is_outdated:
                _close(till, gateway, step.payment)
                continue
            url = _page(till, gateway, step) if step.payment.checkout_ref else _new_page(till, gateway, step)
        if url:
            return url
    raise ProviderSilent


def close_live_checkout(till: Till, invoice_id: str) -> None:
    """Close the provider's page of an invoice, so that nobody pays what is no longer owed.

    Raises Refused when the payer was faster: the money is in the books then. Raises ProviderSilent.
    """
    with till.open(writes=False) as session:
        payment = find_live_payment(session, get_invoice(session, invoice_id).id)
    if payment is None:
        return
    if payment.checkout_ref is None:
        raise Refused("A payment is under way. Wait until the provider has said what became of it.")
    with opened_gateway(till.settings, payment.provider) as gateway:
        _close(till, gateway, payment)
    with till.open(writes=False) as session:
        if get_payment(session, payment.id).status == "succeeded":
            raise Refused("The client has just paid this invoice.")


def _step(till: Till, invoice_id: str, provider: str, back_url: str, saves_card: bool, payer_id: str | None) -> _Step:
    with till.open(writes=True) as session:
        invoice = get_invoice(session, invoice_id)
        payment = start_payment(session, invoice, provider=provider, saves_card=saves_card, payer_id=payer_id)
        contact = session.get_one(Contact, payer_id or invoice.contact_id)
        saved = find_saved_method(session, contact.id, provider)
        back = f"{back_url}{'&' if '?' in back_url else '?'}payment={payment.id}"
        request = CheckoutRequest(
            invoice_id=invoice.id,
            amount=Money(payment.amount_minor, payment.currency),
            description=f"Invoice {invoice.number} of {till.call.workspace.name}",
            customer_email=contact.email or "",
            success_url=back,
            cancel_url=back,
            idempotency_key=attempt_key(payment),
            metadata={"payment_id": payment.id, "workspace_id": invoice.workspace_id},
            save_card=payment.saves_card,
            customer_ref=saved.customer_ref if saved else None,
        )
        is_other = payment.amount_minor != amount_due(stored_sums(invoice)) or payment.saves_card != saves_card
        return _Step(payment, request, is_other and payment.checkout_ref is not None)


def _new_page(till: Till, gateway: PaymentGateway, step: _Step) -> str:
    payment = step.payment
    try:
        checkout = gateway.create_checkout(step.request)
    except GatewayUnavailable as silent:
        with till.open(writes=True) as session:
            mark_unknown(session, get_payment(session, payment.id))
        raise ProviderSilent from silent
    except GatewayRejected as rejected:
        log.error("checkout rejected", payment_id=payment.id, code=rejected.code, reason=rejected.message)
        with till.open(writes=True) as session:
            fail_payment(session, get_payment(session, payment.id), rejected.code)
        raise Refused("This amount cannot be paid online. Please pay by bank transfer, or ask us.") from rejected
    with till.open(writes=True) as session:
        place_checkout(session, get_payment(session, payment.id), checkout_ref=checkout.provider_ref, url=checkout.url or "")
    return checkout.url or ""


def _page(till: Till, gateway: PaymentGateway, step: _Step) -> str:
    """The open page of the attempt; "" when it is over, and the next round begins anew. Paid: back to our own page."""
    status = take_over(till, gateway, step.payment)
    if status is CheckoutStatus.COMPLETED:
        return step.request.success_url
    return step.payment.checkout_url if status is CheckoutStatus.OPEN else ""


def _close(till: Till, gateway: PaymentGateway, payment: Payment) -> None:
    assert payment.checkout_ref is not None  # noqa: S101 - only attempts with a page come here
    try:
        checkout = gateway.expire_checkout(payment.checkout_ref)
    except GatewayUnavailable as silent:
        raise ProviderSilent from silent
    if checkout.status is CheckoutStatus.COMPLETED:
        take_over(till, gateway, payment)
        return
    with till.open(writes=True) as session:
        close_checkout(session, get_payment(session, payment.id))
