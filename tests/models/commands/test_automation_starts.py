"""Runs about one record at once, quotas and fairness, on both databases and with transactions that are truly parallel."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models import clock
from models.commands.automation_quotas import release_runs
from models.commands.automation_runs import cancel_run
from models.commands.automations import switch_off_automation
from models.commands.deliveries import claim_deliveries
from models.commands.events import record
from models.db import Database, enter
from models.queries.automation_quotas import room_for_runs
from models.tables.automations import Automation, AutomationRun
from models.tables.conversations import Notification
from models.tables.events import Event
from models.tables.workspaces import Workspace
from models.types.scope import Scope
from tests.builders.runs import accept, make_automation, post
from tests.builders.workspaces import Studio, make_studio

AT_ONCE = 6


def at_once(database: Database, studio: Studio, write: Callable[[Session, int], Any]) -> list[Exception]:
    """Run transactions side by side; what they failed with."""
    ready, failures = threading.Barrier(AT_ONCE), []

    def one(index: int) -> None:
        ready.wait()
        try:
            with database.write(studio.scope) as session:
                write(session, index)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def changed(session: Session, studio: Studio, engagement_id: str = "") -> Event:
    subject = engagement_id or studio.engagement_id
    return record(session, "engagement.changed", subject, engagement_id=subject)


def runs(session: Session) -> list[AutomationRun]:
    return list(session.exec(select(AutomationRun).order_by(AutomationRun.id)))


def automate(database: Database, studio: Studio, **trigger: Any) -> str:
    with database.write(studio.scope) as session:
        return make_automation(session, post(), type="engagement.changed", **trigger).id


def quota(session: Session, studio: Studio, **limits: int) -> None:
    workspace = session.get_one(Workspace, studio.workspace_id)
    for name, limit in limits.items():
        setattr(workspace, name, limit)
    session.flush()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("parallel", {"requested": AT_ONCE}),
        ("skip", {"requested": 1}),
        ("queue", {"requested": 1, "queued": AT_ONCE - 1}),
        ("replace", {"requested": 1, "canceled": AT_ONCE - 1}),
    ],
)
def test_events_about_one_record_at_the_same_moment_heed_the_policy(
    database: Database, studio: Studio, policy: str, expected: dict[str, int]
):
    automate(database, studio, concurrency={"key": "trigger.engagement.id", "policy": policy})

    assert at_once(database, studio, lambda session, _: changed(session, studio)) == []

    with database.read(studio.scope) as session:
        assert Counter(run.status for run in runs(session)) == expected
        started = session.exec(select(Event.subject_id).where(Event.type == "automation_run.requested")).all()
    assert len(started) == (1 if policy in ("skip", "queue") else AT_ONCE)


def test_the_newest_event_is_the_one_that_is_not_replaced(database: Database, studio: Studio):
    automate(database, studio, concurrency={"key": "trigger.engagement.id", "policy": "replace"})
    order: list[str] = []
    lock = threading.Lock()

    def write(session: Session, _: int) -> None:
        event = changed(session, studio)
        with lock:
            order.append(event.id)

    assert at_once(database, studio, write) == []

    with database.read(studio.scope) as session:
        (left,) = [run for run in runs(session) if run.status == "requested"]
        replaced = [run for run in runs(session) if run.status == "canceled"]
    assert left.event_id == order[-1]
    assert all(run.finished_at is not None and "newer run" in run.error["message"] for run in replaced)


def test_runs_about_other_records_do_not_wait_for_each_other(database: Database, studio: Studio):
    automate(database, studio, concurrency={"key": "trigger.subject_id", "policy": "queue"})

    failures = at_once(database, studio, lambda session, index: record(session, "engagement.changed", f"eng_{index}"))

    assert failures == []
    with database.read(studio.scope) as session:
        assert Counter(run.status for run in runs(session)) == {"requested": AT_ONCE}


def test_the_queue_goes_on_in_order_one_at_a_time(session: Session, studio: Studio):
    make_automation(session, post(), type="engagement.changed", concurrency={"key": "trigger.engagement.id", "policy": "queue"})
    for _ in range(3):
        changed(session, studio)
    first, second, third = runs(session)

    cancel_run(session, first, reason="", now=clock.now())

    assert [second.status, third.status] == ["requested", "queued"]
    cancel_run(session, second, reason="", now=clock.now())
    assert third.status == "requested"


def test_an_event_that_comes_while_the_run_before_it_ends_is_not_left_in_the_queue(database: Database, studio: Studio):
    automate(database, studio, concurrency={"key": "trigger.engagement.id", "policy": "queue"})
    with database.write(studio.scope) as session:
        changed(session, studio)
        (first,) = runs(session)
    ended = threading.Event()

    def come() -> None:
        ended.wait()
        with database.write(studio.scope) as session:
            changed(session, studio)

    newcomer = threading.Thread(target=come)
    newcomer.start()
    with database.write(studio.scope) as session:
        cancel_run(session, session.get_one(AutomationRun, first.id), reason="", now=clock.now())
        ended.set()
        newcomer.join(0.5)
    newcomer.join()

    with database.read(studio.scope) as session:
        assert [run.status for run in runs(session)] == ["canceled", "requested"]


def test_a_hundred_posts_in_a_minute_switch_nothing_off(session: Session, studio: Studio):
    automation = make_automation(session, post())

    for index in range(150):
        accept(session, studio, f"sub_{index}")

    assert automation.status == "published"
    assert Counter(run.status for run in runs(session)) == {"requested": 150}


def test_a_loop_about_one_record_is_switched_off_with_what_it_queued(session: Session, studio: Studio):
    concurrency = {"key": "trigger.engagement.id", "policy": "queue"}
    automation = make_automation(session, post(), type="engagement.changed", concurrency=concurrency)

    for _ in range(12):
        changed(session, studio)

    assert automation.status == "off"
    assert Counter(run.status for run in runs(session)) == {"requested": 1, "canceled": 9}
    assert len(session.exec(select(Event).where(Event.type == "automation.switched_off")).all()) == 1
    assert len(session.exec(select(Notification)).all()) == 1


def test_what_is_over_the_quota_is_held_back_shown_and_begins_later(session: Session, studio: Studio):
    quota(session, studio, runs_per_minute=4)
    automation = make_automation(session, post())
    for index in range(10):
        accept(session, studio, f"sub_{index}")
    begun = clock.now()

    assert automation.status == "published"
    assert [(run.status, run.queued_for) for run in runs(session)] == [("requested", "")] * 4 + [("queued", "quota")] * 6
    enter(session, Scope(None))
    assert release_runs(session, now=begun + timedelta(seconds=30)) == 0
    assert release_runs(session, now=begun + timedelta(seconds=61)) == 4
    assert release_runs(session, now=begun + timedelta(seconds=62)) == 0
    assert release_runs(session, now=begun + timedelta(seconds=125)) == 2
    enter(session, studio.scope)
    assert {(run.status, run.queued_for) for run in runs(session)} == {("requested", "")}
    asked = session.exec(select(Event).where(Event.type == "automation_run.requested").order_by(Event.id)).all()
    assert [one.subject_id for one in asked] == [run.id for run in runs(session)]


def test_runs_at_work_count_and_runs_that_wait_do_not(session: Session, studio: Studio):
    quota(session, studio, runs_in_flight=3)
    make_automation(session, post())
    for index in range(5):
        accept(session, studio, f"sub_{index}")
    first, second, *_ = runs(session)

    assert room_for_runs(session, studio.workspace_id, now=clock.now()) == 0
    first.status, second.status = "waiting", "parked"
    session.flush()
    enter(session, Scope(None))
    assert release_runs(session, now=clock.now()) == 2
    assert release_runs(session, now=clock.now()) == 0


def test_switching_off_drops_what_the_quota_held_back(session: Session, studio: Studio):
    quota(session, studio, runs_in_flight=1)
    automation = make_automation(session, post())
    for index in range(3):
        accept(session, studio, f"sub_{index}")

    switch_off_automation(session, automation, now=clock.now())

    assert [run.status for run in runs(session)] == ["canceled"] * 3
    assert all(run.finished_at for run in runs(session))
    enter(session, Scope(None))
    assert release_runs(session, now=clock.now() + timedelta(hours=1)) == 0


def test_a_noisy_workspace_keeps_no_quiet_one_waiting(database: Database, studio: Studio):
    with database.write(Scope(None)) as session:
        quiet = make_studio(session, slug="quiet", name="Quiet")
    with database.write(studio.scope) as session:
        quota(session, studio, runs_in_flight=1)
        make_automation(session, post())
        for index in range(120):
            accept(session, studio, f"sub_{index}")
    with database.write(quiet.scope) as session:
        quota(session, quiet, runs_in_flight=1)
        make_automation(session, post())
        for index in range(2):
            accept(session, quiet, f"sub_{index}")

    with database.write(Scope(None)) as session:
        claimed = claim_deliveries(session, now=clock.now(), limit=50)
        for one in session.exec(select(AutomationRun).where(AutomationRun.status == "requested")):
            one.status = "waiting"
        session.flush()
        release_runs(session, now=clock.now())

    assert quiet.workspace_id in {one.event.workspace_id for one in claimed}
    assert [one.seq for one in claimed] == sorted(one.seq for one in claimed)
    with database.read(Scope(None)) as session:
        begun = [run.workspace_id for run in runs(session) if run.status == "requested"]
    assert sorted(begun) == sorted([studio.workspace_id, quiet.workspace_id])


def test_a_run_that_is_given_up_while_its_turn_is_taken_waits_for_the_turn(database: Database, studio: Studio):
    """A newer event must neither fail nor be lost because an older run is being carried on just then."""
    automate(database, studio, concurrency={"key": "trigger.engagement.id", "policy": "replace"})
    with database.write(studio.scope) as session:
        changed(session, studio)
        (old,) = runs(session)
    holding, done = threading.Event(), threading.Event()

    def take_a_turn() -> None:
        with database.write(studio.scope) as session:
            run = session.exec(select(AutomationRun).where(AutomationRun.id == old.id).with_for_update()).one()
            holding.set()
            done.wait(0.5)
            run.status = "waiting"

    turn = threading.Thread(target=take_a_turn)
    turn.start()
    holding.wait()
    with database.write(studio.scope) as session:
        changed(session, studio)
    done.set()
    turn.join()

    with database.read(studio.scope) as session:
        assert [run.status for run in runs(session)] == ["canceled", "requested"]
        assert session.get_one(Automation, old.automation_id).status == "published"
