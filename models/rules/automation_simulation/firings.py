"""When a plan would start within a horizon: once for a record, at every beat of a schedule, with every event of a retainer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from models.rules.automation_matching import wants
from models.types.automation_simulations import MAX_FIRINGS, Firing, Ground, Occurrence
from models.types.automations import Json, TriggerKind


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
    if kind == TriggerKind.EVENT:
        says = ground.says.get(str(trigger.get("type")), "")
        yield Firing(start, record, says)
        for one in world:
            if one.type == trigger.get("type") and one.at <= horizon and wants(trigger, one.record):
                yield Firing(one.at, one.record, says)
        return
    yield Firing(start, record)
