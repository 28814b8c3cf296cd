"""One run on the virtual clock: the interpreter asks, the scenario or the past answers, and every effect is written down.

It drives `advance` as the API does: what is done at once is reported within the turn, slow actions after it.
"""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from heapq import heappop
from typing import Any

from models.rules.automation_plan.interpreter import advance
from models.rules.automation_plan.moments import moved_by
from models.rules.automation_plan.moves import node_at
from models.rules.automation_simulation.acts import open_for, perform, performed
from models.rules.automation_simulation.agenda import entry_of, plan
from models.rules.automation_simulation.calls import begin_next, enter, start_called, tell_caller, waited_for
from models.rules.automation_simulation.consequences import following
from models.rules.automation_simulation.course_waits import ask, await_event, close, heard_meanwhile, remind, start_timer
from models.rules.automation_simulation.facts import foresee_end, given_up, moved
from models.types.automation_courses import Caused, Course, Stage
from models.types.automation_plan.commands import (
    AskApproval,
    CloseWait,
    Command,
    Finish,
    Park,
    PerformAction,
    RecordStep,
    RemindApprovers,
    StartSub,
    StartTimer,
    WaitForEvent,
)
from models.types.automation_plan.happenings import (
    ApprovalGiven,
    Canceled,
    EventArrived,
    Happened,
    Started,
    SubFinished,
    TimerFired,
)
from models.types.automation_plan.states import FINAL, StepStatus
from models.types.automation_simulations import MAX_TURNS, DateMove, Entry, EntryKind, Firing, Ground, Occurrence
from models.types.automations import NodeKind

_TIME_IS_UP = "time is up"


def run_course(
    ground: Ground, firing: Firing, horizon: datetime, *, number: int = 1, world: tuple[Occurrence, ...] = ()
) -> Course:
    """How one run goes until the horizon, or until it ends, gets stuck for good or waits for what never comes.

    world: events that come of themselves, whatever the run does. Raises what `advance` raises.
    """
    stage = Stage(firing.at)
    course = enter(ground, firing, stage, number)
    _begin(course, firing)
    for move in ground.scenario.moves:
        plan(course, moved_by(firing.at, move.after_days, "days", ground.calendar), move)
    for one in world:
        if one.at >= firing.at and one.record is not firing.record:
            plan(course, one.at, one)
    while stage.agenda and stage.turns < MAX_TURNS and any(map(_is_live, stage.courses)):
        at, serial, whose, item = heappop(stage.agenda)
        if at > horizon:
            break
        stage.now = max(stage.now, at)
        _take(whose, item, serial)
    return course


def _is_live(course: Course) -> bool:
    return course.state.status not in FINAL


def _begin(course: Course, firing: Firing) -> None:
    course.entries.append(Entry(course.now, EntryKind.START, course.number, title=firing.title))
    foresee_end(course, firing.record)
    _feed(course, Started(firing.record))


def _take(course: Course, item: Any, serial: int) -> None:
    if isinstance(item, Occurrence):
        course.stage.log.append((serial, item))
        _occur(course, item, open_for(course.stage, item))
    elif isinstance(item, Caused):
        _occur(course, item.happened, item.ends)
    elif isinstance(item, DateMove):
        _move(course, item)
    elif not _is_live(course):
        return
    elif isinstance(item, Firing):
        _begin(course, item)
    elif isinstance(item, PerformAction):
        course.cause = ""
        _feed(course, *performed(course, item))
    else:
        course.cause = _cause(course, item)
        _feed(course, item)


def _cause(course: Course, happened: Happened) -> str:
    if isinstance(happened, TimerFired):
        return _TIME_IS_UP
    if isinstance(happened, ApprovalGiven):
        return happened.decision
    if isinstance(happened, SubFinished):
        return happened.status
    return course.ground.says.get(str(happened.event.get("type")), "it happened") if isinstance(happened, EventArrived) else ""


def _feed(course: Course, *first: Happened) -> None:
    """Advance until only waits remain."""
    waiting = deque(first)
    while waiting and course.stage.turns < MAX_TURNS:
        course.stage.turns += 1
        happened = waiting.popleft()
        course.state, commands = advance(course.ground.plan, course.state, happened, course.now, course.ground.calendar)
        for command in commands:
            waiting.extend(_RESPONSES[type(command)](course, command) if type(command) in _RESPONSES else ())
        if not waiting:
            waiting.extend(heard_meanwhile(course))
    course.kept = frozenset(wait.id for wait in course.state.waits)


# -- events ------------------------------------------------------------------------------------------------------------


