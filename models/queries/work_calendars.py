"""When a workspace works: its zone, its hours and the holidays of its region."""

from datetime import datetime, time, timedelta

from sqlmodel import Session

from models.db import workspace_id_of
from models.queries.holidays import list_holidays
from models.tables.workspaces import Workspace
from models.types.working_time import QUIET_SPAN, Hours, WorkCalendar

_AROUND = timedelta(days=1100)
"""How far holidays are looked up, both ways: as long as a single wait may be, which is reckoned again from where it began."""


def work_calendar(session: Session, *, now: datetime) -> WorkCalendar:
    """The working time of the session's workspace; Monday to Friday, nine to five, where it does not say."""
    workspace = session.get_one(Workspace, workspace_id_of(session))
    hours = _hours(workspace)
    free = list_holidays(workspace, (now - _AROUND).date(), (now + _AROUND).date())
    if not hours:
        return WorkCalendar(zone=workspace.timezone, holidays=free, quiet=QUIET_SPAN)
    weekend = frozenset(range(7)) - frozenset(hours)
    return WorkCalendar(zone=workspace.timezone, weekend=weekend, holidays=free, hours=hours, quiet=QUIET_SPAN)


def _hours(workspace: Workspace) -> Hours:
    """Weekday to the spans worked on it; weekdays without any are left out."""
    return {
        int(day): tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans)
        for day, spans in workspace.weekly_hours.items()
        if spans
    }
