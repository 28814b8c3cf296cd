"""Booked calls over the API."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models import clock
from models.commands.bookings import list_open_slots, make_booking
from models.db import Database
from models.tables.bookings import Booking
from models.tables.contacts import Contact
from models.tables.events import Event
from tests.builders.bookings import make_scheduler
from tests.builders.workspaces import Studio


@pytest.fixture
def booking_id(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        scheduler = make_scheduler(session, studio)
        now = clock.now()
        starts_at = list_open_slots(session, scheduler, now=now, since=now, until=now + timedelta(days=7))[0]
        contact = session.get_one(Contact, studio.contact_id)
        booking = make_booking(session, scheduler, contact, starts_at=starts_at, zone="Europe/London", now=now, note="The logo")
        return booking.id


def test_the_note_of_a_call_is_changed_by_version(program: TestClient, database: Database, studio: Studio, booking_id: str):
    path = f"/api/v1/bookings/{booking_id}"
    before = program.get(path).json()

    changed = program.patch(path, json={"note": "The printed drafts", "version": before["version"]})
    stale = program.patch(path, json={"note": "The logo again", "version": before["version"]})

    assert changed.json() == {**before, "note": "The printed drafts", "version": before["version"] + 1}
    assert (stale.status_code, program.get(path).json()) == (409, changed.json())
    assert program.patch(path, json={"note": "x" * 2001}).status_code == 422
    assert program.patch(path, json={"note": "The printed drafts"}).json() == changed.json()
    with database.read(studio.scope) as session:
        told = session.exec(select(Event.type).where(Event.subject_id == booking_id).order_by(col(Event.id)))
        assert list(told) == ["booking.made", "booking.changed"]


def test_a_call_that_is_over_can_still_be_noted(program: TestClient, database: Database, studio: Studio, booking_id: str):
    path = f"/api/v1/bookings/{booking_id}"
    program.post(f"{path}/cancelation", json={"reason": "Ill"})
    sequence = program.get(path).json()["sequence"]

    noted = program.patch(path, json={"note": "They ring again in May."}).json()

    assert (noted["status"], noted["note"], noted["sequence"]) == ("canceled", "They ring again in May.", sequence)
    with database.read(studio.scope) as session:
        assert session.get_one(Booking, booking_id).cancel_reason == "Ill"
