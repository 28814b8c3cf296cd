"""Booked calls."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import select

from api.bookings import confirm, remind
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.bookings import (
    booking_facts,
    cancel_booking,
    change_booking,
    hold_booking,
    make_booking,
    reschedule_booking,
)
from models.queries.bookings import get_booking, get_scheduler
from models.queries.references import check_references
from models.rules.bookings import booking_schedule
from models.tables.bookings import Booking
from models.tables.contacts import Contact
from models.types.errors import Conflict, NotFound

router = Router("bookings")


class BookingIn(BaseModel):
    """A call to be booked."""

    model_config = ConfigDict(extra="forbid")

    scheduler_id: str = Field(examples=["sch_01k…"])
    contact_id: str = Field(examples=["con_01k…"])
    starts_at: datetime = Field(examples=["2026-12-01T09:00:00Z"])
    timezone: str = Field(default="UTC", examples=["Europe/London"])
    engagement_id: str | None = None
    proposal_id: str | None = None
    note: str = Field(default="", max_length=2000)


class VersionIn(BaseModel):
    """The version the caller saw; leave it out to act on whatever is there."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(default=None, examples=[3])


class BookingChange(VersionIn):
    """What to change; when it is and whether it takes place have addresses of their own."""

    note: str = Field(max_length=2000, examples=["They bring the printed drafts."])


class MoveIn(VersionIn):
    """Where a call goes."""

    starts_at: datetime = Field(examples=["2026-12-02T09:00:00Z"])


class CancelIn(VersionIn):
    """Why a call is cancelled."""

    reason: str = Field(default="", max_length=500)


class OnceIn(BaseModel):
    """Which of its kind: the version of a booking, the number of a reminder."""

    index: int = 0


class BookingOut(BaseModel):
    """A booked call."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    scheduler_id: str
    member_id: str
    contact_id: str
    engagement_id: str | None
    proposal_id: str | None
    starts_at: datetime
    ends_at: datetime
    timezone: str
    status: str
    meeting_url: str
    sequence: int
    version: int
    note: str
    cancel_reason: str


@router.get("/bookings")
def list_bookings(
    call: Read,
    paging: Paging,
    status: str | None = None,
    member_id: str | None = None,
    contact_id: str | None = None,
    engagement_id: str | None = None,
) -> Page[BookingOut]:
    """Calls, those booked last first."""
    statement = select(Booking)
    wanted = {"status": status, "member_id": member_id, "contact_id": contact_id, "engagement_id": engagement_id}
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(getattr(Booking, name) == value)
    return page_of(call.session, statement, Booking, paging, BookingOut)


@router.post("/bookings", status_code=201)
def create_booking(wanted: BookingIn, call: Write) -> BookingOut:
    """Book a call; 409 when the start is not open (any more)."""
    contact = call.session.get(Contact, wanted.contact_id)
    if contact is None:
        raise NotFound("There is no such contact.", field="contact_id")
    check_references(call.session, {"engagement_id": wanted.engagement_id, "proposal_id": wanted.proposal_id})
    booking = make_booking(
        call.session,
        get_scheduler(call.session, wanted.scheduler_id),
        contact,
        starts_at=wanted.starts_at,
        zone=wanted.timezone,
        now=call.now,
        engagement_id=wanted.engagement_id,
        proposal_id=wanted.proposal_id,
        note=wanted.note,
    )
    return BookingOut.model_validate(booking)


@router.get("/bookings/{booking_id}")
def show_booking(booking_id: str, call: Read) -> BookingOut:
    """One call."""
    return BookingOut.model_validate(get_booking(call.session, booking_id))


@router.patch("/bookings/{booking_id}")
def update_booking(booking_id: str, wanted: BookingChange, call: Write) -> BookingOut:
    """Write another note to a call. Nobody is told of it; the next invitation carries it."""
    booking = change_booking(call.session, _at(call, booking_id, wanted.version), note=wanted.note)
    call.session.flush()
    return BookingOut.model_validate(booking)


@router.put("/bookings/{booking_id}/time")
def update_time(booking_id: str, wanted: MoveIn, call: Write) -> BookingOut:
    """Move a call to another open start; its reminders and invitations follow."""
    booking = _at(call, booking_id, wanted.version)
    return BookingOut.model_validate(reschedule_booking(call.session, booking, starts_at=wanted.starts_at, now=call.now))


@router.post("/bookings/{booking_id}/cancelation")
def create_cancelation(booking_id: str, wanted: CancelIn, call: Write) -> BookingOut:
    """Cancel a call; nothing more is sent for it but the cancellation."""
    booking = _at(call, booking_id, wanted.version)
    return BookingOut.model_validate(cancel_booking(call.session, booking, reason=wanted.reason, now=call.now))


@router.get("/bookings/{booking_id}/schedule", include_in_schema=False)
def show_schedule(booking_id: str, call: Read) -> dict[str, Any]:
    """What is due next for a call; its workflow asks."""
    facts = booking_facts(call.session, get_booking(call.session, booking_id))
    return asdict(booking_schedule(facts, now=call.now))


@router.post("/bookings/{booking_id}/confirmations", status_code=204, include_in_schema=False)
def create_confirmation(booking_id: str, wanted: OnceIn, call: Write) -> None:
    """Tell both sides of a version of the booking, with the invitation."""
    confirm(call, get_booking(call.session, booking_id), wanted.index)


@router.post("/bookings/{booking_id}/reminders", status_code=204, include_in_schema=False)
def create_reminder(booking_id: str, wanted: OnceIn, call: Write) -> None:
    """Remind both sides."""
    remind(call, get_booking(call.session, booking_id), wanted.index)


@router.post("/bookings/{booking_id}/holding", status_code=204, include_in_schema=False)
def create_holding(booking_id: str, _wanted: OnceIn, call: Write) -> None:
    """Record that the call's time has passed."""
    hold_booking(call.session, get_booking(call.session, booking_id), now=call.now)


def _at(call: Call, booking_id: str, version: int | None) -> Booking:
    booking = get_booking(call.session, booking_id)
    if version is not None and version != booking.version:
        raise Conflict("Somebody else changed this call meanwhile. Read it again and decide anew.")
    return booking
