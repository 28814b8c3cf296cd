"""Which runs an event starts and wakes, on both databases."""

import threading
from typing import Any

import pytest
from sqlmodel import Session, select

from models import clock
from models.commands.automation_runs import cancel_run
from models.commands.automation_triggers import match, watchers_of
from models.commands.automations import switch_off_automation
from models.commands.event_gates import look_back
from models.commands.events import record
from models.db import Database, enter
from models.ids import new_id
from models.tables.automations import Automation, AutomationRun, EventSubscription
from models.tables.conversations import Notification
from models.tables.emails import Email
from models.tables.events import Event
from models.types.scope import Cause, Scope
from tests.builders.runs import accept, make_automation, post, submit
from tests.builders.workspaces import Studio


def runs(session: Session) -> list[AutomationRun]:
    return list(session.exec(select(AutomationRun).order_by(AutomationRun.id)))


def recorded(session: Session, event_type: str) -> list[Event]:
    return list(session.exec(select(Event).where(Event.type == event_type)))


def test_an_event_starts_one_run_with_all_it_is_about(session: Session, studio: Studio):
    automation = make_automation(session, post())

    event = submit(session, studio, budget="5000", services=["web"])

    (run,) = runs(session)
    assert (run.automation_id, run.automation_version, run.event_id) == (automation.id, 1, event.id)
    assert run.trigger["contact"]["name"] == "Ada Byron"
    assert run.trigger["engagement"]["owner_id"] == studio.owner_id
    assert run.trigger["submission"]["answers"] == {"budget": "5000", "services": ["web"]}
    assert run.trigger["form"]["name"] == "Contact us"
    assert run.trigger["workspace"]["name"] == "Atelier Nord"
    (asked,) = recorded(session, "automation_run.requested")
    assert (asked.subject_id, asked.engagement_id) == (run.id, studio.engagement_id)


def test_matching_the_same_event_again_starts_nothing(session: Session, studio: Studio):
    make_automation(session, post())
    event = accept(session, studio)

    assert match(session, event, watchers_of(session, event)) == []
    assert len(runs(session)) == 1


