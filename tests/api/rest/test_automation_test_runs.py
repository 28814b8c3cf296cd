"""Trying a whole drawing: done as a run does it, and undone; nobody outside hears of it without a named consent."""

from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import SQLModel, func, select

from models.commands.api_tokens import create_api_token
from models.db import Database
from models.ids import new_id
from models.seed.drawings import new_lead_drawing
from models.settings import Settings
from models.tables.companies import Company
from models.tables.emails import Email
from models.types.scope import Scope
from tests import cast
from tests.builders.automations import drawing, for_each, node, parallel, wait
from tests.builders.runs import publish, submit
from tests.builders.workspaces import Studio
from tests.standins.service import served_service

PATH = "/api/v1/automations"


def drawn(program: TestClient, document: dict[str, Any]) -> str:
    answer = program.post(PATH, json={"name": "Draft", "drawing": document})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.fixture
def record(program: TestClient, studio: Studio, database: Database) -> dict[str, Any]:
    """Of a submission that really came."""
    with database.write(studio.scope) as session:
        submit(session, studio, name="Ada")
    found = program.get("/api/v1/automation_samples", params={"kind": "event", "type": "submission.accepted"}).json()
    return next(one["record"] for one in found if not one["is_invented"])


def tried(program: TestClient, document: dict[str, Any], record: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    answer = program.post(f"{PATH}/{drawn(program, document)}/test_runs", json={"record": record, **wanted})
    assert answer.status_code == 200, answer.text
    return answer.json()


def steps(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["node_path"]: one for one in told["steps"]}


def task(node_id: str, title: str, **given: Any) -> dict[str, Any]:
    about = {"path": "trigger.engagement.id"}
    return node(node_id, "action", action="tasks.create", input={"title": {"text": title}, "engagement_id": about, **given})


def counts(database: Database) -> dict[str, int]:
    with database.read(Scope(None)) as session:
        tables = SQLModel.metadata.tables.items()
        return {name: session.exec(select(func.count()).select_from(table)).one() for name, table in tables}


def mails(database: Database, studio: Studio) -> list[tuple[str, str]]:
    with database.read(studio.scope) as session:
        return [(one.to_address, one.subject) for one in session.exec(select(Email)).all()]


def test_every_step_is_done_in_order_and_undone(program: TestClient, record, database: Database):
    automation_id = drawn(program, new_lead_drawing())
    before = counts(database)

    answer = program.post(f"{PATH}/{automation_id}/test_runs", json={"record": record, "events_come": False})

    told = answer.json()
    assert (told["run"]["status"], told["is_cut"], told["passes_filter"]) == ("succeeded", False, True)
    assert [(one["node_path"], one["status"], one["effect"]) for one in told["steps"]] == [
        ("mail", "done", "undone"),
        ("post", "done", "undone"),
        ("task", "done", "undone"),
        ("wait", "done", "passed_over"),
        ("remind", "done", "undone"),
    ]
    assert (told["mails"], told["mailed_to"], steps(told)["mail"]["input"]["to"]) == (1, "", cast.ADA[1])
    assert ("task", "add") in [(one["noun"], one["verb"]) for one in steps(told)["task"]["changes"]]
    assert counts(database) == before


def test_later_steps_read_what_earlier_ones_really_made(program: TestClient, record):
    done = node("done", "action", action="tasks.complete", input={"task_id": {"path": "nodes.first.task_id"}})
    told = tried(program, drawing(task("first", "Call"), done, task("then", "After {{ nodes.done.status }}")).document, record)

    assert [one["status"] for one in told["steps"]] == ["done", "done", "done"]
    assert steps(told)["then"]["input"]["title"] == "After completed"
    assert steps(told)["done"]["input"]["task_id"] == steps(told)["first"]["output"]["task_id"]


def test_the_branch_that_the_outcome_takes_is_followed(program: TestClient, record):
    is_ada = {"op": "eq", "args": [{"path": "trigger.contact.name"}, {"value": cast.ADA[0]}]}
    fork = node("fork", "condition", cases=[{"port": "ada", "when": is_ada}])
    lines = ["trigger.ok>fork", "fork.ada>call", "fork.else>wait_for_her"]
    document = drawing(fork, task("call", "Call"), task("wait_for_her", "Wait"), edges=lines).document

    assert set(steps(tried(program, document, record))) == {"fork", "call"}
    other = tried(program, document, record, fields={"contact.name": "Grace"})
    assert set(steps(other)) == {"fork", "wait_for_her"}


def test_a_wait_says_until_when_it_would_last_and_is_passed_over_or_ends_the_test(program: TestClient, record):
    rest = node("rest", "delay", amount=3, unit="days")
    document = drawing(rest, task("after", "Call")).document

    over = tried(program, document, record)
    assert (over["run"]["status"], steps(over)["rest"]["effect"]) == ("succeeded", "passed_over")
    began, until = (datetime.fromisoformat(steps(over)["rest"][name]) for name in ("created_at", "would_wait_until"))
    assert round((until - began) / timedelta(days=1)) == 3

    there = tried(program, document, record, passes_over_waits=False)
    assert (there["run"]["status"], list(steps(there))) == ("waiting", ["rest"])
    assert [one["kind"] for one in there["run"]["waits"]] == ["timer"]


def test_what_is_waited_for_comes_or_does_not(program: TestClient, record):
    lines = ["trigger.ok>wait", "wait.ok>sent", "wait.timeout>late"]
    document = drawing(wait(), task("sent", "Sent"), task("late", "Late"), edges=lines).document

    assert set(steps(tried(program, document, record))) == {"wait", "sent"}
    assert set(steps(tried(program, document, record, events_come=False))) == {"wait", "late"}


def test_an_event_that_a_step_of_the_test_causes_is_heard(program: TestClient, record):
    same = {"op": "eq", "args": [{"path": "event.subject_id"}, {"path": "nodes.first.task_id"}]}
    listen = wait("listen", event="task.created", match=same)
    document = drawing(task("first", "Call"), listen, task("heard", "Heard")).document

    told = tried(program, document, record, events_come=False)

    assert (set(steps(told)), steps(told)["listen"]["effect"]) == ({"first", "listen", "heard"}, "none")


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_an_approval_is_asked_of_nobody_and_decided_as_wished(decision: str, program: TestClient, record, database: Database):
    gate = node("gate", "approval", approvers={"value": ["role:owner"]})
    lines = ["trigger.ok>gate", "gate.approved>approved", "gate.rejected>rejected"]
    document = drawing(gate, task("approved", "A"), task("rejected", "R"), edges=lines).document
    before = counts(database)["notifications"]

    told = tried(program, document, record, approval=decision)

    assert set(steps(told)) == {"gate", decision}
    assert counts(database)["notifications"] == before


def test_branches_and_loops_are_carried_to_their_end(program: TestClient, record):
    each = for_each(items={"value": ["x", "y", "z"]})
    lines = ["trigger.ok>par", "par.a>each", "each.each>item", "par.b>b", "par.ok>last"]
    document = drawing(parallel(), each, task("item", "{{ item }}"), task("b", "B"), task("last", "Last"), edges=lines).document

    told = tried(program, document, record)

    assert told["run"]["status"] == "succeeded", told
    assert [one["iteration"] for one in told["steps"] if one["node_path"] == "par/each/item"] == [0, 1, 2]


def test_a_long_loop_is_done_in_several_turns(program: TestClient, record):
    each = for_each(items={"value": [str(index) for index in range(60)]})
    document = drawing(each, task("item", "{{ item }}"), edges=["trigger.ok>each", "each.each>item"]).document

    told = tried(program, document, record)

    assert told["run"]["status"] == "succeeded"
    assert sum(one["node_path"] == "each/item" and one["effect"] == "undone" for one in told["steps"]) == 60


def test_a_loop_without_end_in_sight_is_cut(program: TestClient, record, database: Database):
    each = for_each(items={"value": [str(index) for index in range(150)]}, limit=500)
    document = drawing(each, task("item", "{{ item }}"), edges=["trigger.ok>each", "each.each>item"]).document
    before = counts(database)["tasks"]

    told = tried(program, document, record)

    assert (told["is_cut"], told["run"]["finished_at"]) == (True, None)
    assert counts(database)["tasks"] == before


def test_a_stuck_step_ends_the_test_and_tells_why(program: TestClient, record):
    gone = node("gone", "action", action="tasks.complete", input={"task_id": {"text": "{{ trigger.type }}"}})
    told = tried(program, drawing(gone, task("after", "Never")).document, record)

    assert (told["run"]["status"], list(steps(told))) == ("parked", ["gone"])
    assert "no such task" in steps(told)["gone"]["error"]


def test_another_automation_is_carried_through_and_its_changes_stand_at_the_step(
    program: TestClient, studio: Studio, record, database: Database
):
    called = {"id": "trigger", "kind": "trigger", "settings": {"kind": "called"}}
    inner = task("inner", "Inner {{ trigger.input.word }}")
    stop = node("stop", "stop", output={"task_id": {"path": "nodes.inner.task_id"}})
    with database.write(studio.scope) as session:
        other_id = publish(session, drawing(called, inner, node("rest", "delay", amount=1, unit="days"), stop).document).id
    call = node("call", "sub_automation", automation_id=other_id, input={"word": {"value": "task"}})
    before = counts(database)

    told = tried(program, drawing(call, task("after", "After {{ nodes.call.task_id }}")).document, record)

    assert told["run"]["status"] == "succeeded", told
    assert steps(told)["after"]["input"]["title"].startswith("After tsk_")
    assert "Inner task" in [one["label"] for one in steps(told)["call"]["changes"]]
    assert counts(database)["step_runs"] == before["step_runs"]


def test_its_mails_go_to_nobody_or_by_consent_to_who_asks(owner: TestClient, program: TestClient, studio, record, database):
    automation_id = drawn(program, new_lead_drawing())

    owner.post(f"{PATH}/{automation_id}/test_runs", json={"record": record})
    assert mails(database, studio) == []

    told = owner.post(f"{PATH}/{automation_id}/test_runs", json={"record": record, "mails_me": True}).json()
    assert (told["mailed_to"], told["troubles"]) == (cast.OWNER[1], [])
    assert mails(database, studio) == [(cast.OWNER[1], f"[Test] Thank you, {cast.ADA[0].split()[0]}")]


def test_a_program_gets_no_test_mails(program: TestClient, studio: Studio, record, database: Database):
    told = tried(program, new_lead_drawing(), record, mails_me=True)

    assert (told["mailed_to"], told["mails"]) == ("", 1)
    assert "Sign in" in told["troubles"][0]
    assert mails(database, studio) == []


def test_who_may_not_do_what_a_step_does_may_not_try_it(public: TestClient, program, studio: Studio, record, database: Database):
    automation_id = drawn(program, new_lead_drawing())
    with database.write(studio.scope) as session:
        scopes = ["automations:write", "tasks:write"]
        _, token = create_api_token(session, name="B", scopes=scopes, created_by="", maker_scopes=frozenset({"*"}))

    headers = {"Authorization": f"Bearer {token}"}
    answer = public.post(f"{PATH}/{automation_id}/test_runs", json={"record": record}, headers=headers)

    assert answer.status_code == 403
    assert "emails:write" in answer.json()["detail"]


def test_a_drawing_that_cannot_run_is_not_tried(program: TestClient, record, database: Database):
    lost = node("lost", "action", action="tasks.create", input={})
    automation_id = drawn(program, drawing(lost).document)

    answer = program.post(f"{PATH}/{automation_id}/test_runs", json={"record": record})

    assert answer.status_code == 422
    assert "Nothing was tried" in answer.json()["detail"]
    assert [(one["node_id"], one["code"]) for one in answer.json()["problems"] if one["severity"] == "error"]


def test_the_drawing_on_the_screen_is_tried_saved_or_not(program: TestClient, record):
    document = drawing(task("unsaved", "Call")).document
    told = tried(program, drawing(task("saved", "Call")).document, record, drawing=document)
    assert list(steps(told)) == ["unsaved"]


# -- requests to other services --------------------------------------------------------------------------------------


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.egress_allow = ["127.0.0.1/32"]
    return settings


def asking(url: str) -> dict[str, Any]:
    given = {"method": {"value": "POST"}, "url": {"value": url}, "pick": {"value": {"id": "id"}}}
    ask = node("ask", "action", action="http.request", input=given, retry={"max_attempts": 3})
    return drawing(task("first", "Call"), ask, task("then", "{{ nodes.ask.status }}")).document


def test_a_request_is_made_up_without_consent(program: TestClient, record):
    with served_service() as service:
        told = tried(program, asking(service.url), record)

    assert (service.asked, steps(told)["ask"]["effect"]) == ([], "made_up")
    assert (told["run"]["status"], set(steps(told))) == ("succeeded", {"first", "ask", "then"})


def test_a_request_is_made_once_with_consent_and_its_answer_read(program: TestClient, record, database: Database):
    before = counts(database)["tasks"]
    with served_service(status=201) as service:
        told = tried(program, asking(service.url), record, makes_requests=True)

    assert [one.method for one in service.asked] == ["POST"]
    assert (steps(told)["ask"]["effect"], steps(told)["ask"]["output"]["status"]) == ("performed", 201)
    assert steps(told)["then"]["input"]["title"] == "201"
    assert counts(database)["tasks"] == before


def test_a_service_that_is_busy_is_not_pressed(program: TestClient, record):
    with served_service(status=503) as service:
        told = tried(program, asking(service.url), record, makes_requests=True)

    assert (len(service.asked), told["run"]["status"], steps(told)["ask"]["status"]) == (1, "parked", "parked")


def test_others_may_write_while_a_request_is_under_way(
    program: TestClient, studio: Studio, record, database: Database, monkeypatch: pytest.MonkeyPatch
):
    written: list[bool] = []

    def write() -> None:
        with database.write(studio.scope) as session:
            session.add(Company(id=new_id("cmp"), name="Other", name_norm="other"))
        written.append(True)

    def fetch(*_: Any, **__: Any) -> None:
        other = Thread(target=write, daemon=True)
        other.start()
        other.join(10)
        raise OSError("the service is away")

    monkeypatch.setattr("api.actions.http.fetch", fetch)
    tried(program, asking("http://127.0.0.1:9"), record, makes_requests=True)

    assert written == [True]


def test_consent_does_not_open_the_inner_network(program: TestClient, record):
    told = tried(program, asking("http://10.0.0.1/"), record, makes_requests=True)
    assert (told["run"]["status"], steps(told)["ask"]["effect"]) == ("parked", "performed")
    assert steps(told)["ask"]["error"]
