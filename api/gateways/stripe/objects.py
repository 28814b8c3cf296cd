"""Stripe's objects, as plain dictionaries from an answer or a webhook, read into ours. Strict: a missing field is an error."""

from datetime import UTC, datetime
from typing import Any

from api.gateways.wire import from_stripe
from models.types.money import Money
from models.types.payments import (
    Charge,
    Checkout,
    CheckoutStatus,
    EventKind,
    PaymentStatus,
    Provider,
    ProviderEvent,
    Refund,
    RefundStatus,
)

_CHECKOUTS = {"open": CheckoutStatus.OPEN, "complete": CheckoutStatus.COMPLETED, "expired": CheckoutStatus.EXPIRED}
_REFUNDS = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
_BRANDS = {"amex": "American Express", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}

# `charge.refunded` is left out: `refund.created` says the same of each single refund.
_KINDS = {
    "checkout.session.completed": EventKind.CHECKOUT_COMPLETED,
    "checkout.session.expired": EventKind.CHECKOUT_EXPIRED,
    "checkout.session.async_payment_succeeded": EventKind.PAYMENT_SUCCEEDED,
    "payment_intent.processing": EventKind.PAYMENT_PENDING,
    "payment_intent.succeeded": EventKind.PAYMENT_SUCCEEDED,
    "payment_intent.payment_failed": EventKind.PAYMENT_FAILED,
    "payment_intent.canceled": EventKind.PAYMENT_CANCELED,
    "refund.created": EventKind.PAYMENT_REFUNDED,
    "refund.updated": EventKind.PAYMENT_REFUNDED,
    "refund.failed": EventKind.PAYMENT_REFUNDED,
    "charge.dispute.created": EventKind.PAYMENT_DISPUTED,
}


def checkout_of(session: dict[str, Any]) -> Checkout:
    """A Checkout Session."""
    return Checkout(session["id"], session["url"], _CHECKOUTS[session["status"]], _moment(session["expires_at"]))


def charge_of(intent: dict[str, Any]) -> Charge:
    """A PaymentIntent, the fee and the card only when its latest charge came along expanded."""
    latest = intent["latest_charge"] if isinstance(intent["latest_charge"], dict) else {}
    return Charge(
        intent["id"],
        _charge_status(intent),
        from_stripe(intent["amount"], intent["currency"]),
        fee=_fee(latest),
        failure_code=_failure_code(intent),
        customer_ref=intent["customer"],
        method_ref=intent["payment_method"] if intent["setup_future_usage"] else None,
        card_label=_card_label(latest),
        refunded_minor=from_stripe(latest.get("amount_refunded", 0), intent["currency"]).minor,
        metadata=intent["metadata"],
        created_at=_moment(intent["created"]),
    )


def _charge_status(intent: dict[str, Any]) -> PaymentStatus:
    status = intent["status"]
    if status == "requires_payment_method":
        return PaymentStatus.FAILED if intent["last_payment_error"] else PaymentStatus.PENDING
    known = {"succeeded": PaymentStatus.SUCCEEDED, "canceled": PaymentStatus.CANCELED}
    return known.get(status, PaymentStatus.PENDING)


def _failure_code(intent: dict[str, Any]) -> str | None:
    error = intent["last_payment_error"] or {}
    return error.get("decline_code") or error.get("code")


def _fee(latest: dict[str, Any]) -> Money | None:
    settled = latest.get("balance_transaction")
    return from_stripe(settled["fee"], settled["currency"]) if isinstance(settled, dict) else None


def _card_label(latest: dict[str, Any]) -> str | None:
    card = (latest.get("payment_method_details") or {}).get("card")
    return f"{_BRANDS.get(card['brand'], card['brand'].capitalize())} •••• {card['last4']}" if card else None


def refund_of(refund: dict[str, Any]) -> Refund:
    """A Refund of a PaymentIntent."""
    amount = from_stripe(refund["amount"], refund["currency"])
    return Refund(refund["id"], refund["payment_intent"], _REFUNDS[refund["status"]], amount)


def event_of(body: dict[str, Any], account: str) -> ProviderEvent:
    """A verified webhook body. Raises KeyError, TypeError or ValueError when the shape is not as pinned."""
    kind, thing = _KINDS.get(body["type"], EventKind.OTHER), body["data"]["object"]
    charge = refund = None
    object_ref = thing["id"]
    if kind is EventKind.PAYMENT_REFUNDED:
        refund = refund_of(thing)
        object_ref = refund.charge_ref
    elif kind is EventKind.PAYMENT_DISPUTED:
        object_ref = thing["payment_intent"]
    elif kind is not EventKind.OTHER:
        charge = _session_charge(thing) if thing["object"] == "checkout.session" else charge_of(thing)
    if kind.startswith("payment.") and charge:
        object_ref = charge.provider_ref
    return ProviderEvent(
        Provider.STRIPE,
        account,
        body["id"],
        kind,
        object_ref,
        _moment(body["created"]),
        charge=charge,
        refund=refund,
        metadata=thing.get("metadata") or {},
    )


def _session_charge(session: dict[str, Any]) -> Charge | None:
    if not session["payment_intent"]:
        return None
    status = PaymentStatus.SUCCEEDED if session["payment_status"] == "paid" else PaymentStatus.PENDING
    amount = from_stripe(session["amount_total"], session["currency"])
    return Charge(session["payment_intent"], status, amount, customer_ref=session["customer"], metadata=session["metadata"] or {})


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
