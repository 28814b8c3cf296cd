"""Runs that wait for another run while their automation is changed: each run does its own once, and none waits for ever."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.commands.automation_runs import cancel_run
from models.db import Database
from models.queries.automation_runs import get_run
from models.tables.automations import AutomationRun
from models.tables.conversations import Message
from models.tables.events import Event
from tests.builders.automations import drawing, node
from tests.builders.live_runs import LiveAutomation, delay, post
from tests.builders.runs import publish
from tests.builders.workspaces import Studio

CALLED: dict[str, Any] = {"id": "trigger", "kind": "trigger", "settings": {"kind": "called"}}
UNDO_KEEPS = "The run that it waited for was ended, and cannot be waited for again."


@pytest.fixture
def live(program: TestClient, worker: TestClient, database: Database, studio: Studio) -> LiveAutomation:
    return LiveAutomation(program, worker, database, studio)


def called_automation(live: LiveAutomation, **trigger: Any) -> str:
    """One that waits three days and then posts."""
    head = {**CALLED, "settings": {**CALLED["settings"], **trigger}}
    with live.database.write(live.studio.scope) as session:
        return publish(session, drawing(head, delay(3, "nap"), post("child")).document, name="Called").id


def sub(automation_id: str, who: str = "a") -> dict[str, Any]:
    return node("sub", "sub_automation", automation_id=automation_id, input={"who": {"value": who}})


def children(live: LiveAutomation, run_id: str) -> list[AutomationRun]:
    with live.database.read(live.studio.scope) as session:
        wanted = select(AutomationRun).where(AutomationRun.parent_run_id == run_id)
        return list(session.exec(wanted.order_by(AutomationRun.id)))


def posted(live: LiveAutomation) -> list[str]:
    with live.database.read(live.studio.scope) as session:
        return [message.body for message in session.exec(select(Message).order_by(Message.id))]


def hear(live: LiveAutomation, run_id: str) -> None:
    """Let a run's workflow pass on what it was told."""
    with live.database.read(live.studio.scope) as session:
        wanted = select(Event).where(Event.type == "automation_run.woken", Event.subject_id == run_id)
        told = [event.payload["happened"] for event in session.exec(wanted.order_by(Event.id))]
    for happened in told:
        if happened:
            live.advance(run_id, json.loads(happened))


def waiting(live: LiveAutomation, **trigger: Any) -> tuple[str, str, AutomationRun]:
    """The called automation, a run that waits for one of its runs, and that run, which waits for three days."""
    called = called_automation(live, **trigger)
    live.publish_first(sub(called), post("after"))
    (run_id,) = live.start()
    (child,) = children(live, run_id)
    live.advance(child.id)
    return called, run_id, child


@pytest.mark.parametrize("policy", ["parallel", "skip", "queue", "replace"])
def test_of_two_runs_that_an_edited_step_started_only_the_second_goes_on(live: LiveAutomation, policy: str):
    called, run_id, first = waiting(live, concurrency={"key": "trigger.engagement.id", "policy": policy})
    live.draw(sub(called, "b"), post("after"))

    live.publish({"*": "now"})

    old, new = children(live, run_id)
    assert (old.id, old.status) == (first.id, "canceled")
    assert new.trigger["input"] == {"who": "b"}
    assert live.advance(old.id, {})["is_over"]
    live.advance(new.id)
    clock.move(timedelta(days=3, seconds=5))
    assert live.fire(new.id)["is_over"]
    hear(live, run_id)
    assert live.stands(run_id)[:2] == (2, "succeeded")
    assert posted(live) == ["child", "after"]


def test_a_step_that_another_takes_the_place_of_ends_the_run_it_waited_for(live: LiveAutomation):
    _, run_id, child = waiting(live)
    live.draw(delay(5, "wait"), post("after"))

    live.publish({"*": "now"}, mapping={"sub": "wait"})

    assert live.advance(child.id, {})["status"] == "canceled"
    hear(live, run_id)
    assert live.stands(run_id)[:2] == (2, "waiting"), "the end of the old one is nothing to it any more"
    clock.move(timedelta(days=5, seconds=5))
    assert live.fire(run_id)["is_over"]
    assert posted(live) == ["after"]


def test_a_step_that_did_not_change_waits_on_for_the_same_run(live: LiveAutomation):
    called, run_id, child = waiting(live)
    live.draw(sub(called), post("afterwards"))

    live.publish({"*": "now"})

    assert [one.id for one in children(live, run_id)] == [child.id]
    clock.move(timedelta(days=3, seconds=5))
    live.fire(child.id)
    hear(live, run_id)
    assert posted(live) == ["child", "afterwards"]


def test_undoing_keeps_a_run_that_has_started_another_one_since(live: LiveAutomation):
    called, run_id, _ = waiting(live)
    live.draw(sub(called, "b"), post("after"))
    move = live.publish({"*": "now"})["move"]

    undone = live.undo(move["id"])

    assert [(one["status"], one["reason"]) for one in undone["runs"]] == [("kept", "It has done something since.")]
    new = children(live, run_id)[-1]
    live.advance(new.id)
    clock.move(timedelta(days=3, seconds=5))
    live.fire(new.id)
    hear(live, run_id)
    assert posted(live) == ["child", "after"]


@pytest.mark.parametrize("is_put_in_order", [True, False])
def test_undoing_keeps_a_run_whose_other_run_was_given_up(live: LiveAutomation, is_put_in_order: bool):
    _, run_id, child = waiting(live)
    live.draw(delay(5, "wait"), post("after"))
    move = live.publish({"*": "now"}, mapping={"sub": "wait"})["move"]
    if is_put_in_order:
        live.advance(child.id, {})

    undone = live.undo(move["id"])

    assert [(one["status"], one["reason"]) for one in undone["runs"]] == [("kept", UNDO_KEEPS)]
    assert live.stands(run_id)[:2] == (2, "waiting")


def test_an_end_that_came_while_a_run_was_elsewhere_ends_its_wait_when_it_is_back(live: LiveAutomation):
    _, run_id, child = waiting(live)
    clock.move(timedelta(days=3, seconds=5))
    live.fire(child.id)
    live.draw(delay(5, "wait"), post("after"))
    move = live.publish({"*": "now"}, mapping={"sub": "wait"})["move"]
    hear(live, run_id)
    assert live.stands(run_id)[:2] == (2, "waiting"), "it was told where it does not wait any more"

    undone = live.undo(move["id"])

    assert undone["counts"] == {"undone": 1}
    assert live.stands(run_id)[:2] == (1, "succeeded")
    assert posted(live) == ["child", "after"]


def test_undoing_puts_a_run_back_whose_other_run_goes_on(live: LiveAutomation):
    called, run_id, child = waiting(live)
    live.draw(sub(called), post("afterwards"))
    move = live.publish({"*": "now"})["move"]

    assert live.undo(move["id"])["counts"] == {"undone": 1}

    with live.database.write(live.studio.scope) as session:
        cancel_run(session, get_run(session, child.id), reason="Enough.", now=clock.now())
    hear(live, run_id)
    assert live.stands(run_id)[:2] == (1, "parked")
