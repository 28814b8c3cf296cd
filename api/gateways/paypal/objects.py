"""PayPal's objects read into ours. Our labels travel in `custom_id`, the one free field that reaches the capture."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from api.gateways.payments import GatewayRejected
from api.gateways.wire import from_paypal
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

_LONGEST_CUSTOM_ID = 255
_CLOSED = "closed"
_CHARGES = {
    "COMPLETED": PaymentStatus.SUCCEEDED,
    "PARTIALLY_REFUNDED": PaymentStatus.SUCCEEDED,
    "REFUNDED": PaymentStatus.SUCCEEDED,
    "PENDING": PaymentStatus.PENDING,
    "DECLINED": PaymentStatus.FAILED,
    "FAILED": PaymentStatus.FAILED,
}
_REFUNDS = {
    "COMPLETED": RefundStatus.SUCCEEDED,
    "PENDING": RefundStatus.PENDING,
    "FAILED": RefundStatus.FAILED,
    "CANCELLED": RefundStatus.FAILED,
}
_KINDS = {
    "CHECKOUT.ORDER.APPROVED": EventKind.CHECKOUT_APPROVED,
    "CHECKOUT.ORDER.COMPLETED": EventKind.CHECKOUT_COMPLETED,
    "PAYMENT.CAPTURE.COMPLETED": EventKind.PAYMENT_SUCCEEDED,
    "PAYMENT.CAPTURE.PENDING": EventKind.PAYMENT_PENDING,
    "PAYMENT.CAPTURE.DENIED": EventKind.PAYMENT_FAILED,
    "PAYMENT.CAPTURE.DECLINED": EventKind.PAYMENT_FAILED,
    "PAYMENT.CAPTURE.REFUNDED": EventKind.PAYMENT_REFUNDED,
    "PAYMENT.CAPTURE.REVERSED": EventKind.PAYMENT_REFUNDED,
    "CUSTOMER.DISPUTE.CREATED": EventKind.PAYMENT_DISPUTED,
}


def custom_id(invoice_id: str, metadata: dict[str, str]) -> str:
    """Our labels in PayPal's one field. Raises GatewayRejected when they do not fit."""
    text = urlencode({**metadata, "invoice_id": invoice_id})
    if len(text) > _LONGEST_CUSTOM_ID:
        raise GatewayRejected("metadata", f"PayPal holds {_LONGEST_CUSTOM_ID} characters of labels; these are {len(text)}.")
    return text


def labels_of(text: str) -> dict[str, str]:
    """Our labels, read back."""
    return {name: value for name, value in parse_qsl(text) if name != _CLOSED}


def closed_custom_id(order: dict[str, Any]) -> str:
    """What marks an order that we will never capture."""
    return urlencode({_CLOSED: "1", "invoice_id": _labels(_unit(order)).get("invoice_id", "")})


def is_closed(order: dict[str, Any]) -> bool:
    return order["status"] == "VOIDED" or _CLOSED in dict(parse_qsl(_unit(order).get("custom_id", "")))


def order_amount(order: dict[str, Any]) -> Money:
    return from_paypal(_unit(order)["amount"])


def checkout_of(order: dict[str, Any]) -> Checkout:
    """An order. Open until it is captured, or until we have marked it closed."""
    if order["status"] == "COMPLETED":
        return Checkout(order["id"], None, CheckoutStatus.COMPLETED, None)
    if is_closed(order):
        return Checkout(order["id"], None, CheckoutStatus.EXPIRED, None)
    url = next((link["href"] for link in order["links"] if link["rel"] in ("payer-action", "approve")), None)
    return Checkout(order["id"], url, CheckoutStatus.OPEN, None)


def order_charge(order: dict[str, Any]) -> Charge | None:
    """The latest capture of an order, with what was saved and refunded; None before the first."""
    payments = _unit(order).get("payments", {})
    if not payments.get("captures"):
        return None
    back = [from_paypal(refund["amount"]).minor for refund in payments.get("refunds", []) if refund["status"] != "FAILED"]
    return charge_of(payments["captures"][-1], source=order.get("payment_source", {}), refunded_minor=sum(back))


def charge_of(capture: dict[str, Any], *, source: dict[str, Any] | None = None, refunded_minor: int | None = None) -> Charge:
    """A capture. source: the order's `payment_source`, which names the wallet and the vaulted method."""
    amount = from_paypal(capture["amount"])
    wallet = (source or {}).get("paypal", {})
    vault = wallet.get("attributes", {}).get("vault", {})
    if refunded_minor is None:
        refunded_minor = amount.minor if capture["status"] == "REFUNDED" else 0
    return Charge(
        capture["id"],
        _CHARGES[capture["status"]],
        amount,
        fee=_fee(capture),
        failure_code=capture.get("status_details", {}).get("reason") if _CHARGES[capture["status"]] == "failed" else None,
        customer_ref=vault.get("customer", {}).get("id"),
        method_ref=vault.get("id"),
        card_label=f"PayPal {wallet['email_address']}" if wallet.get("email_address") else "PayPal",
        refunded_minor=refunded_minor,
        metadata=_labels(capture),
        created_at=datetime.fromisoformat(capture["create_time"]),
    )


def refund_of(refund: dict[str, Any]) -> Refund:
    """A refund of a capture; the capture is named by the `up` link."""
    charge_ref = next(link["href"].rsplit("/", 1)[-1] for link in refund["links"] if link["rel"] == "up")
    return Refund(refund["id"], charge_ref, _REFUNDS[refund["status"]], from_paypal(refund["amount"]))


def event_of(body: dict[str, Any], account: str) -> ProviderEvent:
    """A verified webhook body. Raises KeyError, TypeError or ValueError when the shape is unknown."""
    kind, thing = _KINDS.get(body["event_type"], EventKind.OTHER), body["resource"]
    charge = refund = None
    if kind is EventKind.PAYMENT_REFUNDED:
        refund = refund_of(thing)
        object_ref = refund.charge_ref
    elif kind is EventKind.PAYMENT_DISPUTED:
        object_ref = thing["disputed_transactions"][0]["seller_transaction_id"]
    elif kind.startswith("checkout."):
        charge, object_ref = order_charge(thing), thing["id"]
    elif kind is EventKind.OTHER:
        object_ref = str(thing.get("id", ""))
    else:
        charge, object_ref = charge_of(thing), thing["id"]
    labels = _labels(_unit(thing) if kind.startswith("checkout.") else thing)
    moment = datetime.fromisoformat(body["create_time"])
    return ProviderEvent(
        Provider.PAYPAL, account, body["id"], kind, object_ref, moment, charge=charge, refund=refund, metadata=labels
    )


def _unit(order: dict[str, Any]) -> dict[str, Any]:
    return dict(order["purchase_units"][0])


def _labels(thing: dict[str, Any]) -> dict[str, str]:
    return labels_of(thing.get("custom_id", ""))


def _fee(capture: dict[str, Any]) -> Money | None:
    fee = capture.get("seller_receivable_breakdown", {}).get("paypal_fee")
    return from_paypal(fee) if fee else None
