"""No right is gained by an automation: neither by drawing one, nor by reading what it did."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.actions.catalogue import ACTIONS
from models import clock
from models.commands.api_tokens import create_api_token
from models.commands.events import record
from models.commands.members import change_member
from models.db import Database
from models.queries.automation_records import event_record
from models.queries.members import get_member
from models.queries.principals import scopes_of_role
from models.rules.automation_rights import reading_scope
from models.tables.automations import AutomationRun
from models.types.events import CATALOGUE
from tests.builders.automations import drawing
from tests.builders.invoices import make_invoice
from tests.builders.projects import make_time_entry
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio

BUILDER = (
    *("automations:read", "automations:write", "automation_runs:read", "automation_runs:write"),
    *("contacts:read", "contacts:write", "submissions:read", "conversations:write", "conversations:read"),
)
DRAFT = {
    "id": "bill",
    "kind": "action",
    "settings": {"action": "invoices.draft", "input": {"description": {"value": "Work"}, "amount_minor": {"value": 100}}},
}
WAIT = {
    "id": "wait",
    "kind": "wait_for_event",
    "settings": {"event": "invoice.paid", "match": {"value": True}, "timeout": {"amount": 3, "unit": "days"}},
}
TAG = {"id": "tag", "kind": "action", "settings": {"action": "contacts.tag", "input": {"add": {"value": ["lead"]}}}}


@pytest.fixture
def builder(public: TestClient, studio: Studio, database: Database) -> TestClient:
    """A program that builds automations and may read no money."""
    with database.write(studio.scope) as session:
        _, secret = create_api_token(session, name="Builder", scopes=list(BUILDER), created_by="", maker_scopes=frozenset({"*"}))
    client = TestClient(public.app, headers={"Authorization": f"Bearer {secret}"})
    client.portal = public.portal
    return client


def drawn(*nodes: dict[str, Any], type: str = "submission.accepted") -> dict[str, Any]:
    head = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": type}}
    return drawing(head, *nodes).document


@pytest.mark.parametrize(
    ("document", "scope"),
    [
        (drawn(DRAFT), "invoices:write"),
        (drawn(post(), type="invoice.paid"), "invoices:read"),
        (drawn(WAIT, post()), "invoices:read"),
        (drawn(post(), type="payment.succeeded"), "payments:read"),
    ],
    ids=["an action", "a trigger", "a wait", "a payment"],
)
def test_a_builder_gains_no_right_to_money(
    builder: TestClient, program: TestClient, document: dict[str, Any], scope: str, database: Database, studio: Studio
):
    made = builder.post("/api/v1/automations", json={"name": "Money", "drawing": document}).json()["id"]
    attempts: dict[str, dict[str, Any]] = {
        "publication": {},
        "simulations": {"fields": {}},
        "what_ifs": {},
    }
    for act, body in attempts.items():
        answer = builder.post(f"/api/v1/automations/{made}/{act}", json=body)
        assert (answer.status_code, scope in answer.text) == (403, True), f"{act}: {answer.status_code} {answer.text[:200]}"
    assert builder.get(f"/api/v1/automations/{made}").json()["status"] == "draft"

    assert program.post(f"/api/v1/automations/{made}/publication", json={}).status_code == 201


def test_a_builder_does_what_they_may(builder: TestClient):
    made = builder.post("/api/v1/automations", json={"name": "Tags", "drawing": drawn(TAG, post())}).json()["id"]
    assert builder.post(f"/api/v1/automations/{made}/publication", json={}).status_code == 201


def test_a_step_is_not_tried_by_who_may_not_do_it(builder: TestClient):
    body = {"drawing": drawn(DRAFT), "node_id": "bill", "record": {}, "confirm": False}
    answer = builder.post("/api/v1/automation_step_tests", json=body)
    assert (answer.status_code, "invoices:write" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "query", [{"type": "invoice.paid"}, {"kind": "date", "type": "invoice.due_on"}, {"kind": "manual", "type": "invoice"}]
)
def test_samples_show_no_money_to_who_may_not_read_it(
    builder: TestClient, program: TestClient, query: dict[str, str], database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        make_invoice(session, studio)
    assert builder.get("/api/v1/automation_samples", params=query).status_code == 403
    assert program.get("/api/v1/automation_samples", params=query).status_code == 200


def test_what_a_run_says_of_money_is_not_for_everybody(
    builder: TestClient, program: TestClient, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        make_automation(session, post(), type="invoice.issued")
        make_invoice(session, studio)
        run_id = session.exec(select(AutomationRun.id)).one()
    for path in (f"/api/v1/automation_runs/{run_id}", f"/api/v1/automation_runs/{run_id}/stream"):
        answer = builder.get(path)
        assert (answer.status_code, "invoices:read" in answer.text) == (403, True)
    assert "119000" in program.get(f"/api/v1/automation_runs/{run_id}").text


def test_no_record_holds_what_an_hour_costs_or_how_somebody_signs_in(database: Database, studio: Studio):
    """Members draw automations, and only owners know what an hour costs the studio."""
    with database.write(studio.scope) as session:
        entry = make_time_entry(session, studio, started_at=clock.now() - timedelta(hours=2))
        stopped = record(session, "time_entry.stopped", entry.id, engagement_id=studio.engagement_id)
        member = get_member(session, studio.member_id)
        change_member(session, member, {"title": "Developer"})
        member.password_hash = "$argon2id$kestrel"
        changed = record(session, "member.changed", studio.member_id)
        shown = repr([event_record(session, stopped), event_record(session, changed)])
    assert "rate_minor_per_hour" in shown
    assert "cost_minor" not in shown
    assert "kestrel" not in shown


def test_members_may_publish_all_that_is_not_the_owners_alone():
    mine = scopes_of_role("member")
    assert {scope for action in ACTIONS.values() for scope in action.needs} <= mine
    theirs = {reading_scope(event.subject) for event in CATALOGUE.values()} - mine
    assert theirs == {"api_tokens:read", "credentials:read"}
