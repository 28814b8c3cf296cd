from datetime import UTC, date, datetime

from sqlmodel import Session

from models.queries.work_calendars import work_calendar
from models.tables.workspaces import Workspace
from models.types.working_time import QUIET_SPAN
from tests.builders.workspaces import Studio


def test_holidays_are_known_from_where_a_wait_began_to_where_it_may_end(session: Session, studio: Studio):
    session.get_one(Workspace, studio.workspace_id).holidays_region = "DE"
    free = work_calendar(session, now=datetime(2027, 1, 2, 9, tzinfo=UTC)).holidays
    assert {date(2024, 12, 25), date(2026, 12, 25), date(2027, 3, 29), date(2029, 12, 26)} <= free


def test_the_night_is_quiet(session: Session, studio: Studio):
    assert work_calendar(session, now=datetime(2027, 1, 2, 9, tzinfo=UTC)).quiet == QUIET_SPAN
