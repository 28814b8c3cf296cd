"""The guest's side of a call: pages, double posts, links."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.commands.bookings import list_open_slots, make_booking
from models.commands.capability_links import link_token
from models.db import Database
from models.queries.bookings import find_scheduler_by_slug
from models.tables.bookings import Booking
from models.tables.contacts import Contact
from models.tables.emails import Email
from tests.builders.bookings import make_scheduler
from tests.builders.proposals import SECRET, make_sent
from tests.builders.workspaces import Studio


@pytest.fixture
def slot(database: Database, studio: Studio) -> str:
    """The start of an open half hour within the week that the page shows, two hours into the day."""
    with database.write(studio.scope) as session:
        scheduler = make_scheduler(session, studio)
        tomorrow = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        week_end = tomorrow + timedelta(days=5)
        return list_open_slots(session, scheduler, now=clock.now(), since=tomorrow, until=week_end)[4].isoformat()


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


def test_a_signer_is_shown_the_call_of_this_kind_that_is_still_to_come(
    public: TestClient, database: Database, studio: Studio, slot: str
):
    """A call with another scheduler, or one that is over, does not stand in the way of the kickoff."""
    with database.write(studio.scope) as session:
        review = make_scheduler(session, studio, name="Review", slug="review")
        proposal = make_sent(session, studio)
        about = {"kind": "proposal", "subject_id": proposal.id, "contact_id": studio.contact_id}
        token = link_token(session, SECRET, **about)
        kickoff = find_scheduler_by_slug(session, "kickoff")
        contact = session.get(Contact, studio.contact_id)
        assert kickoff
        assert contact
        on_time = datetime.fromisoformat(slot)
        for scheduler, starts_at in ((review, on_time - timedelta(hours=1)), (kickoff, on_time - timedelta(days=7))):
            make_booking(
                session,
                scheduler,
                contact,
                starts_at=starts_at,
                zone="UTC",
                now=starts_at - timedelta(days=1),
                engagement_id=studio.engagement_id,
            )

    links = {
        public.post("/book/kickoff", data={"starts_at": slot, "proposal": token}, follow_redirects=False).headers["location"]
        for _ in range(2)
    }

    assert len(links) == 1
    with database.read(studio.scope) as session:
        made = session.exec(select(Booking).where(Booking.proposal_id == proposal.id)).one()
        assert made.starts_at == on_time


def test_a_double_click_books_once_and_both_posts_show_the_call(
    public: TestClient, database: Database, studio: Studio, slot: str
):
    posted = {**GUEST, "starts_at": slot, "page": rendered_page(public)}

    answers = [public.post("/book/kickoff", data=posted) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Booking)).all()) == 1


def test_a_hundred_guests_at_once_get_one_slot_between_them(public: TestClient, database: Database, studio: Studio, slot: str):
    def post(number: int) -> int:
        guest = {"name": f"Guest {number}", "email": f"guest.{number}@example.com"}
        return public.post("/book/kickoff", data={**guest, "starts_at": slot, "zone": "UTC"}).status_code

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(100)))

    assert sorted(answers) == [303] + [409] * 99
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Booking)).all()) == 1


def test_who_knows_a_guest_and_a_time_is_not_shown_their_call(public: TestClient, slot: str):
    for status in (303, 409):
        posted = {**GUEST, "starts_at": slot, "page": rendered_page(public)}
        assert public.post("/book/kickoff", data=posted).status_code == status


def rendered_page(public: TestClient) -> str:
    """The token of the page, rendered once more."""
    found = re.search(r'name="page" value="([^"]+)"', public.get("/book/kickoff").text)
    assert found
    return found[1]
