"""Which runs begin when others with the same key are under way: the policies of real runs, on the virtual clock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from models.rules.automation_matching import key_at
from models.rules.automation_simulation.courses import run_course
from models.types.automation_courses import Course
from models.types.automation_plan.states import RunStatus
from models.types.automation_simulations import Entry, EntryKind, Firing, Ground, Occurrence
from models.types.automations import ConcurrencyPolicy, Json


def begin(
    ground: Ground,
    firing: Firing,
    courses: Sequence[Course],
    *,
    horizon: datetime,
    number: int,
    world: tuple[Occurrence, ...] = (),
) -> Course | None:
    """The run that a start makes, later when it has to queue; None when it never begins.

    courses: the runs so far. One that this run replaces ends at its start, and what it would have done later is gone.
    """
    policy, rivals = _rivals(ground.plan.trigger, firing, courses)
    if rivals and policy == ConcurrencyPolicy.SKIP:
        return None
    if rivals and policy == ConcurrencyPolicy.QUEUE:
        ends = [rival.ended_at for rival in rivals if rival.ended_at is not None]
        if len(ends) < len(rivals):
            return None
        firing = replace(firing, at=max(ends))
    if policy == ConcurrencyPolicy.REPLACE:
        for rival in rivals:
            _replace(rival, firing.at)
    return run_course(ground, firing, horizon, number=number, world=world)


def _rivals(trigger: Mapping[str, Json], firing: Firing, courses: Sequence[Course]) -> tuple[str, list[Course]]:
    """The policy, and the runs with the same key that are under way at that moment."""
    concurrency = trigger.get("concurrency") or {}
    policy, path = concurrency.get("policy", ConcurrencyPolicy.PARALLEL), concurrency.get("key")
    key = key_at(path, firing.record)
    if not key or policy == ConcurrencyPolicy.PARALLEL:
        return policy, []
    live = (one for one in courses if one.ended_at is None or one.ended_at > firing.at)
    return policy, [one for one in live if key_at(path, one.trigger) == key]


def _replace(rival: Course, at: datetime) -> None:
    rival.entries[:] = [entry for entry in rival.entries if entry.at < at]
    for entry in rival.entries:
        if entry.ended_at is not None and entry.ended_at >= at:
            entry.ended_at, entry.outcome = at, "replaced by a newer run"
    rival.entries.append(Entry(at, EntryKind.END, rival.number, title="Replaced by a newer run", outcome="canceled"))
    rival.state, rival.ended_at = replace(rival.state, status=RunStatus.CANCELED), at
