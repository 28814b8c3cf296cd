"""When a plan would start within a horizon: once for a record, at every beat of a schedule, with every event of a retainer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from models.rules.automation_clock import fires_at, schedule_zone
from models.rules.automation_matching import wants
from models.rules.automation_plan.moments import moved_by
from models.rules.automation_simulation.consequences import moved_record
from models.rules.cron import occurrences
from models.rules.expressions import value_at
from models.types.automation_simulations import MAX_FIRINGS, Firing, Ground, Occurrence
from models.types.automations import Json, TriggerKind
from models.types.errors import Invalid


def firings(
    ground: Ground, record: Mapping[str, Json], start: datetime, horizon: datetime, world: Sequence[Occurrence]
) -> tuple[list[Firing], str]:
    """Every start until the horizon in order, and why there would be more, in a sentence; empty when there would not.

    world: events that come of themselves, such as those of a retainer: where they are of the trigger's type they start it too.
    """
    found = list(islice(_all(ground, record, start, horizon, world), MAX_FIRINGS + 1))
    if len(found) <= MAX_FIRINGS:
        return found, ""
    return found[:MAX_FIRINGS], f"It would start more than {MAX_FIRINGS:,} times. Only the first {MAX_FIRINGS:,} are shown."


def _all(
    ground: Ground, record: Mapping[str, Json], start: datetime, horizon: datetime, world: Sequence[Occurrence]
) -> Iterator[Firing]:
    trigger = ground.plan.trigger
    kind = trigger.get("kind")
    if kind == TriggerKind.SCHEDULE:
        for at in occurrences(str(trigger["cron"]), start, horizon, schedule_zone(trigger, ground.calendar.zone)):
            yield Firing(at, {**record, "at": at.isoformat()})
        return
    if kind == TriggerKind.DATE:
        yield from _on_date(ground, record, start, horizon)
        return
    if kind == TriggerKind.EVENT:
        says = ground.says.get(str(trigger.get("type")), "")
        yield Firing(start, record, says)
        for one in world:
            if one.type == trigger.get("type") and one.at <= horizon and wants(trigger, one.record):
                yield Firing(one.at, one.record, says)
        return
    yield Firing(start, record)


def date_paths(trigger: Mapping[str, Json]) -> tuple[str, str]:
    """Where in a record the date lies that times a plan: told by the event, and in the row itself."""
    return "event.date", f"subject.{str(trigger.get('type')).partition('.')[2]}"


def _on_date(ground: Ground, record: Mapping[str, Json], start: datetime, horizon: datetime) -> Iterator[Firing]:
    """The start that a date makes, wherever it has moved to by then; none when its moment is over."""
    trigger, calendar = ground.plan.trigger, ground.calendar
    paths = date_paths(trigger)
    at = _moment(ground, record, paths)
    for move in sorted(ground.scenario.moves, key=lambda one: one.after_days):
        if at is not None and move.path in paths and moved_by(start, move.after_days, "days", calendar) < at:
            for path in paths:
                record = moved_record(record, path, move.by_days, calendar)
            at = _moment(ground, record, paths)
    if at is not None and start <= at <= horizon:
        yield Firing(at, record)


def _moment(ground: Ground, record: Mapping[str, Json], paths: tuple[str, str]) -> datetime | None:
    value = next((found for path in paths if (found := value_at({"trigger": record}, f"trigger.{path}"))), None)
    if not isinstance(value, str):
        return None
    try:
        return fires_at(ground.plan.trigger, value, {"trigger": record}, ground.calendar)
    except Invalid:
        return None