def test_two_transactions_that_match_one_event_write_one_run(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        event = accept(session, studio)
        make_automation(session, post())
    ready = threading.Barrier(4)
    triggered: list[int] = []

    def once_more() -> None:
        ready.wait()
        with database.write(studio.scope) as session:
            concerned = session.get_one(Event, event.id)
            triggered.append(len(match(session, concerned, watchers_of(session, concerned))))

    threads = [threading.Thread(target=once_more) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read(studio.scope) as session:
        assert len(runs(session)) == 1
    assert sorted(triggered) == [0, 0, 0, 1]


def test_an_automation_never_follows_from_itself(session: Session, studio: Studio):
    automation = make_automation(session, post())
    cause = Cause("evt_1", "run_1", (automation.id,), 1)
    enter(session, Scope(studio.workspace_id, "automation", cause))

    accept(session, studio)

    assert runs(session) == []


def test_a_chain_of_eight_automations_ends(session: Session, studio: Studio):
    make_automation(session, post())
    enter(session, Scope(studio.workspace_id, "automation", Cause("evt_1", "run_1", ("aut_other",), 8)))

    accept(session, studio)

    assert runs(session) == []


def test_the_chain_is_found_behind_an_activity_that_names_its_event_only(session: Session, studio: Studio):
    automation = make_automation(session, post())
    enter(session, Scope(studio.workspace_id, "automation", Cause("evt_1", "run_1", (automation.id,), 1)))
    first = record(session, "proposal.sent", "pro_1", engagement_id=studio.engagement_id)
    enter(session, Scope(studio.workspace_id, "worker", Cause(first.id)))

    accept(session, studio)

    assert runs(session) == []


def test_a_mail_sent_later_remembers_which_automation_wrote_it(session: Session, studio: Studio):
    automation = make_automation(session, post(), type="email.sent")
    cause = {"event_id": "evt_1", "run_id": "run_1", "automation_ids": [automation.id], "depth": 1}
    mail = Email(id=new_id("eml"), key="k", message_id="m", to_address="ada@example.com", subject="Hi", cause=cause)
    session.add(mail)
    session.flush()

    record(session, "email.sent", mail.id)

    assert runs(session) == []


def test_the_filter_decides_on_the_answers(session: Session, studio: Studio):
    large = {"op": "gte", "args": [{"path": "trigger.submission.answers.budget"}, {"value": 1000}]}
    make_automation(session, post(), filter=large)

    submit(session, studio, budget=500)
    event = submit(session, studio, budget=1500)

    assert [run.event_id for run in runs(session)] == [event.id]


@pytest.mark.parametrize(
    ("policy", "statuses"),
    [
        ("parallel", ["requested", "requested"]),
        ("skip", ["requested"]),
        ("queue", ["requested", "queued"]),
        ("replace", ["canceled", "requested"]),
    ],
)
def test_runs_about_the_same_engagement(session: Session, studio: Studio, policy: str, statuses: list[str]):
    make_automation(session, post(), concurrency={"key": "trigger.engagement.id", "policy": policy})

    accept(session, studio)
    accept(session, studio)

    assert [run.status for run in runs(session)] == statuses


def test_another_dedupe_field_starts_one_run_a_contact(session: Session, studio: Studio):
    make_automation(session, post(), dedupe="trigger.contact.id")

    accept(session, studio)
    accept(session, studio)

    assert len(runs(session)) == 1


def test_what_is_off_starts_nothing_and_drops_what_was_queued(session: Session, studio: Studio):
    automation = make_automation(session, post(), concurrency={"key": "trigger.engagement.id", "policy": "queue"})
    accept(session, studio)
    accept(session, studio)

    switch_off_automation(session, automation, now=clock.now())
    accept(session, studio)

    assert [run.status for run in runs(session)] == ["canceled", "canceled"]


def test_a_flood_about_one_record_switches_the_automation_off_and_tells_the_owner(session: Session, studio: Studio):
    automation = make_automation(session, post())

    for _ in range(12):
        accept(session, studio)

    assert len(runs(session)) == 10
    assert session.get_one(Automation, automation.id).status == "off"
    assert [notice.member_id for notice in session.exec(select(Notification))] == [studio.owner_id]


def test_an_event_wakes_the_run_that_waits_for_it_and_no_other(session: Session, studio: Studio):
    make_automation(session, post())
    accept(session, studio)
    (run,) = runs(session)
    match_ = {"op": "eq", "args": [{"path": "event.engagement_id"}, {"value": studio.engagement_id}]}
    common: dict[str, Any] = {"run_id": run.id, "event_type": "proposal.sent", "match": match_}
    session.add(EventSubscription(id="sub_1", wait_id="w1", engagement_id=studio.engagement_id, **common))
    session.flush()

    record(session, "proposal.sent", "pro_1", engagement_id="eng_other")
    sent = record(session, "proposal.sent", "pro_2", engagement_id=studio.engagement_id)

    (woken,) = recorded(session, "automation_run.woken")
    assert (woken.subject_id, woken.payload["wait_id"]) == (run.id, "w1")
    assert sent.id in str(woken.payload["happened"])


def test_an_event_that_comes_while_a_wait_is_being_written_is_not_missed(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_automation(session, post())
        accept(session, studio)
        (run,) = runs(session)
    looked = threading.Event()

    def send() -> None:
        looked.wait()
        with database.write(studio.scope) as session:
            record(session, "proposal.sent", "pro_1", engagement_id=studio.engagement_id)

    sender = threading.Thread(target=send)
    sender.start()
    with database.write(studio.scope) as session:
        assert look_back(session, run, "proposal.sent", None, used=set()) is None
        looked.set()
        sender.join(0.5)
        session.add(EventSubscription(id="sub_1", run_id=run.id, wait_id="w1", event_type="proposal.sent"))
    sender.join()

    with database.read(studio.scope) as session:
        assert len(recorded(session, "automation_run.woken")) == 1


def test_an_automation_that_begins_with_runs_never_begins_with_its_own(session: Session, studio: Studio):
    lead = make_automation(session, post()).id
    asked, ended = (make_automation(session, post(), type=f"automation_run.{one}").id for one in ("requested", "canceled"))

    submit(session, studio)

    assert [run.automation_id for run in runs(session)] == [lead, asked]
    for number in (1, 2):
        cancel_run(session, runs(session)[number], reason="", now=clock.now())
    assert [run.automation_id for run in runs(session)] == [lead, asked, ended]


def test_automations_that_begin_with_each_others_runs_come_to_an_end(session: Session, studio: Studio):
    make_automation(session, post())
    first, second = (make_automation(session, post(), type="automation_run.requested").id for _ in range(2))

    submit(session, studio)

    followed = [run for run in runs(session) if run.automation_id in (first, second)]
    assert sorted(run.cause["depth"] for run in followed) == [2, 2, 3, 3]
