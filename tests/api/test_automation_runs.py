"""Runs over the API: what one turn does, once, and what it leaves when something is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import DataError, ProgrammingError
from sqlmodel import select

from api.actions import catalogue
from api.actions.inbox import PostInChannel
from api.gateways.mail import message_id
from models import clock
from models.commands.automation_runs import cancel_runs
from models.commands.engagement_archive import archive_engagement
from models.commands.events import record
from models.db import Database
from models.seed.automations import publish_new_lead
from models.settings import Settings
from models.tables.automations import AutomationRun, EventSubscription, StepRun
from models.tables.conversations import Conversation, Message, Notification
from models.tables.emails import Email
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.members import Member
from models.tables.tasks import Task
from models.tables.waits import Wait
from models.tables.workspaces import Workspace
from models.types.errors import Refused, Unavailable
from tests.builders.runs import accept, make_automation, post, publish, submit
from tests.builders.workspaces import Studio

STARTED = {"kind": "started", "trigger": {}}


@pytest.fixture
def start(database: Database, studio: Studio):
    """Publish an automation of these nodes and let a submission start it; the run's id."""

    def begin(*nodes: dict[str, Any], **trigger: Any) -> str:
        with database.write(studio.scope) as session:
            make_automation(session, *nodes, **trigger)
            event = submit(session, studio)
            return session.exec(select(AutomationRun.id).where(AutomationRun.event_id == event.id)).one()

    return begin


@pytest.fixture
def new_lead(database: Database, studio: Studio) -> str:
    """The run of the demo automation after a submission, not begun yet."""
    with database.write(studio.scope) as session:
        publish_new_lead(session, catalogue=catalogue.schemas(), now=clock.now())
        submit(session, studio)
        return session.exec(select(AutomationRun.id)).one()


def advance(worker: TestClient, run_id: str, happened: dict[str, Any] = STARTED, key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    answer = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=happened, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(database: Database, studio: Studio, table: Any, *conditions: Any) -> list[Any]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(table).where(*conditions).order_by(table.id)))


def steps(database: Database, studio: Studio) -> dict[str, str]:
    return {step.node_path: step.status for step in rows(database, studio, StepRun)}


def test_a_new_lead_is_thanked_told_of_and_followed_up_in_one_turn(
    worker: TestClient, database: Database, studio: Studio, new_lead: str
):
    # A Thursday, so that two working days lie over the weekend.
    clock.move(timedelta(days=(3 - clock.now().weekday()) % 7))

    position = advance(worker, new_lead)

    (mail,) = rows(database, studio, Email)
    assert (mail.to_address, mail.subject, mail.status) == ("ada@byron-mills.example", "Thank you, Ada", "queued")
    assert mail.key == f"{new_lead}:mail:0"
    assert "Atelier Nord" in mail.text
    assert mail.cause["run_id"] == new_lead
    (message,) = rows(database, studio, Message)
    (channel,) = rows(database, studio, Conversation)
    assert (channel.kind, channel.name, message.via) == ("channel", "crm", "automation")
    assert message.body == "New lead: Ada Byron by “Contact us”"
    (task,) = rows(database, studio, Task)
    assert (task.assignee_id, task.due_on.weekday(), (task.due_on - clock.today("Europe/Berlin")).days) == (studio.owner_id, 0, 4)
    (wait,) = rows(database, studio, Wait)
    assert wait.what == "“New lead” waits until a proposal was sent"
    assert position["status"] == "waiting"
    assert [timer["wait_id"] for timer in position["timers"]] == [wait.key]


def test_a_turn_sent_twice_happens_once(worker: TestClient, database: Database, studio: Studio, new_lead: str):
    first = advance(worker, new_lead, key="k1")
    again = advance(worker, new_lead, key="k1")
    anew = advance(worker, new_lead, key="k2")

    assert first == again == anew
    assert [len(rows(database, studio, table)) for table in (Email, Message, Task, EventSubscription)] == [1, 1, 1, 1]


def test_the_mails_message_id_comes_from_run_and_step(
    worker: TestClient, database: Database, studio: Studio, settings: Settings, new_lead: str
):
    advance(worker, new_lead)

    (mail,) = rows(database, studio, Email)
    (step,) = rows(database, studio, StepRun, StepRun.node_path == "mail")

    assert mail.message_id == message_id(f"{new_lead}:mail:0", settings.mail_domain)
    assert step.output["message_id"] == mail.message_id
    assert step.input["to"] == "ada@byron-mills.example"


