"""The engagement: the stage machine from the first enquiry to the archive. It starts the other workflows."""

from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.engagements import refresh_engagement
from activities.invoices import draft_deposit_invoice
from activities.portal import invite_client
from activities.projects import kick_off_project
from activities.proposals import seal_proposal
from activities.retainers import start_retainers
from models.rules.engagements import is_last, steps_after
from models.types.calls import SubjectInput
from models.types.engagements import Step
from models.types.events import Happened
from models.types.workflow_ids import WORKFLOW_TYPES
from models.types.workflow_state import SubjectState
from workflows.entity import Entity
from workflows.policies import OUR_API, OUTSIDE, ActivityPolicy
from workflows.search_attributes import STAGE, born_with

_ACTS: dict[str, tuple[Callable[[SubjectInput], Coroutine[Any, Any, None]], ActivityPolicy]] = {
    "proposals.seal": (seal_proposal, OUTSIDE),
    "projects.kick_off": (kick_off_project, OUR_API),
    "portal.invite": (invite_client, OUTSIDE),
    "invoices.draft_deposit": (draft_deposit_invoice, OUR_API),
    "retainers.start": (start_retainers, OUR_API),
}


@workflow.defn
class EngagementWorkflow(Entity):
    """One engagement."""

    @workflow.init
    def __init__(self, state: SubjectState) -> None:
        self.state = state

    @workflow.run
    async def run(self, state: SubjectState) -> None:
        while True:
            while (event := self.next_event()) is not None:
                for step in steps_after(event):
                    await self._take(step, event)
                if not is_last(event) or self.state.inbox:
                    await self._refresh(event)
                elif await self.is_closed(by=event.event_id):
                    return
            await self.roll_if_due()
            await self.wait_until(None)

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

    async def _take(self, step: Step, event: Happened) -> None:
        if step.kind == "child":
            await self.attempt(step.what, lambda: self._start(step.name, step.subject_id))
            return
        act, policy = _ACTS[step.name]
        subject = SubjectInput(self.state.workspace_id, step.subject_id, event_id=event.event_id)
        await self.attempt(step.what, lambda: workflow.execute_activity(act, subject, **policy))

    async def _start(self, noun: str, subject_id: str) -> None:
        """Start a child that outlives this history; one that runs already is the same one."""
        child = SubjectState(self.state.workspace_id, subject_id, engagement_id=self.state.engagement_id)
        try:
            await workflow.start_child_workflow(
                WORKFLOW_TYPES[noun],
                child,
                id=f"{noun}/{subject_id}",
                search_attributes=born_with(child.workspace_id, noun),
                memo={"engagement_id": child.engagement_id},
                # The default would end it when this workflow rolls over.
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.info("runs already", extra={"noun": noun, "subject_id": subject_id})

    async def _refresh(self, event: Happened) -> None:
        """Show what the engagement waits for now. Keyed by the event: each event is answered once."""
        subject = SubjectInput(self.state.workspace_id, self.state.subject_id, event_id=event.event_id)
        stage = await self.attempt(
            "Show what the engagement waits for", lambda: workflow.execute_activity(refresh_engagement, subject, **OUR_API)
        )
        if stage:
            workflow.upsert_search_attributes([STAGE.value_set(stage)])
