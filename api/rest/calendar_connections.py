"""Calendars whose busy times block slots."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from api.calendar_readings import read_calendar
from api.deps import Read, Slow, Write, worker_only
from api.idempotency import Confidential
from api.pagination import Page, Paging, page_of
from api.routing import Router
from api.vault import seal_secret
from models.commands.calendar_connections import (
    archive_connection,
    claim_connections,
    connect_calendar,
    get_connection,
)
from models.db import Database
from models.tables.bookings import CalendarConnection
from models.types.scope import Scope

router = Router("calendar_connections")


class ConnectionIn(BaseModel):
    """A calendar to be connected. The password is kept encrypted and never shown again."""

    model_config = ConfigDict(extra="forbid")

    member_id: str = Field(examples=["mem_01k…"])
    kind: Literal["caldav", "ics"]
    name: str = Field(default="", max_length=120)
    url: str = Field(max_length=1000, examples=["https://calendar.example/mara/feed.ics"])
    username: str = Field(default="", max_length=200)
    password: str = Field(default="", max_length=500)


class ConnectionOut(Confidential):
    """A connected calendar, without its password."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    member_id: str
    kind: str
    name: str
    url: str
    username: str
    status: str
    error: str
    checked_at: datetime | None


class ClaimedConnection(BaseModel):
    """A calendar to be read, and whose it is."""

    id: str
    workspace_id: str


@router.get("/calendar_connections")
def list_connections(call: Read, paging: Paging, member_id: str | None = None) -> Page[ConnectionOut]:
    """Connected calendars."""
    statement = select(CalendarConnection).where(col(CalendarConnection.archived_at).is_(None))
    if member_id is not None:
        statement = statement.where(CalendarConnection.member_id == member_id)
    return page_of(call.session, statement, CalendarConnection, paging, ConnectionOut)


@router.post("/calendar_connections", status_code=201)
def create_connection(wanted: ConnectionIn, call: Write) -> ConnectionOut:
    """Connect a calendar. Until it has been read once, its owner's slots are closed."""
    values = wanted.model_dump(exclude={"password"})
    secret = seal_secret(call.settings, wanted.password) if wanted.password else ""
    return ConnectionOut.model_validate(connect_calendar(call.session, password_encrypted=secret, **values))


@router.get("/calendar_connections/{connection_id}")
def show_connection(connection_id: str, call: Read) -> ConnectionOut:
    """One connected calendar."""
    return ConnectionOut.model_validate(get_connection(call.session, connection_id))


@router.delete("/calendar_connections/{connection_id}", status_code=204)
def destroy_connection(connection_id: str, call: Write) -> None:
    """Disconnect a calendar; its busy times and its password are forgotten."""
    archive_connection(call.session, get_connection(call.session, connection_id), now=call.now)


@router.post("/calendar_connections/{connection_id}/readings")
def create_reading(connection_id: str, call: Slow) -> ConnectionOut:
    """Read the calendar now."""
    read_calendar(call, connection_id)
    with call.open(writes=False):
        return ConnectionOut.model_validate(get_connection(call.session, connection_id))


@router.post("/calendar_connections/claims", include_in_schema=False)
def claim(request: Request, _worker: Annotated[None, Depends(worker_only)]) -> list[ClaimedConnection]:
    """The calendars whose last reading is getting old, across workspaces; for the worker."""
    database: Database = request.app.state.database
    with database.write(Scope(None)) as session:
        return [ClaimedConnection(id=one.id, workspace_id=one.workspace_id) for one in claim_connections(session)]
