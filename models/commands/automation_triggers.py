"""Which automations an event starts, and which waiting runs it wakes, decided inside the event's transaction."""

from dataclasses import dataclass

from sqlmodel import Session

from models.tables.events import Event


@dataclass(frozen=True, slots=True)
class Triggered:
    """A fact about a run that follows from an event and is recorded right after it."""

    event_type: str
    """`automation_run.requested` or `automation_run.woken`."""
    run_id: str
    engagement_id: str | None
    payload: dict[str, str]


def match(session: Session, event: Event) -> list[Triggered]:
    """Write a run for every published automation that this event triggers; name the waiting runs that it wakes."""
    return []
