"""The hours of a retainer run out: said once for each mark of each period."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from models import clock
from models.commands.time_entries import change_time_entry, log_time
from models.tables.events import Event
from models.tables.members import Member
from models.tables.time_entries import TimeEntry
from models.types.retainers import HoursTerms
from models.types.time_entries import WorkPlace
from tests.builders.projects import make_project
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.workspaces import Studio

HOUR = timedelta(hours=1)


@pytest.fixture
def project(session: Session, studio: Studio) -> str:
    """Work on an engagement with ten hours a month, since the beginning of this month."""
    first = clock.today("Europe/Berlin").replace(day=1)
    make_retainer(session, studio, terms=care_terms(first, hours=HoursTerms(included_seconds=36_000)))
    return make_project(session, studio).project_id


def work(session: Session, studio: Studio, project: str, hours: float, *, is_billable: bool = True) -> TimeEntry:
    today = clock.today("Europe/Berlin")
    begin = datetime(today.year, today.month, today.day, 0, 30, tzinfo=UTC)
    place = WorkPlace(project_id=project)
    member = session.get_one(Member, studio.owner_id)
    return log_time(session, member, place, is_billable=is_billable, started_at=begin, stopped_at=begin + hours * HOUR)


def said(session: Session) -> list[tuple[object, object]]:
    events = session.exec(select(Event).where(Event.type == "retainer.hours_reached").order_by(Event.id))
    return [(event.payload["index"], event.payload["percent"]) for event in events]


def test_each_mark_is_said_once(session: Session, studio: Studio, project: str):
    work(session, studio, project, 7.9)
    assert said(session) == []

    entry = work(session, studio, project, 0.1)
    assert said(session) == [(0, 80)]

    work(session, studio, project, 1)
    change_time_entry(session, entry, note="Sketches")
    assert said(session) == [(0, 80)]

    work(session, studio, project, 5)
    assert said(session) == [(0, 80), (0, 100)]


def test_a_long_day_can_reach_both_marks_at_once(session: Session, studio: Studio, project: str):
    work(session, studio, project, 11)

    (first, second) = session.exec(select(Event).where(Event.type == "retainer.hours_reached").order_by(Event.id))
    assert [first.payload["percent"], second.payload["percent"]] == [80, 100]
    assert (first.engagement_id, first.contact_id) == (studio.engagement_id, studio.contact_id)


def test_what_is_not_billable_says_nothing(session: Session, studio: Studio, project: str):
    work(session, studio, project, 11, is_billable=False)
    assert said(session) == []
