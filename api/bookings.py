"""What goes out about a call: invitations that calendars understand, reminders, in both sides' own zones."""

from api.deps import Call
from api.emails import queue_mail
from api.gateways.calendars import build_invite
from api.gateways.video import jitsi_link
from api.links import link_url
from models.commands.bookings import mark_reminded, mark_told
from models.rules.bookings import reminded_version
from models.tables.bookings import Booking, Scheduler
from models.tables.contacts import Contact
from models.tables.members import Member
from models.types.bookings import BookingStatus
from models.types.calendars import Attendee, CalendarEvent, InviteMethod
from models.types.errors import NotFound


def confirm(call: Call, booking: Booking, sequence: int) -> None:
    """Mail both sides the invitation to a version of the call, or its cancellation. A version that is past is not told."""
    if booking.sequence != sequence or booking.told_sequence >= sequence:
        return
    scheduler, contact, member = _parties(call, booking)
    mark_told(call.session, booking, sequence, meeting_url=_meeting_url(call, booking, scheduler), now=call.now)
    canceled = booking.status == BookingStatus.CANCELED
    template = "canceled" if canceled else "moved" if sequence else "confirmed"
    verb = {"canceled": "Cancelled", "moved": "Moved", "confirmed": "Confirmed"}[template]
    invite = {"method": _method(booking).value, "ics": _ics(call, booking, scheduler, contact, member)}
    for person, zone, side in ((contact, booking.timezone, "guest"), (member, member.timezone, "host")):
        queue_mail(
            call,
            key=f"booking:{booking.id}:{sequence}:{side}",
            template=f"bookings/{template}",
            to=person,
            subject=f"{verb}: {scheduler.name}",
            context=_context(call, booking, scheduler, contact, member, zone=zone, is_guest=side == "guest"),
            invite=invite,
            engagement_id=booking.engagement_id,
            subject_kind="booking",
            subject_id=booking.id,
        )


def remind(call: Call, booking: Booking, index: int) -> None:
    """Mail both sides a reminder, unless the call was cancelled, was moved since, or has begun."""
    is_current = booking.status == BookingStatus.CONFIRMED and reminded_version(index) == booking.sequence
    if not is_current or booking.starts_at <= call.now:
        return
    mark_reminded(call.session, booking, now=call.now)
    scheduler, contact, member = _parties(call, booking)
    for person, zone, side in ((contact, booking.timezone, "guest"), (member, member.timezone, "host")):
        queue_mail(
            call,
            key=f"booking:{booking.id}:reminder:{index}:{side}",
            template="bookings/reminder",
            to=person,
            subject=f"Reminder: {scheduler.name}",
            context=_context(call, booking, scheduler, contact, member, zone=zone, is_guest=side == "guest"),
            engagement_id=booking.engagement_id,
            subject_kind="booking",
            subject_id=booking.id,
        )


def _parties(call: Call, booking: Booking) -> tuple[Scheduler, Contact, Member]:
    scheduler = call.session.get(Scheduler, booking.scheduler_id)
    contact = call.session.get(Contact, booking.contact_id)
    member = call.session.get(Member, booking.member_id)
    if scheduler is None or contact is None or member is None:
        raise NotFound("Somebody of this call is no longer here.")
    return scheduler, contact, member


def _meeting_url(call: Call, booking: Booking, scheduler: Scheduler) -> str:
    if scheduler.video == "none":
        return ""
    if scheduler.video == "custom":
        return scheduler.location
    settings = call.settings
    return jitsi_link(settings.jitsi_base_url, call.workspace.name, booking_id=booking.id, secret=settings.secret_key)


def _method(booking: Booking) -> InviteMethod:
    return InviteMethod.CANCEL if booking.status == BookingStatus.CANCELED else InviteMethod.REQUEST


def _ics(call: Call, booking: Booking, scheduler: Scheduler, contact: Contact, member: Member) -> str:
    event = CalendarEvent(
        uid=booking.ical_uid,
        title=f"{scheduler.name}: {contact.name} and {member.name}",
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        zone=member.timezone,
        stamped_at=booking.told_at or call.now,
        organizer=Attendee(call.workspace.name, call.workspace.sender_address or member.email),
        attendees=tuple(Attendee(who.name, who.email) for who in (contact, member) if who.email),
        description=booking.note,
        location=booking.meeting_url or scheduler.location,
        url=booking.meeting_url,
    )
    return build_invite(event, method=_method(booking), sequence=booking.sequence).decode()


def _context(
    call: Call, booking: Booking, scheduler: Scheduler, contact: Contact, member: Member, *, zone: str, is_guest: bool
) -> dict[str, object]:
    return {
        "booking": booking,
        "scheduler": scheduler,
        "other": member.name if is_guest else contact.name,
        "person": contact.name if is_guest else member.name,
        "their_zone": zone,
        "change_url": link_url(call, "booking", booking.id, contact.id) if is_guest else call.url(f"/bookings/{booking.id}"),
    }
