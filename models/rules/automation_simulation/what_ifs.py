"""A plan over events that really happened: which runs it would have started, what they would have done, how two differ."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from models.rules.automation_matching import MAX_DEPTH, MOST_PER_RECORD, key_at, wants
from models.rules.automation_plan.records import canonical_json
from models.rules.automation_simulation.concurrency import begin
from models.types.automation_courses import Course
from models.types.automation_simulations import Entry, Firing, Ground
from models.types.automation_what_ifs import Change, Difference, Past, PastEvent, PastRun, PastSkip

MOST_RUNS = 20_000
_MINUTE = timedelta(minutes=1)


def replay(ground: Ground, events: Sequence[PastEvent], *, until: datetime, automation_id: str = "") -> Past:
    """What a plan would have done over these events, in their order, up to a moment.

    events: those of the type that starts it, oldest first. Each run goes on until it ends or `until` comes.
    Events that the automation itself had caused start nothing, nor does what comes too often: as with real runs.
    """
    courses: list[Course] = []
    runs: list[tuple[PastEvent, Course]] = []
    skipped: list[PastSkip] = []
    known: set[str] = set()
    flood: list[PastEvent] = []
    for event in events:
        if len(runs) >= MOST_RUNS:
            break
        reason = _reason_against(ground, event, automation_id, known, flood)
        if reason:
            skipped.append(PastSkip(event.id, event.at, reason))
            continue
        course = begin(ground, Firing(event.at, event.record()), courses, horizon=until, number=len(runs) + 1)
        if course is None:
            skipped.append(PastSkip(event.id, event.at, "concurrency"))
            continue
        flood.append(event)
        courses.append(course)
        runs.append((event, course))
    cut = f"Only the first {MOST_RUNS:,} runs are shown." if len(runs) >= MOST_RUNS else ""
    return Past(len(events), tuple(_past_run(event, course) for event, course in runs), tuple(skipped), cut)


def differences(draft: Past, published: Past) -> list[Difference]:
    """Every event that starts a run under either plan, with how the two runs differ, oldest first."""
    mine, theirs = ({run.event_id: run for run in past.runs} for past in (draft, published))
    found = [_difference(event_id, mine.get(event_id), theirs.get(event_id)) for event_id in {**mine, **theirs}]
    return sorted(found, key=lambda one: (one.at, one.event_id))


def _reason_against(ground: Ground, event: PastEvent, automation_id: str, known: set[str], started: list[PastEvent]) -> str:
    """Why an event starts nothing, before its concurrency is looked at; empty when it does."""
    if (automation_id and automation_id in event.automation_ids) or event.depth >= MAX_DEPTH:
        return "loop"
    trigger, record = ground.plan.trigger, event.record()
    if not wants(trigger, record):
        return "filter"
    dedupe = key_at(trigger.get("dedupe"), record) or event.id
    if dedupe in known:
        return "duplicate"
    known.add(dedupe)
    return "flood" if _is_flood(event, started) else ""


def _is_flood(event: PastEvent, started: list[PastEvent]) -> bool:
    about = 0
    for earlier in reversed(started):
        if earlier.at <= event.at - _MINUTE:
            break
        about += (earlier.engagement_id or earlier.subject_id) == (event.engagement_id or event.subject_id)
    return about >= MOST_PER_RECORD


def _past_run(event: PastEvent, course: Course) -> PastRun:
    return PastRun(event.id, event.at, course.trigger, tuple(course.entries), course.state.status.value)


def _difference(event_id: str, mine: PastRun | None, theirs: PastRun | None) -> Difference:
    at = (mine or theirs).at  # type: ignore[union-attr]  # one of them is there
    if mine is None or theirs is None:
        change = Change.REMOVED if mine is None else Change.ADDED
        sign, only = ("-", theirs) if mine is None else ("+", mine)
        return Difference(event_id, at, change, mine, theirs, [(sign, entry) for entry in (only.effects if only else ())])
    lines = [] if mine.effects == theirs.effects else list(_lines(theirs.effects, mine.effects))
    return Difference(event_id, at, Change.CHANGED if lines else Change.SAME, mine, theirs, lines)


def _lines(before: Sequence[Entry], after: Sequence[Entry]) -> Iterator[tuple[str, Entry]]:
    old, new = [_told(entry) for entry in before], [_told(entry) for entry in after]
    for kind, first, last, begin_at, end_at in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (("-", entry) for entry in before[first:last])
            yield from (("+", entry) for entry in after[begin_at:end_at])


def _told(entry: Entry) -> str:
    """What somebody would notice of an effect: what, when and with which words; not by which step."""
    error = "" if entry.action else entry.text
    return canonical_json([entry.at.isoformat(), entry.kind, entry.action, dict(entry.given), error])
