"""What the clock of an automation does next, and when a date starts a run."""

from collections.abc import Mapping
from datetime import UTC, datetime

from models.rules.automation_plan.moments import wait_end
from models.rules.cron import next_occurrence
from models.types.automation_dates import DATE_FIELDS
from models.types.automations import Json, TriggerKind
from models.types.calls import Schedule
from models.types.working_time import WorkCalendar

TIMED = frozenset({TriggerKind.DATE, TriggerKind.SCHEDULE})
_TIMING = ("offset", "time", "zone")
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def clock_schedule(
    trigger: Mapping[str, Json],
    *,
    name: str,
    beats: int,
    last_at: datetime,
    first_date: datetime | None,
    is_filled: bool,
    zone: str,
) -> Schedule:
    """When the clock of a published automation goes off next: `fire` number beats + 1.

    last_at: up to when the schedule was followed. first_date: the first pending date. is_filled: whether all records were read.
    zone: of the workspace, for a schedule that names none.
    """
    if trigger["kind"] == TriggerKind.SCHEDULE:
        wake_at = next_occurrence(trigger["cron"], last_at, schedule_zone(trigger, zone))
        what = f"The next time “{name}” starts"
    else:
        wake_at = first_date if is_filled else last_at
        what = f"“{name}” starts by a date" if wake_at and is_filled else ""
    return Schedule(
        action="fire" if wake_at else "",
        wake_at=wake_at.isoformat() if wake_at else None,
        index=beats + 1,
        what=what,
        whom="calendar",
        then_what=f"“{name}” runs",
    )


def schedule_zone(trigger: Mapping[str, Json], zone: str) -> str:
    """The zone a schedule is written for: its own, or the workspace's."""
    own = trigger.get("zone")
    return own if isinstance(own, str) and own else zone


def fires_at(trigger: Mapping[str, Json], on_value: str, scope: Mapping[str, Json], calendar: WorkCalendar) -> datetime:
    """The moment at which a date starts a run: its offset and time of day heeded, in the trigger's zone.

    on_value: a moment or a day as ISO 8601. scope: what a zone that is a path is read from. Raises Invalid when it is no date.
    """
    node = {name: trigger[name] for name in _TIMING if trigger.get(name) is not None}
    return wait_end({**node, "at": {"value": on_value}}, scope, _ALWAYS, calendar)


def reads_record(trigger: Mapping[str, Json]) -> bool:
    """Whether the moment depends on more of the record than its date."""
    return isinstance(trigger.get("zone"), Mapping)


def is_void(field: str, status: str | None) -> bool:
    """Whether a date means nothing while its record is in that status."""
    return status in DATE_FIELDS[field].over
