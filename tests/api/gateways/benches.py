"""Each provider on its test bench: the gateway under test, and the hands of the payer, of chance and of a forger."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request

from api.gateways.payments import PaymentGateway
from api.gateways.paypal import PayPalGateway
from api.gateways.square import SquareGateway
from api.gateways.stripe import StripeGateway
from api.sandbox.provider.app import create_app
from api.sandbox.provider.store import Store, timestamp
from api.sandbox.provider.webhooks import signature_header
from models import clock
from models.types.payments import Checkout
from tests.standins import paypal, square
from tests.standins.serving import served

Message = tuple[bytes, dict[str, str]]
STRIPE_SECRET = "whsec_bench"


class Bench(Protocol):
    url: str
    takes_kwd: bool

    @property
    def gateway(self) -> PaymentGateway: ...

    def gateway_at(self, url: str, timeout_seconds: float) -> PaymentGateway: ...

    def pay(self, checkout: Checkout, card: str = "good") -> None:
        """What the payer does. card: good | declined | fails_later."""

    def captured(self, invoice_id: str) -> int:
        """How many times the provider really took money for an invoice."""

    def fault(self, *, fail_next: int = 0, lose_replies: int = 0) -> None: ...

    def message(self, kind: str, about: str) -> Message:
        """The genuine webhook of this kind (paid, refunded) in which this text occurs."""

    def sign(self, body: bytes, *, age: timedelta = timedelta()) -> Message:
        """A genuine message with this body, sent so long ago."""


class StripeBench:
    takes_kwd = True
    _CARDS: ClassVar = {"good": "4242424242424242", "declined": "4000000000000002", "fails_later": "4000000000000341"}
    _KINDS: ClassVar = {"paid": "payment_intent.succeeded", "refunded": "refund.created"}

    def __init__(self, url: str, inbox: list[Message]) -> None:
        self.url = url
        self._inbox = inbox
        self.gateway: PaymentGateway = self.gateway_at(url, 5)

    def gateway_at(self, url: str, timeout_seconds: float) -> StripeGateway:
        return StripeGateway(
            "acct_1", secret_key="sk_test_1", webhook_secret=STRIPE_SECRET, api_url=url, timeout_seconds=timeout_seconds
        )

    def pay(self, checkout: Checkout, card: str = "good") -> None:
        answer = httpx.post(f"{self.url}/sandbox/checkout/{checkout.provider_ref}/pay", json={"card": self._CARDS[card]})
        assert answer.status_code == (402 if card == "declined" else 200)

    def captured(self, invoice_id: str) -> int:
        charges = httpx.get(f"{self.url}/sandbox/charges", params={"invoice_id": invoice_id}).json()
        return sum(charge["status"] == "succeeded" for charge in charges)

    def fault(self, *, fail_next: int = 0, lose_replies: int = 0) -> None:
        httpx.post(f"{self.url}/sandbox/faults", json={"fail_next": fail_next, "execute_then_timeout": lose_replies})

    def message(self, kind: str, about: str) -> Message:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for body, headers in self._inbox:
                if json.loads(body)["type"] == self._KINDS[kind] and about.encode() in body:
                    return body, headers
            time.sleep(0.01)
        raise AssertionError(f"no {kind} message about {about}")

    def sign(self, body: bytes, *, age: timedelta = timedelta()) -> Message:
        return body, {"Stripe-Signature": signature_header(body, STRIPE_SECRET, timestamp() - int(age.total_seconds()))}


class PayPalBench:
    takes_kwd = False
    _KINDS: ClassVar = {"paid": "PAYMENT.CAPTURE.COMPLETED", "refunded": "PAYMENT.CAPTURE.REFUNDED"}

    def __init__(self, standin: paypal.PayPalStandin) -> None:
        self.url = standin.url
        self._standin = standin
        self.gateway: PaymentGateway = self.gateway_at(standin.url, 5)

    def gateway_at(self, url: str, timeout_seconds: float) -> PayPalGateway:
        return PayPalGateway(
            "pp_1",
            client_id="client",
            secret="secret",
            webhook_id=paypal.WEBHOOK_ID,
            merchant_id="M1",
            api_url=url,
            timeout_seconds=timeout_seconds,
        )

    def pay(self, checkout: Checkout, card: str = "good") -> None:
        self._standin.approve(checkout.provider_ref, card)

    def captured(self, invoice_id: str) -> int:
        return sum(dict(parse_qsl(one["custom_id"]))["invoice_id"] == invoice_id for one in self._standin.captures())

    def fault(self, *, fail_next: int = 0, lose_replies: int = 0) -> None:
        self._standin.app.fail_next, self._standin.app.lose_replies = fail_next, lose_replies

    def message(self, kind: str, about: str) -> Message:
        return _found(self._standin.deliveries, self._KINDS[kind], about)

    def sign(self, body: bytes, *, age: timedelta = timedelta()) -> Message:
        sent_at = (clock.now() - age).strftime("%Y-%m-%dT%H:%M:%SZ")
        return body, paypal.signed_headers(body, sent_at)


class SquareBench:
    takes_kwd = False
    _KINDS: ClassVar = {"paid": "payment.updated", "refunded": "refund.created"}

    def __init__(self, standin: square.SquareStandin) -> None:
        self.url = standin.url
        self._standin = standin
        self.gateway: PaymentGateway = self.gateway_at(standin.url, 5)

    def gateway_at(self, url: str, timeout_seconds: float) -> SquareGateway:
        return SquareGateway(
            "sq_1",
            access_token="token",
            location_id="L1",
            signature_key=square.SIGNATURE_KEY,
            notification_url=square.NOTIFICATION_URL,
            merchant_id="M1",
            api_url=url,
            timeout_seconds=timeout_seconds,
        )

    def pay(self, checkout: Checkout, card: str = "good") -> None:
        self._standin.pay(checkout.provider_ref.partition(":")[2], card)

    def captured(self, invoice_id: str) -> int:
        paid = [payment for payment in self._standin.payments.values() if payment["status"] == "COMPLETED"]
        return sum(self._standin.orders[payment["order_id"]]["reference_id"] == invoice_id for payment in paid)

    def fault(self, *, fail_next: int = 0, lose_replies: int = 0) -> None:
        self._standin.app.fail_next, self._standin.app.lose_replies = fail_next, lose_replies

    def message(self, kind: str, about: str) -> Message:
        return _found(self._standin.deliveries, self._KINDS[kind], about)

    def sign(self, body: bytes, *, age: timedelta = timedelta()) -> Message:
        event = json.loads(body)
        aged = json.dumps({**event, "created_at": (clock.now() - age).isoformat()}).encode()
        return aged, square.signed_headers(aged)


def _found(deliveries: list[Message], kind: str, about: str) -> Message:
    return next(message for message in deliveries if kind.encode() in message[0] and about.encode() in message[0])


@contextmanager
def stripe_bench(folder: Path) -> Iterator[StripeBench]:
    """The sandbox provider, with its webhooks really sent to an address of ours."""
    inbox: list[Message] = []

    def sandbox(webhook_url: str) -> Any:
        return lambda url: create_app(
            Store(folder / "provider.db", public_url=url), webhook_url=webhook_url, webhook_secret=STRIPE_SECRET
        )

    with served(lambda _: receiver(inbox)) as webhook_url, served(sandbox(webhook_url)) as url:
        bench = StripeBench(url, inbox)
        yield bench
        bench.gateway.close()


@contextmanager
def paypal_bench(_: Path) -> Iterator[PayPalBench]:
    standins: dict[str, paypal.PayPalStandin] = {}
    with served(lambda url: standins.setdefault(url, paypal.PayPalStandin(url)).app) as url:
        bench = PayPalBench(standins[url])
        yield bench
        bench.gateway.close()


@contextmanager
def square_bench(_: Path) -> Iterator[SquareBench]:
    standins: dict[str, square.SquareStandin] = {}
    with served(lambda url: standins.setdefault(url, square.SquareStandin(url)).app) as url:
        bench = SquareBench(standins[url])
        yield bench
        bench.gateway.close()


def receiver(inbox: list[Message]) -> FastAPI:
    """A webhook address that keeps what it gets."""
    app = FastAPI()

    @app.post("/")
    async def take(request: Request) -> None:
        inbox.append((await request.body(), dict(request.headers)))

    return app


BENCHES: dict[str, Callable[[Path], AbstractContextManager[Bench]]] = {
    "stripe": stripe_bench,
    "paypal": paypal_bench,
    "square": square_bench,
}
