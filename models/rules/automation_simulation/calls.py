"""Automations that a simulated run calls: each is played on the same stage, at the same time as its caller.

Runs of one automation about one record heed each other there as real ones do. Those of other stages are not seen.
"""

from dataclasses import replace

from models.rules.automation_matching import NOT_PUBLISHED, call_refused, key_at, left_out
from models.rules.automation_plan.interpreter import initial_state
from models.rules.automation_simulation.agenda import entry_of, plan
from models.rules.automation_simulation.consequences import telling_types
from models.types.automation_courses import Course, Stage
from models.types.automation_plan.commands import StartSub
from models.types.automation_plan.happenings import Canceled, Happened, SubFinished, SubStarted
from models.types.automation_plan.states import FINAL, RunStatus
from models.types.automation_simulations import EntryKind, Firing, Ground
from models.types.automations import ConcurrencyPolicy, Json
from models.types.scope import Cause

_REPLACED = "A newer run for the same record took its place."
_SHARED = ("engagement", "engagement_id", "contact", "contact_id", "company", "owner", "workspace")


def enter(ground: Ground, firing: Firing, stage: Stage, number: int) -> Course:
    """A run that is about to begin, with those of its stage."""
    stage.serial += 1
    course = Course(ground, number, initial_state(ground.plan), firing.record, stage, firing.at, stage.serial)
    stage.telling |= telling_types(ground.plan)
    stage.courses.append(course)
    return course


def start_called(course: Course, asked: StartSub) -> list[Happened]:
    """Let the other automation begin once this turn is over; the run hears of its end in its time."""
    ground = _ground(course.ground, asked.automation_id)
    if isinstance(ground, str):
        return [SubFinished(asked.wait_id, "failed", error=ground)]
    shared = {name: course.trigger[name] for name in _SHARED if name in course.trigger}
    firing = Firing(course.now, {**shared, "input": dict(asked.input)}, "Started by another automation")
    policy, place = _place_of(ground, firing)
    rivals = _live_at(course.stage, place)
    if rivals and policy == ConcurrencyPolicy.SKIP:
        return [SubFinished(asked.wait_id, "failed", error=left_out(ground.name))]
    child = enter(ground, firing, course.stage, course.number)
    child.place = place
    if rivals and policy == ConcurrencyPolicy.QUEUE:
        child.queued = firing
    else:
        for rival in rivals if policy == ConcurrencyPolicy.REPLACE else ():
            plan(rival, course.now, Canceled(_REPLACED))
        plan(child, course.now, firing)
    if not asked.is_detached:
        child.caller, child.ends_wait = course, asked.wait_id
        course.waits[asked.wait_id] = entry = entry_of(course, EntryKind.WAIT, asked, title="The other automation")
        course.entries.append(entry)
    return [SubStarted(asked.wait_id, f"run_called_{course.stage.serial}")]


def begin_next(course: Course) -> None:
    """The run is over: the oldest one that is queued for it begins, unless another is before it."""
    rivals = _live_at(course.stage, course.place)
    if rivals and all(rival.queued for rival in rivals):
        following = rivals[0]
        firing, following.queued = following.queued, None
        plan(following, course.now, firing)


def _place_of(ground: Ground, firing: Firing) -> tuple[str, tuple[str, str] | None]:
    """The policy of a called automation, and where its run stands in line: beside all with the same key."""
    concurrency = ground.plan.trigger.get("concurrency") or {}
    key = key_at(concurrency.get("key"), firing.record)
    return concurrency.get("policy", ConcurrencyPolicy.PARALLEL), (ground.chain[-1], key) if key else None


def _live_at(stage: Stage, place: tuple[str, str] | None) -> list[Course]:
    """The runs in one line that are not over, oldest first."""
    return [one for one in stage.courses if place and one.place == place and one.state.status not in FINAL]


def tell_caller(course: Course, output: Json) -> None:
    """The run is over: the one that waits for it hears of that."""
    if course.caller is not None and course.ends_wait:
        why = str(output.get("reason", "")) if course.state.status is RunStatus.CANCELED and isinstance(output, dict) else ""
        plan(course.caller, course.now, SubFinished(course.ends_wait, course.state.status.value, output, why))


def waited_for(course: Course, wait_id: str) -> list[Course]:
    """The runs that a wait of a run is for and that are not over yet; at most one."""
    called = (one for one in course.stage.courses if one.caller is course and one.ends_wait == wait_id)
    return [one for one in called if one.state.status not in FINAL]


def _ground(ground: Ground, automation_id: str) -> Ground | str:
    """What a run of the other automation stands on; why it cannot be called, in the words of real runs."""
    found = ground.child(automation_id) if ground.child else NOT_PUBLISHED
    if isinstance(found, str):
        return found
    refused = call_refused(automation_id, found.name, found.plan.trigger, Cause("", None, ground.chain, len(ground.chain)))
    return refused or replace(found, chain=(*ground.chain, automation_id))
