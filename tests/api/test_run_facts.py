"""Runs follow the record they are about: timers move with its dates, and what is over is waited for no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models import clock
from models.commands.automation_clocks import fire_clock
from models.commands.bookings import cancel_booking, make_booking, reschedule_booking
from models.commands.contacts import change_contact
from models.commands.events import record
from models.db import Database
from models.queries.automation_clocks import schedule_of_clock
from models.queries.automations import find_published_version
from models.tables.automations import Automation, AutomationRun, StepRun
from models.tables.bookings import Booking
from models.tables.contacts import Contact
from models.tables.conversations import Message
from models.tables.events import Delivery, Event
from models.tables.waits import Wait
from tests.builders.bookings import make_scheduler
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio

STARTED = {"kind": "started", "trigger": {}}
DAY_BEFORE = {"amount": -1, "unit": "days"}


def wait_until(**settings: Any) -> dict[str, Any]:
    return {"id": "wait", "kind": "wait_until", "settings": {"at": {"path": "trigger.subject.starts_at"}, **settings}}


def book(database: Database, studio: Studio, *, days: int = 10) -> str:
    """A call at noon UTC on the Wednesday some days after next Monday."""
    with database.write(studio.scope) as session:
        contact, scheduler = session.get_one(Contact, studio.contact_id), make_scheduler(session, studio)
        about = {"zone": "Europe/Berlin", "engagement_id": studio.engagement_id}
        return make_booking(session, scheduler, contact, starts_at=noon(days), now=clock.now(), **about).id


def noon(days: int) -> datetime:
    today = clock.now().date()
    monday = today + timedelta(days=7 - today.weekday())
    return datetime.combine(monday + timedelta(days=days - days % 7 + 2), datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)


def automate(database: Database, studio: Studio, *nodes: dict[str, Any], **trigger: Any) -> str:
    with database.write(studio.scope) as session:
        return make_automation(session, *nodes, **trigger).id


def only_run(database: Database, studio: Studio) -> AutomationRun:
    with database.read(studio.scope) as session:
        return session.exec(select(AutomationRun)).one()


def advance(worker: TestClient, run_id: str, happened: dict[str, Any] = STARTED) -> dict[str, Any]:
    answer = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=happened)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(database: Database, studio: Studio, run_id: str) -> list[str]:
    """What the run's workflow is to be told, in order."""
    with database.read(studio.scope) as session:
        events = select(Event).join(Delivery, col(Delivery.event_id) == Event.id).where(Delivery.target == f"run/{run_id}")
        return [str(one.payload.get("happened") or one.type) for one in session.exec(events.order_by(Event.id))]


def test_a_timer_moves_with_the_call_in_both_directions(worker: TestClient, database: Database, studio: Studio):
    automate(database, studio, wait_until(offset=DAY_BEFORE), post(), type="booking.made")
    booking_id = book(database, studio, days=10)
    run = only_run(database, studio)
    first = advance(worker, run.id)
    moments = [first["timers"][0]["at"]]

    for days in (17, 3):
        with database.write(studio.scope) as session:
            reschedule_booking(session, session.get_one(Booking, booking_id), starts_at=noon(days), now=clock.now())
        position = advance(worker, run.id, {"kind": "facts_changed", "trigger": {}})
        moments.append(position["timers"][0]["at"])

    assert [datetime.fromisoformat(at) for at in moments] == [noon(days) - timedelta(days=1) for days in (10, 17, 3)]
    assert told(database, studio, run.id).count('{"kind":"facts_changed","trigger":{}}') == 2
    with database.read(studio.scope) as session:
        (wait,) = session.exec(select(Wait).where(Wait.subject_id == run.id))
    assert wait.until == noon(3) - timedelta(days=1)


