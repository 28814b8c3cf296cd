"""PayPal and Square behind the same pages: the product neither knows nor cares which of them took the money."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.commands.capability_links import link_token
from models.db import Database
from models.queries.invoices import get_invoice
from models.queries.ledger import list_ledger_differences
from models.settings import Settings
from models.tables.payments import Payment, WebhookEvent
from tests.builders.invoices import make_invoice
from tests.builders.workspaces import Studio
from tests.standins import paypal, square
from tests.standins.serving import served


@dataclass
class Provider:
    """name, what has arrived so far, and the hand of a payer at its page."""

    name: str
    deliveries: list[tuple[bytes, dict[str, str]]]
    pay: Callable[[str], None]


@pytest.fixture(params=["paypal", "square"])
def provider(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Provider]:
    settings.stripe_api_key = ""
    made: dict[str, Any] = {}
    if request.param == "paypal":
        with served(lambda url: made.setdefault("it", paypal.PayPalStandin(url)).app) as url:
            settings.paypal_client_id, settings.paypal_client_secret = "client", "secret"
            settings.paypal_webhook_id, settings.paypal_base_url = paypal.WEBHOOK_ID, url
            yield Provider("paypal", made["it"].deliveries, made["it"].approve)
        return
    with served(lambda url: made.setdefault("it", square.SquareStandin(url)).app) as url:
        settings.square_access_token, settings.square_location_id = "token", "L1"
        settings.square_webhook_signature_key, settings.square_base_url = square.SIGNATURE_KEY, url
        settings.public_url = square.NOTIFICATION_URL.removesuffix("/webhooks/square")
        yield Provider("square", made["it"].deliveries, lambda ref: made["it"].pay(ref.partition(":")[2]))


@pytest.fixture
def link(database: Database, studio: Studio, settings: Settings) -> str:
    with database.write(studio.scope) as session:
        invoice = make_invoice(session, studio)
        ids = {"subject_id": invoice.id, "contact_id": studio.contact_id}
        return f"/i/{link_token(session, settings.secret_key, kind='invoice', **ids)}"


def payment(database: Database, studio: Studio) -> Payment:
    with database.read(studio.scope) as session:
        return session.exec(select(Payment)).one()


def test_its_messages_pay_the_invoice(public: TestClient, provider: Provider, link: str, database: Database, studio: Studio):
    assert public.post(f"{link}/payment").status_code == 303
    provider.pay(payment(database, studio).checkout_ref or "")
    told = 0
    while told < len(provider.deliveries):  # taking the money, where that is ours to do, makes further messages
        body, headers = provider.deliveries[told]
        for _ in range(2):
            assert public.post(f"/webhooks/{provider.name}", content=body, headers=headers).status_code == 200
        told += 1

    paid = payment(database, studio)
    with database.read(studio.scope) as session:
        assert (get_invoice(session, paid.invoice_id).status, paid.status) == ("paid", "succeeded")
        assert list_ledger_differences(session) == []
        assert "stored" not in set(session.exec(select(WebhookEvent.status)))


def test_coming_back_is_enough(public: TestClient, provider: Provider, link: str, database: Database, studio: Studio):
    public.post(f"{link}/payment")
    attempt = payment(database, studio)
    provider.pay(attempt.checkout_ref or "")
    assert public.get(f"{link}/return", params={"payment": attempt.id}).headers["location"] == link
    assert "Paid, thank you" in public.get(link).text


def test_a_forged_message_is_refused(public: TestClient, provider: Provider, link: str, database: Database, studio: Studio):
    public.post(f"{link}/payment")
    provider.pay(payment(database, studio).checkout_ref or "")
    body, headers = provider.deliveries[0]
    assert public.post(f"/webhooks/{provider.name}", content=body + b" ", headers=headers).status_code == 400
    assert payment(database, studio).status == "pending"


def test_voiding_closes_its_page(
    public: TestClient, program: TestClient, provider: Provider, link: str, database: Database, studio: Studio
):
    public.post(f"{link}/payment")
    attempt = payment(database, studio)
    assert program.post(f"/api/v1/invoices/{attempt.invoice_id}/void", json={}).json()["status"] == "void"
    assert payment(database, studio).status == "canceled"
