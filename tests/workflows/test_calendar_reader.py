"""From a connected calendar to the times that are offered: a real Radicale, a feed, the API, and the worker's reader."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities.client import ApiClient
from api.app import create_app
from models import clock
from models.db import Database
from models.queries.bookings import get_booking
from models.settings import Settings
from tests.api.gateways.test_egress import listener
from tests.builders.bookings import make_scheduler
from tests.builders.workspaces import Studio
from tests.standins.radicale_server import PASSWORD, USERNAME, Radicale, running_radicale
from tests.standins.serving import served
from workflows.calendar_reader import CalendarReader


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[Radicale]:
    with running_radicale(tmp_path) as server:
        yield server


@pytest.fixture
def scheduler_id(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        return make_scheduler(session, studio).id


@pytest.fixture
def program(settings: Settings, database: Database, studio: Studio) -> Iterator[httpx.Client]:
    """A program of the studio, at a product that may look at this machine's calendars."""
    settings.egress_allow = ["127.0.0.0/8"]
    with served(lambda _: create_app(settings, database)) as url:
        settings.api_url = url
        with httpx.Client(base_url=f"{url}/api/v1", headers=studio.bearer, timeout=20) as client:
            yield client


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[None]:
    """The worker's reader at work."""
    api = ApiClient(settings.api_url, settings.worker_token)
    reader = asyncio.create_task(CalendarReader(api).run())
    yield
    reader.cancel()
    await api.close()


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.1)


def connect(program: httpx.Client, studio: Studio, kind: str, url: str) -> str:
    login = {"username": USERNAME, "password": PASSWORD} if kind == "caldav" else {}
    made = program.post("/calendar_connections", json={"member_id": studio.owner_id, "kind": kind, "url": url, **login})
    connection_id: str = made.raise_for_status().json()["id"]
    return connection_id


def checked(program: httpx.Client, connection_id: str) -> Any:
    return program.get(f"/calendar_connections/{connection_id}").json()["checked_at"]


def claims(settings: Settings, program: httpx.Client) -> Any:
    return program.post("/calendar_connections/claims", headers={"Authorization": f"Bearer {settings.worker_token}"}).json()


def offered(program: httpx.Client, scheduler_id: str) -> list[datetime] | int:
    """The open starts from tomorrow on, or the status of a refusal."""
    since = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    window = {"since": since.isoformat(), "until": (since + timedelta(days=5)).isoformat()}
    answer = program.get(f"/schedulers/{scheduler_id}/slots", params=window)
    return [datetime.fromisoformat(one) for one in answer.json()["slots"]] if answer.is_success else answer.status_code


def book(program: httpx.Client, studio: Studio, scheduler_id: str, start: datetime) -> str:
    wanted = {"scheduler_id": scheduler_id, "contact_id": studio.contact_id, "starts_at": start.isoformat()}
    booking_id: str = program.post("/bookings", json=wanted).raise_for_status().json()["id"]
    return booking_id


def cancel(program: httpx.Client, booking_id: str) -> None:
    program.post(f"/bookings/{booking_id}/cancelation", json={}).raise_for_status()


def half_hour(start: datetime) -> str:
    return f"DTSTART:{start:%Y%m%dT%H%M%SZ}\nDURATION:PT30M"


async def test_what_stands_in_a_calendar_is_not_offered(
    settings: Settings, studio: Studio, program: httpx.Client, scheduler_id: str, radicale: Radicale
):
    free = offered(program, scheduler_id)
    assert isinstance(free, list)
    meeting, dentist = free[2], free[5]
    work = radicale.make_calendar("work")
    radicale.put(work, "meeting", half_hour(meeting))
    ics = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\n{half_hour(dentist)}\nEND:VEVENT\nEND:VCALENDAR\n"
    body = ics.replace("\n", "\r\n").encode()
    with listener(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)) as feed:
        connected = [
            connect(program, studio, "caldav", work),
            connect(program, studio, "ics", f"http://127.0.0.1:{feed.port}/c.ics"),
        ]
        assert offered(program, scheduler_id) == 503, "times were offered before the calendars were read"
        async with reading(settings):
            await until(lambda: all(checked(program, one) for one in connected))
    assert offered(program, scheduler_id) == [start for start in free if start not in (meeting, dentist)]


async def test_the_copy_of_a_call_in_its_hosts_calendar_stands_in_nobodys_way(
    settings: Settings, studio: Studio, database: Database, program: httpx.Client, scheduler_id: str, radicale: Radicale
):
    free = offered(program, scheduler_id)
    assert isinstance(free, list)
    booking_id = book(program, studio, scheduler_id, free[3])
    work = radicale.make_calendar("work")
    with database.read(studio.scope) as session:
        radicale.put(work, get_booking(session, booking_id).ical_uid, half_hour(free[3]))
    connection_id = connect(program, studio, "caldav", work)
    async with reading(settings):
        await until(lambda: checked(program, connection_id))
    assert offered(program, scheduler_id) == [start for start in free if start != free[3]]

    cancel(program, booking_id)

    assert offered(program, scheduler_id) == free, "an old copy keeps the time of a cancelled call"


async def test_a_calendar_that_is_lost_closes_the_slots_and_is_read_again_when_it_opens(
    settings: Settings, studio: Studio, program: httpx.Client, scheduler_id: str, radicale: Radicale
):
    connection_id = connect(program, studio, "caldav", radicale.make_calendar("work"))
    radicale.change_password("another")
    async with reading(settings):
        await until(lambda: program.get(f"/calendar_connections/{connection_id}").json()["status"] == "lost")
    assert offered(program, scheduler_id) == 503

    radicale.change_password(PASSWORD)
    assert claims(settings, program) == [], "claimed twice within minutes"
    clock.move(timedelta(minutes=6))
    async with reading(settings):
        await until(lambda: checked(program, connection_id))
    assert isinstance(offered(program, scheduler_id), list)