@pytest.mark.parametrize(("past", "posted"), [("continue", 1), ("branch", 0)])
def test_a_call_moved_so_near_that_the_time_is_past_follows_the_stated_policy(
    worker: TestClient, database: Database, studio: Studio, past: str, posted: int
):
    automate(database, studio, wait_until(offset={"amount": -20, "unit": "days"}, past=past), post(), type="booking.made")
    booking_id = book(database, studio, days=31)
    run = only_run(database, studio)
    assert advance(worker, run.id)["status"] == "waiting"

    with database.write(studio.scope) as session:
        reschedule_booking(session, session.get_one(Booking, booking_id), starts_at=noon(3), now=clock.now())
    position = advance(worker, run.id, {"kind": "facts_changed", "trigger": {}})

    with database.read(studio.scope) as session:
        messages = session.exec(select(Message)).all()
    assert (position["status"], len(messages)) == ("succeeded", posted)


def test_a_change_that_says_nothing_new_wakes_nobody(worker: TestClient, database: Database, studio: Studio):
    automate(database, studio, wait_until(), post(), type="booking.made")
    booking_id = book(database, studio)
    run = only_run(database, studio)
    advance(worker, run.id)

    with database.write(studio.scope) as session:
        record(session, "booking.rescheduled", booking_id, engagement_id=studio.engagement_id)

    assert not any("facts_changed" in one for one in told(database, studio, run.id))


def test_a_client_who_moves_to_another_zone_is_written_to_in_their_morning(
    worker: TestClient, database: Database, studio: Studio
):
    nine = wait_until(offset=DAY_BEFORE, time="09:00", zone={"path": "trigger.contact.timezone"})
    automate(database, studio, nine, post(), type="booking.made")
    book(database, studio)
    run = only_run(database, studio)
    in_london = datetime.fromisoformat(advance(worker, run.id)["timers"][0]["at"])

    with database.write(studio.scope) as session:
        contact = session.get_one(Contact, studio.contact_id)
        change_contact(session, contact, {"timezone": "Asia/Tokyo"}, actor="member:m", now=clock.now())
    assert any("facts_changed" in one for one in told(database, studio, run.id))
    in_tokyo = datetime.fromisoformat(advance(worker, run.id, {"kind": "facts_changed", "trigger": {}})["timers"][0]["at"])

    assert in_london - in_tokyo in (timedelta(hours=8), timedelta(hours=9))


def dated_run(worker: TestClient, database: Database, studio: Studio, **trigger: Any) -> tuple[str, AutomationRun]:
    """A call, and a run that its date has started, waiting for the call itself."""
    before = {"amount": -9, "unit": "days"}
    automation_id = automate(
        database, studio, wait_until(), post(), kind="date", type="booking.starts_at", offset=before, **trigger
    )
    with database.write(studio.scope) as session:
        fire_clock(session, session.get_one(Automation, automation_id), 1, now=clock.now())
    booking_id = book(database, studio, days=17)
    with database.write(studio.scope) as session:
        automation = session.get_one(Automation, automation_id)
        due = schedule_of_clock(session, automation, find_published_version(session, automation))
        clock.move(datetime.fromisoformat(str(due.wake_at)) - clock.now())
        fire_clock(session, automation, due.index, now=clock.now())
    run = only_run(database, studio)
    advance(worker, run.id)
    return booking_id, run


@pytest.mark.parametrize(("trigger", "is_canceled"), [({}, True), ({"on_gone": "keep"}, False)])
def test_what_a_date_started_ends_with_the_call_unless_it_is_to_stay(
    worker: TestClient, database: Database, studio: Studio, trigger: dict[str, Any], is_canceled: bool
):
    booking_id, run = dated_run(worker, database, studio, **trigger)

    with database.write(studio.scope) as session:
        cancel_booking(session, session.get_one(Booking, booking_id), reason="", now=clock.now())

    assert ("automation_run.canceled" in told(database, studio, run.id)) is is_canceled
    position = advance(worker, run.id, {})
    assert (position["status"], position["is_over"]) == (("canceled", True) if is_canceled else ("waiting", False))
    with database.read(studio.scope) as session:
        open_waits = [one for one in session.exec(select(Wait).where(Wait.subject_id == run.id)) if one.closed_at is None]
        steps = {step.node_path: step.status for step in session.exec(select(StepRun))}
        ended = session.get_one(AutomationRun, run.id)
    assert bool(open_waits) is not is_canceled
    assert steps == {"wait": "canceled" if is_canceled else "waiting"}
    assert (ended.finished_at is not None) is is_canceled


