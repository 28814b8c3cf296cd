"""The week's sheet, time by hand, the timer of the top bar."""

from datetime import UTC, datetime

from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.tables.time_entries import TimeEntry
from tests.api.rest.test_time_entries import jonas
from tests.builders.projects import make_project, make_task, make_time_entry
from tests.builders.workspaces import Studio

__all__ = ["jonas"]

HTMX = {"HX-Request": "true"}
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def entry_of(database: Database, studio: Studio) -> TimeEntry:
    with database.read(studio.scope) as session:
        entry = session.exec(select(TimeEntry)).one()
        session.expunge(entry)
        return entry


def test_the_top_bar_starts_and_stops(owner: TestClient):
    assert "Start timer" in owner.get("/time_entries/timer").text

    running = owner.post("/time_entries/timer", headers=HTMX)
    assert "data-ticking-since" in running.text
    assert "<html" not in running.text

    assert "Start timer" in owner.post("/time_entries/timer/stop", headers=HTMX).text
    assert owner.post("/time_entries/timer").status_code == 303


def test_the_week_adds_up_with_money_and_reasons(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        task = make_task(session, studio, make_project(session, studio))
        make_time_entry(session, studio, started_at=MORNING, seconds=5400, task_id=task.id, rate_reason="Project rate, because.")
        make_time_entry(session, studio, started_at=MORNING.replace(hour=12), is_billable=False)
        make_time_entry(session, studio, started_at=MORNING.replace(day=30), seconds=36000)

    page = owner.get("/time_entries?week=2026-11-25").text

    for words in ("2:30", "1:30", "€150.00", "€100.00", "Project rate, because.", "Not billable", "Sketch", "09:00 – 10:30"):
        assert words in page
    assert "10:00" not in page.replace("09:00 – 10:30", "")


def test_overlapping_time_is_marked(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_time_entry(session, studio, started_at=MORNING)
        make_time_entry(session, studio, started_at=MORNING.replace(minute=30))
    assert "Overlaps" in owner.get("/time_entries?week=2026-11-23").text


def test_time_by_hand_is_on_the_workers_clock(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        task_id = make_task(session, studio, make_project(session, studio, rate_minor_per_hour=12000)).id
    form = {
        "work": f"task:{task_id}",
        "day": "2026-11-23",
        "starts": "22:30",
        "stops": "00:15",
        "note": "Late",
        "is_billable": "on",
    }

    assert owner.get("/time_entries/new").status_code == 200
    assert owner.post("/time_entries", data=form).status_code == 303

    entry = entry_of(database, studio)
    assert (entry.seconds, entry.started_at, entry.rate_minor_per_hour) == (
        6300,
        datetime(2026, 11, 23, 21, 30, tzinfo=UTC),
        12000,
    )


def test_a_slip_keeps_what_was_typed(owner: TestClient):
    page = owner.post("/time_entries", data={"day": "2026-11-23", "starts": "nine", "stops": "10:00", "note": "Call"})
    assert page.status_code == 422
    assert "Call" in page.text
    assert "Write the time as 09:30" in page.text


def test_correcting_the_note_keeps_the_seconds(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        entry_id = make_time_entry(session, studio, started_at=MORNING.replace(second=17), seconds=3599).id
    assert owner.get(f"/time_entries/{entry_id}").status_code == 200

    same = {"day": "2026-11-23", "starts": "09:00", "stops": "10:00", "is_billable": "on"}
    owner.post(f"/time_entries/{entry_id}", data={**same, "note": "Longer words"})
    assert (entry_of(database, studio).seconds, entry_of(database, studio).note) == (3599, "Longer words")
    owner.post(f"/time_entries/{entry_id}", data={**same, "stops": "11:00", "note": ""})
    assert entry_of(database, studio).seconds == 7200

    assert owner.post(f"/time_entries/{entry_id}/deletion").status_code == 303
    with database.read(studio.scope) as session:
        assert session.exec(select(TimeEntry)).all() == []


def test_invoiced_time_is_shown_as_closed(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        entry_id = make_time_entry(session, studio, started_at=MORNING, invoice_line_item_id="ili_1").id

    assert "This time is on an invoice" in owner.get(f"/time_entries/{entry_id}").text
    refused = owner.post(
        f"/time_entries/{entry_id}", data={"day": "2026-11-23", "starts": "09:00", "stops": "10:00", "note": "x"}
    )
    assert refused.status_code == 422
    assert "Void the invoice" in refused.text


def test_costs_and_other_people_are_for_owners(jonas: TestClient, owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_time_entry(session, studio, member_id=studio.member_id, started_at=MORNING, cost_minor_per_hour=7777)

    theirs = jonas.get("/time_entries?week=2026-11-23").text
    assert "1:00" in theirs
    assert "77.77" not in theirs
    assert jonas.get(f"/time_entries?member_id={studio.owner_id}").status_code == 403
    assert "77.77" in owner.get(f"/time_entries?week=2026-11-23&member_id={studio.member_id}").text
