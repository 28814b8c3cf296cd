"""Retainers over the API, as programs and as their workflow use it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.db import Database
from models.ids import new_id
from models.queries.engagements import get_engagement
from models.tables.invoices import Invoice
from models.tables.proposals import ProposalLineItem
from tests.builders.engagements import make_proposal
from tests.builders.workspaces import Studio

ROOT = "/api/v1/retainers"


def move_to(month: int, day: int, hour: int = 12) -> None:
    clock.reset()
    clock.move(datetime(2027, month, day, hour, tzinfo=UTC) - clock.now())


@pytest.fixture
def made(program: TestClient, studio: Studio) -> dict[str, Any]:
    move_to(1, 20)
    terms = {"anchor_on": "2027-01-31", "amount_minor": 120000, "hours": {"included_seconds": 36000}}
    answer = program.post(ROOT, json={"engagement_id": studio.engagement_id, "name": "Care plan", "terms": terms})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def path(made: dict[str, Any]) -> str:
    return f"{ROOT}/{made['id']}"


def act(worker: TestClient, path: str, resource: str, index: int) -> int:
    """What the worker's activity sends: always the same key for the same index."""
    headers = {"Idempotency-Key": f"{path}:{resource}:{index}"}
    return worker.post(f"{path}/{resource}", json={"index": index}, headers=headers).status_code


def test_one_is_started_with_the_workspaces_zone_currency_and_tax(made: dict[str, Any], program: TestClient):
    assert (made["timezone"], made["currency"], made["tax_rates_mpct"], made["status"]) == (
        "Europe/Berlin",
        "EUR",
        [19000],
        "active",
    )
    assert [one["bills_on"] for one in made["next_invoices"]] == ["2027-01-31", "2027-02-28", "2027-03-31"]
    assert [one["id"] for one in program.get(ROOT, params={"q": "byron", "status": "active"}).json()["items"]] == [made["id"]]


def test_its_workflow_bills_each_period_once(made: dict[str, Any], path: str, worker: TestClient, program: TestClient):
    due = worker.get(f"{path}/schedule").json()
    assert (due["action"], due["index"], due["wake_at"]) == ("bill", 0, "2027-01-30T23:00:00+00:00")
    assert due["what"] == "the next period on 31 Jan (€1,200.00)"

    move_to(1, 31)
    assert [act(worker, path, "periods", 0) for _ in range(3)] == [201, 201, 201]
    assert program.post(f"{path}/periods", json={"index": 0}).status_code == 201  # "bill now", pressed late

    [period] = program.get(f"{path}/periods").json()
    assert (period["invoice_number"], period["invoice_status"], period["total_minor"]) == ("INV-0001", "open", 142800)
    assert period["key"] == f"retainer:{made['id']}:0"
    assert period["postings"] == [f"invoice:{period['invoice_id']}:issued"]
    assert worker.get(f"{path}/schedule").json()["index"] == 1


def test_a_duty_that_a_pause_overtook_does_nothing_and_comes_back(path: str, worker: TestClient, program: TestClient):
    """The answer to the overtaken call must not be kept under its key, or the period would never be billed."""
    move_to(1, 31)
    program.post(f"{path}/pause", json={})
    assert act(worker, path, "periods", 0) == 204
    assert worker.get(f"{path}/schedule").json()["action"] == ""

    program.delete(f"{path}/pause")
    assert act(worker, path, "periods", 0) == 201


def test_a_call_a_moment_early_is_worth_a_retry(path: str, worker: TestClient, program: TestClient):
    move_to(1, 30, 23)
    clock.move(datetime(2027, 1, 30, 22, 59, 50, tzinfo=UTC) - clock.now())
    assert act(worker, path, "periods", 0) == 503
    assert program.post(f"{path}/periods", json={"index": 1}).status_code == 409


def test_a_skip_overtakes_the_workflow(path: str, worker: TestClient, program: TestClient):
    move_to(1, 31)
    assert program.post(f"{path}/skips", json={}).status_code == 201
    assert act(worker, path, "periods", 0) == 204
    assert program.delete(f"{path}/skips/0").status_code == 204
    assert act(worker, path, "periods", 0) == 201


def test_a_draft_is_reviewed_then_issued(path: str, worker: TestClient, program: TestClient):
    program.patch(path, json={"review_days": 3})
    move_to(1, 31)
    act(worker, path, "periods", 0)
    move_to(2, 2)
    due = worker.get(f"{path}/schedule").json()
    assert (due["action"], due["whom"], due["wake_at"][:10]) == ("issue", "us", "2027-02-03")
    move_to(2, 3, 13)
    assert [act(worker, path, "period_issues", 0) for _ in range(2)] == [204, 204]
    assert program.get(f"{path}/periods").json()[0]["invoice_status"] == "open"


def test_an_old_version_and_an_unknown_field_are_refused(path: str, program: TestClient):
    program.patch(path, json={"name": "Care"})
    assert program.patch(path, json={"name": "Late", "version": 1}).status_code == 409
    assert program.patch(path, json={"next_index": 7}).status_code == 422


def test_what_a_pause_would_do_is_told_before(path: str, program: TestClient):
    seen = program.get(f"{path}/pause", params={"starts_on": "2027-02-15", "ends_on": "2027-04-15"}).json()
    assert [one["bills_on"] for one in seen["dropped"]] == ["2027-02-28"]
    assert seen["following"]["bills_on"] == "2027-04-15"
    planned = program.post(f"{path}/pause", json={"starts_on": "2027-02-15", "ends_on": "2027-04-15"}).json()
    assert (planned["status"], planned["next_invoices"][1]["bills_on"]) == ("active", "2027-04-15")


def test_an_ending_is_final(path: str, program: TestClient, worker: TestClient):
    assert program.post(f"{path}/ending", json={}).json()["status"] == "ended"
    assert program.post(f"{path}/prices", json={"starts_on": "2027-02-01", "amount_minor": 1}).status_code == 409
    assert worker.get(f"{path}/schedule").json()["is_over"] is True


def test_a_proposal_starts_its_retainers_once(worker: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        proposal = make_proposal(
            session, get_engagement(session, studio.engagement_id), status="accepted", decided_at=clock.now()
        )
        line = ProposalLineItem(id=new_id("pli"), proposal_id=proposal.id, position=0, kind="recurring", description="Care")
        session.add(line)
        session.flush()
        proposal_id = proposal.id
    answers = [worker.post(f"/api/v1/proposals/{proposal_id}/retainers", json={"index": 0}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()[0]["id"] == answers[1].json()[0]["id"]


def test_the_hours_are_stated(path: str, program: TestClient):
    move_to(1, 31)
    [january] = program.get(f"{path}/hours").json()
    assert (january["included_seconds"], january["left_seconds"], january["is_settled"]) == (36000, 36000, False)


def test_without_a_card_nothing_is_charged(
    path: str, program: TestClient, worker: TestClient, database: Database, studio: Studio
):
    program.patch(path, json={"collect": "charge"})
    move_to(1, 31)
    act(worker, path, "periods", 0)
    assert worker.get(f"{path}/schedule").json()["action"] == "bill"
    assert program.post(f"{path}/charges", json={"period_index": 0}).status_code == 409
    with database.read(studio.scope) as session:
        assert session.exec(select(Invoice)).one().status == "open"
