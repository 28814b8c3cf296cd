"""Connected calendars and what was last read from them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select

from models import clock
from models.commands.notifications import notify
from models.db import workspace_id_of
from models.ids import new_id
from models.tables.bookings import CalendarConnection
from models.tables.members import Member
from models.types.errors import Invalid, NotFound

READ_EVERY = timedelta(minutes=5)


def connect_calendar(session: Session, **values: Any) -> CalendarConnection:
    """Connect a member's calendar. It counts as unread, so slots stay closed until the first reading."""
    if session.get(Member, values["member_id"]) is None:
        raise NotFound("There is no such member.", field="member_id")
    if not values["url"].startswith(("https://", "http://")):
        raise Invalid("Write the calendar's address, beginning with https://.", field="url")
    connection = CalendarConnection(id=new_id("cal"), workspace_id=workspace_id_of(session), **values)
    session.add(connection)
    session.flush()
    return connection


def get_connection(session: Session, connection_id: str) -> CalendarConnection:
    """One connected calendar. Raises NotFound."""
    connection = session.get(CalendarConnection, connection_id)
    if connection is None or connection.archived_at is not None:
        raise NotFound("There is no such calendar.")
    return connection


def archive_connection(session: Session, connection: CalendarConnection, *, now: datetime) -> None:
    """Disconnect a calendar, forgetting its password and its busy times."""
    connection.archived_at = now
    connection.password_encrypted, connection.busy = "", []
    session.add(connection)


def record_reading(session: Session, connection: CalendarConnection, busy: list[list[str]], *, until: datetime) -> None:
    """Keep what a calendar said. busy: [start, end] in ISO UTC."""
    connection.busy, connection.busy_until = busy, until
    connection.status, connection.error, connection.checked_at = "ok", "", clock.now()
    session.add(connection)


def record_failure(session: Session, connection: CalendarConnection, error: str, *, is_lost: bool) -> None:
    """Keep why a calendar could not be read. When access is lost its owner is told, once per loss."""
    if is_lost and connection.status != "lost":
        notify(
            session,
            connection.member_id,
            f"Your calendar {connection.name or connection.url} cannot be read any more, so no times are offered.",
            href="/settings",
            key=f"calendar:{connection.id}:lost:{clock.now():%Y%m%d%H%M}",
        )
    connection.error = error[:500]
    if is_lost:
        connection.status = "lost"
    session.add(connection)


def claim_connections(session: Session) -> Sequence[CalendarConnection]:
    """Calendars that were not tried for a while; each is leased by the attempt itself."""
    before = clock.now() - READ_EVERY
    due = session.exec(
        select(CalendarConnection)
        .where(
            col(CalendarConnection.archived_at).is_(None),
            or_(col(CalendarConnection.tried_at).is_(None), col(CalendarConnection.tried_at) < before),
        )
        .limit(20)
    ).all()
    for connection in due:
        connection.tried_at = clock.now()
    return due
