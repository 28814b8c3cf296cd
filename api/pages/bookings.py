"""The calendar of booked calls, and schedulers."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response
from sqlmodel import col, select

from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.render import member_page, redirect
from api.routing import Router
from models.commands.bookings import cancel_booking
from models.commands.schedulers import add_scheduler, archive_scheduler, change_scheduler
from models.queries.automation_authors import find_authors
from models.queries.bookings import get_booking, get_scheduler
from models.tables.bookings import Booking, Scheduler
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.members import Member
from models.types.automation_authors import Authors
from models.types.errors import DomainError
from models.types.principals import Door

router = Router("bookings", Door.MEMBER)
VIEWS = (("upcoming", "Upcoming"), ("past", "Past"), ("canceled", "Cancelled"))


@dataclass
class BookingsPage:
    """Calls under one filter, and the schedulers beside them."""

    rows: list[tuple[Booking, Contact, Member, Scheduler]]
    view: str
    views: list[dict[str, Any]]
    schedulers: list[tuple[Scheduler, str]]
    public_url: str


@dataclass
class BookingPage:
    """One call."""

    booking: Booking
    authors: Authors
    contact: Contact
    host: Member
    scheduler: Scheduler
    emails: list[Email]
    can_cancel: bool


@dataclass
class SchedulerPage:
    """A scheduler being written."""

    scheduler: Scheduler | None
    hosts: list[tuple[str, str]]
    typed: dict[str, Any]
    errors: dict[str, str]
    used_by: str
    """The automations that would miss it, as a sentence."""


@router.get("/bookings")
def index(call: Read, view: str = "upcoming") -> Response:
    """Calls to come, past ones, or cancelled ones."""
    statement = select(Booking, Contact, Member, Scheduler).where(
        col(Contact.id) == Booking.contact_id,
        col(Member.id) == Booking.member_id,
        col(Scheduler.id) == Booking.scheduler_id,
    )
    live = col(Booking.status).in_(("pending", "confirmed"))
    if view == "past":
        statement = statement.where(col(Booking.ends_at) <= call.now, Booking.status != "canceled")
    elif view == "canceled":
        statement = statement.where(Booking.status == "canceled")
    else:
        view, statement = "upcoming", statement.where(live, col(Booking.ends_at) > call.now)
    order = col(Booking.starts_at) if view == "upcoming" else col(Booking.starts_at).desc()
    rows = call.session.exec(statement.order_by(order).limit(200)).all()
    page = BookingsPage(
        rows=[(booking, contact, host, scheduler) for booking, contact, host, scheduler in rows],
        view=view,
        views=[{"text": text, "href": f"/bookings?view={key}", "current": key == view} for key, text in VIEWS],
        schedulers=_schedulers(call),
        public_url=call.settings.public_url,
    )
    return member_page(call, "bookings/index.html", page, nav="calendar")


@router.get("/bookings/{booking_id}")
def show(booking_id: str, call: Read) -> Response:
    """One call: who, when, where, and what was mailed about it."""
    booking = get_booking(call.session, booking_id)
    contact = call.session.get_one(Contact, booking.contact_id)
    page = BookingPage(
        booking=booking,
        authors=find_authors(call.session, booking.id),
        contact=contact,
        host=call.session.get_one(Member, booking.member_id),
        scheduler=call.session.get_one(Scheduler, booking.scheduler_id),
        emails=list(call.session.exec(select(Email).where(Email.subject_id == booking.id).order_by(col(Email.id)))),
        can_cancel=booking.status in ("pending", "confirmed") and booking.starts_at > call.now,
    )
    return member_page(call, "bookings/show.html", page, nav="calendar")


@router.post("/bookings/{booking_id}/cancelation")
def create_cancelation(booking_id: str, call: Write, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Cancel a call; the guest is told."""
    cancel_booking(call.session, get_booking(call.session, booking_id), reason=reason, now=call.now)
    return redirect(call, f"/bookings/{booking_id}", flash="The call is cancelled; both sides are told by mail.")


@router.get("/schedulers/new")
def new(call: Read) -> Response:
    """A new scheduler."""
    return _form(call, None, {"name": "", "member_id": call.principal.id}, {})


