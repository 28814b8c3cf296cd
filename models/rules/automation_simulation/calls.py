"""Automations that a simulated run starts: each is played through on the same clock, and its entries stand among the run's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from models.rules.automation_matching import MAX_DEPTH
from models.rules.automation_simulation.agenda import entry_of, plan
from models.types.automation_plan.commands import StartSub
from models.types.automation_plan.happenings import Happened, SubFinished, SubStarted
from models.types.automation_plan.states import FINAL
from models.types.automation_simulations import Course, Entry, EntryKind, Firing, Ground

Run = Callable[[Ground, Firing, datetime], Course]
_SHARED = ("engagement", "engagement_id", "contact", "contact_id", "company", "owner", "workspace")


def start_called(course: Course, asked: StartSub, horizon: datetime, run: Run) -> list[Happened]:
    """Play the other automation through, and let the run hear of its end in its time."""
    ground = _ground(course.ground, asked.automation_id)
    if isinstance(ground, str):
        return [SubFinished(asked.wait_id, "failed", error=ground)]
    shared = {name: course.trigger[name] for name in _SHARED if name in course.trigger}
    child = run(ground, Firing(course.now, {**shared, "input": dict(asked.input)}, "Started by another automation"), horizon)
    course.called[asked.wait_id] = child
    if not asked.is_detached:
        what = "The other automation"
        course.waits[asked.wait_id] = entry = entry_of(course, EntryKind.WAIT, asked, title=what)
        course.entries.append(entry)
        if child.state.status in FINAL and child.ended_at is not None:
            plan(course, child.ended_at, SubFinished(asked.wait_id, child.state.status.value, child.output))
    return [SubStarted(asked.wait_id, f"run_called_{course.serial}")]


def give_up_called(course: Course, wait_id: str) -> None:
    """The wait for another run is closed: where that run is not over, it ends now."""
    child = course.called.get(wait_id)
    if child is None or (child.ended_at is not None and child.ended_at <= course.now):
        return
    child.entries = [entry for entry in entries_of(child) if entry.at < course.now]
    child.called = {}
    title = "Cancelled with the run that started it"
    child.entries.append(Entry(course.now, EntryKind.END, child.number, title=title, outcome="canceled"))
    child.ended_at = course.now


def entries_of(course: Course) -> list[Entry]:
    """The entries of a run and of those that it started, in order."""
    ranked = [(entry.at, 1, entry) for entry in course.entries]
    for child in course.called.values():
        told = entries_of(child)
        # What begins comes after what began it, what follows from it before what waits for it.
        ranked += [(entry.at, 2 if entry.at == told[0].at else 0, entry) for entry in told]
    return [entry for _, _, entry in sorted(ranked, key=lambda one: one[:2])]


def _ground(ground: Ground, automation_id: str) -> Ground | str:
    if ground.depth + 1 >= MAX_DEPTH:
        return f"More than {MAX_DEPTH} automations would call each other."
    found = ground.child(automation_id) if ground.child else "The other automation is not known here."
    return found if isinstance(found, str) else replace(found, depth=ground.depth + 1)