def _occur(course: Course, happened: Occurrence, ends: frozenset[tuple[int, str]]) -> None:
    """An event comes: it ends waits of runs on the stage, those of them that are still open, and may lead to others."""
    stage = course.stage
    if course.ground.foresight is None:
        for later in following(happened, course.ground.scenario, course.ground.events, course.ground.calendar):
            key = (later.type, str(later.record.get("subject_id")))
            if key not in stage.expected:
                stage.expected[key] = later
                plan(course, later.at, later)
    _note_payment(course, happened)
    for one in given_up(course, happened):
        _feed(one, Canceled("What it was about is over."))
    says = course.ground.says.get(happened.type, happened.type)
    still = open_for(stage, happened) & ends
    heard = [
        (one, ended)
        for one in stage.courses
        if (ended := [wait for wait in one.state.waits if (one.begun_serial, wait.id) in still])
    ]
    if heard:
        entry = Entry(course.now, EntryKind.EVENT, course.number, title=says, action=happened.type, is_assumed=True)
        course.entries.append(entry)
    for one, ended in heard:
        one.cause = says
        foresee_end(one, happened.record)
        _feed(one, *(EventArrived(wait.id, happened.record) for wait in ended))


def _note_payment(course: Course, happened: Occurrence) -> None:
    """A payment that the scenario brings is an entry of its own, whether somebody waits for it or not."""
    invoice = course.stage.made.get(str(happened.record["event"].get("invoice_id")))
    if invoice is None or happened.type != "payment.succeeded" or str(happened.record.get("subject_id")) in course.stage.made:
        return
    amount = invoice.get("total_minor")
    paid = Entry(course.now, EntryKind.CHARGE, course.number, title="The client pays", outcome="paid", is_assumed=True)
    paid.amount_minor, paid.currency = amount, str(invoice.get("currency") or "")
    paid.booked_minor = amount if isinstance(amount, int) else 0
    course.entries.append(paid)


def _move(course: Course, move: DateMove) -> None:
    days = f"{abs(move.by_days)} day{'' if abs(move.by_days) == 1 else 's'} {'later' if move.by_days >= 0 else 'earlier'}"
    path = move.path if not move.path.startswith("nodes.") else ".".join(move.path.split(".")[2:])
    title = f"{path.replace('_', ' ').replace('.', ' · ')} moves {days}"
    course.entries.append(Entry(course.now, EntryKind.EVENT, course.number, title=title, is_assumed=True))
    for one in filter(_is_live, course.stage.courses):
        one.cause = "the date moved"
        _feed(one, moved(one, move))


# -- steps and ends ---------------------------------------------------------------------------------------------------


def _record(course: Course, told: RecordStep) -> list[Happened]:
    """A decision is an entry; by which way a wait was left is noted at the wait."""
    node = node_at(course.ground.plan, told.node_path)
    preview = told.output_preview
    port = str(preview.get("port", "")) if isinstance(preview, dict) else ""
    if told.status is not StepStatus.DONE:
        return []
    if node["kind"] == NodeKind.CONDITION:
        course.entries.append(entry_of(course, EntryKind.BRANCH, told, title=port, port=port))
    elif port:
        _note_port(course, told, port)
    return []


def _note_port(course: Course, told: RecordStep, port: str) -> None:
    step = told.node_path, told.iteration
    waits = (one for one in reversed(course.entries) if one.kind in (EntryKind.WAIT, EntryKind.APPROVAL))
    left = next((one for one in waits if (one.node_path, one.iteration) == step and one.ended_at == course.now), None)
    if left is not None:
        left.port = port


def _park(course: Course, parked: Park) -> list[Happened]:
    course.entries.append(entry_of(course, EntryKind.STUCK, parked, title="Stuck until somebody repairs it", text=parked.error))
    return []


def _close(course: Course, closed: CloseWait) -> list[Happened]:
    for called in waited_for(course, closed.wait_id):
        called.cause = course.cause
        _feed(called, Canceled("The run that started it does not wait for it any more."))
    return close(course, closed)


def _finish(course: Course, finished: Finish) -> list[Happened]:
    course.ended_at = course.now
    told = finished.output if isinstance(finished.output, dict) else {}
    canceled = "Cancelled with the run that started it" if course.caller else "Cancelled"
    title = {"succeeded": "Done", "failed": "Ended as failed"}.get(finished.status.value, canceled)
    ending = Entry(course.now, EntryKind.END, course.number, title=title, outcome=finished.status.value)
    ending.details = tuple((str(name), str(value)) for name, value in told.items())
    course.entries.append(ending)
    tell_caller(course, finished.output)
    begin_next(course)
    return []


_RESPONSES: Mapping[type[Command], Callable[[Course, Any], list[Happened]]] = {
    PerformAction: perform,
    StartTimer: start_timer,
    WaitForEvent: await_event,
    AskApproval: ask,
    RemindApprovers: remind,
    StartSub: start_called,
    CloseWait: _close,
    RecordStep: _record,
    Park: _park,
    Finish: _finish,
}
