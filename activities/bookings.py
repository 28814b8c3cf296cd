"""What the booking workflow asks for: each function is one call of the CRUD API."""

from temporalio import activity

from activities.subjects import act, schedule_of
from models.types.calls import Schedule, SubjectInput


@activity.defn(name="bookings.schedule")
async def booking_schedule(subject: SubjectInput) -> Schedule:
    """What is due next for the booking, and when."""
    return await schedule_of("bookings", subject)


@activity.defn(name="bookings.confirm")
async def confirm_booking(subject: SubjectInput) -> None:
    """Make the meeting link and mail both sides the invitation of the n-th version of the booking."""
    await act("bookings", subject, "confirmations")


@activity.defn(name="bookings.remind")
async def remind_booking(subject: SubjectInput) -> None:
    """Mail the n-th reminder of the call to both sides, once."""
    await act("bookings", subject, "reminders")


@activity.defn(name="bookings.hold")
async def hold_booking(subject: SubjectInput) -> None:
    """Record that the call's time has passed."""
    await act("bookings", subject, "holding")
