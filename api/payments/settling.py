"""Asking the provider what became of a payment: when the payer returns, and whenever its messages may have been lost."""

from datetime import timedelta

import structlog

from api.gateways.payments import GatewayDeclined, GatewayUnavailable, PaymentGateway
from api.payments.gateways import opened_gateway
from api.payments.tills import ProviderSilent, Till
from models.commands.notifications import notify_responsible
from models.commands.payments import ChargeMismatch, apply_charge, close_checkout, fail_payment, mark_asked
from models.commands.webhook_events import apply_waiting
from models.queries.invoices import get_invoice, stored_sums
from models.queries.payments import get_payment, is_live, lacks_fee, list_to_ask
from models.rules.invoices import can_pay
from models.tables.payments import Payment
from models.types.invoices import InvoiceStatus
from models.types.payments import Charge, Checkout, CheckoutStatus

log = structlog.get_logger("payments")
_SEARCH_LAG = timedelta(hours=4)
"""How long a provider's search may not find a charge that exists; PayPal's lags by three hours."""


def settle_payment(till: Till, payment_id: str) -> None:
    """Bring a payment in line with what the provider says now. Raises ProviderSilent."""
    with till.open(writes=False) as session:
        payment = get_payment(session, payment_id)
    if not is_live(payment) and not lacks_fee(payment):
        return
    with opened_gateway(till.settings, payment.provider) as gateway:
        try:
            _ask(till, gateway, payment)
        except GatewayUnavailable as silent:
            raise ProviderSilent from silent


def reconcile_invoice(till: Till, invoice_id: str) -> None:
    """Ask about every payment of an invoice that is not certain; finds what a lost webhook hid. Raises ProviderSilent."""
    with till.open(writes=False) as session:
        ids = [payment.id for payment in list_to_ask(session, get_invoice(session, invoice_id).id)]
    for payment_id in ids:
        settle_payment(till, payment_id)
        with till.open(writes=True) as session:
            payment = get_payment(session, payment_id)
            apply_waiting(session, payment, now=till.call.now)
            mark_asked(session, payment, now=till.call.now)


def take_over(till: Till, gateway: PaymentGateway, payment: Payment) -> CheckoutStatus:
    """Complete the attempt at its page where that is ours to do, and write down what came of it.

    Raises ProviderSilent.
    """
    assert payment.checkout_ref is not None  # noqa: S101 - only attempts with a page come here
    with till.open(writes=False) as session:
        invoice = get_invoice(session, payment.invoice_id)
        is_wanted = can_pay(InvoiceStatus(invoice.status), stored_sums(invoice))
    look = gateway.complete_checkout if is_wanted else gateway.get_checkout
    try:
        checkout, charge = look(payment.checkout_ref)
    except GatewayDeclined as declined:
        log.info("declined at completion", payment_id=payment.id, code=declined.code)
        checkout, charge = gateway.get_checkout(payment.checkout_ref)
    except GatewayUnavailable as silent:
        raise ProviderSilent from silent
    _write(till, payment, checkout, charge)
    return checkout.status


def _ask(till: Till, gateway: PaymentGateway, payment: Payment) -> None:
    if is_live(payment) and payment.checkout_ref:
        take_over(till, gateway, payment)
    elif payment.provider_ref:
        _write(till, payment, None, gateway.get_charge(payment.provider_ref))
    else:
        _search(till, gateway, payment)


def _search(till: Till, gateway: PaymentGateway, payment: Payment) -> None:
    """The reply to our own request was lost. When nothing is found for long enough, nothing happened."""
    found = gateway.find_charges(payment.invoice_id, since=payment.created_at - timedelta(minutes=5))
    charge = next((one for one in found if one.metadata.get("payment_id") == payment.id), None)
    if charge is not None:
        _write(till, payment, None, charge)
    elif till.call.now - payment.created_at > _SEARCH_LAG:
        with till.open(writes=True) as session:
            fail_payment(session, get_payment(session, payment.id), "no_answer")


def _write(till: Till, payment: Payment, checkout: Checkout | None, charge: Charge | None) -> None:
    try:
        with till.open(writes=True) as session:
            now = till.call.now
            current = get_payment(session, payment.id)
            if charge is not None:
                apply_charge(session, current, charge, now=now)
            if checkout is not None and checkout.status is CheckoutStatus.EXPIRED:
                close_checkout(session, current)
            apply_waiting(session, current, now=now)
    except ChargeMismatch as mismatch:
        log.error("charge does not fit", payment_id=payment.id, reason=mismatch.detail)
        with till.open(writes=True) as session:
            text = f"What the payment provider says does not fit our record and was not applied: {mismatch.detail}"
            notify_responsible(session, None, text, href=f"/invoices/{payment.invoice_id}", key=f"mismatch:{payment.id}")
