"""What a member sees and does with retainers."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.commands.retainers import bill_period
from models.db import Database
from models.queries.retainers import get_retainer, list_periods, terms_of
from models.tables.retainers import Retainer
from models.types.retainers import HoursTerms, MissedPolicy, RetainerTerms
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.workspaces import Studio


@pytest.fixture
def retainer_id(database: Database, studio: Studio) -> str:
    """Begun today, billed, with ten hours."""
    with database.write(studio.scope) as session:
        hours = HoursTerms(included_seconds=36000, rolls_over=True, overage_rate_minor_per_hour=9500)
        retainer = make_retainer(session, studio, terms=care_terms(clock.today("Europe/Berlin"), hours=hours))
        bill_period(session, retainer, 0, now=clock.now())
        return retainer.id


@pytest.fixture
def path(retainer_id: str) -> str:
    return f"/retainers/{retainer_id}"


def kept(database: Database, studio: Studio) -> tuple[Retainer, RetainerTerms]:
    with database.read(studio.scope) as session:
        retainer = session.exec(select(Retainer)).one()
        return retainer, terms_of(retainer)


def form(**values: str) -> dict[str, str]:
    usual = {"name": "Care plan", "amount": "980", "anchor_on": clock.today("Europe/Berlin").isoformat(), "rhythm": "months"}
    return {**usual, "every": "1", "billing": "advance", "collect": "send", "review_days": "0", "missed": "ask", **values}


def test_an_empty_list_says_what_to_do(owner: TestClient):
    assert "Start one by hand" in owner.get("/retainers").text


def test_the_list_shows_what_comes_when_and_filters(owner: TestClient, retainer_id: str):
    page = owner.get("/retainers").text
    assert "Care plan" in page
    assert "€1,200.00" in page
    assert "Care plan" in owner.get("/retainers?q=byron").text
    assert "No retainer fits" in owner.get("/retainers?status=paused").text


def test_the_ledger_shows_what_comes_what_was_billed_and_the_proof(owner: TestClient, path: str, retainer_id: str):
    page = owner.get(path).text
    assert "INV-0001" in page
    assert "10:00</span>" in page
    assert f"retainer:{retainer_id}:0" in page
    assert "plus 19 % tax" in page


def test_one_is_started_by_hand(owner: TestClient, database: Database, studio: Studio):
    answer = owner.post("/retainers", data=form(engagement_id=studio.engagement_id, hours="7:30", overage="95", rolls_over="on"))
    assert answer.status_code == 303, answer.text
    retainer, terms = kept(database, studio)
    assert answer.headers["location"] == f"/retainers/{retainer.id}"
    assert (terms.amount_minor, terms.hours.included_seconds, terms.hours.overage_rate_minor_per_hour) == (98000, 27000, 9500)
    assert (terms.hours.rolls_over, terms.missed, retainer.tax_rates_mpct) == (True, MissedPolicy.ASK, [19000])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "lots"}, "lots"),
        ({"hours": "ten"}, "Type hours such as 10 or 7:30."),
        ({"every": "0"}, "Type a number from 1 to 120."),
        ({"anchor_on": "soon"}, "Choose a day."),
        ({"rhythm": "fortnightly"}, "The terms are not complete"),
        ({"engagement_id": ""}, "Choose the engagement that it belongs to."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(owner: TestClient, studio: Studio, typed: dict[str, str], said: str):
    answer = owner.post("/retainers", data=form(**{"engagement_id": studio.engagement_id, "name": "Rare name", **typed}))
    assert answer.status_code == 422
    assert said in answer.text
    assert "Rare name" in answer.text


def test_a_pause_says_first_what_it_does(owner: TestClient, path: str, database: Database, studio: Studio):
    assert "nor any after it until you resume" in owner.get(f"{path}/pause").text
    assert owner.post(f"{path}/pause", data={"kind": "now"}).status_code == 303
    assert "Resume" in owner.get(path).text
    assert kept(database, studio)[0].status == "paused"
    assert owner.post(f"{path}/resumption").status_code == 303
    assert kept(database, studio)[0].status == "active"


def test_a_holiday_is_planned(owner: TestClient, path: str, database: Database, studio: Studio):
    first = clock.today("Europe/Berlin") + timedelta(days=20)
    days = {"kind": "planned", "starts_on": first.isoformat(), "ends_on": (first + timedelta(days=45)).isoformat()}
    preview = owner.get(f"{path}/pause", params=days, headers={"HX-Request": "true"}).text
    assert "will not be made" in preview or "instead of" in preview
    assert "<html" not in preview
    assert owner.post(f"{path}/pause", data={**days, "ends_on": days["starts_on"]}).status_code == 422
    assert owner.post(f"{path}/pause", data=days).status_code == 303
    assert kept(database, studio)[1].pauses[0].starts_on == first


def test_a_period_is_skipped_and_taken_back(owner: TestClient, path: str, database: Database, studio: Studio):
    owner.post(f"{path}/skips")
    assert kept(database, studio)[1].skipped == (1,)
    assert "Bill it after all" in owner.get(path).text
    owner.post(f"{path}/skips/1/removal")
    assert kept(database, studio)[1].skipped == ()


def test_a_new_fee_and_a_slip(owner: TestClient, path: str, database: Database, studio: Studio):
    assert owner.post(f"{path}/prices", data={"amount": "1.3.4", "starts_on": "2027-03-01"}).status_code == 422
    assert owner.post(f"{path}/prices", data={"amount": "1350", "starts_on": "2027-03-01"}).status_code == 303
    [step] = kept(database, studio)[1].prices
    assert (step.amount_minor, step.starts_on) == (135000, date(2027, 3, 1))


def test_settings_are_kept(owner: TestClient, path: str, database: Database, studio: Studio):
    values = {"name": "Care", "collect": "charge", "review_days": "5", "has_projects": "yes"}
    assert owner.post(f"{path}/settings", data=values).status_code == 303
    retainer, terms = kept(database, studio)
    assert (retainer.name, retainer.collect, retainer.review_days, terms.hours.project_ids) == ("Care", "charge", 5, ())
    assert owner.post(f"{path}/settings", data={**values, "review_days": "lots"}).status_code == 422


def test_it_ends(owner: TestClient, path: str, database: Database, studio: Studio):
    assert owner.post(f"{path}/ending").status_code == 303
    assert kept(database, studio)[0].status == "ended"
    page = owner.get(path).text
    assert "Nothing more is billed" in page
    assert "End it…" not in page


def test_missed_periods_are_decided_on_the_page(owner: TestClient, database: Database, studio: Studio):
    begun = clock.today("Europe/Berlin").replace(day=1) - timedelta(days=80)
    with database.write(studio.scope) as session:
        retainer = make_retainer(session, studio, terms=care_terms(begun.replace(day=1), missed=MissedPolicy.ASK))
        bill_period(session, retainer, 1, now=clock.now())
        path = f"/retainers/{retainer.id}"
    assert "bill these periods after all?" in owner.get(path).text
    owner.post(f"{path}/periods/0/decision", data={"is_billed": "yes"})
    owner.post(f"{path}/periods/1/decision", data={"is_billed": "no"})
    with database.read(studio.scope) as session:
        found = [one.status for one in list_periods(session, get_retainer(session, path.rpartition("/")[2]).id)]
    assert found[:2] == ["billed", "skipped"]
