"""The clock of one automation that a schedule or a date starts; it lasts as long as the automation is published."""

from typing import ClassVar

from temporalio import workflow

from activities.automations import automation_schedule, fire_automation
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from workflows.policies import OUR_API
from workflows.scheduled import Actions, Scheduled


@workflow.defn
class AutomationWorkflow(Scheduled):
    """One automation's clock."""

    schedule = automation_schedule
    actions: ClassVar[Actions] = {"fire": (fire_automation, OUR_API, "Start the runs that are due by the clock")}

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
