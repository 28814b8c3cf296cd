"""A retainer charges the saved card at the provider: once, again by the calendar, and never twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models import clock
from models.queries.ledger import list_ledger_differences
from models.tables.events import Event
from models.tables.payments import Payment
from tests.builders.retainers import care_terms, make_retainer
from tests.standins.shop import GOOD, Shop

FAILS_LATER = "4000000000000341"
Work = Callable[[], list[str]]


@pytest.fixture
def saved(shop: Shop) -> Callable[[str], None]:
    """Ada pays an invoice and lets her card be kept."""

    def save(card: str) -> None:
        invoice_id, link = shop.invoice()
        with shop.browser() as browser:
            page = browser.post(f"{link}/payment", data={"saves_card": "on"}).headers["location"]
        shop.pay(page, card)
        shop.wait_for(invoice_id, "paid")

    return save


@pytest.fixture
def retainer_id(shop: Shop) -> str:
    with shop.database.write(shop.studio.scope) as session:
        return make_retainer(session, shop.studio, terms=care_terms(clock.today("Europe/Berlin")), collect="charge").id


@pytest.fixture
def work(shop: Shop, retainer_id: str) -> Work:
    """What the workflow does while something is due: the actions it took."""
    resources = {"bill": "periods", "issue": "period_issues", "charge": "charges"}

    def go_on() -> list[str]:
        done: list[str] = []
        with shop.worker as worker:
            while (due := worker.get(f"/retainers/{retainer_id}/schedule").json())["action"]:
                if datetime.fromisoformat(due["wake_at"]) > clock.now():
                    return done
                key = f"retainers:{retainer_id}:{resources[due['action']]}:{due['index']}"
                path = f"/retainers/{retainer_id}/{resources[due['action']]}"
                answer = worker.post(path, json={"index": due["index"]}, headers={"Idempotency-Key": key})
                done.append(f"{due['action']} {due['index']} {answer.status_code}")
                assert len(done) < 9, done
                if answer.status_code == 503:
                    return done
        return done

    return go_on


def status(shop: Shop, retainer_id: str) -> str:
    with shop.program as program:
        return str(program.get(f"/retainers/{retainer_id}").json()["status"])


def period(shop: Shop, retainer_id: str) -> dict[str, Any]:
    with shop.program as program:
        return dict(program.get(f"/retainers/{retainer_id}/periods").json()[0])


def test_the_period_is_charged_to_the_saved_card(shop: Shop, saved: Callable[[str], None], retainer_id: str, work: Work):
    saved(GOOD)
    assert work() == ["bill 0 201", "charge 1 204"]
    assert work() == []

    proof = period(shop, retainer_id)
    assert (proof["invoice_status"], [one["status"] for one in proof["attempts"]]) == ("paid", ["succeeded"])
    assert proof["attempts"][0]["key"] == f"invoice:{proof['invoice_id']}:attempt:1"
    assert [one["amount"] for one in shop.charges(proof["invoice_id"])] == [142800]


def test_four_failures_then_the_client_pays(shop: Shop, saved: Callable[[str], None], retainer_id: str, work: Work):
    saved(FAILS_LATER)
    taken = [work()]
    for days in (1, 3, 5):
        clock.move(timedelta(days=days) - timedelta(minutes=2))
        assert work() == []
        clock.move(timedelta(minutes=3))
        taken.append(work())
    assert taken == [["bill 0 201", "charge 1 204"], ["charge 2 204"], ["charge 3 204"], ["charge 4 204"]]
    assert (status(shop, retainer_id), work()) == ("past_due", [])
    with shop.worker as worker:
        due = worker.get(f"/retainers/{retainer_id}/schedule").json()
    assert (due["whom"], due["action"]) == ("us", "bill")

    invoice_id = period(shop, retainer_id)["invoice_id"]
    with shop.client as client:
        page = client.post(f"/portal/invoices/{invoice_id}/payment").headers["location"]
    shop.pay(page)
    shop.wait_for(invoice_id, "paid")

    assert (status(shop, retainer_id), work()) == ("active", [])
    assert len(shop.charges(invoice_id)) == 1
    assert [one["status"] for one in period(shop, retainer_id)["attempts"]] == ["failed"] * 4 + ["succeeded"]
    with shop.database.read(shop.studio.scope) as session:
        told = [event.type for event in session.exec(select(Event).where(Event.subject_id == retainer_id))]
        assert told.count("retainer.past_due") == 1
        assert told.count("retainer.period_paid") == 1
        assert list_ledger_differences(session) == []


def test_a_lost_reply_never_charges_twice(shop: Shop, saved: Callable[[str], None], retainer_id: str, work: Work):
    saved(GOOD)
    shop.provider.lose_replies = 1
    assert work() == ["bill 0 201", "charge 1 503"]

    with shop.worker as worker:  # the activity's retries: the connection that lost the reply may fail once more
        charge = f"/retainers/{retainer_id}/charges"
        key = {"Idempotency-Key": f"retainers:{retainer_id}:charges:1"}
        answers = (worker.post(charge, json={"index": 1}, headers=key).status_code for _ in range(5))
        answer = next(status for status in answers if status != 503)

    assert answer == 204
    proof = period(shop, retainer_id)
    assert (proof["invoice_status"], len(shop.charges(proof["invoice_id"]))) == ("paid", 1)
    with shop.database.read(shop.studio.scope) as session:
        assert len(session.exec(select(Payment).where(Payment.invoice_id == proof["invoice_id"])).all()) == 1


def test_a_person_may_charge_again_at_once(shop: Shop, saved: Callable[[str], None], retainer_id: str, work: Work):
    saved(FAILS_LATER)
    work()
    saved(GOOD)
    with shop.program as program:
        assert program.post(f"/retainers/{retainer_id}/charges", json={"period_index": 0}).json()["status"] == "succeeded"
        assert program.post(f"/retainers/{retainer_id}/charges", json={"period_index": 0}).status_code == 204
    assert len(shop.charges(period(shop, retainer_id)["invoice_id"])) == 1
