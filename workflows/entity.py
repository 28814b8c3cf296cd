"""What all our workflows share: one inbox, one loop, repair instead of failure, rolling over by budget."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from activities.waits import close_waits, register_wait
from models.types.events import Happened
from models.types.waits import CloseWaitInput, WaitInput, WaitKind, Whom
from models.types.workflow_state import SubjectState
from workflows.policies import HISTORY_BUDGET, OUR_API, SEEN_EVENTS, UNTIL_ANSWERED

ResultT = TypeVar("ResultT")


class Entity:
    """Mixed into every workflow class. The class itself declares the signal, because Temporal looks there."""

    state: SubjectState

    def receive(self, event: Happened) -> None:
        """Take an event in, once. Never blocks, so that it cannot hold up a roll."""
        if event.event_id in self.state.seen or any(event.event_id == known.event_id for known in self.state.inbox):
            return
        if event.type == "wait.repaired":
            self._take_repair(event)
        else:
            self.state.inbox.append(event)

    def next_event(self) -> Happened | None:
        """The oldest event not yet applied, marked as seen; None when there is none."""
        if not self.state.inbox:
            return None
        event = self.state.inbox.pop(0)
        self._mark_seen(event.event_id)
        return event

    async def wait_until(self, until: str | None, *, summary: str = "") -> bool:
        """Sleep until an event comes in or `until` (ISO 8601, None for ever) passes; True when the time is up."""
        if until is None:
            await workflow.wait_condition(lambda: bool(self.state.inbox) or self.must_roll)
            return False
        left = datetime.fromisoformat(until) - workflow.now()
        if left <= timedelta():
            return True
        try:
            await workflow.wait_condition(
                lambda: bool(self.state.inbox) or self.must_roll, timeout=left, timeout_summary=summary or None
            )
        except TimeoutError:
            return True
        return False

    async def attempt(self, what: str, step: Callable[[], Awaitable[ResultT]]) -> ResultT | None:
        """Run a step; when it keeps failing, wait for a person to repair it instead of failing.

        what: the step in words, for the repair tray. None when a person chose to skip it.
        """
        while True:
            try:
                return await step()
            except FailureError as failure:
                if await self._repair(what, _reason(failure)) == "retry":
                    continue
                return None

    async def register(self, key: str, what: str, whom: str, **more: Any) -> None:
        """Show a wait of this workflow; see WaitInput for what can be said."""
        wait = WaitInput(
            workspace_id=self.state.workspace_id,
            workflow_id=workflow.info().workflow_id,
            key=key,
            what=what,
            whom=whom,
            engagement_id=self.state.engagement_id,
            **more,
        )
        await self.attempt(f"Show that we wait for: {what}", lambda: workflow.execute_activity(register_wait, wait, **OUR_API))

    async def close(self, key: str = "*", closed_by: str = "") -> None:
        """End one wait of this workflow, or all."""
        closing = CloseWaitInput(self.state.workspace_id, workflow.info().workflow_id, key, closed_by)
        await workflow.execute_activity(close_waits, closing, **OUR_API)

    async def is_closed(self, *, by: str) -> bool:
        """End all waits of this workflow; False when an event came in meanwhile: it is to be heard before the end."""
        await self.close(closed_by=by)
        # Histories that ended with an unheard event are on record.
        return not (self.state.inbox and workflow.patched("heard-before-the-end"))

    @property
    def must_roll(self) -> bool:
        """Whether the history has become long enough to begin a new one."""
        info = workflow.info()
        return (
            self.state.is_roll_asked or info.is_continue_as_new_suggested() or info.get_current_history_length() > HISTORY_BUDGET
        )

    async def roll_if_due(self) -> None:
        """Begin a new history when it is time, after all handlers have finished, carrying the unread inbox along."""
        if not self.must_roll:
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        self.state.is_roll_asked = False
        self.state.rolls += 1
        workflow.continue_as_new(self.state)

    async def _repair(self, what: str, reason: str) -> str:
        key = f"repair:{what}"
        self.state.repairs.pop(key, None)
        wait = WaitInput(
            workspace_id=self.state.workspace_id,
            workflow_id=workflow.info().workflow_id,
            key=key,
            kind=WaitKind.REPAIR,
            what=what,
            whom=Whom.US,
            then_what="Nothing happens until somebody retries or skips it",
            engagement_id=self.state.engagement_id,
            subject_id=self.state.subject_id,
            detail={"reason": reason},
        )
        await workflow.execute_activity(register_wait, wait, **UNTIL_ANSWERED)
        await workflow.wait_condition(lambda: key in self.state.repairs)
        return self.state.repairs.pop(key)

    def _take_repair(self, event: Happened) -> None:
        payload = event.payload or {}
        self._mark_seen(event.event_id)
        self.state.repairs[str(payload["key"])] = str(payload["action"])

    def _mark_seen(self, event_id: str) -> None:
        self.state.seen = [*self.state.seen, event_id][-SEEN_EVENTS:]


def _reason(failure: FailureError) -> str:
    cause = failure.cause if isinstance(failure, ActivityError) and failure.cause else failure
    return cause.message if isinstance(cause, ApplicationError) else str(cause)
