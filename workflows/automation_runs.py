"""One run of an automation: it waits for what the run needs next, then advances it."""

from temporalio import workflow

from models.types.events import Happened
from models.types.workflow_state import SubjectState
from workflows.entity import Entity


@workflow.defn
class AutomationRunWorkflow(Entity):
    """One run."""

    @workflow.init
    def __init__(self, state: SubjectState) -> None:
        self.state = state

    @workflow.run
    async def run(self, state: SubjectState) -> None:
        await self.close()

    @workflow.signal
    def happened(self, event: Happened) -> None:
        self.receive(event)
