"""An engagement's thread in words: dates, links and waits as the templates draw them, for members and for clients."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from api.web.formats import near, near_until, short_day
from models.queries.engagement_facts import step_of
from models.rules.timeline import event_href
from models.tables.waits import Wait
from models.types.engagement_thread import Mark, StepKey, StepState, ThreadStep
from models.types.waits import WaitKind, Whom

_URGENCY = {Whom.CLIENT: 0, Whom.US: 1, Whom.THIRD_PARTY: 2, Whom.CALENDAR: 3}


@dataclass(frozen=True, slots=True)
class StepWords:
    """One knot as `ui.thread` draws it."""

    key: str
    label: str
    state: str
    date: str | None
    href: str | None


@dataclass(frozen=True, slots=True)
class WaitWords:
    """One wait as `ui.wait` says it."""

    id: str
    what: str
    on: str
    since: str | None = None
    until: str | None = None
    then: str | None = None
    href: str | None = None
    action: str | None = None


def step_words(steps: list[ThreadStep], *, zone: str, now: datetime, href: Callable[[Mark], str]) -> list[StepWords]:
    """The steps with their dates in a zone and the addresses of what they left behind."""
    return [
        StepWords(
            key=step.key,
            label=step.label,
            state=step.state,
            date=short_day(step.mark.at, zone, now) if step.mark.at else None,
            href=href(step.mark) or None,
        )
        for step in steps
    ]


def member_href(mark: Mark) -> str:
    """The member's page behind a step, or ""."""
    if mark.kind == "time_entry":
        return "/time_entries"
    return event_href(mark.kind, mark.subject_id, {}) if mark.subject_id else ""


def wait_words(wait: Wait, *, zone: str, now: datetime) -> WaitWords:
    """A wait as members read it: on whom, since, and what happens when."""
    lead = "Waiting on us for" if wait.whom == Whom.US else "Waiting for"
    href, action = way_on(wait)
    return WaitWords(
        id=wait.id,
        what=f"{lead} {wait.what}",
        on=wait.whom,
        since=near(wait.since, zone, now),
        then=consequence(wait.until, wait.then_what, zone=zone, now=now),
        href=href,
        action=action,
    )


def consequence(until: datetime | None, then_what: str, *, zone: str, now: datetime) -> str | None:
    """What happens next by itself: "On Friday 17:00 CET a reminder goes out.", or None when nothing does."""
    then = then_what.strip().rstrip(".")
    if until is None:
        return f"Then {_lowered(then)}." if then else None
    when = near_until(until, zone, now)
    return f"{when} {_lowered(then)}." if then else f"{when} at the latest."


def sorted_waits(waits: list[Wait], steps: list[ThreadStep]) -> list[Wait]:
    """The waits that are not stuck steps: first those at the current step, then by whom they are on, then the oldest."""
    current = next((step.key for step in steps if step.state is StepState.CURRENT), None)
    live = [wait for wait in waits if wait.kind != WaitKind.REPAIR]
    return sorted(live, key=lambda wait: (step_of(wait) != current, _URGENCY.get(Whom(wait.whom), 9), wait.since))


def way_on(wait: Wait) -> tuple[str | None, str | None]:
    """Where a member goes to get on with it, and what the button says."""
    noun, _, subject_id = wait.workflow_id.partition("/")
    if noun == "engagement":
        return _own_way_on(wait, subject_id)
    if noun in ("proposal", "invoice", "booking", "retainer"):
        return f"/{noun}s/{subject_id}", f"Open the {'call' if noun == 'booking' else noun}"
    return (f"/automation_runs/{subject_id}", "Open the run") if noun == "run" else (None, None)


def _own_way_on(wait: Wait, engagement_id: str) -> tuple[str | None, str | None]:
    if wait.whom != Whom.US:
        return None, None
    kind, subject_id = str(wait.detail.get("kind", "")), str(wait.detail.get("subject_id", ""))
    if kind and subject_id:
        words = {"proposal": "Finish the proposal", "project": "Open the board", "invoice": "Review the invoice"}
        return event_href(kind, subject_id, {}), words.get(kind, f"Open the {kind}")
    made = {
        StepKey.PROPOSAL: ("/proposals/new", "Write a proposal"),
        StepKey.PROJECT: ("/projects/new", "Start a project"),
        StepKey.INVOICE: ("/invoices/new", "Write the invoice"),
    }.get(StepKey(wait.detail.get("step", StepKey.WORK)))
    return (f"{made[0]}?engagement_id={engagement_id}", made[1]) if made else (None, None)


def _lowered(clause: str) -> str:
    """A clause that goes on a sentence: a small letter, unless it begins with a name."""
    first = clause.partition(" ")[0]
    return clause[:1].lower() + clause[1:] if first in _CLAUSE_WORDS else clause


_CLAUSE_WORDS = frozenset({"A", "An", "The", "It", "Nothing", "We", "They", "Then", "This", "Reminder", "Reminders"})
