"""Calls, messages and mail."""

from datetime import datetime, timedelta
from typing import Any

from models.commands.bookings import cancel_booking, change_booking, hold_booking, make_booking, reschedule_booking
from models.commands.conversations import client_conversation, ensure_channel, post_message
from models.commands.emails import MailWanted, mark_failed, mark_sent, queue_email
from models.tables.bookings import Booking
from models.tables.emails import Email
from tests.builders.bookings import make_scheduler
from tests.builders.event_stories.telling import Stories, Teller


def a_call(teller: Teller) -> None:
    booking = _booked(teller)
    change_booking(teller.session, booking, note="Bring the sketches")
    reschedule_booking(teller.session, booking, starts_at=booking.starts_at + timedelta(hours=2), now=teller.now)
    hold_booking(teller.session, booking, now=booking.ends_at + timedelta(minutes=1))


def a_call_that_is_off(teller: Teller) -> None:
    cancel_booking(teller.session, _booked(teller, engagement_id=None), reason="Ill", now=teller.now)


def a_talk(teller: Teller) -> None:
    talk = client_conversation(teller.session, teller.studio.contact_id, teller.studio.engagement_id)
    for author, name in ((f"contact:{teller.studio.contact_id}", "Ada"), (f"member:{teller.studio.owner_id}", "Mara")):
        post_message(teller.session, talk, author=author, author_name=name, body="Hello", key=author, now=teller.now)


def a_word_among_ourselves(teller: Teller) -> None:
    """In a channel, which is about no client."""
    channel = ensure_channel(teller.session, "crm")
    post_message(teller.session, channel, author="system", author_name="Atelier", body="A lead", key="k", now=teller.now)


def a_mail(teller: Teller) -> None:
    mark_sent(teller.session, _queued(teller, engagement_id=teller.studio.engagement_id, contact_id=teller.studio.contact_id))


def a_mail_that_comes_back(teller: Teller) -> None:
    mark_failed(teller.session, _queued(teller), "550 no such user", is_final=True)


def _booked(teller: Teller, **values: Any) -> Booking:
    about: dict[str, Any] = {"engagement_id": teller.studio.engagement_id, **values}
    scheduler = make_scheduler(teller.session, teller.studio)
    when: dict[str, Any] = {"starts_at": _next_monday(teller.now), "zone": "Europe/London", "now": teller.now}
    return make_booking(teller.session, scheduler, teller.contact, **when, **about)


def _next_monday(now: datetime) -> datetime:
    day = now + timedelta(days=7 - now.weekday())
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def _queued(teller: Teller, **about: Any) -> Email:
    wanted = MailWanted("a key", "ada@example.com", "Hello", "<p>Hello</p>", "Hello", **about)
    return queue_email(teller.session, wanted, message_id="1@nord.example")


STORIES: Stories = {
    a_call: {"booking.made", "booking.changed", "booking.rescheduled", "booking.held"},
    a_call_that_is_off: {"booking.made", "booking.canceled"},
    a_talk: {"message.received", "message.posted"},
    a_word_among_ourselves: {"message.posted"},
    a_mail: {"email.sent"},
    a_mail_that_comes_back: {"email.refused"},
}
