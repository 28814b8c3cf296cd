"""Which automations an event starts, and which waiting runs it wakes, decided inside the event's transaction."""

from sqlmodel import Session

from models.tables.events import Event


def match(session: Session, event: Event) -> None:
    """Write a run for every published automation that this event triggers, and wake the runs that wait for it."""
