from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from api.sandbox.provider.app import create_app
from api.sandbox.provider.store import Store
from tests.standins.serving import served

SECRET = "whsec_sandbox"


@dataclass
class Inbox:
    """A webhook address that keeps what it gets, and can refuse for a while."""

    messages: list[tuple[bytes, str]] = field(default_factory=list)
    refuse_next: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/hook")
        async def take(request: Request) -> Response:
            if self.refuse_next:
                self.refuse_next -= 1
                return Response(status_code=503)
            self.messages.append((await request.body(), request.headers["stripe-signature"]))
            return Response(status_code=200)

        return app


@dataclass
class Sandbox:
    url: str
    inbox: Inbox

    def api(self, method: str, path: str, key: str | None = None, **form: Any) -> httpx.Response:
        headers = {"Authorization": "Bearer sk_test_1"} | ({"Idempotency-Key": key} if key else {})
        if method == "GET":
            return httpx.get(f"{self.url}/v1/{path}", params=form, headers=headers)
        return httpx.post(f"{self.url}/v1/{path}", data=form, headers=headers)

    def checkout(self, invoice_id: str, **form: Any) -> dict[str, Any]:
        price = "line_items[0][price_data]"
        basics: dict[str, Any] = {
            "mode": "payment",
            f"{price}[currency]": "eur",
            f"{price}[unit_amount]": 12_345,
            f"{price}[product_data][name]": "Invoice <2026-017> of Studio Nord",
            "success_url": "http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/pay",
            "payment_intent_data[metadata][invoice_id]": invoice_id,
        }
        answer = self.api("POST", "checkout/sessions", **{**basics, **form})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def pay(self, session: dict[str, Any], card: str = "4242424242424242", **changes: str) -> httpx.Response:
        form = {"card": card, "expiry": "12/34", "security_code": "123", "name": "Ada"} | changes
        return httpx.post(session["url"], data=form)

    def charges(self, invoice_id: str) -> list[dict[str, Any]]:
        return list(httpx.get(f"{self.url}/sandbox/charges", params={"invoice_id": invoice_id}).json())

    def webhooks(self) -> list[dict[str, Any]]:
        return list(httpx.get(f"{self.url}/sandbox/webhooks").json())

    def faults(self, **wanted: Any) -> None:
        httpx.post(f"{self.url}/sandbox/faults", json=wanted).raise_for_status()


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    inbox, path = Inbox(), tmp_path_factory.mktemp("sandbox") / "provider.db"
    with (
        served(lambda _: inbox.app()) as hook,
        served(lambda url: create_app(Store(path, public_url=url), webhook_url=f"{hook}/hook", webhook_secret=SECRET)) as url,
    ):
        yield Sandbox(url, inbox)


@pytest.fixture
def sandbox(_running: Sandbox) -> Iterator[Sandbox]:
    """The running provider, without faults left over from the test before."""
    yield _running
    names = ("fail_next", "execute_then_timeout", "duplicate_webhooks")
    _running.faults(drop_webhooks=False, reverse_webhooks=False, **dict.fromkeys(names, 0))
