"""Charging a saved card while the payer is away."""

from api.gateways.payments import GatewayDeclined, GatewayRejected, GatewayUnavailable
from api.payments.checkouts import close_live_checkout
from api.payments.gateways import opened_gateway
from api.payments.settling import settle_payment
from api.payments.tills import ProviderSilent, Till
from models.commands.payments import apply_charge, attempt_key, fail_payment, mark_unknown, start_payment
from models.queries.invoices import get_invoice, stored_sums
from models.queries.payments import find_live_payment, get_payment, get_saved_method
from models.rules.invoices import can_pay
from models.tables.payments import Payment
from models.types.invoices import InvoiceStatus
from models.types.money import Money
from models.types.payments import Charge, ChargeRequest


def charge_saved_card(till: Till, invoice_id: str, saved_method_id: str) -> Payment | None:
    """The payment that came of charging what is due to a saved method; its status says what became of it.

    None when nothing is due any more. Safe to repeat: an attempt without a clear answer is sent again with its own key.
    Raises ProviderSilent when the outcome is unknown, Refused when the client is paying by hand at this moment.
    """
    with till.open(writes=False) as session:
        live = find_live_payment(session, invoice_id)
    if live is not None and live.checkout_ref:
        close_live_checkout(till, invoice_id)
    elif live is not None and live.provider_ref:
        settle_payment(till, live.id)
    with till.open(writes=True) as session:
        invoice = get_invoice(session, invoice_id)
        if not can_pay(InvoiceStatus(invoice.status), stored_sums(invoice)):
            return None
        method = get_saved_method(session, saved_method_id)
        payment = start_payment(session, invoice, provider=method.provider, payer_id=method.contact_id)
        request = ChargeRequest(
            invoice_id=invoice.id,
            amount=Money(payment.amount_minor, payment.currency),
            description=f"Invoice {invoice.number} of {till.call.workspace.name}",
            customer_ref=method.customer_ref,
            method_ref=method.method_ref,
            idempotency_key=attempt_key(payment),
            metadata={"payment_id": payment.id, "workspace_id": invoice.workspace_id},
        )
    charge = _charge(till, payment, request)
    with till.open(writes=True) as session:
        current = get_payment(session, payment.id)
        if charge is not None:
            apply_charge(session, current, charge, now=till.call.now)
        return current


def _charge(till: Till, payment: Payment, request: ChargeRequest) -> Charge | None:
    """The charge, or None when it was refused, which is written down."""
    with opened_gateway(till.settings, payment.provider) as gateway:
        try:
            return gateway.charge_saved_card(request)
        except GatewayUnavailable as silent:
            with till.open(writes=True) as session:
                mark_unknown(session, get_payment(session, payment.id))
            raise ProviderSilent from silent
        except (GatewayDeclined, GatewayRejected) as refused:
            with till.open(writes=True) as session:
                fail_payment(session, get_payment(session, payment.id), refused.code)
            return None
