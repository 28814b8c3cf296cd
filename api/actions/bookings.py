"""Calls: the link to book one, moving and cancelling it."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from api.actions.messages import LinkMailInput, LinkMailOutput, mail_link
from models.commands.bookings import cancel_booking, reschedule_booking
from models.queries.bookings import get_booking, get_scheduler
from models.tables.bookings import Booking


class SchedulerLinkInput(LinkMailInput):
    """Which kind of call, and what the mail says."""

    scheduler_id: Annotated[str, picked("Kind of call", "schedulers")]


class SendSchedulerLink(Action):
    """The page to book a call, by mail."""

    name = "bookings.send_link"
    title = "Send a booking link"
    icon = "calendar-plus"
    docs = "Mails the client the page on which they choose a time for a call."
    Input = SchedulerLinkInput
    Output = LinkMailOutput
    client_facing = True
    needs = ("schedulers:read", "emails:write")
    example = sample(scheduler_id="sch_01k7w3y6m0", text="Shall we talk about your new website?")

    def perform(self, context: ActionContext, given: SchedulerLinkInput) -> LinkMailOutput:
        """Queue the mail, once per step. Raises Refused when the person has no address."""
        scheduler = get_scheduler(context.session, given.scheduler_id)
        url = context.call.url(f"/book/{scheduler.slug}")
        return mail_link(context, given, url=url, button="Choose a time", subject=f"A time for {scheduler.name}")


class WhichBookingInput(ActionInput):
    """Which call."""

    booking_id: Annotated[str | None, picked("Call", "bookings", "The one that started the run")] = None


class BookingOutput(ActionOutput):
    """The call."""

    booking_id: str
    status: str
    starts_at: datetime
    meeting_url: str


class CancelInput(WhichBookingInput):
    """Which call, and why."""

    reason: Annotated[str, Field(title="Why", description="Both sides read it", max_length=500)] = ""


class CancelBooking(Action):
    """A call called off."""

    name = "bookings.cancel"
    title = "Cancel a call"
    icon = "calendar-x"
    docs = "Calls the booked call off; both sides get a cancellation that their calendars understand."
    Input = CancelInput
    Output = BookingOutput
    client_facing = True
    emits = ("booking.canceled",)
    needs = ("bookings:write",)
    example = sample(reason="The proposal was declined")

    def perform(self, context: ActionContext, given: CancelInput) -> BookingOutput:
        """Cancel it; cancelled already, it stays so. Raises Refused when it has begun."""
        return _told(cancel_booking(context.session, _booking(context, given), reason=given.reason, now=context.now))


class MoveInput(WhichBookingInput):
    """Which call, and where it goes."""

    starts_at: Annotated[AwareDatetime, Field(title="New start")]


class MoveBooking(Action):
    """A call at another time."""

    name = "bookings.reschedule"
    title = "Move a call"
    icon = "calendar-clock"
    docs = "Moves the call to another start that is open in the host's calendar; its reminders and invitations follow."
    Input = MoveInput
    Output = BookingOutput
    client_facing = True
    emits = ("booking.rescheduled",)
    needs = ("bookings:write",)
    example = sample(starts_at="2026-12-02T09:00:00+00:00")

    def perform(self, context: ActionContext, given: MoveInput) -> BookingOutput:
        """Move it; there already, it stays. Raises Conflict when the start is not open, Refused when it is over."""
        booking = _booking(context, given)
        return _told(reschedule_booking(context.session, booking, starts_at=given.starts_at, now=context.now))


def _booking(context: ActionContext, given: WhichBookingInput) -> Booking:
    return get_booking(context.session, context.about("booking", given.booking_id))


def _told(booking: Booking) -> BookingOutput:
    return BookingOutput(
        booking_id=booking.id, status=booking.status, starts_at=booking.starts_at, meeting_url=booking.meeting_url
    )
