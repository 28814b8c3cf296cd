"""Branches, loops, called automations and approvals over the API: what their turns do and leave."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.actions.catalogue import schemas
from api.actions.http import AnswerOutput, Request
from api.actions.inbox import PostInChannel
from api.automation_runs import MOST_AT_ONCE
from models import clock
from models.commands.automation_runs import cancel_run
from models.commands.automations import change_automation, publish_automation, switch_off_automation
from models.commands.members import add_member
from models.db import Database
from models.queries.automations import get_automation
from models.tables.automations import AutomationRun, StepRun
from models.tables.conversations import Message, Notification
from models.tables.events import Delivery, Event
from models.tables.members import Member
from models.tables.waits import Wait
from models.types.errors import Refused
from models.types.members import MemberRole
from models.types.workflow_ids import run_workflow_id
from tests.builders.automations import HEAD, drawing, for_each, node, parallel, task, wait
from tests.builders.runs import post, publish, submit
from tests.builders.workspaces import Studio

STARTED = {"kind": "started", "trigger": {}}
CALLED = {"id": "trigger", "kind": "trigger", "settings": {"kind": "called"}}


@pytest.fixture
def begin(database: Database, studio: Studio):
    """Publish a drawing and let a submission start it; the run's id."""

    def start(*nodes: Any, edges: Any = (), **answers: Any) -> str:
        with database.write(studio.scope) as session:
            publish(session, drawing(HEAD, *nodes, edges=edges).document)
            event = submit(session, studio, **answers)
            return session.exec(select(AutomationRun.id).where(AutomationRun.event_id == event.id)).one()

    return start


def callable_automation(database: Database, studio: Studio, *nodes: Any, edges: Any = ()) -> str:
    with database.write(studio.scope) as session:
        return publish(session, drawing(CALLED, *nodes, edges=edges).document, name="Called").id


def advance(worker: TestClient, run_id: str, happened: dict[str, Any] = STARTED) -> Any:
    answer = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=happened)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(database: Database, studio: Studio, table: Any, *conditions: Any) -> list[Any]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(table).where(*conditions).order_by(table.id)))


def said(database: Database, studio: Studio) -> list[str]:
    return [message.body for message in rows(database, studio, Message)]


def child_of(database: Database, studio: Studio, run_id: str) -> AutomationRun:
    return rows(database, studio, AutomationRun, AutomationRun.parent_run_id == run_id)[-1]


def told_to(database: Database, studio: Studio, run_id: str) -> list[str]:
    """The happenings on their way to a run's workflow."""
    target = Delivery.target == run_workflow_id(run_id)
    with database.read(studio.scope) as session:
        events = [session.get_one(Event, one.event_id) for one in session.exec(select(Delivery).where(target))]
    return [str(event.payload.get("happened")) for event in events if event.type == "automation_run.woken"]


def test_branches_do_their_actions_in_one_turn(worker: TestClient, database: Database, studio: Studio, begin: Any):
    edges = ["trigger.ok>par", "par.a>one", "par.b>two", "par.ok>after"]
    run_id = begin(parallel(), post("One", "one"), post("Two", "two"), post("After", "after"), edges=edges)

    position = advance(worker, run_id)

    assert position["is_over"]
    assert said(database, studio) == ["One", "Two", "After"]
    assert {step.node_path for step in rows(database, studio, StepRun)} == {"par", "par/one", "par/two", "after"}


def test_a_refused_item_is_undone_alone_and_the_others_are_kept(
    worker: TestClient, database: Database, studio: Studio, begin: Any, monkeypatch: pytest.MonkeyPatch
):
    real = PostInChannel.perform

    def refuse(self: Any, context: Any, given: Any) -> Any:
        made = real(self, context, given)
        if given.text == "b":
            raise Refused("Not this one.")
        return made

    monkeypatch.setattr(PostInChannel, "perform", refuse)
    names = for_each(items={"value": ["a", "b", "c"]})
    run_id = begin(names, post("{{ item }}"), edges=["trigger.ok>each", "each.each>post"])

    position = advance(worker, run_id)

    assert (position["status"], said(database, studio)) == ("parked", ["a", "c"])
    (wait,) = rows(database, studio, Wait)
    assert (wait.key, wait.detail["reason"]) == ("step:each/post:1", "Not this one.")
    monkeypatch.setattr(PostInChannel, "perform", real)
    worker.post(
        f"/api/v1/automation_runs/{run_id}/advance", json={"kind": "retry_asked", "node_path": "each/post", "iteration": 1}
    )
    assert said(database, studio) == ["a", "c", "b"]
    (run,) = rows(database, studio, AutomationRun)
    assert run.status == "succeeded"


