"""Runs that a schedule or a date starts, on both databases: once each, where the date is now, never for what is past."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import clock
from models.commands.automation_clocks import fire_clock
from models.commands.automations import switch_off_automation
from models.commands.bookings import cancel_booking, make_booking, reschedule_booking
from models.commands.projects import reanchor_project
from models.commands.tasks import complete_task, create_task, reopen_task, set_due_date
from models.db import Database
from models.queries.automation_clocks import schedule_of_clock
from models.queries.automations import find_published_version
from models.tables.automation_clocks import AutomationDate
from models.tables.automations import Automation, AutomationRun
from models.tables.bookings import Booking
from models.tables.contacts import Contact
from models.tables.events import Delivery
from models.tables.projects import Project
from models.tables.tasks import Task
from models.types.tasks import TaskDraft
from tests.builders.bookings import make_scheduler
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio

BEFORE = {"amount": -2, "unit": "hours"}


def runs(session: Session) -> list[AutomationRun]:
    return list(session.exec(select(AutomationRun).order_by(AutomationRun.id)))


def wakes(session: Session, automation: Automation) -> datetime | None:
    schedule = schedule_of_clock(session, automation, find_published_version(session, automation))
    return datetime.fromisoformat(schedule.wake_at) if schedule.wake_at else None


def follow(session: Session, automation: Automation, until: datetime) -> None:
    """Let the clock go off as often as it asks for until a moment."""
    for _ in range(100):
        schedule = schedule_of_clock(session, automation, find_published_version(session, automation))
        if schedule.is_over or schedule.wake_at is None or (at := datetime.fromisoformat(schedule.wake_at)) > until:
            return
        fire_clock(session, automation, schedule.index, now=max(at, clock.now()))
    raise AssertionError("the clock never comes to rest")


def book(session: Session, studio: Studio, *, days: int = 3) -> Booking:
    """A call some days from now, at noon in the studio's zone."""
    starts_at = datetime.combine(monday() + timedelta(days=days), datetime.min.time(), tzinfo=UTC) + timedelta(hours=11)
    contact = session.get_one(Contact, studio.contact_id)
    scheduler = make_scheduler(session, studio, slug=f"call-{days}")
    about = {"zone": "Europe/Berlin", "engagement_id": studio.engagement_id}
    return make_booking(session, scheduler, contact, starts_at=starts_at, now=clock.now(), **about)


def monday() -> date:
    today = clock.now().date()
    return today + timedelta(days=7 - today.weekday())


def task(session: Session, studio: Studio, due_on: date | None) -> Task:
    return create_task(session, TaskDraft(title="Send the draft", engagement_id=studio.engagement_id, due_on=due_on))


def dated(session: Session, field: str, **trigger: Any) -> Automation:
    automation = make_automation(session, post(), kind="date", type=field, **trigger)
    follow(session, automation, clock.now())
    return automation


def test_a_schedule_starts_a_run_at_its_time_in_its_zone(session: Session, studio: Studio):
    clock.move(datetime(2026, 3, 27, 12, 0, tzinfo=UTC) - clock.now())
    automation = make_automation(session, post(), kind="schedule", cron="0 9 * * 1-5", zone="Europe/Berlin")

    assert wakes(session, automation) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    follow(session, automation, datetime(2026, 3, 31, 7, 0, tzinfo=UTC))

    assert [run.event_id for run in runs(session)] == ["cron:2026-03-30T07:00:00+00:00", "cron:2026-03-31T07:00:00+00:00"]
    assert runs(session)[0].trigger["workspace"]["name"] == "Atelier Nord"


def test_times_missed_while_nobody_looked_are_made_up_for_once(session: Session, studio: Studio):
    automation = make_automation(session, post(), kind="schedule", cron="0 * * * *")
    clock.move(timedelta(hours=15))

    assert fire_clock(session, automation, 1, now=clock.now()) == 1
    assert fire_clock(session, automation, 1, now=clock.now()) == 0
    (run,) = runs(session)
    assert run.trigger["event"]["missed"] == 14
    at = wakes(session, automation)
    assert at is not None
    assert at > clock.now()


