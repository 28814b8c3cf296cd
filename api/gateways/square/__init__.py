"""Square behind the one interface, through its own SDK. A checkout is a payment link with its order, a charge a payment."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from square import Square

from api.gateways.payments import BadWebhook, GatewayDeclined, GatewayRejected, header
from api.gateways.square.errors import short_key, translated
from api.gateways.square.objects import SAVE_CARD, charge_of, checkout_of, event_of, joined_ref, refund_of
from api.gateways.wire import real_now, square_amount
from models.types.payments import (
    Charge,
    ChargeRequest,
    Checkout,
    CheckoutRequest,
    CheckoutStatus,
    PaymentStatus,
    Provider,
    ProviderEvent,
    Refund,
    RefundRequest,
)

API_VERSION = "2026-09-16"
# Square repeats a message for a day or three (its pages disagree); an older one is somebody's replay.
_TOLERANCE = timedelta(days=4)
_LONGEST_REASON, _ORDERS_PER_CALL = 192, 100
_ONCE: Any = {"max_retries": 0}
"""Whoever calls holds the key, knows the deadline and decides about retries."""


class SquareGateway:
    """One Square location. notification_url: our webhook address exactly as registered: the signature covers it."""

    provider = Provider.SQUARE

    def __init__(
        self,
        account: str,
        *,
        access_token: str,
        location_id: str,
        signature_key: str,
        notification_url: str,
        merchant_id: str = "",
        api_url: str = "https://connect.squareup.com",
        timeout_seconds: float = 20,
    ) -> None:
        self.account = account
        self._location_id = location_id
        self._signature_key = signature_key
        self._notification_url = notification_url
        self._merchant_id = merchant_id
        self._http = httpx.Client(timeout=timeout_seconds, follow_redirects=False)
        self._api = Square(token=access_token, base_url=api_url, httpx_client=self._http, version=API_VERSION)

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        order = self._new_order(request)
        if request.save_card:
            order["customer_id"] = request.customer_ref or self._new_customer(request)
            order["metadata"][SAVE_CARD] = "1"
        with translated():
            link = self._api.checkout.payment_links.create(
                idempotency_key=short_key(request.idempotency_key),
                order=order,
                checkout_options={"redirect_url": request.success_url},
                pre_populated_data={"buyer_email": request.customer_email},
                request_options=_ONCE,
            ).dict()["payment_link"]
        return Checkout(joined_ref(link["id"], link["order_id"]), link["url"], CheckoutStatus.OPEN, None)

    def get_checkout(self, checkout_ref: str) -> tuple[Checkout, Charge | None]:
        link_id, _, order_id = checkout_ref.partition(":")
        order = self._order(order_id)
        checkout = checkout_of(checkout_ref, order, None)
        if checkout.status is CheckoutStatus.OPEN:
            with translated():
                link = self._api.checkout.payment_links.get(link_id, request_options=_ONCE).dict()["payment_link"]
            return checkout_of(checkout_ref, order, link["url"]), None
        tenders = order.get("tenders")
        return checkout, charge_of(self._payment(tenders[-1]["payment_id"]), order) if tenders else None

    def complete_checkout(self, checkout_ref: str) -> tuple[Checkout, Charge | None]:
        """As in the interface; here it also keeps the card that was paid with, when that was asked for."""
        checkout, charge = self.get_checkout(checkout_ref)
        if charge is None or charge.status is not PaymentStatus.SUCCEEDED:
            return checkout, charge
        order = self._order(checkout_ref.partition(":")[2])
        if SAVE_CARD not in order.get("metadata", {}):
            return checkout, charge
        return checkout, self._with_saved_card(charge, order["customer_id"])

    def expire_checkout(self, checkout_ref: str) -> Checkout:
        link_id, _, order_id = checkout_ref.partition(":")
        try:
            with translated():
                self._api.checkout.payment_links.delete(link_id, request_options=_ONCE)
        except GatewayRejected as error:
            if error.code != "NOT_FOUND":
                raise
        # Deleting the link cancels an unpaid order and leaves a paid one alone: the order says which.
        return checkout_of(checkout_ref, self._order(order_id), None)

    def charge_saved_card(self, request: ChargeRequest) -> Charge:
        order = self._new_order(request)
        order["customer_id"] = request.customer_ref
        with translated():
            placed = self._api.orders.create(
                order=order,
                idempotency_key=short_key(f"{request.idempotency_key}:order"),
                request_options=_ONCE,
            ).dict()["order"]
            payment = self._api.payments.create(
                source_id=request.method_ref,
                customer_id=request.customer_ref,
                idempotency_key=short_key(request.idempotency_key),
                amount_money=square_amount(request.amount),
                order_id=placed["id"],
                location_id=self._location_id,
                request_options=_ONCE,
            ).dict()["payment"]
        return charge_of(payment, placed)

    def get_charge(self, charge_ref: str) -> Charge:
        payment = self._payment(charge_ref)
        return charge_of(payment, self._order_of(payment))

    def find_charges(self, invoice_id: str, *, since: datetime) -> list[Charge]:
        with translated():
            pager = self._api.payments.list(
                begin_time=since.isoformat(),
                sort_order="ASC",
                location_id=self._location_id,
                limit=100,
                request_options=_ONCE,
            )
            payments = [payment.dict() for payment in pager]
        orders = self._orders([payment["order_id"] for payment in payments if "order_id" in payment])
        charges = [charge_of(payment, orders.get(payment.get("order_id", ""))) for payment in payments]
        return [charge for charge in charges if charge.metadata.get("invoice_id") == invoice_id]

    def refund(self, request: RefundRequest) -> Refund:
        with translated():
            answer = self._api.refunds.refund_payment(
                idempotency_key=short_key(request.idempotency_key),
                payment_id=request.charge_ref,
                amount_money=square_amount(request.amount),
                reason=request.reason[:_LONGEST_REASON],
                request_options=_ONCE,
            ).dict()
        return refund_of(answer["refund"])

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        self._verify(raw_body, header(headers, "x-square-hmacsha256-signature"))
        try:
            body = json.loads(raw_body)
            self._check_origin(body)
            payment = body["data"]["object"].get("payment")
            return event_of(body, self.account, self._order_of(payment) if payment else None)
        except (KeyError, TypeError, ValueError, AttributeError, GatewayRejected) as error:
            raise BadWebhook("unreadable", f"A genuine event of unknown shape: {error!r}.") from error

    def close(self) -> None:
        self._http.close()

    def _new_order(self, request: CheckoutRequest | ChargeRequest) -> dict[str, Any]:
        labels = {**request.metadata, "invoice_id": request.invoice_id}
        line = {"name": request.description, "quantity": "1", "base_price_money": square_amount(request.amount)}
        return {
            "location_id": self._location_id,
            "reference_id": request.invoice_id[:40],
            "line_items": [line],
            "metadata": labels,
        }

    def _new_customer(self, request: CheckoutRequest) -> str:
        with translated():
            answer = self._api.customers.create(
                idempotency_key=short_key(f"{request.idempotency_key}:customer"),
                email_address=request.customer_email,
                request_options=_ONCE,
            ).dict()
        return str(answer["customer"]["id"])

    def _with_saved_card(self, charge: Charge, customer_id: str) -> Charge:
        # Square does not keep every card (wallets, a day after the payment): then it is simply not saved.
        try:
            with translated():
                answer = self._api.cards.create(
                    idempotency_key=short_key(f"card:{charge.provider_ref}"),
                    source_id=charge.provider_ref,
                    card={"customer_id": customer_id},
                    request_options=_ONCE,
                ).dict()
        except (GatewayRejected, GatewayDeclined):
            return charge
        return replace(charge, customer_ref=customer_id, method_ref=answer["card"]["id"])

    def _order(self, order_id: str) -> dict[str, Any]:
        with translated():
            return dict(self._api.orders.get(order_id, request_options=_ONCE).dict()["order"])

    def _order_of(self, payment: dict[str, Any]) -> dict[str, Any] | None:
        return self._order(payment["order_id"]) if "order_id" in payment else None

    def _orders(self, order_ids: list[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(order_ids), _ORDERS_PER_CALL):
            with translated():
                part = order_ids[start : start + _ORDERS_PER_CALL]
                orders = self._api.orders.batch_get(order_ids=part, request_options=_ONCE).dict().get("orders", [])
            found.update({order["id"]: order for order in orders})
        return found

    def _payment(self, payment_id: str) -> dict[str, Any]:
        with translated():
            return dict(self._api.payments.get(payment_id, request_options=_ONCE).dict()["payment"])

    def _verify(self, raw_body: bytes, signature: str) -> None:
        if not self._signature_key or not signature:
            raise BadWebhook("signature", "The signature or the key to check it is missing.")
        # Over the address we registered, never the one the request claims: its Host header is the sender's choice.
        digest = hmac.digest(self._signature_key.encode(), self._notification_url.encode() + raw_body, hashlib.sha256)
        if not hmac.compare_digest(base64.b64encode(digest), signature.encode()):
            raise BadWebhook("signature", "The signature does not hold.")

    def _check_origin(self, body: dict[str, Any]) -> None:
        if self._merchant_id and body["merchant_id"] != self._merchant_id:
            raise BadWebhook("account", "This event belongs to another account.")
        if real_now() - datetime.fromisoformat(body["created_at"]) > _TOLERANCE:
            raise BadWebhook("stale", "This message is too old.")
