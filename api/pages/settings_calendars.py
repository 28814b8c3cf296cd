"""The reader's own calendars: what blocks the times that clients can book."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response
from sqlmodel import col, select

from api.calendar_readings import read_calendar
from api.deps import Call, Read, Slow, Write
from api.pages.settings import Tab, tabs_of
from api.render import member_page, redirect
from api.routing import Router
from api.vault import seal_secret
from models.commands.calendar_connections import archive_connection, connect_calendar, get_connection
from models.tables.bookings import CalendarConnection
from models.types.errors import Forbidden, Invalid
from models.types.principals import Door

router = Router("settings", Door.MEMBER, prefix="")


@dataclass
class CalendarsPage:
    tabs: list[Tab]
    calendars: list[CalendarConnection]
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/settings/calendars")
def show_calendars(call: Read) -> Response:
    return _page(call)


@router.post("/settings/calendars")
def create_calendar(
    call: Slow,
    kind: Annotated[str, Form()] = "ics",
    name: Annotated[str, Form(max_length=120)] = "",
    url: Annotated[str, Form(max_length=1000)] = "",
    username: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Connect a calendar of the reader's own and read it at once, so that a wrong address is seen now."""
    values = {"kind": kind, "name": name.strip(), "url": url.strip(), "username": username.strip()}
    secret = seal_secret(call.settings, password) if password else ""
    try:
        if kind not in ("ics", "caldav"):
            raise Invalid("Choose what kind of calendar it is.", field="kind")
        with call.open(writes=True):
            member_id = call.principal.id
            connection = connect_calendar(call.session, member_id=member_id, password_encrypted=secret, **values)
            connection_id = connection.id
    except Invalid as invalid:
        with call.open(writes=False):
            return _page(call, values, {invalid.field or "": invalid.detail})
    return _read_now(call, connection_id)


@router.post("/settings/calendars/{connection_id}/readings")
def create_reading(connection_id: str, call: Slow) -> Response:
    """Read the calendar now."""
    with call.open(writes=False):
        _own(call, connection_id)
    return _read_now(call, connection_id)


@router.post("/settings/calendars/{connection_id}/removal")
def create_removal(connection_id: str, call: Write) -> Response:
    """Disconnect it; its busy times and its password are forgotten."""
    archive_connection(call.session, _own(call, connection_id), now=call.now)
    return redirect(call, "/settings/calendars", flash="Disconnected. Its times no longer block anything.")


def _read_now(call: Call, connection_id: str) -> Response:
    read_calendar(call, connection_id)
    with call.open(writes=False):
        error = get_connection(call.session, connection_id).error
    if error:
        return redirect(call, "/settings/calendars", flash=f"It is connected, but could not be read: {error}", kind="warning")
    return redirect(call, "/settings/calendars", flash="It was read just now.")


def _own(call: Call, connection_id: str) -> CalendarConnection:
    connection = get_connection(call.session, connection_id)
    if connection.member_id != call.principal.id:
        raise Forbidden("This is somebody else's calendar.")
    return connection


def _page(call: Call, values: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Response:
    calendars = call.session.exec(
        select(CalendarConnection)
        .where(CalendarConnection.member_id == call.principal.id, col(CalendarConnection.archived_at).is_(None))
        .order_by(col(CalendarConnection.id))
    )
    empty = {"kind": "ics", "name": "", "url": "", "username": ""}
    page = CalendarsPage(tabs_of(call, "calendars"), list(calendars), values or empty, errors or {})
    return member_page(call, "settings/calendars.html", page, nav="settings", status=422 if errors else 200)
