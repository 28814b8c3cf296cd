"""Stripe behind the one interface, through its own SDK. A checkout is a Checkout Session, a charge a PaymentIntent.

The sandbox provider of the embedded profile speaks the same protocol: only the address differs.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import stripe

from api.gateways.payments import BadWebhook, GatewayDeclined, GatewayError, GatewayRejected, GatewayUnavailable, header
from api.gateways.stripe.objects import charge_of, checkout_of, event_of, refund_of
from api.gateways.stripe.transport import Transport
from api.gateways.wire import stripe_amount
from models.types.payments import (
    Charge,
    ChargeRequest,
    Checkout,
    CheckoutRequest,
    Provider,
    ProviderEvent,
    Refund,
    RefundRequest,
)

API_VERSION = "2026-10-28.endive"
"""Pinned here and on the webhook endpoint: fields have moved between versions without a sound."""

_CHARGE = "latest_charge.balance_transaction"
_TOLERANCE_SECONDS = 300


class StripeGateway:
    """One Stripe account. api_url: the sandbox provider's address, or Stripe's own."""

    provider = Provider.STRIPE

    def __init__(
        self,
        account: str,
        *,
        secret_key: str,
        webhook_secret: str,
        api_url: str = "https://api.stripe.com",
        timeout_seconds: float = 20,
    ) -> None:
        self.account = account
        self._live = "_live_" in secret_key
        self._webhook_secret = webhook_secret
        # No retries in here: whoever calls holds the key, knows the deadline and decides.
        self._http = Transport(timeout_seconds)
        self._api = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_url},
            http_client=self._http,
            max_network_retries=0,
        ).v1

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        with _translated():
            session = self._api.checkout.sessions.create(
                _session_params(request),  # type: ignore[arg-type]  # the SDK's TypedDict cannot be built in steps
                {"idempotency_key": request.idempotency_key},
            )
        return checkout_of(session.to_dict())

    def get_checkout(self, checkout_ref: str) -> tuple[Checkout, Charge | None]:
        with _translated():
            session = self._api.checkout.sessions.retrieve(checkout_ref, {"expand": [f"payment_intent.{_CHARGE}"]}).to_dict()
        intent = session["payment_intent"]
        return checkout_of(session), charge_of(intent) if intent else None

    def complete_checkout(self, checkout_ref: str) -> tuple[Checkout, Charge | None]:
        return self.get_checkout(checkout_ref)

    def expire_checkout(self, checkout_ref: str) -> Checkout:
        try:
            with _translated():
                return checkout_of(self._api.checkout.sessions.expire(checkout_ref).to_dict())
        except GatewayRejected:
            # Not open any more: paid meanwhile, or expired before. An unknown one is rejected again here.
            return self.get_checkout(checkout_ref)[0]

    def charge_saved_card(self, request: ChargeRequest) -> Charge:
        with _translated():
            intent = self._api.payment_intents.create(
                {
                    "amount": stripe_amount(request.amount),
                    "currency": request.amount.currency.lower(),
                    "customer": request.customer_ref,
                    "payment_method": request.method_ref,
                    "confirm": True,
                    "off_session": True,
                    "description": request.description,
                    "metadata": {**request.metadata, "invoice_id": request.invoice_id},
                    "expand": [_CHARGE],
                },
                {"idempotency_key": request.idempotency_key},
            )
        return replace(charge_of(intent.to_dict()), method_ref=request.method_ref)

    def get_charge(self, charge_ref: str) -> Charge:
        with _translated():
            return charge_of(self._api.payment_intents.retrieve(charge_ref, {"expand": [_CHARGE]}).to_dict())

    def find_charges(self, invoice_id: str, *, since: datetime) -> list[Charge]:
        if not {"'", "\\"}.isdisjoint(invoice_id):
            raise GatewayRejected("invoice_id", "This is no invoice id.")
        query = f"metadata['invoice_id']:'{invoice_id}' AND created>={int(since.timestamp())}"
        with _translated():
            found = self._api.payment_intents.search({"query": query, "limit": 100, "expand": [f"data.{_CHARGE}"]})
            charges = [charge_of(intent.to_dict()) for intent in found.auto_paging_iter()]
        return sorted(charges, key=lambda charge: charge.created_at or since)

    def refund(self, request: RefundRequest) -> Refund:
        with _translated():
            refund = self._api.refunds.create(
                {
                    "payment_intent": request.charge_ref,
                    "amount": stripe_amount(request.amount),
                    "metadata": {**request.metadata, "reason": request.reason},
                },
                {"idempotency_key": request.idempotency_key},
            )
        return refund_of(refund.to_dict())

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        self._verify(raw_body, header(headers, "Stripe-Signature"))
        try:
            body = json.loads(raw_body)
            self._check_account(body)
            return event_of(body, self.account)
        except (KeyError, TypeError, ValueError, AttributeError, GatewayRejected) as error:
            raise BadWebhook("unreadable", f"A genuine event of unknown shape: {error!r}.") from error

    def close(self) -> None:
        self._http.close()

    def _verify(self, raw_body: bytes, signature: str) -> None:
        try:
            stripe.WebhookSignature.verify_header(raw_body, signature, self._webhook_secret, _TOLERANCE_SECONDS)
        except stripe.SignatureVerificationError as error:
            stale = "tolerance" in str(error)
            raise BadWebhook("stale" if stale else "signature", "The signature does not hold.") from error
        except (TypeError, ValueError) as error:  # neither a header nor a body need be text
            raise BadWebhook("signature", "The signature cannot be read.") from error

    def _check_account(self, body: dict[str, Any]) -> None:
        if body["livemode"] != self._live:
            raise BadWebhook("account", "Test and live events do not mix.")
        if body.get("account", self.account) != self.account:
            raise BadWebhook("account", "This event belongs to another account.")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except stripe.StripeError as error:
        raise _gateway_error(error) from error


def _gateway_error(error: stripe.StripeError) -> GatewayError:
    message = error.user_message or str(error)
    status = error.http_status or 0
    if isinstance(error, stripe.CardError):
        details = (error.json_body or {}).get("error", {})  # type: ignore[attr-defined]  # a dict, typed as object
        intent = details.get("payment_intent") or {}
        return GatewayDeclined(details.get("decline_code") or error.code or "declined", message, charge_ref=intent.get("id"))
    # 409 is the same key in flight elsewhere; no status at all is a connection that broke.
    if not status or status in (409, 429) or status >= 500:
        return GatewayUnavailable(error.code or str(status or "connection"), message)
    return GatewayRejected(error.code or type(error).__name__, message)


def _session_params(request: CheckoutRequest) -> dict[str, Any]:
    metadata = {**request.metadata, "invoice_id": request.invoice_id}
    # A session's metadata stays on the session: the payment needs its own copy to be found again.
    intent: dict[str, Any] = {"metadata": metadata, "description": request.description}
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.amount.currency.lower(),
                    "unit_amount": stripe_amount(request.amount),
                    "product_data": {"name": request.description},
                },
            }
        ],
        "client_reference_id": request.invoice_id,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "metadata": metadata,
        "payment_intent_data": intent,
    }
    if request.customer_ref:
        params["customer"] = request.customer_ref
    else:
        params["customer_email"] = request.customer_email
    if request.save_card:
        intent["setup_future_usage"] = "off_session"
        if not request.customer_ref:
            params["customer_creation"] = "always"
    return params