def test_what_an_event_started_goes_where_it_waits_for_the_call_unless_it_is_to_stay(
    worker: TestClient, database: Database, studio: Studio
):
    automate(database, studio, wait_until(), post("kept"), type="booking.made", on_gone="keep")
    automate(database, studio, wait_until(), post("gone"), type="booking.made")
    booking_id = book(database, studio)
    with database.read(studio.scope) as session:
        kept, gone = session.exec(select(AutomationRun.id).order_by(AutomationRun.id)).all()
    for run_id in (kept, gone):
        advance(worker, run_id)

    with database.write(studio.scope) as session:
        cancel_booking(session, session.get_one(Booking, booking_id), reason="", now=clock.now())

    assert [advance(worker, run_id, {})["status"] for run_id in (kept, gone)] == ["waiting", "canceled"]


def test_a_run_whose_record_is_over_before_it_began_never_begins(worker: TestClient, database: Database, studio: Studio):
    automate(database, studio, post(), type="booking.made", on_gone="cancel")
    booking_id = book(database, studio)
    run = only_run(database, studio)

    with database.write(studio.scope) as session:
        cancel_booking(session, session.get_one(Booking, booking_id), reason="", now=clock.now())
    position = advance(worker, run.id)

    assert (position["status"], position["is_over"]) == ("canceled", True)
    with database.read(studio.scope) as session:
        assert session.exec(select(Message)).all() == []
        assert session.get_one(AutomationRun, run.id).finished_at is not None


@pytest.mark.parametrize(
    ("friday", "moment"),
    [
        # Clocks are put forward in the night to Sunday, put back in the night to Sunday; both times it is nine on Monday.
        (datetime(2026, 3, 27, 18, 30, tzinfo=UTC), datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 23, 18, 30, tzinfo=UTC), datetime(2026, 10, 26, 8, 0, tzinfo=UTC)),
    ],
)
def test_nine_on_the_next_business_day_is_nine_across_a_clock_change(
    worker: TestClient, database: Database, studio: Studio, friday: datetime, moment: datetime
):
    clock.move(friday - clock.now())
    node = {
        "id": "wait",
        "kind": "wait_until",
        "settings": {"offset": {"amount": 1, "unit": "business_days"}, "time": "09:00", "zone": "Europe/Berlin"},
    }
    automate(database, studio, node, post(), type="engagement.changed")
    with database.write(studio.scope) as session:
        record(session, "engagement.changed", studio.engagement_id, engagement_id=studio.engagement_id)
    run = only_run(database, studio)

    position = advance(worker, run.id)

    assert datetime.fromisoformat(position["timers"][0]["at"]) == moment
    early = advance(worker, run.id, {"kind": "timer_fired", "wait_id": position["timers"][0]["wait_id"]})
    assert early["status"] == "waiting"
    clock.move(moment - clock.now())
    assert advance(worker, run.id, {"kind": "timer_fired", "wait_id": position["timers"][0]["wait_id"]})["status"] == "succeeded"


def test_a_delay_of_400_days_keeps_its_time_of_day_and_survives_looks(worker: TestClient, database: Database, studio: Studio):
    clock.move(datetime(2026, 1, 15, 12, 0, tzinfo=UTC) - clock.now())
    delay = {"id": "wait", "kind": "delay", "settings": {"amount": 400, "unit": "days", "zone": "Europe/Berlin"}}
    automate(database, studio, delay, post(), type="engagement.changed")
    with database.write(studio.scope) as session:
        record(session, "engagement.changed", studio.engagement_id, engagement_id=studio.engagement_id)
    run = only_run(database, studio)
    begun = clock.now()
    timer = advance(worker, run.id)["timers"][0]

    assert abs(datetime.fromisoformat(timer["at"]) - begun - timedelta(days=400)) < timedelta(seconds=30)
    clock.move(timedelta(days=399))
    assert advance(worker, run.id, {"kind": "timer_fired", "wait_id": timer["wait_id"]})["timers"] == [timer]
    clock.move(timedelta(days=1, minutes=1))
    assert advance(worker, run.id, {"kind": "timer_fired", "wait_id": timer["wait_id"]})["status"] == "succeeded"
