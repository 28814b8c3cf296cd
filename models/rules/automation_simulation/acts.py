"""What actions do on the virtual clock: they are written down, and events follow from them."""

from collections.abc import Mapping

from models.rules.automation_matching import fits
from models.rules.automation_simulation.agenda import entry_of, node_id_of, plan
from models.rules.automation_simulation.consequences import occurrence
from models.rules.automation_simulation.effects import described
from models.types.automation_courses import Caused, Course, Stage
from models.types.automation_plan.commands import PerformAction
from models.types.automation_plan.happenings import ActionDone, ActionFailed, Happened
from models.types.automation_plan.states import WaitKind
from models.types.automation_simulations import EntryKind, Occurrence
from models.types.automations import Json


def perform(course: Course, asked: PerformAction) -> list[Happened]:
    """Do what the run asks for, at once or once the turn is over; what came of it so far."""
    if course.ground.catalogue.get(asked.action, {}).get("kind") == "slow":
        # A slow action is done after the turn, with no transaction open: what else is ready goes first.
        plan(course, course.now, asked)
        return []
    return performed(course, asked)


def performed(course: Course, asked: PerformAction) -> list[Happened]:
    """Write down what an action would do, with what follows from it; or why this attempt fails."""
    refusal = _refusal(course, asked)
    if refusal is not None:
        return [refusal]
    course.stage.serial += 1
    done = described(course.ground, course, asked.action, asked.input)
    entry = entry_of(course, done.kind, asked, action=asked.action, title=done.title, text=done.text, details=done.details)
    entry.amount_minor, entry.currency, entry.booked_minor = done.amount_minor, done.currency, done.booked_minor
    entry.given = dict(asked.input)
    course.entries.append(entry)
    for name, value in done.output.items():
        if name.endswith("_id") and isinstance(value, str):
            made = course.stage.made
            made[value] = {**made.get(value, {}), **done.output}
    _follow(course, done.causes, done.output)
    return [ActionDone(asked.node_path, dict(done.output), asked.iteration)]


def _refusal(course: Course, asked: PerformAction) -> ActionFailed | None:
    """Why this attempt fails, when it does: the scenario says so, or its input does not fit."""
    node_id = node_id_of(asked.node_path)
    failed = course.failures.get(asked.idempotency_suffix, 0)
    if failed < course.ground.scenario.fails.get(node_id, 0):
        course.failures[asked.idempotency_suffix] = failed + 1
        error, retryable = "It failed, as the scenario says.", True
    else:
        reason = course.ground.check(asked.action, asked.input)
        if reason is None:
            return None
        error, retryable = reason, False
    entry = entry_of(course, EntryKind.EVENT, asked, action=asked.action, title=f"Attempt {asked.attempt} fails", outcome=error)
    course.entries.append(entry)
    return ActionFailed(asked.node_path, error, retryable, asked.iteration, asked.attempt)


def _follow(course: Course, event_type: str | None, output: Mapping[str, Json]) -> None:
    """Let happen what an action causes. Where the past tells, only that counts besides."""
    if event_type not in course.stage.telling or event_type not in course.ground.events:
        return
    subject_id = output.get(f"{event_type.partition('.')[0]}_id")
    caused = occurrence(
        event_type, course.now, course.trigger, course.ground.events, subject_id=str(subject_id or ""), payload=_flat(output)
    )
    course.stage.doers[str(caused.record["event_id"])] = course
    # It stands in the log at once: what begins to wait for it later in this turn finds it there. Whom it wakes hears of it when
    # the turn has come to its end, as in the database.
    ends = frozenset(
        (number, wait_id)
        for number, wait_id in open_for(course.stage, caused)
        if number != course.begun_serial or wait_id in course.kept
    )
    plan(course, course.now, Caused(caused, ends))
    course.stage.log.append((course.stage.serial, caused))


def _flat(output: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in output.items() if isinstance(value, str | int | bool)}


def open_for(stage: Stage, happened: Occurrence) -> frozenset[tuple[int, str]]:
    """The open waits that an event ends, each with the number of its run."""
    return frozenset(
        (course.begun_serial, wait.id)
        for course in stage.courses
        for wait in course.state.waits
        if wait.kind is WaitKind.EVENT and wait.what == happened.type and fits(wait.match, happened.record)
    )
