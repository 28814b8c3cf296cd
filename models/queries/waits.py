"""Which waits an event may end."""

from typing import Any

from sqlmodel import col, or_, select

from models.tables.events import Event
from models.tables.waits import Wait


def concerned_waits_statement(event: Event) -> Any:
    """A select of the open waits on an event's subject, and of those of its engagement that name no subject."""
    concerned = [col(Wait.subject_id) == event.subject_id]
    if event.engagement_id:
        concerned.append((col(Wait.engagement_id) == event.engagement_id) & (col(Wait.subject_id) == ""))
    return select(Wait).where(col(Wait.closed_at).is_(None), or_(*concerned))
