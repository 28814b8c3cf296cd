"""PayPal behind the one interface. A checkout is an order, a charge the capture of it.

Two things are unlike the others: the payer only approves, and we capture; and an order cannot be cancelled, so a
closed one carries our mark and is never captured.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from api.gateways.payments import BadWebhook, GatewayDeclined, GatewayRejected, header
from api.gateways.paypal.client import PayPalClient
from api.gateways.paypal.objects import (
    charge_of,
    checkout_of,
    closed_custom_id,
    custom_id,
    event_of,
    is_closed,
    labels_of,
    order_amount,
    order_charge,
    refund_of,
)
from api.gateways.wire import paypal_amount, real_now
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

_ORDERS = "/v2/checkout/orders"
_CAPTURES = "/v2/payments/captures"
# PayPal repeats a message for three days and keeps its first time; an older one is somebody's replay.
_TOLERANCE = timedelta(days=4)
_REPORT_WINDOW = timedelta(days=31)
_DESCRIPTION = 127


class PayPalGateway:
    """One PayPal account. webhook_id: the id PayPal gave to our webhook; merchant_id: refuses events for others."""

    provider = Provider.PAYPAL

    def __init__(
        self,
        account: str,
        *,
        client_id: str,
        secret: str,
        webhook_id: str,
        merchant_id: str = "",
        api_url: str = "https://api-m.paypal.com",
        timeout_seconds: float = 20,
    ) -> None:
        self.account = account
        self._webhook_id = webhook_id
        self._merchant_id = merchant_id
        self._api = PayPalClient(client_id, secret, api_url=api_url, timeout_seconds=timeout_seconds)

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        return checkout_of(self._create_order(request, _payer_source(request)))

    def get_checkout(self, checkout_ref: str) -> tuple[Checkout, Charge | None]:
        order = self._order(checkout_ref)
        return checkout_of(order), order_charge(order)

    def complete_checkout(self, checkout_ref: str) -> tuple[Checkout, Charge | None]:
        order = self._order(checkout_ref)
        if order["status"] == "APPROVED" and not is_closed(order):
            self._capture(checkout_ref)
            order = self._order(checkout_ref)
        return checkout_of(order), order_charge(order)

    def expire_checkout(self, checkout_ref: str) -> Checkout:
        order = self._order(checkout_ref)
        if checkout_of(order).status is not CheckoutStatus.OPEN:
            return checkout_of(order)
        change = {"op": "replace", "path": "/purchase_units/@reference_id=='default'/custom_id", "value": closed_custom_id(order)}
        try:
            self._api.patch(f"{_ORDERS}/{checkout_ref}", [change])
        except GatewayRejected:
            if checkout_of(self._order(checkout_ref)).status is CheckoutStatus.OPEN:
                raise  # not because it was completed meanwhile
        return checkout_of(self._order(checkout_ref))

    def charge_saved_card(self, request: ChargeRequest) -> Charge:
        credential = {"payment_initiator": "MERCHANT", "usage": "SUBSEQUENT", "usage_pattern": "UNSCHEDULED_POSTPAID"}
        source = {"paypal": {"vault_id": request.method_ref, "stored_credential": credential}}
        charge = order_charge(self._create_order(request, source))
        if charge is None:
            raise GatewayDeclined("PAYER_ACTION_REQUIRED", "The payer must agree to this payment in person.")
        return _not_failed(charge)

    def get_charge(self, charge_ref: str) -> Charge:
        capture = self._api.get(f"{_CAPTURES}/{charge_ref}")
        order_id = capture.get("supplementary_data", {}).get("related_ids", {}).get("order_id")
        # Only the order knows how much has gone back, and which method was saved.
        charge = order_charge(self._order(order_id)) if order_id else None
        return charge or charge_of(capture)

    def find_charges(self, invoice_id: str, *, since: datetime) -> list[Charge]:
        found = [row["transaction_id"] for row in self._transactions(since) if _is_payment_of(row, invoice_id)]
        charges = [self.get_charge(charge_ref) for charge_ref in dict.fromkeys(found)]
        return sorted(charges, key=lambda charge: charge.created_at or since)

    def refund(self, request: RefundRequest) -> Refund:
        body: dict[str, Any] = {"amount": paypal_amount(request.amount)}
        if request.reason:
            body["note_to_payer"] = request.reason[:255]
        return refund_of(self._api.post(f"{_CAPTURES}/{request.charge_ref}/refund", body, key=request.idempotency_key))

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        body = self._verified(raw_body, headers)
        try:
            self._check_account(body["resource"])
            return event_of(body, self.account)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, StopIteration, GatewayRejected) as error:
            raise BadWebhook("unreadable", f"A genuine event of unknown shape: {error!r}.") from error

    def close(self) -> None:
        self._api.close()

    def _order(self, order_id: str) -> dict[str, Any]:
        return self._api.get(f"{_ORDERS}/{order_id}")

    def _create_order(self, request: CheckoutRequest | ChargeRequest, source: dict[str, Any]) -> dict[str, Any]:
        unit = {
            "reference_id": "default",
            "description": request.description[:_DESCRIPTION],
            "custom_id": custom_id(request.invoice_id, request.metadata),
            "amount": paypal_amount(request.amount),
        }
        body = {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": source}
        order = self._api.post(_ORDERS, body, key=request.idempotency_key)
        # PayPal answers a known request id with the first order and does not look at what is asked now.
        if order_amount(order) != request.amount or order["purchase_units"][0]["custom_id"] != unit["custom_id"]:
            raise GatewayRejected("idempotency", "This idempotency key was used for another payment.")
        return order

    def _capture(self, order_id: str) -> None:
        try:
            order = self._api.post(f"{_ORDERS}/{order_id}/capture", {}, key=f"capture:{order_id}")
        except GatewayRejected as error:
            if error.code != "ORDER_ALREADY_CAPTURED":
                raise
            return
        charge = order_charge(order)
        if charge:
            _not_failed(charge)

    def _transactions(self, since: datetime) -> Iterator[dict[str, Any]]:
        start, now = since, real_now()
        while start < now:
            end = min(start + _REPORT_WINDOW, now)
            window = {"start_date": start.isoformat(timespec="seconds"), "end_date": end.isoformat(timespec="seconds")}
            page, pages = 1, 1
            while page <= pages:
                params = {**window, "fields": "transaction_info", "page_size": 500, "page": page}
                report = self._api.get("/v1/reporting/transactions", params)
                yield from (row["transaction_info"] for row in report["transaction_details"])
                page, pages = page + 1, report["total_pages"]
            start = end

    def _verified(self, raw_body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        names = ("auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time")
        claim = {name.replace("-", "_"): header(headers, f"paypal-{name}") for name in names}
        _check_claim(claim)
        try:
            body = json.loads(raw_body)
        except ValueError as error:
            raise BadWebhook("signature", "The message is not JSON.") from error
        if not self._webhook_id or not isinstance(body, dict):
            raise BadWebhook("signature", "Nothing to verify this message with.")
        # The signature covers the bytes as they came. Parsed and written again they would be others, so they are
        # set into the question untouched; that they parse as one value makes this safe.
        question = json.dumps({**claim, "webhook_id": self._webhook_id}).encode()[:-1] + b', "webhook_event": ' + raw_body + b"}"
        verdict = self._api.post("/v1/notifications/verify-webhook-signature", question)
        if verdict.get("verification_status") != "SUCCESS":
            raise BadWebhook("signature", "PayPal says that this message is not its own.")
        return body

    def _check_account(self, resource: dict[str, Any]) -> None:
        unit = (resource.get("purchase_units") or [{}])[0]
        payee = resource.get("payee") or unit.get("payee") or {}
        if self._merchant_id and payee.get("merchant_id", self._merchant_id) != self._merchant_id:
            raise BadWebhook("account", "This event belongs to another account.")


def _check_claim(claim: dict[str, str]) -> None:
    """Refuse before asking anybody: the certificate's address comes from the message itself."""
    if not all(claim.values()):
        raise BadWebhook("signature", "The signature headers are missing.")
    url = urlsplit(claim["cert_url"])
    host = url.hostname or ""
    if url.scheme != "https" or not host.endswith(".paypal.com") or url.netloc.lower() != host:
        raise BadWebhook("signature", "The certificate is not at PayPal.")
    try:
        sent_at = datetime.fromisoformat(claim["transmission_time"])
        stale = real_now() - sent_at > _TOLERANCE
    except (TypeError, ValueError) as error:
        raise BadWebhook("signature", "The time of sending cannot be read.") from error
    if stale:
        raise BadWebhook("stale", "This message is too old.")


def _payer_source(request: CheckoutRequest) -> dict[str, Any]:
    wallet: dict[str, Any] = {
        "experience_context": {
            "return_url": request.success_url,
            "cancel_url": request.cancel_url,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
            "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        }
    }
    attributes: dict[str, Any] = {}
    if request.save_card:
        attributes["vault"] = {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT"}
    if request.customer_ref:
        attributes["customer"] = {"id": request.customer_ref}
    if attributes:
        wallet["attributes"] = attributes
    if request.customer_email:
        wallet["email_address"] = request.customer_email
    return {"paypal": wallet}


def _not_failed(charge: Charge) -> Charge:
    if charge.status is PaymentStatus.FAILED:
        raise GatewayDeclined(charge.failure_code or "DECLINED", "The payment was declined.", charge_ref=charge.provider_ref)
    return charge


def _is_payment_of(row: dict[str, Any], invoice_id: str) -> bool:
    # T00xx are payments received; refunds (T11xx) and fees repeat the custom field.
    is_payment = row["transaction_event_code"].startswith("T00")
    return is_payment and labels_of(row.get("custom_field", "")).get("invoice_id") == invoice_id