def test_publishing_and_switching_off_reach_the_clock(session: Session, studio: Studio):
    automation = make_automation(session, post(), kind="schedule", cron="0 9 * * *")
    switch_off_automation(session, automation, now=clock.now())

    deliveries = session.exec(select(Delivery).order_by(col(Delivery.seq))).all()
    assert [(one.target, one.kind) for one in deliveries] == [(f"automation/{automation.id}", "start")] * 2
    assert schedule_of_clock(session, automation, find_published_version(session, automation)).is_over


def test_an_automation_that_an_event_starts_has_no_clock(session: Session, studio: Studio):
    make_automation(session, post())

    assert session.exec(select(Delivery)).all() == []


def test_a_date_starts_one_run_when_its_time_comes(session: Session, studio: Studio):
    automation = dated(session, "booking.starts_at", offset=BEFORE)
    booking = book(session, studio)

    assert wakes(session, automation) == booking.starts_at - timedelta(hours=2)
    follow(session, automation, booking.starts_at)
    follow(session, automation, booking.starts_at)

    (run,) = runs(session)
    assert (run.subject_kind, run.subject_id, run.engagement_id) == ("booking", booking.id, studio.engagement_id)
    assert run.trigger["contact"]["name"] == "Ada Byron"
    assert run.trigger["event"]["date"] == booking.starts_at.isoformat()
    assert run.trigger["subject"]["timezone"] == "Europe/Berlin"


def test_the_clock_moves_with_the_call_and_each_date_starts_one_run(session: Session, studio: Studio):
    automation = dated(session, "booking.starts_at", offset=BEFORE)
    booking = book(session, studio)
    first = booking.starts_at
    deliveries = len(session.exec(select(Delivery)).all())

    reschedule_booking(session, booking, starts_at=first + timedelta(days=1), now=clock.now())

    targets = [one.target for one in session.exec(select(Delivery).order_by(col(Delivery.seq))).all()[deliveries:]]
    assert f"automation/{automation.id}" in targets
    assert wakes(session, automation) == first + timedelta(hours=22)
    follow(session, automation, first + timedelta(hours=1))
    assert runs(session) == []
    follow(session, automation, first + timedelta(days=1))
    assert len(runs(session)) == 1


def test_a_canceled_call_starts_nothing(session: Session, studio: Studio):
    automation = dated(session, "booking.starts_at", offset=BEFORE)
    booking = book(session, studio)

    cancel_booking(session, booking, reason="", now=clock.now())

    assert wakes(session, automation) is None
    follow(session, automation, booking.starts_at)
    assert runs(session) == []


def test_what_was_there_before_publishing_counts_when_it_is_still_to_come(session: Session, studio: Studio):
    booking, overdue = book(session, studio), task(session, studio, clock.now().date() - timedelta(days=5))
    calls, tasks = dated(session, "booking.starts_at"), dated(session, "task.due_on", past="start")

    assert wakes(session, calls) == booking.starts_at
    assert wakes(session, tasks) is None
    assert [one.status for one in session.exec(select(AutomationDate).where(AutomationDate.subject_id == overdue.id))] == ["past"]


@pytest.mark.parametrize(("past", "expected"), [("skip", 0), ("start", 1)])
def test_a_date_that_is_past_when_it_is_set_follows_the_stated_policy(session: Session, studio: Studio, past: str, expected: int):
    automation = dated(session, "booking.starts_at", offset={"amount": -30, "unit": "days"}, past=past)
    booking = book(session, studio)

    follow(session, automation, booking.starts_at)

    assert len(runs(session)) == expected