def test_a_proposal_sent_in_time_ends_the_run_without_a_reminder(
    worker: TestClient, database: Database, studio: Studio, new_lead: str
):
    advance(worker, new_lead)
    with database.write(studio.scope) as session:
        sent = record(session, "proposal.sent", "pro_1", engagement_id=studio.engagement_id)
    (wait,) = rows(database, studio, EventSubscription)

    position = advance(worker, new_lead, {"kind": "event_arrived", "wait_id": wait.wait_id, "event": {"event_id": sent.id}})

    assert (position["status"], position["is_over"]) == ("succeeded", True)
    assert rows(database, studio, Notification) == []
    assert rows(database, studio, EventSubscription) == []
    assert [one.closed_at is None for one in rows(database, studio, Wait)] == [False]


def test_after_three_days_the_owner_is_reminded(worker: TestClient, database: Database, studio: Studio, new_lead: str):
    (timer,) = advance(worker, new_lead)["timers"]
    early = advance(worker, new_lead, {"kind": "timer_fired", "wait_id": timer["wait_id"]})
    clock.move(timedelta(days=3, seconds=1))

    late = advance(worker, new_lead, {"kind": "timer_fired", "wait_id": timer["wait_id"]})

    assert early["timers"] == [timer]
    assert late["status"] == "succeeded"
    (notice,) = rows(database, studio, Notification)
    assert (notice.member_id, notice.text) == (studio.owner_id, "No proposal for Ada Byron after three days.")


def test_a_proposal_sent_before_the_run_waited_is_not_missed(
    worker: TestClient, database: Database, studio: Studio, new_lead: str
):
    with database.write(studio.scope) as session:
        record(session, "proposal.sent", "pro_1", engagement_id=studio.engagement_id)

    assert advance(worker, new_lead)["status"] == "succeeded"


def test_a_task_goes_to_the_owner_when_its_assignee_has_left(worker: TestClient, database: Database, studio: Studio, start: Any):
    given = {"title": {"value": "Call"}, "assignee_id": {"value": studio.member_id}}
    run_id = start({"id": "task", "kind": "action", "settings": {"action": "tasks.create", "input": given}})
    with database.write(studio.scope) as session:
        session.get_one(Member, studio.member_id).archived_at = clock.now()

    advance(worker, run_id)

    assert [task.assignee_id for task in rows(database, studio, Task)] == [studio.owner_id]


def test_working_days_leave_out_the_holidays_of_the_region(worker: TestClient, database: Database, studio: Studio, start: Any):
    with database.write(studio.scope) as session:
        session.get_one(Workspace, studio.workspace_id).holidays_region = "DE"
    clock.move(clock.now().replace(year=clock.now().year + 1, month=12, day=24, hour=12) - clock.now())
    given = {"title": {"value": "Call"}, "due_in_working_days": {"value": 1}}
    run_id = start({"id": "task", "kind": "action", "settings": {"action": "tasks.create", "input": given}})

    advance(worker, run_id)

    (task,) = rows(database, studio, Task)
    assert task.due_on > date(task.due_on.year, 12, 26)


def test_a_refused_action_is_undone_alone_and_leaves_by_its_error_port(
    worker: TestClient, database: Database, studio: Studio, monkeypatch: pytest.MonkeyPatch
):
    _fail_after_writing(monkeypatch, "broken", Refused("The channel is closed."))
    lines = ["trigger.ok>first", "first.ok>second", "second.error>third", "second.ok>fourth"]
    with database.write(studio.scope) as session:
        made = make_drawing(post("before", "first"), post("broken", "second"), post("sorry", "third"), post("x", "fourth"), lines)
        publish(session, made)
        submit(session, studio)
        run_id = session.exec(select(AutomationRun.id)).one()

    position = advance(worker, run_id)

    assert position["status"] == "succeeded"
    assert [message.body for message in rows(database, studio, Message)] == ["before", "sorry"]
    assert steps(database, studio) == {"first": "done", "second": "failed", "third": "done"}


def test_a_refused_action_without_a_way_out_parks_and_tells_the_owner(
    worker: TestClient, database: Database, studio: Studio, start: Any, monkeypatch: pytest.MonkeyPatch
):
    _fail_after_writing(monkeypatch, "broken", Refused("The channel is closed."))
    run_id = start(post("broken", "second"))

    position = advance(worker, run_id)

    assert (position["status"], position["is_over"]) == ("parked", False)
    assert rows(database, studio, Message) == []
    (wait,) = rows(database, studio, Wait)
    assert (wait.kind, wait.key, wait.detail["reason"]) == ("repair", "step:second:0", "The channel is closed.")
    (notice,) = rows(database, studio, Notification)
    assert notice.text == "“Lead” for Ada Byron is stuck at “second”: The channel is closed."
    assert notice.href == f"/automation_runs/{run_id}"


