"""When a waiting node goes on: durations, dates with an offset, working hours, quiet hours, zones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from models.rules.expressions import moment_of, value_at
from models.rules.mappings import mapped_value
from models.rules.working_time import (
    add_working_days,
    add_working_seconds,
    after_quiet_hours,
    local_time_on,
    next_working_moment,
    zone_of,
)
from models.types.automations import Json
from models.types.errors import Invalid
from models.types.working_time import OFFICE_SPAN, WEEKDAYS, Span, WorkCalendar

UNIT_DAYS: Mapping[str, float] = {
    "minutes": 1 / 1440,
    "hours": 1 / 24,
    "days": 1,
    "weeks": 7,
    "business_hours": 7 / 40,
    "business_days": 7 / 5,
}
"""Unit to about how many calendar days it takes, for limits only."""

_YEARS = range(1971, 2200)

Scope = Mapping[str, Json]


def moved_by(at: datetime, amount: int, unit: str, calendar: WorkCalendar) -> datetime:
    """The moment an amount of units after another; before it when the amount is negative.

    Minutes and hours are elapsed time. Days and weeks keep the clock time of the calendar's zone across clock changes, business
    days too, and skip the weekend and holidays. Business hours (not negative) count only while people work.
    """
    if unit in ("minutes", "hours"):
        return at + timedelta(**{unit: amount})
    if unit == "business_hours":
        return add_working_seconds(at, max(amount, 0) * 3600, calendar.zone, calendar.hours, calendar.holidays)
    local = at.astimezone(zone_of(calendar.zone))
    if unit == "business_days":
        day = add_working_days(local.date(), amount, calendar.holidays, calendar.weekend)
    else:
        day = local.date() + timedelta(days=amount * (7 if unit == "weeks" else 1))
    return local_time_on(day, local.time(), calendar.zone)


def delay_end(node: Mapping[str, Json], scope: Scope, since: datetime, calendar: WorkCalendar) -> datetime:
    """When a delay that began at `since` is over."""
    calendar = node_calendar(node, scope, calendar)
    return settled(node, moved_by(since, node["amount"], node["unit"], calendar), calendar)


def wait_end(node: Mapping[str, Json], scope: Scope, since: datetime, calendar: WorkCalendar) -> datetime:
    """The moment a wait_until node names, quiet hours not yet heeded; it may be past.

    Without a date it is the next such moment after `since`: an offset, a time of day, or both.
    Raises Invalid when its date is missing or is none.
    """
    calendar = node_calendar(node, scope, calendar)
    offset = node.get("offset") or {"amount": 0, "unit": "days"}
    if "at" not in node:
        return _next_such(node, since, offset, calendar)
    start = _anchor(mapped_value(node["at"], scope, zone=calendar.zone), calendar.zone)
    return _at_time(node, moved_by(start, offset["amount"], offset["unit"], calendar), calendar)


def settled(node: Mapping[str, Json], at: datetime, calendar: WorkCalendar) -> datetime:
    """The moment moved on into working hours and out of quiet hours, where the node asks for it.

    A moment that the quiet hours push out of the working hours goes to the next working moment: working hours are asked last too.
    """
    quiet = quiet_span(node.get("quiet_hours"), calendar)
    for _ in range(2):
        if node.get("working_hours"):
            at = next_working_moment(at, calendar.zone, calendar.hours, calendar.holidays)
        at = after_quiet_hours(at, calendar.zone, quiet)
    return at


def node_calendar(node: Mapping[str, Json], scope: Scope, calendar: WorkCalendar) -> WorkCalendar:
    """The workspace's calendar as a node wants it: its own zone, its own working days, holidays that are worked.

    The zone is a name, or a field that may hold one; what is no zone is passed over. A day that is worked here alone is worked
    like the first working day of the workspace.
    """
    found = replace(calendar, zone=_zone_of(node, scope, calendar))
    if node.get("holidays") == "worked":
        found = replace(found, holidays=frozenset())
    if not node.get("working_days"):
        return found
    days = frozenset(WEEKDAYS.index(name) for name in node["working_days"])
    usual = next((calendar.hours[day] for day in sorted(calendar.hours) if calendar.hours[day]), (OFFICE_SPAN,))
    hours = {day: calendar.hours.get(day) or usual for day in days}
    return replace(found, weekend=frozenset(range(7)) - days, hours=hours)


def _zone_of(node: Mapping[str, Json], scope: Scope, calendar: WorkCalendar) -> str:
    zone = node.get("zone")
    if isinstance(zone, Mapping):
        zone = value_at(scope, zone["path"])
    if not isinstance(zone, str) or not zone:
        return calendar.zone
    try:
        zone_of(zone)
    except Invalid:
        return calendar.zone
    return zone


def quiet_span(setting: Json, calendar: WorkCalendar) -> Span | None:
    """The span a node's `quiet_hours` means: true for the workspace's, or its own `from` and `to`."""
    if isinstance(setting, Mapping):
        return time.fromisoformat(setting["from"]), time.fromisoformat(setting["to"])
    return calendar.quiet if setting is True else None


def _next_such(node: Mapping[str, Json], since: datetime, offset: Mapping[str, Json], calendar: WorkCalendar) -> datetime:
    at = _at_time(node, moved_by(since, offset["amount"], offset["unit"], calendar), calendar)
    if at > since or "time" not in node:
        return at
    unit = "business_days" if offset["unit"] == "business_days" else "days"
    return _at_time(node, moved_by(since, 1, unit, calendar), calendar)


def _at_time(node: Mapping[str, Json], at: datetime, calendar: WorkCalendar) -> datetime:
    if "time" not in node:
        return at
    return local_time_on(at.astimezone(zone_of(calendar.zone)).date(), time.fromisoformat(node["time"]), calendar.zone)


def _anchor(value: Json, zone: str) -> datetime:
    moment = moment_of(value)
    if moment is None or moment.year not in _YEARS:
        raise Invalid("The date this step waits for is missing. Fill it in and retry, or skip the step.")
    # A date alone is a day of the zone, not of UTC.
    return local_time_on(date.fromisoformat(value), time(), zone) if len(value) == 10 else moment
