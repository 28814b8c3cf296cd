"""A move undone while a run waits for an approval or for a date: it waits as before, for the same people and the same time."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.db import Database
from models.tables.conversations import Message, Notification
from tests.builders.automations import node
from tests.builders.live_runs import LiveAutomation, post
from tests.builders.workspaces import Studio


@pytest.fixture
def live(program: TestClient, worker: TestClient, database: Database, studio: Studio) -> LiveAutomation:
    return LiveAutomation(program, worker, database, studio)


def approval(*approvers: str, days: int = 9) -> dict[str, Any]:
    timeout, remind = {"amount": days, "unit": "days"}, {"every": {"amount": 2, "unit": "days"}, "repeats": 1}
    return node("wait", "approval", approvers={"value": list(approvers)}, timeout=timeout, remind=remind)


def until(days: int) -> dict[str, Any]:
    return node("wait", "wait_until", at={"path": "trigger.at"}, time="09:00", offset={"amount": days, "unit": "days"})


def moved_and_back(live: LiveAutomation, old: list[dict[str, Any]], new: list[dict[str, Any]], **edges: Any) -> str:
    """A run that was moved from one drawing to the other and back again; it stands as it stood."""
    live.publish_first(*old, **edges)
    (run_id,) = live.start()
    before = live.run(run_id)
    live.draw(*new, **edges)
    move = live.publish({"v1:wait": "now"})["move"]
    assert (move["counts"], live.run(run_id)["automation_version"]) == ({"moved": 1}, 2)

    undone = live.undo(move["id"], reactivate=True)

    assert undone["counts"] == {"undone": 1}
    after = live.run(run_id)
    for same in ("automation_version", "status", "next_wake_at", "steps"):
        assert after[same] == before[same]
    assert [(wait["key"], wait["what"], wait["until"]) for wait in after["waits"]] == [
        (wait["key"], wait["what"], wait["until"]) for wait in before["waits"]
    ]
    return run_id


def posted(live: LiveAutomation) -> list[str]:
    with live.database.read(live.studio.scope) as session:
        return [message.body for message in session.exec(select(Message).order_by(Message.id))]


EDGES = {"edges": ["trigger.ok>wait", "wait.approved>post"]}


def test_those_who_were_asked_before_decide(live: LiveAutomation, owner: TestClient, studio: Studio):
    run_id = moved_and_back(
        live, [approval("role:owner"), post("Hello")], [approval(f"member:{studio.member_id}", days=3), post("Other")], **EDGES
    )
    (wait,) = live.run(run_id)["waits"]

    answer = owner.post(f"/api/v1/automation_runs/{run_id}/approvals/{wait['key']}", json={"decision": "approved"})

    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert posted(live) == ["Hello"]


def test_the_reminder_comes_when_it_was_due_and_to_nobody_else(live: LiveAutomation, studio: Studio):
    run_id = moved_and_back(
        live, [approval("role:owner"), post("Hello")], [approval(f"member:{studio.member_id}", days=3), post("Other")], **EDGES
    )
    told = notices(live)
    clock.move(timedelta(days=2, seconds=1))

    live.fire(run_id)

    assert notices(live)[len(told) :] == [studio.owner_id]


def notices(live: LiveAutomation) -> list[str]:
    """Who was told something, in order."""
    with live.database.read(live.studio.scope) as session:
        return [one.member_id for one in session.exec(select(Notification).order_by(Notification.id))]


@pytest.mark.parametrize("days", [2, 20])
def test_a_date_that_was_moved_is_the_old_one_again(live: LiveAutomation, days: int):
    run_id = moved_and_back(live, [until(5), post("Hello")], [until(days), post("Other")])
    clock.move(timedelta(days=4))
    assert not live.fire(run_id)["is_over"]
    clock.move(timedelta(days=2))

    assert live.fire(run_id)["is_over"]
    assert posted(live) == ["Hello"]
