"""What a simulated run waits for, and who ends the waits: the clock, the scenario, the past."""

from collections.abc import Iterator

from models.rules.automation_matching import fits
from models.rules.automation_plan.moments import moved_by
from models.rules.automation_plan.moves import node_at
from models.rules.automation_simulation.agenda import entry_of, plan
from models.rules.automation_simulation.consequences import causes_of, days_until, fitted, occurrence
from models.types.automation_courses import Caused, Course
from models.types.automation_plan.commands import AskApproval, CloseWait, RemindApprovers, StartTimer, WaitForEvent
from models.types.automation_plan.happenings import ApprovalGiven, EventArrived, Happened, TimerFired
from models.types.automation_plan.states import WaitKind
from models.types.automation_simulations import Entry, EntryKind, Occurrence
from models.types.automations import Json


def start_timer(course: Course, asked: StartTimer) -> list[Happened]:
    """Let the timer fire in its time; a wait that is open already has been moved."""
    plan(course, asked.at, TimerFired(asked.wait_id))
    known = course.waits.get(asked.wait_id)
    if known is not None:
        known.until = known.until and asked.at
        return []
    wait = next((one for one in course.state.waits if one.id == asked.wait_id), None)
    what = "Another attempt" if wait and wait.kind is WaitKind.RETRY else ""
    _open(course, asked.wait_id, entry_of(course, EntryKind.WAIT, asked, title=what, until=asked.at))
    return []


def await_event(course: Course, asked: WaitForEvent) -> list[Happened]:
    """Let the event come that the past knows or the scenario foresees, and the time-out otherwise."""
    says = course.ground.says.get(asked.event_type, asked.event_type)
    _open(course, asked.wait_id, entry_of(course, EntryKind.WAIT, asked, title=says, until=asked.until))
    plan(course, asked.until, TimerFired(asked.wait_id))
    if course.ground.foresight is not None:
        known = course.ground.foresight(asked, course.now, frozenset(course.state.heard))
        return [] if known is None else _arriving(course, asked, known)
    earlier = look_back(course, asked.event_type, asked.match)
    if earlier is not None:
        return _arriving(course, asked, earlier)
    _expect(course, asked)
    return []


def heard_meanwhile(course: Course) -> Iterator[Happened]:
    """What a turn's own actions brought about for waits that it opened before: who acts wakes only what was kept."""
    for wait in course.state.waits:
        if wait.kind is WaitKind.EVENT and wait.id not in course.kept:
            found = look_back(course, wait.what, wait.match)
            if found is not None and found.at <= course.now:
                course.cause = course.ground.says.get(found.type, "it happened")
                yield EventArrived(wait.id, found.record)


def look_back(course: Course, event_type: str, match: Json) -> Occurrence | None:
    """The first event that a wait is for and that came since the run began; None when none did."""
    return next((one for one in _since_it_began(course) if _ends(course, event_type, match, one)), None)


def _arriving(course: Course, asked: WaitForEvent, found: Occurrence) -> list[Happened]:
    arrived = EventArrived(asked.wait_id, found.record)
    if found.at <= course.now:
        course.cause = f"{course.ground.says.get(found.type, 'it happened')} already"
        return [arrived]
    plan(course, found.at, arrived)
    return []


def _since_it_began(course: Course) -> Iterator[Occurrence]:
    begun = course.begun_at, course.begun_serial
    return (one for serial, one in course.stage.log if (one.at, serial) > begun)


def _ends(course: Course, event_type: str, match: Json, one: Occurrence) -> bool:
    is_new = str(one.record.get("event_id")) not in course.state.heard
    return one.type == event_type and is_new and fits(match, one.record)


def _expect(course: Course, asked: WaitForEvent) -> None:
    """Let the awaited event come when the scenario says so, unless it, or what leads to it, is on its way already."""
    causes = causes_of({asked.event_type}) - {asked.event_type}
    planned = (one.happened if isinstance(one, Caused) else one for _, _, _, one in course.stage.agenda)
    coming = [one for one in planned if isinstance(one, Occurrence)]
    if any(one.type in causes or _ends(course, asked.event_type, asked.match, one) for one in coming):
        return
    days = days_until(asked.event_type, course.ground.scenario)
    if days is None:
        return
    at = moved_by(course.now, days, "days", course.ground.calendar)
    found = fitted(asked.match, occurrence(asked.event_type, at, course.trigger, course.ground.events))
    if found is not None:
        plan(course, at, found)


def ask(course: Course, asked: AskApproval) -> list[Happened]:
    """Let the scenario's decision come. With the id of an open wait it asks further people of the same thing."""
    if asked.until is not None:
        plan(course, asked.until, TimerFired(asked.wait_id))
    if asked.wait_id in course.waits:
        title = f"Asked too: {_people(course, asked.newly)}"
        course.entries.append(entry_of(course, EntryKind.NOTICE, asked, title=title, text=asked.message))
        return []
    timeout = node_at(course.ground.plan, asked.node_path).get("timeout")
    end = moved_by(course.now, timeout["amount"], timeout["unit"], course.ground.calendar) if timeout else None
    entry = entry_of(course, EntryKind.APPROVAL, asked, title=_people(course, asked.approvers), text=asked.message, until=end)
    entry.is_assumed = True
    _open(course, asked.wait_id, entry)
    scenario = course.ground.scenario
    if scenario.approves_after_days is not None:
        at = moved_by(course.now, scenario.approves_after_days, "days", course.ground.calendar)
        plan(course, at, ApprovalGiven(asked.wait_id, scenario.approval, asked.approvers[0]))
    return []


def remind(course: Course, asked: RemindApprovers) -> list[Happened]:
    """Note that people are reminded of what they are asked."""
    title = f"Reminder {asked.number}: {_people(course, asked.approvers)}"
    course.entries.append(entry_of(course, EntryKind.NOTICE, asked, title=title, text=asked.message))
    return []


def _people(course: Course, approvers: tuple[str, ...]) -> str:
    return ", ".join(course.ground.names.get(one.removeprefix("member:"), _role(one)) for one in approvers)


def _role(approver: str) -> str:
    return "The owners" if approver == "role:owner" else approver


def _open(course: Course, wait_id: str, entry: Entry) -> None:
    course.waits[wait_id] = entry
    course.entries.append(entry)


def close(course: Course, closed: CloseWait) -> list[Happened]:
    """Note how and when a wait ended."""
    entry = course.waits.pop(closed.wait_id, None)
    if entry is not None:
        entry.ended_at, entry.outcome = course.now, course.cause
    return []
