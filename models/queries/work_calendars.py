"""When a workspace works: its zone, its hours and the holidays of its region."""

from datetime import date, datetime, time
from functools import lru_cache

import holidays
from sqlmodel import Session

from models.db import workspace_id_of
from models.tables.workspaces import Workspace
from models.types.working_time import Hours, WorkCalendar

_YEARS_AHEAD = 3


def work_calendar(session: Session, *, now: datetime) -> WorkCalendar:
    """The working time of the session's workspace; Monday to Friday, nine to five, where it does not say."""
    workspace = session.get_one(Workspace, workspace_id_of(session))
    hours = _hours(workspace)
    free = free_days(workspace.holidays_region, now.year)
    if not hours:
        return WorkCalendar(zone=workspace.timezone, holidays=free)
    weekend = frozenset(range(7)) - frozenset(hours)
    return WorkCalendar(zone=workspace.timezone, weekend=weekend, holidays=free, hours=hours)


def _hours(workspace: Workspace) -> Hours:
    """Weekday to the spans worked on it; weekdays without any are left out."""
    return {
        int(day): tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans)
        for day, spans in workspace.weekly_hours.items()
        if spans
    }


@lru_cache(maxsize=64)
def free_days(region: str, year: int) -> frozenset[date]:
    """The public holidays of a region such as DE or DE-BE, from the year before to three years on; none without a region."""
    if not region:
        return frozenset()
    country, _, part = region.partition("-")
    years = range(year - 1, year + _YEARS_AHEAD + 1)
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=years))
