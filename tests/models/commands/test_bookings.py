"""A slot is taken once; moving and cancelling keep what depends on the call in step."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from models import clock
from models.commands.bookings import (
    SlotTaken,
    booking_facts,
    cancel_booking,
    list_open_slots,
    make_booking,
    reschedule_booking,
)
from models.commands.calendar_connections import connect_calendar, record_failure, record_reading
from models.db import Database
from models.rules.bookings import booking_schedule
from models.tables.bookings import Booking
from models.tables.contacts import Contact
from models.tables.events import Event
from models.types.errors import Refused, Unavailable
from tests.builders.bookings import make_scheduler
from tests.builders.workspaces import Studio

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
NINE = datetime(2026, 11, 23, 8, tzinfo=UTC)  # 09:00 in Berlin


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


def book(session: Session, studio: Studio, scheduler, at: datetime = NINE) -> Booking:
    contact = session.get_one(Contact, studio.contact_id)
    return make_booking(
        session, scheduler, contact, starts_at=at, zone="Europe/London", now=clock.now(), engagement_id=studio.engagement_id
    )


def test_fifty_at_once_get_one_slot_between_them(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        scheduler = make_scheduler(session, studio)
    answers: list[str] = []

    def try_to_book() -> None:
        try:
            with database.write(studio.scope) as session:
                book(session, studio, scheduler)
            answers.append("booked")
        except SlotTaken:
            answers.append("taken")

    threads = [threading.Thread(target=try_to_book) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["booked"] + ["taken"] * 49
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Booking)).all()) == 1


def test_a_pending_booking_takes_its_slot_too(session: Session, studio: Studio):
    scheduler = make_scheduler(session, studio)
    first = book(session, studio, scheduler)
    first.status = "pending"
    session.flush()

    with pytest.raises(SlotTaken) as refusal:
        book(session, studio, scheduler)

    assert refusal.value.alternatives[0] == NINE + timedelta(minutes=30)


def test_two_kinds_of_call_share_their_host(session: Session, studio: Studio):
    book(session, studio, make_scheduler(session, studio))
    long_call = make_scheduler(session, studio, slug="long", duration_minutes=60, step_minutes=30)

    with pytest.raises(SlotTaken):
        book(session, studio, long_call, NINE + timedelta(minutes=0))


def test_moving_frees_the_old_time_and_starts_the_reminders_anew(session: Session, studio: Studio):
    scheduler = make_scheduler(session, studio)
    booking = book(session, studio, scheduler)
    booking.told_sequence, booking.reminded = 0, 2

    reschedule_booking(session, booking, starts_at=NINE + timedelta(hours=2), now=clock.now())

    assert booking.sequence == 1
    assert booking_schedule(booking_facts(session, booking), now=clock.now()).action == "confirm"
    assert NINE in list_open_slots(session, scheduler, now=clock.now(), since=MONDAY, until=MONDAY + timedelta(days=1))


def test_a_cancelled_call_frees_its_time_and_is_recorded_once(session: Session, studio: Studio):
    scheduler = make_scheduler(session, studio)
    booking = book(session, studio, scheduler)

    cancel_booking(session, booking, reason="Ill", now=clock.now())
    cancel_booking(session, booking, reason="Ill again", now=clock.now())
    book(session, studio, scheduler)

    canceled = session.exec(select(Event).where(col(Event.type) == "booking.canceled")).all()
    assert len(canceled) == 1
    assert booking.cancel_reason == "Ill"


def test_a_call_that_has_begun_cannot_be_moved(session: Session, studio: Studio):
    booking = book(session, studio, make_scheduler(session, studio))

    with pytest.raises(Refused):
        reschedule_booking(session, booking, starts_at=NINE + timedelta(days=1), now=NINE)


def test_a_calendar_that_was_never_read_or_is_lost_offers_nothing(session: Session, studio: Studio):
    scheduler = make_scheduler(session, studio)
    connection = connect_calendar(session, member_id=studio.owner_id, kind="ics", url="https://calendar.example/feed.ics")
    with pytest.raises(Unavailable):
        book(session, studio, scheduler)

    busy_until = NINE + timedelta(hours=1)
    record_reading(session, connection, [[NINE.isoformat(), busy_until.isoformat()]], until=MONDAY + timedelta(days=60))
    session.flush()
    slots = list_open_slots(session, scheduler, now=clock.now(), since=MONDAY, until=MONDAY + timedelta(days=1))
    assert slots[0] == busy_until

    record_failure(session, connection, "401", is_lost=True)
    session.flush()
    with pytest.raises(Unavailable):
        book(session, studio, scheduler, busy_until)
