"""Booking, moving and cancelling calls. A slot is taken once, whatever arrives at the same time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.bookings import find_booking_of_page, get_scheduler, list_booked, list_busy, slot_terms
from models.queries.waits import is_skipped, list_skipped
from models.rules.bookings import can_change, is_live, reminded_version, reminders_due
from models.rules.slots import is_slot_open, nearest_slots, open_slots
from models.tables.bookings import Booking, Scheduler
from models.tables.contacts import Contact
from models.tables.members import Member
from models.types.bookings import BookingFacts, BookingStatus
from models.types.errors import Conflict, Refused


class SlotTaken(Conflict):
    """The time is gone. `alternatives`: the nearest open starts, UTC."""

    def __init__(self, alternatives: list[datetime]) -> None:
        super().__init__("This time was just taken. Please choose another.", field="starts_at")
        self.alternatives = alternatives


def list_open_slots(
    session: Session, scheduler: Scheduler, *, now: datetime, since: datetime, until: datetime, moving: str | None = None
) -> list[datetime]:
    """The open starts between two moments. Raises Unavailable when a calendar's busy times are unknown."""
    return open_slots(
        slot_terms(session, scheduler, today=_host_day(session, scheduler, now)),
        busy=list_busy(session, scheduler.member_id, now=now),
        booked=list_booked(session, scheduler.member_id, since=now - timedelta(days=1), but=moving),
        now=now,
        since=since,
        until=until,
    )


def make_booking(
    session: Session,
    scheduler: Scheduler,
    contact: Contact,
    *,
    starts_at: datetime,
    zone: str,
    now: datetime,
    engagement_id: str | None = None,
    proposal_id: str | None = None,
    note: str = "",
    page_token: str | None = None,
) -> Booking:
    """Book a call. Raises SlotTaken when the start is not open (any more), under the host's lock.

    page_token: of the page it is booked on; a repeat, such as a double click, is answered with the first booking.
    """
    _lock_host(session, scheduler.member_id)
    known = find_booking_of_page(session, scheduler.id, page_token) if page_token else None
    if known is not None:
        return known
    _check_open(session, scheduler, starts_at, now=now)
    booking = Booking(
        id=new_id("boo"),
        workspace_id=workspace_id_of(session),
        scheduler_id=scheduler.id,
        member_id=scheduler.member_id,
        contact_id=contact.id,
        engagement_id=engagement_id,
        proposal_id=proposal_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=scheduler.duration_minutes),
        timezone=zone,
        note=note,
        page_token=page_token,
    )
    booking.ical_uid = f"{booking.id}@bookings"
    session.add(booking)
    session.flush()
    _record(session, "booking.made", booking, scheduler_id=scheduler.id)
    return booking


def reschedule_booking(session: Session, booking: Booking, *, starts_at: datetime, now: datetime) -> Booking:
    """Move a call to another open start; moving it where it is changes nothing.

    Raises Refused when it cannot be moved any more, SlotTaken when the start is not open.
    """
    if booking.starts_at == starts_at:
        return booking
    _check_changeable(booking, now)
    _lock_host(session, booking.member_id)
    scheduler = get_scheduler(session, booking.scheduler_id)
    _check_open(session, scheduler, starts_at, now=now, moving=booking.id)
    booking.starts_at = starts_at
    booking.ends_at = starts_at + timedelta(minutes=scheduler.duration_minutes)
    _next_version(booking)
    _record(session, "booking.rescheduled", booking)
    return booking


def change_booking(session: Session, booking: Booking, *, note: str) -> Booking:
    """Write another note to a call, also to one that is over. Nobody is told; the next invitation carries it."""
    if booking.note != note:
        booking.note = note
        _record(session, "booking.changed", booking)
    return booking


def cancel_booking(session: Session, booking: Booking, *, reason: str, now: datetime) -> Booking:
    """Cancel a call; cancelling a cancelled one changes nothing. Raises Refused when it has begun."""
    if booking.status == BookingStatus.CANCELED:
        return booking
    _check_changeable(booking, now)
    booking.status = BookingStatus.CANCELED
    booking.canceled_at, booking.cancel_reason = now, reason
    _next_version(booking)
    _record(session, "booking.canceled", booking)
    return booking