@router.post("/schedulers")
def create(
    call: Write,
    name: Annotated[str, Form(max_length=120)] = "",
    member_id: Annotated[str, Form()] = "",
    intro: Annotated[str, Form(max_length=2000)] = "",
    duration_minutes: Annotated[int, Form(ge=5, le=480)] = 30,
    buffer_after_minutes: Annotated[int, Form(ge=0, le=480)] = 0,
    notice_minutes: Annotated[int, Form(ge=0, le=86400)] = 240,
    video: Annotated[str, Form()] = "jitsi",
    location: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Add a scheduler."""
    typed = {
        "name": name.strip(),
        "member_id": member_id,
        "intro": intro,
        "duration_minutes": duration_minutes,
        "step_minutes": duration_minutes,
        "buffer_after_minutes": buffer_after_minutes,
        "notice_minutes": notice_minutes,
        "video": video,
        "location": location,
    }
    if not typed["name"]:
        return _form(call, None, typed, {"name": "Give the call a name, such as Kickoff call."}, status=422)
    try:
        add_scheduler(call.session, **typed)
    except DomainError as error:
        return _form(call, None, typed, {error.field or "": error.detail}, status=422)
    return redirect(call, "/bookings", flash="The scheduler is ready; its address is below.")


@router.get("/schedulers/{scheduler_id}")
def edit(scheduler_id: str, call: Read) -> Response:
    """Change a scheduler."""
    scheduler = get_scheduler(call.session, scheduler_id)
    return _form(call, scheduler, scheduler.model_dump(), {})


@router.post("/schedulers/{scheduler_id}")
def update(
    scheduler_id: str,
    call: Write,
    name: Annotated[str, Form(max_length=120)] = "",
    intro: Annotated[str, Form(max_length=2000)] = "",
    duration_minutes: Annotated[int, Form(ge=5, le=480)] = 30,
    buffer_after_minutes: Annotated[int, Form(ge=0, le=480)] = 0,
    notice_minutes: Annotated[int, Form(ge=0, le=86400)] = 240,
    video: Annotated[str, Form()] = "jitsi",
    location: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Keep the changes. Calls already booked stay as they are."""
    scheduler = get_scheduler(call.session, scheduler_id)
    typed = {
        "name": name.strip() or scheduler.name,
        "intro": intro,
        "duration_minutes": duration_minutes,
        "step_minutes": duration_minutes,
        "buffer_after_minutes": buffer_after_minutes,
        "notice_minutes": notice_minutes,
        "video": video,
        "location": location,
    }
    try:
        change_scheduler(call.session, scheduler, **typed)
    except DomainError as error:
        return _form(call, scheduler, {**scheduler.model_dump(), **typed}, {error.field or "": error.detail}, status=422)
    return redirect(call, "/bookings", flash="Saved.")


@router.post("/schedulers/{scheduler_id}/archive")
def destroy(scheduler_id: str, call: Write) -> Response:
    """Put a scheduler away."""
    archive_scheduler(call.session, get_scheduler(call.session, scheduler_id), now=call.now)
    return redirect(call, "/bookings", flash="The scheduler is put away. Calls already booked stand.")


def _schedulers(call: Call) -> list[tuple[Scheduler, str]]:
    rows = call.session.exec(
        select(Scheduler, Member.name)
        .where(col(Member.id) == Scheduler.member_id, col(Scheduler.archived_at).is_(None))
        .order_by(col(Scheduler.name))
    )
    return [(scheduler, host) for scheduler, host in rows]


def _form(
    call: Call, scheduler: Scheduler | None, typed: dict[str, Any], errors: dict[str, str], *, status: int = 200
) -> Response:
    blank = {
        "intro": "",
        "duration_minutes": 30,
        "buffer_after_minutes": 0,
        "notice_minutes": 240,
        "video": "jitsi",
        "location": "",
    }
    members = call.session.exec(select(Member).where(col(Member.archived_at).is_(None)).order_by(col(Member.name)))
    used_by = used_by_words(call, scheduler.id) if scheduler else ""
    page = SchedulerPage(scheduler, [(member.id, member.name) for member in members], {**blank, **typed}, errors, used_by)
    return member_page(call, "schedulers/edit.html", page, nav="calendar", status=status)