def test_a_day_comes_at_a_time_of_day_on_the_clock_of_the_recipient(session: Session, studio: Studio):
    clock.move(datetime(2026, 3, 20, 12, 0, tzinfo=UTC) - clock.now())
    before = {"offset": {"amount": -1, "unit": "business_days"}, "time": "09:00"}
    automation = dated(session, "task.due_on", **before, zone={"path": "trigger.contact.timezone"})
    task(session, studio, date(2026, 3, 30))

    # The Friday before clocks change in London; due on the Monday after.
    assert wakes(session, automation) == datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
    task(session, studio, date(2026, 3, 31))
    follow(session, automation, datetime(2026, 3, 27, 9, 0, tzinfo=UTC))
    assert wakes(session, automation) == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


def test_a_task_that_is_done_is_waited_for_no_more_until_it_is_reopened(session: Session, studio: Studio):
    automation = dated(session, "task.due_on", time="09:00")
    due = task(session, studio, monday())

    complete_task(session, due, now=clock.now())
    assert wakes(session, automation) is None
    reopen_task(session, due)
    assert wakes(session, automation) is not None
    set_due_date(session, due, None)
    assert wakes(session, automation) is None


def test_the_dates_of_a_project_move_its_tasks_along(session: Session, studio: Studio):
    automation = dated(session, "task.due_on", time="09:00")
    project = Project(id="prj_1", engagement_id=studio.engagement_id, name="Site", starts_on=monday())
    session.add(project)
    session.flush()
    due = create_task(
        session,
        TaskDraft(title="Draft", engagement_id=studio.engagement_id, project_id=project.id, due_on=monday() + timedelta(days=1)),
    )
    before = wakes(session, automation)
    assert before is not None

    reanchor_project(session, project, monday() + timedelta(days=14))

    assert due.due_on is not None
    assert due.due_on > monday() + timedelta(days=10)
    at = wakes(session, automation)
    assert at is not None
    assert at > before + timedelta(days=10)


def test_the_filter_is_asked_when_the_time_has_come(session: Session, studio: Studio):
    wanted = {"op": "eq", "args": [{"path": "trigger.subject.note"}, {"value": "new"}]}
    automation = dated(session, "booking.starts_at", filter=wanted)
    booking, other = book(session, studio), book(session, studio, days=4)
    booking.note = "new"

    follow(session, automation, other.starts_at)

    assert [run.subject_id for run in runs(session)] == [booking.id]


def test_switched_off_in_between_it_makes_up_for_nothing(session: Session, studio: Studio):
    automation = dated(session, "booking.starts_at")
    booking = book(session, studio)
    switch_off_automation(session, automation, now=clock.now())
    clock.move(timedelta(days=12))
    automation.status = "published"
    from_now = dated(session, "booking.starts_at")

    follow(session, automation, clock.now())
    follow(session, from_now, clock.now())

    assert booking.starts_at < clock.now()
    assert runs(session) == []


def test_two_clocks_at_once_start_one_run(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        automation = make_automation(session, post(), kind="schedule", cron="* * * * *")
    later = clock.now() + timedelta(minutes=5)
    ready = threading.Barrier(4)
    failures: list[Exception] = []

    def fire() -> None:
        ready.wait()
        try:
            with database.write(studio.scope) as session:
                fire_clock(session, session.get_one(Automation, automation.id), 1, now=later)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=fire) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read(studio.scope) as session:
        assert len(runs(session)) == 1
    assert failures == []


def test_many_records_are_read_in_portions(session: Session, studio: Studio):
    for index in range(210):
        session.add(
            Task(id=f"tsk_{index:04}", engagement_id=studio.engagement_id, title="x", due_on=monday() + timedelta(days=index % 7))
        )
    session.flush()
    automation = make_automation(session, post(), kind="date", type="task.due_on")

    follow(session, automation, clock.now())
    assert len(session.exec(select(AutomationDate).where(AutomationDate.status == "pending")).all()) == 210
    follow(session, automation, clock.now() + timedelta(days=30))

    assert len(runs(session)) == 210
