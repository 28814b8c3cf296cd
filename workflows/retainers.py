"""From start to end, for years: one period after the other, each billed once."""

from typing import ClassVar

from temporalio import workflow

from activities.retainers import bill_period, charge_period, issue_period_invoice, retainer_schedule
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from workflows.policies import OUR_API, OUTSIDE
from workflows.scheduled import Actions, Scheduled


@workflow.defn
class RetainerWorkflow(Scheduled):
    """One retainer."""

    schedule = retainer_schedule
    actions: ClassVar[Actions] = {
        "bill": (bill_period, OUR_API, "Bill the period"),
        "issue": (issue_period_invoice, OUR_API, "Issue the period's invoice"),
        "charge": (charge_period, OUTSIDE, "Charge the saved card"),
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