def test_an_event_that_the_same_turn_brings_about_ends_a_wait_that_was_opened_before_it(
    worker: TestClient, database: Database, studio: Studio, begin: Any
):
    waiting = wait("waiting", event="task.created", match={"value": True}, timeout={"amount": 9, "unit": "days"})
    steps = parallel(), for_each(items={"value": ["a"]}), task("one"), waiting, post("Heard", "heard")
    edges = ["trigger.ok>par", "par.a>each", "each.each>one", "par.b>waiting", "waiting.ok>heard"]
    run_id = begin(*steps, edges=edges)

    assert advance(worker, run_id)["is_over"]

    assert said(database, studio) == ["Heard"]


def test_a_branch_that_comes_second_says_what_it_did_in_the_same_turn(
    worker: TestClient, database: Database, studio: Studio, begin: Any
):
    edges = ["trigger.ok>par", "par.a>one", "par.b>two", "par.ok>after"]
    run_id = begin(parallel(join="any"), post("One", "one"), post("Two", "two"), post("After", "after"), edges=edges)

    assert advance(worker, run_id)["is_over"]

    assert said(database, studio) == ["One", "Two", "After"]
    assert {step.node_path: step.status for step in rows(database, studio, StepRun)} == {
        "par": "done",
        "par/one": "done",
        "par/two": "done",
        "after": "done",
    }


def test_a_request_that_was_on_its_way_when_the_run_was_canceled_counts_as_made(
    worker: TestClient, database: Database, studio: Studio, begin: Any, monkeypatch: pytest.MonkeyPatch
):
    run_id = begin(node("ask", "action", action="http.request", input={"url": {"value": "https://example.com"}}))
    (effect,) = advance(worker, run_id)["effects"]

    def answer_when_it_is_late(self: Any, context: Any, given: Any) -> AnswerOutput:
        with database.write(studio.scope) as session:
            cancel_run(session, session.get_one(AutomationRun, run_id), reason="Enough.", now=clock.now())
        return AnswerOutput(status=200, is_ok=True, headers={}, text="Ordered")

    monkeypatch.setattr(Request, "perform", answer_when_it_is_late)
    asked = {name: effect[name] for name in ("node_path", "iteration", "attempt")}

    assert worker.post(f"/api/v1/automation_runs/{run_id}/effects", json=asked).json()["status"] == "canceled"

    (step,) = rows(database, studio, StepRun)
    assert (step.status, step.output["text"]) == ("done", "Ordered")


def test_a_long_loop_takes_several_turns(worker: TestClient, database: Database, studio: Studio, begin: Any):
    many = for_each(items={"value": list(range(2 * MOST_AT_ONCE + 5))}, limit=200, concurrency=2)
    run_id = begin(many, post("{{ item }}"), edges=["trigger.ok>each", "each.each>post"])

    position, turns = advance(worker, run_id), 1
    assert len(said(database, studio)) == MOST_AT_ONCE
    while not position["is_over"]:
        effect = position["effects"][0]
        asked = {name: effect[name] for name in ("node_path", "iteration", "attempt")}
        position, turns = worker.post(f"/api/v1/automation_runs/{run_id}/effects", json=asked).json(), turns + 1
        worker.post(f"/api/v1/automation_runs/{run_id}/effects", json=asked)

    assert sorted(map(int, said(database, studio))) == list(range(2 * MOST_AT_ONCE + 5))
    assert turns < 10


