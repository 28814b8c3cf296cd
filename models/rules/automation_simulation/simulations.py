"""A plan played through on a virtual clock: every run until the horizon, and the retainer's own billing beside them."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from models.rules.automation_simulation.billing import bill_until
from models.rules.automation_simulation.concurrency import begin
from models.rules.automation_simulation.consequences import occurrence
from models.rules.automation_simulation.firings import firings
from models.types.automation_courses import Course
from models.types.automation_simulations import (
    MAX_ENTRIES,
    MAX_TURNS,
    Billing,
    Books,
    Entry,
    EntryKind,
    Ground,
    Occurrence,
    SimulatedRun,
    Simulation,
)
from models.types.automations import Json


def simulate(
    ground: Ground, record: Mapping[str, Json], *, start: datetime, horizon: datetime, billings: tuple[Billing, ...] = ()
) -> Simulation:
    """All that a plan does to a record from `start` until the horizon, in order.

    record: as the trigger brings it. billings: retainers whose billing is shown too, and whose events may start or wake a run.
    The same arguments give the same result; nothing outside is touched.
    """
    books = [bill_until(billing, ground.scenario, start, horizon) for billing in billings]
    world = tuple(one for book in books for one in _occurrences(book, ground))
    starts, cut = firings(ground, record, start, horizon, world)
    courses: list[Course] = []
    kept_out: list[Entry] = []
    count = sum(len(book.entries) for book in books)
    for number, firing in enumerate(starts, start=1):
        if count > MAX_ENTRIES:
            break
        course = begin(ground, firing, courses, horizon=horizon, number=number, world=world)
        if course is None:
            title = "Does not start: an earlier run is still under way"
            kept_out.append(Entry(firing.at, EntryKind.START, number, title=title, outcome="skipped"))
            continue
        courses.append(course)
        count += len(course.entries)
        cut = cut or _endless(course)
    entries = [*kept_out, *(entry for book in books for entry in book.entries), *(e for one in courses for e in one.entries)]
    entries.sort(key=lambda entry: entry.at)
    if len(entries) > MAX_ENTRIES:
        cut = f"This is more than {MAX_ENTRIES:,} entries. Only the first {MAX_ENTRIES:,} are shown."
    return Simulation(start, horizon, tuple(entries[:MAX_ENTRIES]), tuple(_runs(courses, kept_out)), cut)


def _occurrences(book: Books, ground: Ground) -> Iterator[Occurrence]:
    for at, event_type, payload in book.facts:
        if event_type in ground.events:
            subject_id = book.billing.retainer_id if event_type.startswith("retainer.") else ""
            yield occurrence(event_type, at, book.billing.record, ground.events, subject_id=subject_id, payload=payload)


def _endless(course: Course) -> str:
    if course.stage.turns < MAX_TURNS:
        return ""
    return f"A run took more than {MAX_TURNS:,} turns without coming to an end. It was left there."


def _runs(courses: list[Course], kept_out: list[Entry]) -> list[SimulatedRun]:
    runs = [
        SimulatedRun(one.number, one.entries[0].at, one.ended_at, one.state.status.value, one.entries[0].title) for one in courses
    ]
    runs += [SimulatedRun(entry.run, entry.at, None, "skipped") for entry in kept_out]
    return sorted(runs, key=lambda run: run.number)
