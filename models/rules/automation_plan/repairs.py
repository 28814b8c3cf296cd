"""What a person who repairs a run is shown: what a stuck action would be given, and what comes after a step."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from models.rules.automation_plan.moves import node_at, scope_of
from models.rules.mappings import mapped_input, missing_reads
from models.types.automation_plan.commands import Turn
from models.types.automation_plan.states import RunState, Token
from models.types.automations import Json, Plan
from models.types.errors import DomainError
from models.types.input_fields import LastInput
from models.types.working_time import WorkCalendar


def last_input(plan: Plan, state: RunState, token: Token, now: datetime, calendar: WorkCalendar) -> LastInput:
    """What an action was last asked with; where it never was, as much of its input as can be told from the run.

    A place in a text with nothing to show holds a mark there, so that nobody takes the text for whole.
    """
    if token.input is not None:
        return LastInput(dict(token.input))
    scope = scope_of(Turn(plan, now, calendar), state, token)
    found = LastInput({})
    for name, mapping in node_at(plan, token.node_path)["input"].items():
        missing = missing_reads(mapping, scope) if "text" in mapping else []
        marked = scope
        for path in missing:
            marked = _with(marked, path.split("."), _mark(path))
        try:
            found.given.update(mapped_input({name: mapping}, marked, zone=calendar.zone))
        except DomainError:
            # It is what the action is stuck at; the person fills it in.
            continue
        if missing:
            found.gaps[name] = tuple(_mark(path) for path in missing)
    return found


def gaps_left(gaps: Mapping[str, Sequence[str]], given: Mapping[str, Json]) -> dict[str, str]:
    """Which fields still hold a mark of what is missing: field to the first of them."""
    texts = {name: str(given.get(name, "")).lower() for name in gaps}
    left = {name: [mark for mark in marks if mark.lower() in texts[name]] for name, marks in gaps.items()}
    return {name: marks[0] for name, marks in left.items() if marks}


def _mark(path: str) -> str:
    """What stands in a text for a value that is missing. Without spaces, so that a filter for names leaves it whole."""
    return f"[{path.removeprefix('trigger.')}]"


def _with(record: Mapping[str, Json], path: Sequence[str], value: Json) -> dict[str, Json]:
    head, *rest = path
    inner = record.get(head)
    return {**record, head: _with(inner if isinstance(inner, dict) else {}, rest, value) if rest else value}


def steps_from(plan: Plan, node_id: str) -> tuple[str, ...]:
    """A step outside of every branch and loop, and every one that may come after it, the nearest first."""
    found, place = [node_id], 0
    while place < len(found):
        following: Mapping[str, Json] = plan.root["nodes"][found[place]]["next"]
        found += dict.fromkeys(one for one in following.values() if one not in found)
        place += 1
    return tuple(found)
