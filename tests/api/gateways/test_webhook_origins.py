"""Who may speak for a provider: what is particular to each of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from api.gateways.payments import BadWebhook, GatewayRejected
from api.gateways.paypal import PayPalGateway
from api.gateways.square import SquareGateway
from api.gateways.stripe import StripeGateway
from api.sandbox.provider.store import timestamp
from api.sandbox.provider.webhooks import signature_header
from models import clock
from tests.standins import paypal, square
from tests.standins.serving import served


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(BadWebhook) as caught:
        yield
    assert caught.value.code == code


RIGHT = "whsec_1"


def stripe_event(**changes) -> bytes:
    event = {
        "id": "evt_1",
        "type": "customer.created",
        "livemode": False,
        "created": timestamp(),
        "data": {"object": {"id": "cus_1"}},
    }
    return json.dumps(event | changes).encode()


def parse_stripe(body: bytes, *, secret: str = RIGHT, key: str = "sk_test_1"):
    gateway = StripeGateway("acct_1", secret_key=key, webhook_secret=secret)
    try:
        return gateway.parse_webhook(body, {"stripe-signature": signature_header(body, RIGHT, timestamp())})
    finally:
        gateway.close()


def test_stripe_keeps_test_and_live_and_other_accounts_apart():
    assert parse_stripe(stripe_event()).kind == "other"
    with refused("account"):
        parse_stripe(stripe_event(livemode=True))
    with refused("account"):
        parse_stripe(stripe_event(), key="sk_live_1")
    with refused("account"):
        parse_stripe(stripe_event(account="acct_2"))


@pytest.mark.parametrize("secret", ["", " ", "whsec_2"])
def test_stripe_without_the_right_secret_believes_nothing(secret: str):
    with refused("signature"):
        parse_stripe(stripe_event(), secret=secret)


@pytest.fixture(scope="module")
def paypal_gateway() -> Iterator[PayPalGateway]:
    with served(lambda url: paypal.PayPalStandin(url).app) as url:
        gateway = PayPalGateway(
            "pp_1", client_id="client", secret="secret", webhook_id=paypal.WEBHOOK_ID, merchant_id="M1", api_url=url
        )
        yield gateway
        gateway.close()


def paypal_message(resource: dict[str, Any] | None = None) -> tuple[bytes, dict[str, str]]:
    now = clock.now().isoformat()
    event = {"id": "WH-EVT", "event_type": "VAULT.CREDIT-CARD.CREATED", "create_time": now, "resource": resource or {"id": "x"}}
    body = json.dumps(event).encode()
    return body, paypal.signed_headers(body, clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.paypal.com/cert",
        "https://api.paypal.com.evil.example/cert",
        "https://evilpaypal.com/cert",
        "https://api.paypal.com@evil.example/cert",
        "https://api.paypal.com:8443/cert",
        "https://evil.example/?.paypal.com",
        "",
    ],
)
def test_paypal_certificates_are_paypals_own(paypal_gateway: PayPalGateway, url: str):
    body, headers = paypal_message()
    assert paypal_gateway.parse_webhook(body, headers).kind == "other"
    with refused("signature"):
        paypal_gateway.parse_webhook(body, {**headers, "PAYPAL-CERT-URL": url})


def test_paypal_is_asked_about_the_very_bytes_that_came(paypal_gateway: PayPalGateway):
    body, headers = paypal_message()
    smuggled = body + b', "webhook_id": "WH-2", "webhook_event": ' + body
    for forgery in (smuggled, b"{}", body.replace(b": ", b":")):
        with refused("signature"):
            paypal_gateway.parse_webhook(forgery, headers)


def test_paypal_events_for_another_merchant_are_refused(paypal_gateway: PayPalGateway):
    with refused("account"):
        paypal_gateway.parse_webhook(*paypal_message({"id": "x", "payee": {"merchant_id": "M2"}}))


def test_paypal_with_wrong_credentials_is_our_mistake():
    with served(lambda url: paypal.PayPalStandin(url).app) as url:
        gateway = PayPalGateway("pp_1", client_id="client", secret="wrong", webhook_id="WH-1", api_url=url)
        with pytest.raises(GatewayRejected) as caught:
            gateway.get_charge("x")
        assert caught.value.code == "invalid_client"
        gateway.close()


def square_gateway(**changes: str) -> SquareGateway:
    settings: dict[str, Any] = {"signature_key": square.SIGNATURE_KEY, "merchant_id": "M1"} | changes
    settings |= {"notification_url": square.NOTIFICATION_URL, "api_url": "http://127.0.0.1:1"}
    return SquareGateway("sq_1", access_token="token", location_id="L1", **settings)


def test_square_signatures_cover_the_registered_address_and_the_merchant():
    event = {"merchant_id": "M1", "type": "customer.created", "event_id": "e1", "created_at": clock.now().isoformat()}
    body = json.dumps(event | {"data": {"id": "c1", "object": {"customer": {}}}}).encode()
    headers = square.signed_headers(body)
    gateway = square_gateway()
    assert gateway.parse_webhook(body, headers).kind == "other"
    with refused("signature"):
        gateway.parse_webhook(body, square.signed_headers(body, "https://attacker.example/webhooks/square"))
    gateway.close()
    for changes, code in (({"merchant_id": "M2"}, "account"), ({"signature_key": ""}, "signature")):
        other = square_gateway(**changes)
        with refused(code):
            other.parse_webhook(body, headers)
        other.close()