def hold_booking(session: Session, booking: Booking, *, now: datetime) -> Booking:
    """Record that the call's time has passed. Too early, too late or twice: nothing happens."""
    if booking.status == BookingStatus.CONFIRMED and booking.ends_at <= now:
        booking.status = BookingStatus.HELD
        session.add(booking)
        _record(session, "booking.held", booking)
    return booking


def mark_told(session: Session, booking: Booking, sequence: int, *, meeting_url: str, now: datetime) -> None:
    """Record that both sides were told of a version."""
    if booking.told_sequence < sequence:
        booking.told_sequence, booking.told_at = sequence, now
    booking.meeting_url = booking.meeting_url or meeting_url
    session.add(booking)


def mark_reminded(session: Session, booking: Booking, *, now: datetime) -> None:
    """Record that the reminders due so far are over."""
    booking.reminded = reminders_due(booking.starts_at, now=now)
    session.add(booking)


def booking_facts(session: Session, booking: Booking) -> BookingFacts:
    """What the booking's schedule is computed from."""
    contact = session.get(Contact, booking.contact_id)
    member = session.get(Member, booking.member_id)
    local = booking.starts_at.astimezone(ZoneInfo(member.timezone if member else "UTC"))
    told = [(booking.told_sequence, booking.told_at)]
    told += [(one.index, one.created_at) for one in list_skipped(session, booking.id, "confirm")]
    told_sequence, told_at = max(told, key=lambda one: one[0])
    return BookingFacts(
        status=BookingStatus(booking.status),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        sequence=booking.sequence,
        told_sequence=told_sequence,
        told_at=told_at,
        reminded=max(booking.reminded, _left_out(session, booking)),
        guest_name=contact.name if contact else "the client",
        when=f"{local:%a %-d %b %Y, %H:%M} {local.tzname()}",
        is_holding_skipped=is_skipped(session, booking.id, "hold"),
    )


def _left_out(session: Session, booking: Booking) -> int:
    """How many reminders of this version were over when a person skipped one."""
    skipped = [one for one in list_skipped(session, booking.id, "remind") if reminded_version(one.index) == booking.sequence]
    return max((reminders_due(booking.starts_at, now=one.created_at) for one in skipped), default=0)


def _check_open(session: Session, scheduler: Scheduler, starts_at: datetime, *, now: datetime, moving: str | None = None) -> None:
    terms = slot_terms(session, scheduler, today=_host_day(session, scheduler, now))
    busy = list_busy(session, scheduler.member_id, now=now)
    booked = list_booked(session, scheduler.member_id, since=now - timedelta(days=1), but=moving)
    if is_slot_open(terms, starts_at, busy=busy, booked=booked, now=now):
        return
    around = open_slots(terms, busy=busy, booked=booked, now=now, since=now, until=starts_at + timedelta(days=7))
    raise SlotTaken(nearest_slots(around, starts_at))


def _host_day(session: Session, scheduler: Scheduler, now: datetime) -> date:
    member = session.get(Member, scheduler.member_id)
    return now.astimezone(ZoneInfo(member.timezone if member else "UTC")).date()


def _lock_host(session: Session, member_id: str) -> None:
    """Whoever books with this host now does so alone: on PostgreSQL by the host's row, on SQLite by the writer lock."""
    session.exec(select(Member).where(Member.id == member_id).with_for_update()).one()


def _check_changeable(booking: Booking, now: datetime) -> None:
    if not is_live(BookingStatus(booking.status)):
        raise Refused("This call was cancelled or is over, so it cannot be changed.")
    if not can_change(BookingStatus(booking.status), starts_at=booking.starts_at, now=now):
        raise Refused("This call has begun, so it cannot be changed any more.")


def _next_version(booking: Booking) -> None:
    booking.sequence += 1
    booking.reminded = 0


def _record(session: Session, event_type: str, booking: Booking, **payload: str) -> None:
    session.add(booking)
    record(session, event_type, booking.id, engagement_id=booking.engagement_id, contact_id=booking.contact_id, **payload)
