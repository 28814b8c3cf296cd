"""Timers and logged time."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from models.commands.time_entries import change_time_entry, delete_time_entry, log_time, start_timer, stop_timer
from models.db import Database
from models.queries.time_entries import list_unbilled
from models.tables.events import Event
from models.tables.members import Member
from models.tables.projects import Project
from models.tables.tasks import Task
from models.tables.time_entries import TimeEntry
from models.types.errors import Conflict, Invalid, Refused
from models.types.time_entries import WorkPlace
from tests.builders.projects import make_project, make_task, make_time_entry
from tests.builders.workspaces import Studio

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NOWHERE = WorkPlace()


def mara(session: Session, studio: Studio) -> Member:
    return session.get_one(Member, studio.owner_id)


def test_starting_another_timer_stops_the_first_at_that_instant(session: Session, studio: Studio):
    sketch, logo = make_task(session, studio), make_task(session, studio, title="Logo")
    first = start_timer(session, mara(session, studio), WorkPlace(task_id=sketch.id), now=MORNING)
    second = start_timer(session, mara(session, studio), WorkPlace(task_id=logo.id), now=MORNING + timedelta(minutes=25))

    assert (first.stopped_at, first.seconds) == (second.started_at, 1500)
    assert second.stopped_at is None
    told = session.exec(select(Event.type).where(col(Event.subject_kind) == "time_entry").order_by(col(Event.id))).all()
    assert list(told) == ["time_entry.started", "time_entry.stopped", "time_entry.started"]


def test_the_database_itself_refuses_a_second_running_timer(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_time_entry(session, studio, stopped_at=None, seconds=0)
    with pytest.raises(Conflict), database.write(studio.scope) as session:
        session.add(TimeEntry(id="ten_2", member_id=studio.owner_id, started_at=MORNING, local_day=MORNING.date()))


def test_two_devices_that_start_at_once_leave_one_timer(database: Database, studio: Studio):
    barrier = threading.Barrier(8)

    def press() -> None:
        barrier.wait()
        with database.write(studio.scope) as session:
            start_timer(session, mara(session, studio), NOWHERE, now=MORNING)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read(studio.scope) as session:
        stops = session.exec(select(TimeEntry.stopped_at)).all()
    assert len(stops) == 8
    assert stops.count(None) == 1


def test_stopping_twice_is_stopping_once(session: Session, studio: Studio):
    entry = start_timer(session, mara(session, studio), NOWHERE, now=MORNING)

    stop_timer(session, entry, now=MORNING + timedelta(hours=1))
    stop_timer(session, entry, now=MORNING + timedelta(hours=9))

    assert entry.seconds == 3600


def test_the_day_is_the_workers_own(session: Session, studio: Studio):
    member = mara(session, studio)
    member.timezone = "Pacific/Auckland"

    entry = start_timer(session, member, NOWHERE, now=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))

    assert entry.local_day == date(2026, 11, 24)


def test_an_entry_over_the_repeated_hour_counts_what_really_passed(session: Session, studio: Studio):
    entry = log_time(
        session,
        mara(session, studio),
        NOWHERE,
        started_at=datetime.fromisoformat("2026-10-25T01:30:00+02:00"),
        stopped_at=datetime.fromisoformat("2026-10-25T03:30:00+01:00"),
    )
    assert entry.seconds == 3 * 3600


@pytest.mark.parametrize(
    ("task_rate", "project_rate", "person_rate", "expected", "said"),
    [
        pytest.param(15000, 12000, 9000, 15000, "Task rate", id="task"),
        pytest.param(None, 12000, 9000, 12000, "Project rate", id="project beats person"),
        pytest.param(None, None, 9000, 9000, "Person rate", id="person"),
        pytest.param(None, None, None, 10000, "Workspace rate", id="workspace"),
    ],
)
def test_the_rate_is_resolved_and_explained(session, studio, task_rate, project_rate, person_rate, expected, said):
    work = make_project(session, studio, rate_minor_per_hour=project_rate)
    task = make_task(session, studio, work, rate_minor_per_hour=task_rate)
    member = mara(session, studio)
    member.rate_minor_per_hour = person_rate

    entry = start_timer(session, member, WorkPlace(task_id=task.id), now=MORNING)

    assert entry.rate_minor_per_hour == expected
    assert entry.rate_reason.startswith(said)
    assert (entry.project_id, entry.engagement_id, entry.cost_minor_per_hour) == (work.project_id, studio.engagement_id, 4000)


def test_a_project_rate_says_that_it_beats_the_person_rate(session: Session, studio: Studio):
    work = make_project(session, studio, rate_minor_per_hour=12000)
    member = mara(session, studio)
    member.rate_minor_per_hour = 9000

    entry = start_timer(session, member, WorkPlace(project_id=work.project_id), now=MORNING)

    assert "beats the person rate" in entry.rate_reason


def test_a_change_of_rates_does_not_touch_time_already_recorded(session: Session, studio: Studio):
    entry = start_timer(session, mara(session, studio), NOWHERE, now=MORNING)
    mara(session, studio).rate_minor_per_hour = 99900

    stop_timer(session, entry, now=MORNING + timedelta(hours=1))

    assert entry.rate_minor_per_hour == 10000


def test_a_project_in_another_currency_takes_no_rate_of_ours(session: Session, studio: Studio):
    work = make_project(session, studio, currency="USD")
    entry = start_timer(session, mara(session, studio), WorkPlace(project_id=work.project_id), now=MORNING)
    assert (entry.currency, entry.rate_minor_per_hour, entry.cost_minor_per_hour) == ("USD", 0, 0)


@pytest.mark.parametrize("noun", ["task", "project"])
def test_what_is_archived_refuses_timers(session: Session, studio: Studio, noun: str):
    work = make_project(session, studio)
    task = make_task(session, studio, work)
    row = task if noun == "task" else session.get_one(Project, work.project_id)
    row.archived_at = MORNING

    with pytest.raises(Refused, match=noun):
        start_timer(session, mara(session, studio), WorkPlace(task_id=task.id), now=MORNING)
    assert session.exec(select(TimeEntry)).all() == []


def test_moving_time_to_other_work_prices_it_anew(session: Session, studio: Studio):
    work = make_project(session, studio, rate_minor_per_hour=20000)
    entry = make_time_entry(session, studio)

    change_time_entry(
        session, entry, place=WorkPlace(project_id=work.project_id), stopped_at=entry.started_at + timedelta(hours=2)
    )

    assert (entry.rate_minor_per_hour, entry.seconds, entry.project_id) == (20000, 7200, work.project_id)


def test_invoiced_time_can_neither_change_nor_go(session: Session, studio: Studio):
    entry = make_time_entry(session, studio, invoice_line_item_id="ili_1")
    with pytest.raises(Refused, match="invoice"):
        change_time_entry(session, entry, note="Other")
    with pytest.raises(Refused, match="invoice"):
        delete_time_entry(session, entry)


@pytest.mark.parametrize("hours", [0, -1, 25])
def test_times_that_cannot_be_are_invalid(session: Session, studio: Studio, hours: int):
    with pytest.raises(Invalid):
        log_time(session, mara(session, studio), NOWHERE, started_at=MORNING, stopped_at=MORNING + timedelta(hours=hours))


def test_unbilled_time_is_finished_billable_and_on_no_invoice(session: Session, studio: Studio):
    work = make_project(session, studio)
    task: Task = make_task(session, studio, work)
    wanted = make_time_entry(session, studio, task_id=task.id, project_id=work.project_id)
    make_time_entry(session, studio, is_billable=False)
    make_time_entry(session, studio, invoice_line_item_id="ili_1")
    make_time_entry(session, studio, stopped_at=None, seconds=0)
    other = make_time_entry(session, studio, engagement_id=None)

    found = list_unbilled(session, engagement_id=studio.engagement_id)

    assert [(time.id, time.task_name, time.project_name) for time in found] == [(wanted.id, "Sketch", "Website")]
    assert {time.id for time in list_unbilled(session)} == {wanted.id, other.id}
    assert list_unbilled(session, from_day=wanted.local_day + timedelta(days=1)) == []
