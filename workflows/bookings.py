"""From booked to held or cancelled: meeting link, invitations, reminders that move with the call."""

from typing import ClassVar

from temporalio import workflow

from activities.bookings import booking_schedule, confirm_booking, hold_booking, remind_booking
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from workflows.policies import OUR_API, OUTSIDE
from workflows.scheduled import Actions, Scheduled


@workflow.defn
class BookingWorkflow(Scheduled):
    """One booking."""

    schedule = booking_schedule
    actions: ClassVar[Actions] = {
        "confirm": (confirm_booking, OUTSIDE, "Mail the invitation to the call"),
        "remind": (remind_booking, OUTSIDE, "Mail a reminder of the call"),
        "hold": (hold_booking, OUR_API, "Record that the call took place"),
    }

    @workflow.init
    def __init__(self, state: SubjectState) -> None:
        self.state = state

    @workflow.run
    async def run(self, state: SubjectState) -> None:
        await self.live()

    @workflow.signal
    def happened(self, event: Happened) -> None:
        self.receive(event)

    @workflow.signal
    def roll(self) -> None:
        """Begin a new history soon; asked for after a release."""
        self.state.is_roll_asked = True

    @workflow.query
    def progress(self) -> SubjectState:
        return self.state
