"""Square's objects, as plain dictionaries from an answer or a webhook, read into ours. Our labels live on the order."""

from datetime import datetime
from typing import Any

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

SAVE_CARD = "save_card"
"""The label that asks for the card to be kept; not one of the caller's."""

_CHARGES = {
    "APPROVED": PaymentStatus.PENDING,
    "PENDING": PaymentStatus.PENDING,
    "COMPLETED": PaymentStatus.SUCCEEDED,
    "CANCELED": PaymentStatus.CANCELED,
    "FAILED": PaymentStatus.FAILED,
}
_REFUNDS = {
    "PENDING": RefundStatus.PENDING,
    "COMPLETED": RefundStatus.SUCCEEDED,
    "REJECTED": RefundStatus.FAILED,
    "FAILED": RefundStatus.FAILED,
}
_KINDS = {
    PaymentStatus.PENDING: EventKind.PAYMENT_PENDING,
    PaymentStatus.SUCCEEDED: EventKind.PAYMENT_SUCCEEDED,
    PaymentStatus.CANCELED: EventKind.PAYMENT_CANCELED,
    PaymentStatus.FAILED: EventKind.PAYMENT_FAILED,
}
_BRANDS = {"AMERICAN_EXPRESS": "American Express", "DISCOVER_DINERS": "Diners Club", "JCB": "JCB"}


def joined_ref(link_id: str, order_id: str) -> str:
    """Both ids of a checkout in one: the link closes the page, the order outlives the link and knows the payment."""
    return f"{link_id}:{order_id}"


def checkout_of(reference: str, order: dict[str, Any], url: str | None) -> Checkout:
    """A payment link by its order. Paid when money is tendered; an order is cancelled with its link."""
    if order.get("tenders"):
        return Checkout(reference, None, CheckoutStatus.COMPLETED, None)
    if order["state"] == "CANCELED":
        return Checkout(reference, None, CheckoutStatus.EXPIRED, None)
    return Checkout(reference, url, CheckoutStatus.OPEN, None)


def labels_of(order: dict[str, Any] | None) -> dict[str, str]:
    """Our own labels on an order."""
    return {name: value for name, value in (order or {}).get("metadata", {}).items() if name != SAVE_CARD}


def charge_of(payment: dict[str, Any], order: dict[str, Any] | None) -> Charge:
    """A payment, with the labels of its order."""
    details = payment.get("card_details", {})
    card = details.get("card", {})
    errors = details.get("errors") or [{}]
    return Charge(
        payment["id"],
        _CHARGES[payment["status"]],
        money_of(payment["amount_money"]),
        fee=_fee(payment),
        failure_code=errors[0].get("code"),
        customer_ref=payment.get("customer_id"),
        method_ref=card.get("id"),
        card_label=_card_label(card),
        refunded_minor=payment.get("refunded_money", {}).get("amount", 0),
        metadata=labels_of(order),
        created_at=datetime.fromisoformat(payment["created_at"]),
    )


def refund_of(refund: dict[str, Any]) -> Refund:
    return Refund(refund["id"], refund["payment_id"], _REFUNDS[refund["status"]], money_of(refund["amount_money"]))


def event_of(body: dict[str, Any], account: str, order: dict[str, Any] | None) -> ProviderEvent:
    """A verified webhook body. order: that of the payment. Raises KeyError, TypeError or ValueError on unknown shapes."""
    things = body["data"]["object"]
    kind, object_ref = EventKind.OTHER, str(body["data"]["id"])
    charge = refund = None
    if "payment" in things:
        charge = charge_of(things["payment"], order)
        kind, object_ref = _KINDS[charge.status], charge.provider_ref
    elif "refund" in things:
        refund = refund_of(things["refund"])
        kind, object_ref = EventKind.PAYMENT_REFUNDED, refund.charge_ref
    elif body["type"] == "dispute.created":
        kind, object_ref = EventKind.PAYMENT_DISPUTED, things["dispute"]["disputed_payment"]["payment_id"]
    moment, labels = datetime.fromisoformat(body["created_at"]), labels_of(order)
    return ProviderEvent(
        Provider.SQUARE, account, body["event_id"], kind, object_ref, moment, charge=charge, refund=refund, metadata=labels
    )


def money_of(money: dict[str, Any]) -> Money:
    """Square counts in ISO minor units."""
    return Money(money["amount"], money["currency"])


def _fee(payment: dict[str, Any]) -> Money | None:
    fees = [money_of(fee["amount_money"]) for fee in payment.get("processing_fee", [])]
    return Money(sum(fee.minor for fee in fees), fees[0].currency) if fees else None


def _card_label(card: dict[str, Any]) -> str | None:
    if "last_4" not in card:
        return None
    brand = card.get("card_brand", "")
    return f"{_BRANDS.get(brand, brand.replace('_', ' ').title())} •••• {card['last_4']}"
