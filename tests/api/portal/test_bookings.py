"""The guest's side of a call: pages, double posts, links."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.db import Database
from models.tables.bookings import Booking
from models.tables.emails import Email
from tests.builders.bookings import make_scheduler
from tests.builders.workspaces import Studio


@pytest.fixture
def slot(database: Database, studio: Studio) -> str:
    """The start of an open half hour next week."""
    with database.write(studio.scope) as session:
        make_scheduler(session, studio)
    day = clock.now() + timedelta(days=7 - clock.now().weekday())
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC).isoformat()


GUEST = {"name": "Grace Okafor", "email": "grace@okafor.example", "zone": "Africa/Lagos"}


def test_a_guest_books_sees_the_call_and_can_cancel_it(public: TestClient, worker: TestClient, slot: str):
    page = public.get(f"/book/kickoff?zone=Africa/Lagos&since={slot[:10]}")
    assert page.status_code == 200
    assert slot in page.text

    booked = public.post("/book/kickoff", data={**GUEST, "starts_at": slot})
    own = booked.headers["location"].removeprefix("http://testserver")
    assert "WAT" in public.get(own).text

    public.post(f"{own}/cancelation")
    assert "cancelled" in public.get(own).text


def test_a_taken_time_comes_back_with_others_and_what_was_typed(public: TestClient, slot: str):
    public.post("/book/kickoff", data={**GUEST, "starts_at": slot})

    second = public.post(
        "/book/kickoff", data={**GUEST, "name": "Tomás Rey", "email": "tomas@reyvinos.example", "starts_at": slot}
    )

    assert second.status_code == 409
    assert "just taken" in second.text
    assert 'value="Tomás Rey"' in second.text


def test_looking_books_nothing(public: TestClient, database: Database, studio: Studio, slot: str):
    for _ in range(3):
        public.get("/book/kickoff")
        public.head("/book/kickoff")

    with database.read(studio.scope) as session:
        assert session.exec(select(Booking)).all() == []


def test_both_sides_are_invited_once_with_a_stable_uid(
    public: TestClient, worker: TestClient, database: Database, studio: Studio, slot: str
):
    public.post("/book/kickoff", data={**GUEST, "starts_at": slot})
    with database.read(studio.scope) as session:
        booking = session.exec(select(Booking)).one()

    for attempt in range(2):
        headers = {"Idempotency-Key": f"confirm-{attempt}"}
        assert worker.post(f"/api/v1/bookings/{booking.id}/confirmations", json={"index": 0}, headers=headers).status_code == 204

    with database.read(studio.scope) as session:
        mails = session.exec(select(Email).where(Email.subject_id == booking.id)).all()
        assert sorted(mail.to_address for mail in mails) == ["grace@okafor.example", "mara@atelier-nord.example"]
        assert all(f"UID:{booking.ical_uid}" in mail.invite["ics"] for mail in mails)
        assert all("meet.jit.si" in mail.html for mail in mails)


def test_a_link_to_another_kind_of_document_opens_no_call(public: TestClient, slot: str):
    assert public.get("/b/not-a-token").status_code == 404