def test_a_parked_step_is_retried_once_its_cause_is_mended(
    worker: TestClient, program: TestClient, database: Database, studio: Studio, start: Any, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        _fail_after_writing(broken, "hello", Refused("The channel is closed."))
        run_id = start(post("hello", "second"))
        advance(worker, run_id)

    answer = program.post(f"/api/v1/automation_runs/{run_id}/steps/second/retry", json={})

    assert answer.json()["status"] == "succeeded"
    assert [message.body for message in rows(database, studio, Message)] == ["hello"]
    assert [wait.closed_at is None for wait in rows(database, studio, Wait)] == [False]
    again = program.post(f"/api/v1/automation_runs/{run_id}/steps/second/retry", json={})
    assert again.status_code == 409


def test_the_repair_tray_retries_a_parked_step_through_the_workflow(
    worker: TestClient, program: TestClient, database: Database, studio: Studio, start: Any, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        _fail_after_writing(broken, "hello", Refused("The channel is closed."))
        run_id = start(post("hello", "second"))
        advance(worker, run_id)
    (wait,) = rows(database, studio, Wait)

    assert program.post(f"/api/v1/waits/{wait.id}/repair", json={"action": "retry"}).status_code == 204
    position = advance(worker, run_id, {"kind": "retry_asked", "node_path": "second", "iteration": 0})

    assert position["is_over"]


def test_what_is_unavailable_is_tried_again_later(
    worker: TestClient, database: Database, studio: Studio, start: Any, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        _fail_after_writing(broken, "hello", Unavailable("The mail server is away."))
        run_id = start(post("hello", "second"))
        position = advance(worker, run_id)
    (timer,) = position["timers"]
    clock.move(timedelta(hours=1))

    assert position["status"] == "waiting"
    assert advance(worker, run_id, {"kind": "timer_fired", "wait_id": timer["wait_id"]})["status"] == "succeeded"
    (step,) = rows(database, studio, StepRun)
    assert (step.status, step.attempts) == ("done", 2)


def test_a_client_facing_text_with_nothing_to_show_is_never_sent(
    worker: TestClient, database: Database, studio: Studio, start: Any
):
    given = {
        "to": {"value": "ada@byron-mills.example"},
        "subject": {"value": "Hi"},
        "body": {"text": "Call {{ trigger.contact.phone }}"},
    }
    run_id = start({"id": "mail", "kind": "action", "settings": {"action": "messages.send_mail", "input": given}})

    assert advance(worker, run_id)["status"] == "parked"
    assert rows(database, studio, Email) == []


def test_what_an_automation_writes_names_it_as_cause_and_does_not_start_it_again(
    worker: TestClient, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        automation = make_automation(session, post(), type="message.posted")
        record(session, "message.posted", "msg_1", conversation_id="cnv_1")
        run_id = session.exec(select(AutomationRun.id)).one()

    advance(worker, run_id)

    posted = rows(database, studio, Event, Event.type == "message.posted")[-1]
    assert (posted.actor, posted.cause["run_id"]) == (f"automation:{automation.id}", run_id)
    assert len(rows(database, studio, AutomationRun)) == 1


def test_force_skip_and_cancel_work_on_a_waiting_run(worker: TestClient, program: TestClient, new_lead: str):
    (timer,) = advance(worker, new_lead)["timers"]

    forced = program.post(f"/api/v1/automation_runs/{new_lead}/waits/{timer['wait_id']}/force")

    assert forced.json()["status"] == "succeeded"
    assert [step["node_path"] for step in forced.json()["steps"]] == ["mail", "post", "task", "wait", "remind"]


def test_a_skipped_wait_goes_on_by_the_usual_way(worker: TestClient, program: TestClient, new_lead: str):
    advance(worker, new_lead)

    skipped = program.post(f"/api/v1/automation_runs/{new_lead}/steps/wait/skip", json={})

    assert skipped.json()["status"] == "succeeded"
    assert {step["node_path"]: step["status"] for step in skipped.json()["steps"]}["wait"] == "skipped"


def test_a_canceled_run_waits_for_nothing_and_tells_its_workflow(
    worker: TestClient, program: TestClient, database: Database, studio: Studio, new_lead: str
):
    advance(worker, new_lead)

    canceled = program.post(f"/api/v1/automation_runs/{new_lead}/cancelation", json={"reason": "Not needed"})

    assert (canceled.json()["status"], canceled.json()["waits"]) == ("canceled", [])
    assert advance(worker, new_lead)["is_over"]
    assert len(rows(database, studio, Event, Event.type == "automation_run.canceled")) == 1
    assert rows(database, studio, EventSubscription) == []


def test_an_engagement_that_is_put_away_takes_its_runs_along(
    worker: TestClient, database: Database, studio: Studio, new_lead: str
):
    advance(worker, new_lead)

    with database.write(studio.scope) as session:
        archive_engagement(session, session.get_one(Engagement, studio.engagement_id), now=clock.now())
        assert cancel_runs(session, studio.engagement_id, reason="Again", now=clock.now()) == 0

    assert [run.status for run in rows(database, studio, AutomationRun)] == ["canceled"]
    assert rows(database, studio, EventSubscription) == []


def test_a_queued_run_begins_when_the_one_before_it_is_over(worker: TestClient, database: Database, studio: Studio, start: Any):
    run_id = start(post(), concurrency={"key": "trigger.engagement.id", "policy": "queue"})
    with database.write(studio.scope) as session:
        accept(session, studio)

    advance(worker, run_id)

    assert [run.status for run in rows(database, studio, AutomationRun)] == ["succeeded", "requested"]


def test_a_slow_action_is_performed_apart_and_carries_the_run_on(
    worker: TestClient, database: Database, studio: Studio, start: Any, monkeypatch: pytest.MonkeyPatch
):
    seen: list[str] = []

    class SlowPost(PostInChannel):
        kind = "slow"

        def perform(self, context, given):
            with context.call.open(writes=True):
                seen.append(context.key)
                return super().perform(context, given)

    monkeypatch.setitem(catalogue.ACTIONS, "inbox.post", SlowPost())
    run_id = start(post("slowly", "one"))
    position = advance(worker, run_id)
    wanted = {"node_path": "one", "iteration": 0, "attempt": 1}
    assert position["effects"] == [{**wanted, "action": "inbox.post"}]
    assert rows(database, studio, Message) == []

    done = worker.post(f"/api/v1/automation_runs/{run_id}/effects", json=wanted).json()
    again = worker.post(f"/api/v1/automation_runs/{run_id}/effects", json=wanted).json()

    assert done == again
    assert (done["status"], seen) == ("succeeded", [f"{run_id}:one:0"])
    posted = rows(database, studio, Event, Event.type == "message.posted")[-1]
    assert posted.cause["run_id"] == run_id


def test_only_those_who_were_asked_may_approve(
    worker: TestClient, program: TestClient, owner: TestClient, database: Database, studio: Studio, start: Any
):
    asking = {"approvers": {"value": ["role:owner"]}, "message": {"value": "Send it?"}}
    run_id = start({"id": "ask", "kind": "approval", "settings": asking})
    advance(worker, run_id)
    (wait,) = rows(database, studio, Wait)
    path = f"/api/v1/automation_runs/{run_id}/approvals/{wait.key}"

    assert program.post(path, json={"decision": "approved"}).status_code == 403
    assert owner.post(path, json={"decision": "approved"}).json()["status"] == "succeeded"


def test_only_the_worker_advances_runs(program: TestClient, new_lead: str):
    assert program.post(f"/api/v1/automation_runs/{new_lead}/advance", json=STARTED).status_code == 403


def test_runs_are_listed_by_what_they_do(worker: TestClient, program: TestClient, new_lead: str):
    advance(worker, new_lead)

    assert [run["id"] for run in program.get("/api/v1/automation_runs?status=live").json()["items"]] == [new_lead]
    assert program.get("/api/v1/automation_runs?status=parked").json()["items"] == []


def make_drawing(*parts: Any) -> dict[str, Any]:
    *nodes, lines = parts
    head = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}
    edges = []
    for line in lines:
        start, target = line.split(">")
        source, out = start.split(".")
        edges.append({"id": line, "source": source, "port": out, "target": target})
    return {"nodes": [head, *nodes], "edges": edges, "positions": {}, "limits": {}}


class Failing(PostInChannel):
    """Writes its message and then, for one text, fails."""

    def __init__(self, text: str, error: Exception) -> None:
        self.text, self.error = text, error

    def perform(self, context, given):
        posted = super().perform(context, given)
        if given.text == self.text:
            raise self.error
        return posted


def _fail_after_writing(monkeypatch: pytest.MonkeyPatch, text: str, error: Exception) -> None:
    monkeypatch.setitem(catalogue.ACTIONS, "inbox.post", Failing(text, error))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (DataError("INSERT", {}, Exception("integer out of range")), "A value is too large, or has a character"),
        (ProgrammingError("INSERT", {}, Exception("no such column")), "failed unexpectedly (ProgrammingError)"),
    ],
)
def test_what_the_database_refuses_parks_the_step_and_keeps_those_before(
    worker: TestClient,
    database: Database,
    studio: Studio,
    start: Any,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str,
):
    perform = PostInChannel.perform

    def refused(self: PostInChannel, context: Any, given: Any) -> Any:
        if given.text == "two":
            raise error
        return perform(self, context, given)

    monkeypatch.setattr(PostInChannel, "perform", refused)
    run_id = start(post("one", "one"), post("two", "two"))

    assert advance(worker, run_id)["status"] == "parked"
    assert steps(database, studio) == {"one": "done", "two": "parked"}
    assert told in rows(database, studio, StepRun, StepRun.node_path == "two")[0].error
    assert [message.body for message in rows(database, studio, Message)] == ["one"]
