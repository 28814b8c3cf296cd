"""The record of facts, to read."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from api.deps import Read
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.tables.events import Event
from models.types.errors import NotFound

router = Router("events")


class EventOut(BaseModel):
    """A fact as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    type: str
    created_at: datetime
    engagement_id: str | None
    contact_id: str | None
    subject_kind: str
    subject_id: str
    payload: dict[str, Any]
    actor: str
    cause: dict[str, Any]


@router.get("/events")
def list_events(
    call: Read,
    paging: Paging,
    engagement_id: str | None = None,
    contact_id: str | None = None,
    subject_id: str | None = None,
    type: Annotated[str | None, Query(examples=["invoice.paid"])] = None,
) -> Page[EventOut]:
    """Facts, newest first. type: a name of the catalogue."""
    statement = select(Event)
    for column, value in (
        (Event.engagement_id, engagement_id),
        (Event.contact_id, contact_id),
        (Event.subject_id, subject_id),
        (Event.type, type),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    return page_of(call.session, statement, Event, paging, EventOut)


@router.get("/events/{event_id}")
def show_event(event_id: str, call: Read) -> EventOut:
    """One fact."""
    event = call.session.get(Event, event_id)
    if event is None:
        raise NotFound("There is no such event.")
    return EventOut.model_validate(event)
