"""Which waits an event may end."""

from typing import Any

from sqlmodel import and_, col, or_, select

from models.queries.event_marks import ENGAGEMENT, SUBJECT, event_marks
from models.tables.events import Event
from models.tables.waits import Wait

_OF_ENGAGEMENT = and_(col(Wait.engagement_id) == ENGAGEMENT, col(Wait.subject_id) == "")
CONCERNED_WAITS = select(Wait).where(col(Wait.closed_at).is_(None), or_(col(Wait.subject_id) == SUBJECT, _OF_ENGAGEMENT))
"""The open waits on an event's subject, and those of its engagement that name no subject."""


def concerned_waits_statement(event: Event) -> Any:
    """A select of the open waits that an event concerns."""
    return CONCERNED_WAITS.params(**event_marks(event))
