"""Booking a call: the public page of a scheduler, and changing a booked call by its link."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import Response
from starlette.responses import RedirectResponse

from api.booking_page import book_page, known_zone, signed_proposal
from api.deps import Call, Read, Write
from api.links import enter_by_link, link_url
from api.render import public_page
from api.routing import Router
from models.commands.bookings import SlotTaken, cancel_booking, make_booking, reschedule_booking
from models.commands.contacts import upsert_contact
from models.queries.bookings import find_coming_booking, find_scheduler_by_slug, get_booking, get_scheduler
from models.tables.bookings import Booking, Scheduler
from models.tables.contacts import Contact
from models.tables.members import Member
from models.types.contacts import ContactFacts
from models.types.errors import DomainError, Invalid, NotFound
from models.types.principals import Door, Principal, PrincipalKind

router = Router("bookings", Door.PUBLIC)


@dataclass
class BookedPage:
    """A booked call, as its guest sees it."""

    booking: Booking
    scheduler: Scheduler
    host: str
    zone: str
    token: str
    can_change: bool


Zone = Annotated[str, Query(alias="zone", max_length=64)]


@router.get("/book/{slug}")
def show(slug: str, call: Read, zone: Zone = "", since: date | None = None, proposal: str = "") -> Response:
    """The open times of a scheduler, under the days of the guest's own calendar."""
    scheduler = _enter(call, slug)
    return book_page(call, scheduler, zone=zone, since=since, proposal=proposal)


@router.post("/book/{slug}")
def create(
    slug: str,
    call: Write,
    starts_at: Annotated[str, Form()] = "",
    zone: Annotated[str, Form()] = "UTC",
    name: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
    proposal: Annotated[str, Form(max_length=64)] = "",
    page: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Book a start, once per rendered page. When it is gone, the page comes back with others and what was typed."""
    scheduler = _enter(call, slug)
    typed = {"name": name, "email": email, "note": note}
    asked = _Asked(starts_at, zone, typed, proposal, page)
    try:
        booking = _book(call, scheduler, asked)
    except DomainError as error:
        return _refused(call, scheduler, error, zone=zone, proposal=proposal, typed=typed)
    return RedirectResponse(_own_page(call, booking), status_code=303)


@router.get("/b/{token}")
def show_booking(token: str, call: Read) -> Response:
    """A booked call, for its guest."""
    booking = _enter_booking(call, token)
    return _booked_page(call, booking, token)


@router.get("/b/{token}/time")
def edit_time(token: str, call: Read, zone: Zone = "", since: date | None = None) -> Response:
    """Choosing another time."""
    booking = _enter_booking(call, token)
    scheduler = get_scheduler(call.session, booking.scheduler_id)
    return book_page(call, scheduler, zone=zone or booking.timezone, since=since, moving=booking, token=token)


@router.post("/b/{token}/time")
def update_time(token: str, call: Write, starts_at: Annotated[str, Form()] = "") -> Response:
    """Move the call."""
    booking = _enter_booking(call, token)
    scheduler = get_scheduler(call.session, booking.scheduler_id)
    try:
        reschedule_booking(call.session, booking, starts_at=_moment(starts_at), now=call.now)
    except DomainError as error:
        return _refused(call, scheduler, error, zone=booking.timezone, moving=booking, token=token)
    return RedirectResponse(f"/b/{token}", status_code=303)


@router.post("/b/{token}/cancelation")
def create_cancelation(token: str, call: Write, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Cancel the call."""
    cancel_booking(call.session, _enter_booking(call, token), reason=reason, now=call.now)
    return RedirectResponse(f"/b/{token}", status_code=303)


def _enter(call: Call, slug: str) -> Scheduler:
    scheduler = find_scheduler_by_slug(call.session, slug)
    if scheduler is None:
        raise NotFound("There is no such page to book a call. Ask for a new link.")
    call.enter(scheduler.workspace_id)
    return scheduler


def _enter_booking(call: Call, token: str) -> Booking:
    return get_booking(call.session, enter_by_link(call, "booking", token).subject_id)


@dataclass(frozen=True)
class _Asked:
    starts_at: str
    zone: str
    typed: dict[str, str]
    proposal: str
    page: str


def _book(call: Call, scheduler: Scheduler, asked: _Asked) -> Booking:
    """Book for the signer of a proposal, or for whoever gives a name and an address.

    A signer who has booked this kind of call already is shown it: the back button books nothing twice.
    """
    signed = signed_proposal(call, scheduler, asked.proposal)
    if signed is not None:
        known = find_coming_booking(call.session, engagement_id=signed.engagement_id, scheduler_id=scheduler.id, now=call.now)
        if known is not None:
            return known
        contact = call.session.get(Contact, signed.contact_id)
    else:
        contact = _guest(call, asked.typed)
    if contact is None:
        raise NotFound("There is nobody to book this call for.")
    call.act_as(Principal(kind=PrincipalKind.CONTACT, id=contact.id, workspace_id=scheduler.workspace_id, name=contact.name))
    return make_booking(
        call.session,
        scheduler,
        contact,
        starts_at=_moment(asked.starts_at),
        zone=known_zone(asked.zone, "UTC"),
        now=call.now,
        engagement_id=signed.engagement_id if signed else None,
        proposal_id=signed.id if signed else None,
        note=asked.typed["note"],
        page_token=asked.page or None,
    )


def _guest(call: Call, typed: dict[str, str]) -> Contact:
    if not typed["name"].strip():
        raise Invalid("Please write your name.", field="name")
    if "@" not in typed["email"]:
        raise Invalid("Please write an e-mail address, so that the invitation reaches you.", field="email")
    facts = ContactFacts(name=typed["name"], email=typed["email"])
    return upsert_contact(call.session, facts, source="booking", now=call.now)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Please choose a time.", field="starts_at") from error
    if moment.tzinfo is None:
        raise Invalid("Please choose a time.", field="starts_at")
    return moment


def _own_page(call: Call, booking: Booking) -> str:
    return link_url(call, "booking", booking.id, booking.contact_id)


def _refused(
    call: Call,
    scheduler: Scheduler,
    error: DomainError,
    *,
    zone: str,
    proposal: str = "",
    moving: Booking | None = None,
    token: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    return book_page(
        call,
        scheduler,
        zone=zone,
        proposal=proposal,
        moving=moving,
        token=token,
        typed=typed,
        errors={error.field or "": error.detail},
        alternatives=error.alternatives if isinstance(error, SlotTaken) else [],
        status=409 if isinstance(error, SlotTaken) else 422,
    )


def _booked_page(call: Call, booking: Booking, token: str) -> Response:
    scheduler = get_scheduler(call.session, booking.scheduler_id)
    host = call.session.get(Member, booking.member_id)
    page = BookedPage(
        booking=booking,
        scheduler=scheduler,
        host=host.name if host else "",
        zone=booking.timezone,
        token=token,
        can_change=booking.status in ("pending", "confirmed") and booking.starts_at > call.now,
    )
    return public_page(call, "bookings/booked.html", page)
