"""Runs follow records that they heard of later, as they follow those that started them."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.commands.bookings import cancel_booking, make_booking, reschedule_booking
from models.commands.events import record
from models.db import Database
from models.tables.automations import FollowedRecord
from models.tables.bookings import Booking, Scheduler
from models.tables.contacts import Contact
from models.tables.conversations import Message
from models.tables.waits import Wait
from tests.api.test_run_facts import DAY_BEFORE, advance, automate, book, noon, only_run, told
from tests.builders.runs import post
from tests.builders.workspaces import Studio


@pytest.fixture
def database(database_of_each_kind: Database) -> Database:
    """What passes each other unseen differs between databases."""
    return database_of_each_kind


CHANGED = {"kind": "facts_changed", "trigger": {}}
ANY = {"op": "eq", "args": [{"path": "event.engagement_id"}, {"path": "trigger.engagement_id"}]}


def hear(**settings: Any) -> dict[str, Any]:
    usual = {"event": "booking.made", "match": ANY, "timeout": {"amount": 60, "unit": "days"}}
    return {"id": "hear", "kind": "wait_for_event", "settings": {**usual, **settings}}


def wait_for_call(**settings: Any) -> dict[str, Any]:
    usual = {"at": {"path": "nodes.hear.subject.starts_at"}, "offset": DAY_BEFORE}
    return {"id": "wait", "kind": "wait_until", "settings": {**usual, **settings}}


def begun(worker: TestClient, database: Database, studio: Studio, *nodes: dict[str, Any], **trigger: Any) -> str:
    """A run about an engagement; its id."""
    automate(database, studio, *nodes, type="engagement.changed", **trigger)
    with database.write(studio.scope) as session:
        record(session, "engagement.changed", studio.engagement_id, engagement_id=studio.engagement_id)
    run = only_run(database, studio)
    advance(worker, run.id)
    return run.id


def heard(worker: TestClient, database: Database, studio: Studio, run_id: str, *, days: int = 10) -> tuple[str, dict[str, Any]]:
    """A call is booked, and the run hears of it: the booking, and where the run stands then."""
    booking_id = book(database, studio, days=days)
    happened = next(one for one in told(database, studio, run_id) if "event_arrived" in one)
    return booking_id, advance(worker, run_id, json.loads(happened))


def move(database: Database, studio: Studio, booking_id: str, days: int) -> None:
    with database.write(studio.scope) as session:
        reschedule_booking(session, session.get_one(Booking, booking_id), starts_at=noon(days), now=clock.now())


def cancel(database: Database, studio: Studio, booking_id: str) -> None:
    with database.write(studio.scope) as session:
        cancel_booking(session, session.get_one(Booking, booking_id), reason="", now=clock.now())


def book_another(database: Database, studio: Studio, booking_id: str, *, days: int) -> str:
    """Another call with the same person."""
    with database.write(studio.scope) as session:
        scheduler = session.get_one(Scheduler, session.get_one(Booking, booking_id).scheduler_id)
        contact = session.get_one(Contact, studio.contact_id)
        about = {"zone": "Europe/Berlin", "engagement_id": studio.engagement_id}
        return make_booking(session, scheduler, contact, starts_at=noon(days), now=clock.now(), **about).id


def followed(database: Database, studio: Studio) -> list[tuple[str, str]]:
    with database.read(studio.scope) as session:
        return [(one.output_path, one.subject_id) for one in session.exec(select(FollowedRecord))]


def moment(position: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(position["timers"][0]["at"])


def test_a_timer_moves_with_a_call_that_the_run_heard_of(worker: TestClient, database: Database, studio: Studio):
    run_id = begun(worker, database, studio, hear(), wait_for_call(), post())
    assert followed(database, studio) == []
    booking_id, position = heard(worker, database, studio, run_id)
    assert moment(position) == noon(10) - timedelta(days=1)
    assert followed(database, studio) == [("hear", booking_id)]

    for days in (17, 3):
        move(database, studio, booking_id, days)
        assert moment(advance(worker, run_id, CHANGED)) == noon(days) - timedelta(days=1)

    assert told(database, studio, run_id).count('{"kind":"facts_changed","trigger":{}}') == 2
    with database.read(studio.scope) as session:
        (until,) = [one.until for one in session.exec(select(Wait).where(Wait.subject_id == run_id)) if not one.closed_at]
    assert until == noon(3) - timedelta(days=1)


def test_another_call_and_a_change_that_says_nothing_wake_nobody(worker: TestClient, database: Database, studio: Studio):
    run_id = begun(worker, database, studio, hear(), wait_for_call(), post())
    booking_id, _ = heard(worker, database, studio, run_id)
    other_id = book_another(database, studio, booking_id, days=17)
    move(database, studio, other_id, 24)
    with database.write(studio.scope) as session:
        record(session, "booking.rescheduled", booking_id, engagement_id=studio.engagement_id)

    assert not any("facts_changed" in one for one in told(database, studio, run_id))


def test_a_call_that_no_timer_reads_is_not_followed(worker: TestClient, database: Database, studio: Studio):
    rest = {"id": "rest", "kind": "delay", "settings": {"amount": 2, "unit": "days"}}
    run_id = begun(worker, database, studio, hear(), rest, post())
    booking_id, _ = heard(worker, database, studio, run_id)
    assert followed(database, studio) == []
    move(database, studio, booking_id, 17)
    assert not any("facts_changed" in one for one in told(database, studio, run_id))


@pytest.mark.parametrize(("past", "posted"), [("continue", 1), ("branch", 0)])
def test_a_call_moved_so_near_follows_the_stated_policy(
    worker: TestClient, database: Database, studio: Studio, past: str, posted: int
):
    early = wait_for_call(offset={"amount": -20, "unit": "days"}, past=past)
    run_id = begun(worker, database, studio, hear(), early, post())
    booking_id, position = heard(worker, database, studio, run_id, days=31)
    assert position["status"] == "waiting"

    move(database, studio, booking_id, 3)
    position = advance(worker, run_id, CHANGED)

    with database.read(studio.scope) as session:
        assert (position["status"], len(session.exec(select(Message)).all())) == ("succeeded", posted)
    assert followed(database, studio) == []


@pytest.mark.parametrize(
    ("trigger", "step", "is_canceled"),
    [
        ({}, {}, True),
        ({"on_gone": "keep"}, {}, False),
        ({"on_gone": "cancel"}, {}, True),
        ({}, {"on_gone": "cancel"}, True),
        ({"on_gone": "cancel"}, {"on_gone": "keep"}, False),
    ],
)
def test_what_a_run_waits_for_ends_as_is_stated_when_the_call_is_canceled(
    worker: TestClient, database: Database, studio: Studio, trigger: dict[str, Any], step: dict[str, Any], is_canceled: bool
):
    run_id = begun(worker, database, studio, hear(), wait_for_call(**step), post(), **trigger)
    booking_id, _ = heard(worker, database, studio, run_id)

    cancel(database, studio, booking_id)

    assert ("automation_run.canceled" in told(database, studio, run_id)) is is_canceled
    position = advance(worker, run_id, {})
    assert (position["status"], position["is_over"]) == (("canceled", True) if is_canceled else ("waiting", False))
    assert followed(database, studio) == ([] if is_canceled else [("hear", booking_id)])


def test_the_step_says_what_becomes_of_the_run_of_the_trigger_too(worker: TestClient, database: Database, studio: Studio):
    at = {"path": "trigger.subject.starts_at"}
    automate(database, studio, wait_for_call(at=at, on_gone="cancel"), post(), type="booking.made")
    booking_id = book(database, studio)
    run = only_run(database, studio)
    advance(worker, run.id)

    cancel(database, studio, booking_id)

    assert advance(worker, run.id, {})["status"] == "canceled"


def test_a_call_that_moved_before_the_run_heard_of_it_is_read_as_it_is(worker: TestClient, database: Database, studio: Studio):
    run_id = begun(worker, database, studio, hear(), wait_for_call(), post())
    booking_id = book(database, studio, days=10)
    move(database, studio, booking_id, 24)
    happened = next(one for one in told(database, studio, run_id) if "event_arrived" in one)
    assert moment(advance(worker, run_id, json.loads(happened))) == noon(24) - timedelta(days=1)


def test_a_call_that_came_before_the_wait_is_followed_too(worker: TestClient, database: Database, studio: Studio):
    short = {"id": "rest", "kind": "delay", "settings": {"amount": 1, "unit": "hours"}}
    run_id = begun(worker, database, studio, short, hear(), wait_for_call(), post())
    booking_id = book(database, studio, days=10)
    clock.move(timedelta(hours=2))
    wait_id = advance(worker, run_id, {})["timers"][0]["wait_id"]
    assert moment(advance(worker, run_id, {"kind": "timer_fired", "wait_id": wait_id})) == noon(10) - timedelta(days=1)
    move(database, studio, booking_id, 17)
    assert moment(advance(worker, run_id, CHANGED)) == noon(17) - timedelta(days=1)


def test_a_call_that_moves_while_the_run_hears_of_it_is_not_missed(worker: TestClient, database: Database, studio: Studio):
    run_id = begun(worker, database, studio, hear(), wait_for_call(), post())
    booking_id = book(database, studio, days=10)
    happened = json.loads(next(one for one in told(database, studio, run_id) if "event_arrived" in one))

    with ThreadPoolExecutor(1) as beside:
        with database.write(studio.scope) as session:
            reschedule_booking(session, session.get_one(Booking, booking_id), starts_at=noon(24), now=clock.now())
            session.flush()
            hearing = beside.submit(advance, worker, run_id, happened)
            with pytest.raises(TimeoutError):
                hearing.result(timeout=0.5)
        position = hearing.result(timeout=20)

    assert moment(position) == noon(24) - timedelta(days=1)
