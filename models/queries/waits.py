"""Which waits an event may end, and what will not be done."""

from typing import Any

from sqlmodel import Session, and_, col, or_, select

from models.queries.event_marks import ENGAGEMENT, SUBJECT, event_marks
from models.tables.events import Event
from models.tables.waits import SkippedDuty, Wait

_OF_ENGAGEMENT = and_(col(Wait.engagement_id) == ENGAGEMENT, col(Wait.subject_id) == "")
CONCERNED_WAITS = select(Wait).where(col(Wait.closed_at).is_(None), or_(col(Wait.subject_id) == SUBJECT, _OF_ENGAGEMENT))
"""The open waits on an event's subject, and those of its engagement that name no subject."""


def concerned_waits_statement(event: Event) -> Any:
    """A select of the open waits that an event concerns."""
    return CONCERNED_WAITS.params(**event_marks(event))


def list_skipped(session: Session, subject_id: str, action: str) -> list[SkippedDuty]:
    """What a person has decided will not be done for a subject, the earliest first."""
    statement = select(SkippedDuty).where(SkippedDuty.subject_id == subject_id, SkippedDuty.action == action)
    return list(session.exec(statement.order_by(col(SkippedDuty.created_at), col(SkippedDuty.id))))


def is_skipped(session: Session, subject_id: str, action: str) -> bool:
    """Whether something that is done once for a subject will not be done."""
    return bool(list_skipped(session, subject_id, action))
