"""What changes between versions, and what becomes of runs, in words for pages."""

from collections.abc import Mapping
from datetime import datetime

from models.rules.automation_moves import node_id_of
from models.types.automation_changes import NextStep
from models.types.automation_plan.states import TokenStatus
from models.types.automations import Json

_AT_ONCE = frozenset({"end", TokenStatus.PERFORMING, TokenStatus.READY})


def step_words(step: NextStep, labels: Mapping[str, str]) -> tuple[datetime | str, str]:
    """When a run goes on (a moment, or words where there is none), and with what."""
    here = labels.get(node_id_of(step.node_path), step.node_path)
    if step.doing == "start":
        return "When it begins", here
    if step.doing in _AT_ONCE:
        return "At once", here or "It ends"
    if step.doing == TokenStatus.PARKED:
        return "Stuck until somebody repairs it", here
    if step.doing == TokenStatus.RETRYING:
        return step.at or "Soon", f"{here}, once more"
    follows = labels.get(node_id_of(step.then), step.then) if step.then else "It ends"
    return step.at or "When it is answered", follows


def field_words(field: str) -> str:
    """A dotted path as people read it: `input.due_in_days` is `Input · due in days`."""
    words = field.replace("_", " ").replace(".", " · ")
    return words[:1].upper() + words[1:]


def value_words(value: Json) -> str:
    """A value as people read it; `nothing` where there is none."""
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        known = [value[name] for name in ("text", "value", "path") if isinstance(value.get(name), str | int | float)]
        if known:
            return str(known[0])
    if isinstance(value, Mapping | list):
        return ", ".join(f"{name}: {value_words(one)}" for name, one in _pairs(value))
    return str(value)


def _pairs(value: Mapping[str, Json] | list[Json]) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, Mapping) else [(str(place), one) for place, one in enumerate(value, 1)]


def move_words(counts: Mapping[str, int]) -> str:
    """What became of the runs of a move, in one line; empty when none was to do anything but finish."""
    return ", ".join(f"{counts[status]} {words}" for status, words in _COUNTED if counts.get(status))


_COUNTED = (
    ("moved", "moved"),
    ("pending", "to move later"),
    ("stopped", "stopped"),
    ("stayed", "could not move"),
    ("undone", "put back"),
    ("kept", "had done something and stayed"),
)
