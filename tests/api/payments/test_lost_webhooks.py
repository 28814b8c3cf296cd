"""Every message of the provider is lost: the invoice still becomes paid, because we ask."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models import clock
from models.tables.payments import Payment
from tests.standins.shop import GOOD, Shop


@pytest.fixture
def webhooks_arrive() -> bool:
    return False


def test_reconciling_finds_what_the_webhooks_hid(shop: Shop):
    invoice_id, link = shop.invoice()
    with shop.browser() as browser:
        url = browser.post(f"{link}/payment").headers["location"]
    shop.pay(url, GOOD)
    assert shop.shown(invoice_id)["status"] == "open"

    with shop.worker as worker:
        actions = []
        for _ in range(8):
            due = worker.get(f"/invoices/{invoice_id}/schedule").json()
            if due["is_over"]:
                break
            actions.append((due["action"], due["index"]))
            resource = {"deliver": "deliveries", "reconcile": "reconciliations", "receipt": "receipts"}[due["action"]]
            key = {"Idempotency-Key": f"invoices:{invoice_id}:{resource}:{due['index']}"}
            assert worker.post(f"/invoices/{invoice_id}/{resource}", json={"index": due["index"]}, headers=key).status_code == 204
    assert actions == [("deliver", 1), ("reconcile", 1), ("receipt", 1)]
    assert shop.shown(invoice_id)["status"] == "paid"
    with shop.database.read(shop.studio.scope) as session:
        payment = session.exec(select(Payment)).one()
    assert (payment.status, payment.method) == ("succeeded", "Visa •••• 4242")
    assert payment.fee_minor > 0


def test_a_page_that_nobody_used_is_closed_in_the_end(shop: Shop):
    invoice_id, link = shop.invoice()
    with shop.browser() as browser:
        first = browser.post(f"{link}/payment").headers["location"]
        clock.move(timedelta(days=2))
        with shop.worker as worker:
            worker.post(f"/invoices/{invoice_id}/reconciliations", json={"index": 1})
        with shop.database.read(shop.studio.scope) as session:
            assert session.exec(select(Payment.status)).one() == "canceled"
        assert browser.post(f"{link}/payment").headers["location"] != first