def sub(automation_id: str, **settings: Any) -> Any:
    given = {"who": {"path": "trigger.contact.name"}}
    return node("sub", "sub_automation", automation_id=automation_id, input=given, **settings)


def test_a_called_run_wakes_its_parent_in_the_transaction_in_which_it_ends(
    worker: TestClient, database: Database, studio: Studio, begin: Any
):
    stop = node("end", "stop", output={"greeting": {"text": "Hi {{ trigger.input.who }} of {{ trigger.engagement.title }}"}})
    called = callable_automation(database, studio, stop)
    run_id = begin(sub(called), post("{{ nodes.sub.greeting }}"))

    position = advance(worker, run_id)
    child = child_of(database, studio, run_id)

    assert (position["status"], child.status, child.engagement_id) == ("waiting", "requested", studio.engagement_id)
    assert (child.cause["depth"], child.cause["automation_ids"][-1]) == (2, called)
    assert advance(worker, run_id) == position
    assert told_to(database, studio, run_id) == []
    assert advance(worker, child.id)["is_over"]
    (told,) = told_to(database, studio, run_id)
    assert advance(worker, run_id, json.loads(told))["is_over"]
    (greeting,) = said(database, studio)
    assert greeting.startswith("Hi Ada Byron of ")
    advance(worker, run_id, json.loads(told))
    assert len(said(database, studio)) == 1


def test_a_detached_run_is_not_waited_for(worker: TestClient, database: Database, studio: Studio, begin: Any):
    called = callable_automation(database, studio, post("Called"))
    run_id = begin(sub(called, mode="detach"), post("{{ nodes.sub.run_id }}"))

    assert advance(worker, run_id)["is_over"]
    child = child_of(database, studio, run_id)
    assert said(database, studio) == [child.id]
    advance(worker, child.id)
    assert told_to(database, studio, run_id) == []


def test_canceling_a_run_gives_up_the_one_it_waits_for(worker: TestClient, database: Database, studio: Studio, begin: Any):
    called = callable_automation(database, studio, node("nap", "delay", amount=3, unit="days"))
    run_id = begin(sub(called))
    advance(worker, run_id)
    child = child_of(database, studio, run_id)
    advance(worker, child.id)

    with database.write(studio.scope) as session:
        cancel_run(session, session.get_one(AutomationRun, run_id), reason="Enough.", now=clock.now())

    assert child_of(database, studio, run_id).status == "canceled"
    assert advance(worker, child.id, {})["is_over"]
    assert rows(database, studio, Wait, Wait.closed_at.is_(None)) == []


def test_a_called_run_that_is_canceled_fails_the_step_that_waits(
    worker: TestClient, database: Database, studio: Studio, begin: Any
):
    called = callable_automation(database, studio, node("nap", "delay", amount=3, unit="days"))
    run_id = begin(sub(called), post("{{ nodes.sub.error.message }}"), edges=["trigger.ok>sub", "sub.error>post"])
    advance(worker, run_id)
    child = child_of(database, studio, run_id)
    advance(worker, child.id)

    with database.write(studio.scope) as session:
        cancel_run(session, session.get_one(AutomationRun, child.id), reason="Enough.", now=clock.now())

    (told,) = told_to(database, studio, run_id)
    assert advance(worker, run_id, json.loads(told))["is_over"]
    assert said(database, studio) == ["The other automation ended as canceled."]


def test_an_automation_that_was_switched_off_cannot_be_called(worker: TestClient, database: Database, studio: Studio, begin: Any):
    called = callable_automation(database, studio, post("Called"))
    run_id = begin(sub(called))
    with database.write(studio.scope) as session:
        switch_off_automation(session, get_automation(session, called), now=clock.now())

    assert advance(worker, run_id)["status"] == "parked"
    (step,) = rows(database, studio, StepRun)
    assert step.error == "The automation to run is not published."


