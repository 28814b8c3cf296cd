"""Automations that a simulated run calls: each is played on the same stage, at the same time as its caller."""

from dataclasses import replace

from models.rules.automation_matching import NOT_PUBLISHED, call_refused
from models.rules.automation_plan.interpreter import initial_state
from models.rules.automation_simulation.agenda import entry_of, plan
from models.rules.automation_simulation.consequences import telling_types
from models.types.automation_courses import Course, Stage
from models.types.automation_plan.commands import StartSub
from models.types.automation_plan.happenings import Happened, SubFinished, SubStarted
from models.types.automation_plan.states import FINAL
from models.types.automation_simulations import EntryKind, Firing, Ground
from models.types.automations import Json
from models.types.scope import Cause

_SHARED = ("engagement", "engagement_id", "contact", "contact_id", "company", "owner", "workspace")


def enter(ground: Ground, firing: Firing, stage: Stage, number: int) -> Course:
    """A run that is about to begin, with those of its stage."""
    stage.serial += 1
    course = Course(ground, number, initial_state(ground.plan), firing.record, stage, firing.at, stage.serial)
    stage.telling |= telling_types(ground.plan.root)
    stage.courses.append(course)
    return course


def start_called(course: Course, asked: StartSub) -> list[Happened]:
    """Let the other automation begin once this turn is over; the run hears of its end in its time."""
    ground = _ground(course.ground, asked.automation_id)
    if isinstance(ground, str):
        return [SubFinished(asked.wait_id, "failed", error=ground)]
    shared = {name: course.trigger[name] for name in _SHARED if name in course.trigger}
    firing = Firing(course.now, {**shared, "input": dict(asked.input)}, "Started by another automation")
    child = enter(ground, firing, course.stage, course.number)
    plan(child, course.now, firing)
    if not asked.is_detached:
        child.caller, child.ends_wait = course, asked.wait_id
        course.waits[asked.wait_id] = entry = entry_of(course, EntryKind.WAIT, asked, title="The other automation")
        course.entries.append(entry)
    return [SubStarted(asked.wait_id, f"run_called_{course.stage.serial}")]


def tell_caller(course: Course, output: Json) -> None:
    """The run is over: the one that waits for it hears of that."""
    if course.caller is not None and course.ends_wait:
        plan(course.caller, course.now, SubFinished(course.ends_wait, course.state.status.value, output))


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
