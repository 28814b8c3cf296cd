"""Whether an event starts an automation, and which words of a condition narrow the events worth looking at."""

from collections.abc import Mapping

from models.rules.automation_plan.records import canonical_json
from models.rules.expressions import evaluate, value_at
from models.types.automations import Json, TriggerKind
from models.types.scope import Cause

MAX_DEPTH = 8
"""How many automations may follow from one another."""
MOST_PER_RECORD = 10
"""Runs of one automation about one record within a minute; more is a loop."""

NOT_PUBLISHED = "The automation to run is not published."


def would_loop(automation_id: str, cause: Cause) -> bool:
    """Whether the automation had a part in causing the event itself, or the chain behind it is too long."""
    return automation_id in cause.automation_ids or cause.depth >= MAX_DEPTH


def call_refused(automation_id: str, name: str, trigger: Mapping[str, Json], cause: Cause) -> str:
    """Why a run cannot call a published automation, in a sentence; empty when it can. cause: of what the run writes."""
    if would_loop(automation_id, cause):
        return f"“{name}” would run itself without end."
    return "" if trigger["kind"] == TriggerKind.CALLED else f"“{name}” is not for being run by others."


def left_out(name: str) -> str:
    """Why a run cannot call an automation that skips runs while one about the same record is under way."""
    return f"“{name}” leaves out runs while one for the same record is under way."


def wants(trigger: Mapping[str, Json], record: Mapping[str, Json]) -> bool:
    """Whether a record passes the filter of a plan's trigger. No filter lets all pass."""
    expression = trigger.get("filter")
    return expression is None or evaluate(expression, {"trigger": record}) is True


def fits_selection(condition: Mapping[str, Json], record: Mapping[str, Json]) -> bool:
    """Whether a record is among those that somebody chooses by a condition. Raises Invalid for one that is malformed."""
    return evaluate(condition, {"trigger": record}) is True


def is_given_up_when_over(trigger: Mapping[str, Json]) -> bool:
    """Whether a run ends when its record is over, such as a canceled call; by itself what a date started does."""
    return bool(trigger.get("on_gone", "cancel" if trigger["kind"] == TriggerKind.DATE else "keep") == "cancel")


def fits(match: Json, record: Mapping[str, Json]) -> bool:
    """Whether an event is the one a wait is for. match: bound, so that it reads nothing but `event`; empty fits any."""
    return not match or evaluate(match, {"event": record}) is True


def key_at(path: Json, record: Mapping[str, Json]) -> str:
    """The text that stands for what lies at a path of the record; empty when nothing does, or there is no path."""
    found = value_at({"trigger": record}, path) if isinstance(path, str) else None
    if found is None:
        return ""
    return found if isinstance(found, str) else canonical_json(found)


def engagement_named(match: Json) -> str | None:
    """The engagement that a bound condition asks for, when it asks for one and no other; it narrows the search."""
    if not isinstance(match, dict):
        return None
    arguments = match.get("args", [])
    if match.get("op") == "all":
        return next((found for found in map(engagement_named, arguments) if found), None)
    if match.get("op") != "eq" or {"path": "event.engagement_id"} not in arguments:
        return None
    values = [argument.get("value") for argument in arguments if "value" in argument]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None
