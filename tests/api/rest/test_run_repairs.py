"""Stuck runs: one by one or many at once, with another input, or again from a step. And what may never be dropped."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from api.actions.inbox import PostInChannel
from models import clock
from models.commands.automation_quotas import release_runs
from models.commands.automation_runs import cancel_runs
from models.commands.automations import switch_off_automation
from models.commands.events import record
from models.db import Database
from models.queries.automations import get_automation
from models.tables.automations import AutomationRun, EventSubscription, StepRun
from models.tables.conversations import Message, Notification
from models.tables.events import Event
from models.tables.waits import Wait
from models.tables.workspaces import Workspace
from models.types.scope import Scope
from tests.builders.automations import drawing
from tests.builders.runs import make_automation, post, publish
from tests.builders.workspaces import Studio

STARTED = {"kind": "started", "trigger": {}}


def stuck(node_id: str = "stuck") -> dict[str, Any]:
    """An action that cannot be done: its channel is to be the value of a field that is empty."""
    given = {"channel": {"path": "trigger.submission.answers.channel"}, "text": {"text": "Hello"}}
    return {"id": node_id, "kind": "action", "settings": {"action": "inbox.post", "input": given}}


def begin(database: Database, studio: Studio, worker: TestClient, *nodes: dict[str, Any], times: int = 1) -> list[str]:
    with database.write(studio.scope) as session:
        make_automation(session, *nodes, type="engagement.paused")
        for index in range(times):
            record(session, "engagement.paused", f"eng_{index}")
        ids = list(session.exec(select(AutomationRun.id).order_by(AutomationRun.id)))
    for run_id in ids:
        advance(worker, run_id)
    return ids


def advance(worker: TestClient, run_id: str, happened: dict[str, Any] = STARTED) -> dict[str, Any]:
    answer = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=happened)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(database: Database, studio: Studio, table: Any, *conditions: Any) -> list[Any]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(table).where(*conditions).order_by(table.id)))


def messages(database: Database, studio: Studio) -> list[str]:
    return [one.body for one in rows(database, studio, Message)]


def test_many_stuck_runs_are_dealt_with_at_once(worker: TestClient, program: TestClient, database: Database, studio: Studio):
    ids = begin(database, studio, worker, stuck(), post("after"), times=4)
    program.post(f"/api/v1/automation_runs/{ids[3]}/cancelation", json={})

    skipped = program.post("/api/v1/automation_run_repairs", json={"ids": [ids[0], ids[1], ids[3]], "action": "skip"})
    retried = program.post("/api/v1/automation_run_repairs", json={"ids": [ids[2]], "action": "retry"})

    assert [(one["run_id"], one["is_done"]) for one in skipped.json()] == [(ids[0], True), (ids[1], True), (ids[3], False)]
    assert "not stuck" in skipped.json()[2]["detail"]
    assert retried.json()[0]["is_done"]
    statuses = [run.status for run in rows(database, studio, AutomationRun)]
    assert statuses == ["succeeded", "succeeded", "parked", "canceled"]
    stopped = program.post("/api/v1/automation_run_repairs", json={"ids": [ids[2]], "action": "stop"})
    assert stopped.json()[0]["is_done"]
    assert rows(database, studio, AutomationRun)[2].status == "canceled"
    assert not [one for one in rows(database, studio, Wait) if one.closed_at is None]


def test_a_stuck_action_is_done_with_another_input(worker: TestClient, program: TestClient, database: Database, studio: Studio):
    (run_id,) = begin(database, studio, worker, stuck(), post("after"))
    path = f"/api/v1/automation_runs/{run_id}/steps"

    wrong = program.post(f"{path}/stuck/input", json={"input": {"channel": "", "text": "Hello"}})
    right = program.post(f"{path}/stuck/input", json={"input": {"channel": "crm", "text": "By hand"}})
    late = program.post(f"{path}/stuck/input", json={"input": {}})

    assert (wrong.status_code, wrong.json()["status"]) == (200, "parked")
    assert right.json()["status"] == "succeeded"
    assert right.json()["steps"][0]["input"] == {"channel": "crm", "text": "By hand"}
    assert late.status_code == 409
    assert messages(database, studio) == ["By hand", "after"]


def wait() -> dict[str, Any]:
    return {"id": "wait", "kind": "delay", "settings": {"amount": 3, "unit": "days"}}


def test_a_waiting_run_begins_again_from_an_earlier_step(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    (run_id,) = begin(database, studio, worker, post("one", "one"), post("two", "two"), wait(), post("three", "three"))

    again = program.post(f"/api/v1/automation_runs/{run_id}/reruns", json={"node_path": "two"})
    unreached = program.post(f"/api/v1/automation_runs/{run_id}/reruns", json={"node_path": "three"})
    position = advance(worker, again.json()["id"])

    assert (again.status_code, unreached.status_code) == (201, 409)
    assert messages(database, studio) == ["one", "two", "two"]
    assert position["status"] == "waiting"
    assert advance(worker, run_id, {})["status"] == "canceled"
    forced = program.post(f"/api/v1/automation_runs/{again.json()['id']}/waits/{position['timers'][0]['wait_id']}/force")
    assert forced.json()["status"] == "succeeded"
    assert messages(database, studio)[-1] == "three"


def test_a_run_that_is_over_begins_again_and_reads_what_was_made_before(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    (run_id,) = begin(database, studio, worker, post("one", "one"), post("{{ nodes.one.message_id }}", "two"))

    again = program.post(f"/api/v1/automation_runs/{run_id}/reruns", json={"node_path": "two"}).json()
    advance(worker, again["id"])

    first, second, third = messages(database, studio)
    assert first == "one"
    assert second == third != ""
    assert rows(database, studio, AutomationRun)[0].status == "succeeded"


def begin_queued(database: Database, studio: Studio, worker: TestClient, policy: str = "queue", times: int = 2) -> list[str]:
    """Runs about one engagement that post and then wait; only the first has taken its turn."""
    with database.write(studio.scope) as session:
        concurrency = {"key": "trigger.engagement.id", "policy": policy}
        make_automation(session, post("one", "one"), wait(), type="engagement.changed", concurrency=concurrency)
        for _ in range(times):
            record(session, "engagement.changed", studio.engagement_id, engagement_id=studio.engagement_id)
        ids = list(session.exec(select(AutomationRun.id).order_by(AutomationRun.id)))
    advance(worker, ids[0])
    return ids


def standing(database: Database, studio: Studio) -> list[tuple[str, str]]:
    return [(run.status, run.queued_for) for run in rows(database, studio, AutomationRun)]


def rerun(program: TestClient, run_id: str, node_path: str = "one") -> Any:
    return program.post(f"/api/v1/automation_runs/{run_id}/reruns", json={"node_path": node_path})


def test_a_run_that_begins_again_keeps_its_place_before_those_queued(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    first, _ = begin_queued(database, studio, worker)

    assert rerun(program, first).status_code == 201

    assert standing(database, studio) == [("canceled", ""), ("queued", "record"), ("requested", "")]


def test_a_run_that_is_over_and_begins_again_queues_behind_the_one_under_way(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    first, _ = begin_queued(database, studio, worker)
    program.post(f"/api/v1/automation_runs/{first}/cancelation", json={})

    again = rerun(program, first).json()

    assert standing(database, studio) == [("canceled", ""), ("requested", ""), ("queued", "record")]
    second = rows(database, studio, AutomationRun)[1].id
    program.post(f"/api/v1/automation_runs/{second}/cancelation", json={})
    assert standing(database, studio)[2] == ("requested", "")
    assert advance(worker, again["id"])["status"] == "waiting"


def test_a_run_that_begins_again_while_queued_is_canceled_at_once(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    first, _ = begin_queued(database, studio, worker)
    program.post(f"/api/v1/automation_runs/{first}/cancelation", json={})
    rerun(program, first)
    automation_id = rows(database, studio, AutomationRun)[0].automation_id

    with database.write(studio.scope) as session:
        switch_off_automation(session, get_automation(session, automation_id), now=clock.now())

    assert standing(database, studio) == [("canceled", "")] * 3
    assert all(run.finished_at for run in rows(database, studio, AutomationRun))


def test_a_run_cannot_begin_again_beside_another_where_only_one_may_be(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    (first,) = begin_queued(database, studio, worker, "skip", times=1)
    program.post(f"/api/v1/automation_runs/{first}/cancelation", json={})
    with database.write(studio.scope) as session:
        record(session, "engagement.changed", studio.engagement_id, engagement_id=studio.engagement_id)

    refused = rerun(program, first)

    assert (refused.status_code, "under way" in refused.json()["detail"]) == (409, True)
    assert standing(database, studio) == [("canceled", ""), ("requested", "")]


def test_a_run_that_begins_again_takes_the_place_of_the_one_it_would_replace(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    first, *_ = begin_queued(database, studio, worker, "replace", times=1)
    program.post(f"/api/v1/automation_runs/{first}/cancelation", json={})
    with database.write(studio.scope) as session:
        record(session, "engagement.changed", studio.engagement_id, engagement_id=studio.engagement_id)

    rerun(program, first)

    assert standing(database, studio) == [("canceled", ""), ("canceled", ""), ("requested", "")]


def test_a_run_that_begins_again_waits_for_the_quota(worker: TestClient, program: TestClient, database: Database, studio: Studio):
    (run_id,) = begin(database, studio, worker, post("one", "one"), wait())
    with database.write(studio.scope) as session:
        session.get_one(Workspace, studio.workspace_id).runs_per_minute = 1

    again = rerun(program, run_id).json()

    assert standing(database, studio) == [("canceled", ""), ("queued", "quota")]
    assert advance(worker, again["id"])["status"] == "queued"
    clock.move(timedelta(seconds=61))
    with database.write(Scope(None)) as session:
        assert release_runs(session, now=clock.now()) == 1
    assert advance(worker, again["id"])["status"] == "waiting"


def test_the_run_that_waits_for_one_that_begins_again_waits_for_the_new_one(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    head = {"id": "trigger", "kind": "trigger", "settings": {"kind": "called"}}
    with database.write(studio.scope) as session:
        called = publish(session, drawing(head, post("one", "one"), wait()).document, name="Called").id
    sub = {"id": "sub", "kind": "sub_automation", "settings": {"automation_id": called, "input": {}}}
    (parent_id,) = begin(database, studio, worker, sub, post("after"))
    (child,) = rows(database, studio, AutomationRun, AutomationRun.parent_run_id == parent_id)
    advance(worker, child.id)

    again = rerun(program, child.id).json()
    (timer,) = advance(worker, again["id"])["timers"]

    woken = [one.subject_id for one in rows(database, studio, Event, Event.type == "automation_run.woken")]
    assert woken == [], "the end of the old one is nothing to the run that waits"
    assert again["parent_run_id"] == parent_id
    program.post(f"/api/v1/automation_runs/{again['id']}/waits/{timer['wait_id']}/force")
    (told,) = rows(database, studio, Event, Event.type == "automation_run.woken", Event.subject_id == parent_id)
    assert advance(worker, parent_id, json.loads(told.payload["happened"]))["is_over"]
    assert messages(database, studio) == ["one", "one", "after"]


def test_a_database_that_is_away_right_after_a_signature_drops_nothing_and_goes_on(
    worker: TestClient, database: Database, studio: Studio, monkeypatch: pytest.MonkeyPatch
):
    """The story of a peer: a timeout in the first step after a signature, and the run was gone without a word."""
    with database.write(studio.scope) as session:
        publish(session, drawing(trigger("proposal.accepted"), post("signed", "one"), post("kickoff", "two")).document)
        record(session, "proposal.accepted", "pro_1", engagement_id=studio.engagement_id)
        (run_id,) = session.exec(select(AutomationRun.id))
    perform = PostInChannel.perform
    times = []

    def failing(self: PostInChannel, context: Any, given: Any) -> Any:
        times.append(1)
        if len(times) == 2:
            raise OperationalError("INSERT", {}, Exception("canceling statement due to statement timeout"))
        return perform(self, context, given)

    monkeypatch.setattr(PostInChannel, "perform", failing)
    answer = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=STARTED)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")

    # All of the turn is undone, and the same turn is taken again when the worker comes back with it.
    assert messages(database, studio) == []
    assert rows(database, studio, AutomationRun)[0].status == "requested"
    assert advance(worker, run_id)["status"] == "succeeded"
    assert messages(database, studio) == ["signed", "kickoff"]


def test_a_step_that_cannot_be_done_after_a_signature_tells_its_owner_and_stays(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        publish(session, drawing(trigger("proposal.accepted"), stuck(), post("kickoff")).document)
        record(session, "proposal.accepted", "pro_1", engagement_id=studio.engagement_id)
        (run_id,) = session.exec(select(AutomationRun.id))

    assert advance(worker, run_id)["status"] == "parked"

    (told,) = rows(database, studio, Notification)
    assert (told.member_id, told.href) == (studio.owner_id, f"/automation_runs/{run_id}")
    assert all(words in told.text for words in ("Ada Byron", "stuck"))
    (tray,) = [one for one in rows(database, studio, Wait) if one.closed_at is None]
    assert (tray.kind, tray.detail["step"]) == ("repair", "stuck")
    assert tray.detail["reason"]
    program.post("/api/v1/automation_run_repairs", json={"ids": [run_id], "action": "skip"})
    assert messages(database, studio) == ["kickoff"]


def trigger(event_type: str) -> dict[str, Any]:
    return {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": event_type}}


def test_a_canceled_run_really_ends_and_leaves_nothing_open(
    worker: TestClient, program: TestClient, database: Database, studio: Studio
):
    match = {"op": "eq", "args": [{"path": "event.engagement_id"}, {"path": "trigger.engagement_id"}]}
    settings = {"event": "proposal.sent", "match": match, "timeout": {"amount": 400, "unit": "days"}}
    (run_id,) = begin(database, studio, worker, {"id": "hear", "kind": "wait_for_event", "settings": settings}, post("never"))
    assert len(rows(database, studio, EventSubscription)) == 1

    program.post(f"/api/v1/automation_runs/{run_id}/cancelation", json={"reason": "No longer needed."})
    with database.write(studio.scope) as session:
        record(session, "proposal.sent", "pro_1")
        assert cancel_runs(session, studio.engagement_id, reason="", now=rows(database, studio, Event)[0].created_at) == 0

    position = advance(worker, run_id, {})
    assert (position["status"], position["is_over"], position["timers"]) == ("canceled", True, [])
    assert rows(database, studio, EventSubscription) == []
    assert not [one for one in rows(database, studio, Wait) if one.closed_at is None]
    assert {step.node_path: step.status for step in rows(database, studio, StepRun)} == {"hear": "canceled"}
    assert messages(database, studio) == []