def test_automations_that_call_each_other_come_to_an_end(worker: TestClient, database: Database, studio: Studio, begin: Any):
    first = callable_automation(database, studio, post("First"))
    second = callable_automation(database, studio, sub(first))
    with database.write(studio.scope) as session:
        automation = get_automation(session, first)
        change_automation(session, automation, {"drawing": drawing(CALLED, sub(second)).document})
        publish_automation(session, automation, catalogue=schemas(), author="Mara", now=clock.now())
    run_id = begin(sub(first))
    seen = 0
    while run_id:
        position, seen = advance(worker, run_id), seen + 1
        children = rows(database, studio, AutomationRun, AutomationRun.parent_run_id == run_id)
        run_id = children[0].id if children else ""
    assert (position["status"], seen) == ("parked", 3)


def make_member(session: Any, name: str) -> Member:
    return add_member(session, name=name, email=f"{name}@nord.example", role=MemberRole.MEMBER)


def asking(*who: str, **settings: Any) -> Any:
    return node("ask", "approval", approvers={"value": list(who)}, message={"value": "May we?"}, **settings)


def notices(database: Database, studio: Studio) -> list[tuple[str, str]]:
    return [(one.member_id, one.text) for one in rows(database, studio, Notification)]


def test_those_who_are_asked_are_reminded_and_others_asked_too(
    worker: TestClient, database: Database, studio: Studio, begin: Any
):
    with database.write(studio.scope) as session:
        ben = make_member(session, name="Ben").id
    days = {"amount": 2, "unit": "days"}
    escalate = {"after": {"amount": 3, "unit": "days"}, "to": {"value": ["role:owner"]}}
    run_id = begin(asking(f"member:{ben}", remind={"every": days, "repeats": 1}, escalate=escalate))

    position = advance(worker, run_id)
    for _ in range(2):
        (timer,) = position["timers"]
        clock.move(timedelta(days=2))
        position = advance(worker, run_id, {"kind": "timer_fired", "wait_id": timer["wait_id"]})

    asks = "“Lead” for Ada Byron, step “Ask for approval”: May we? When approved: the run ends. When rejected: the run ends."
    assert notices(database, studio) == [
        (ben, f"Your approval is asked. {asks}"),
        (ben, f"Still waiting for your approval. {asks}"),
        (studio.owner_id, f"Nobody has decided yet, so your approval is asked too. {asks}"),
    ]
    assert position["timers"] == []


def test_one_who_is_asked_hands_the_decision_on(
    worker: TestClient, owner: TestClient, program: TestClient, database: Database, studio: Studio, begin: Any
):
    with database.write(studio.scope) as session:
        ben, gone = make_member(session, name="Ben").id, make_member(session, name="Gone")
        gone.archived_at = clock.now()
        gone_id = gone.id
    run_id = begin(asking(f"member:{studio.owner_id}"))
    advance(worker, run_id)
    (wait,) = rows(database, studio, Wait)
    path = f"/api/v1/automation_runs/{run_id}/approvals/{wait.key}"

    assert owner.post(f"{path}/delegation", json={"to": [gone_id]}).status_code == 422
    assert program.post(f"{path}/delegation", json={"to": [ben]}).status_code == 403
    assert owner.post(f"{path}/delegation", json={"to": [ben]}).status_code == 200
    told, text = notices(database, studio)[-1]
    assert (told, text.startswith("Mara Lindqvist hands a decision on to you. “Lead” for Ada Byron, step")) == (ben, True)
    assert owner.post(path, json={"decision": "approved"}).status_code == 403


def test_an_owner_decides_when_nobody_who_was_asked_is_left(
    worker: TestClient, owner: TestClient, database: Database, studio: Studio, begin: Any
):
    with database.write(studio.scope) as session:
        ben_id = make_member(session, name="Ben").id
    run_id = begin(asking(f"member:{ben_id}"))
    advance(worker, run_id)
    (wait,) = rows(database, studio, Wait)
    path = f"/api/v1/automation_runs/{run_id}/approvals/{wait.key}"
    assert owner.post(path, json={"decision": "approved"}).status_code == 403
    with database.write(studio.scope) as session:
        session.get_one(Member, ben_id).archived_at = clock.now()
    assert owner.post(path, json={"decision": "approved"}).status_code == 200
