"""From sent to accepted, declined, expired or withdrawn: the link, reminders that stop on the decision, expiry."""

from typing import ClassVar

from temporalio import workflow

from activities.proposals import deliver_proposal, expire_proposal, proposal_schedule, remind_proposal
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from workflows.policies import OUR_API, OUTSIDE
from workflows.scheduled import Actions, Scheduled


@workflow.defn
class ProposalWorkflow(Scheduled):
    """One version of one proposal."""

    schedule = proposal_schedule
    actions: ClassVar[Actions] = {
        "deliver": (deliver_proposal, OUTSIDE, "Mail the proposal"),
        "remind": (remind_proposal, OUTSIDE, "Mail a reminder of the proposal"),
        "expire": (expire_proposal, OUR_API, "Let the proposal expire"),
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
