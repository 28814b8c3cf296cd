"""What all our workflows share: one inbox, one loop, rolling over by budget."""

from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

from activities.waits import close_waits, register_wait
from models.types.events import Happened
from models.types.waits import CloseWaitInput, WaitInput
from workflows.policies import HISTORY_BUDGET, OUR_API, SEEN_EVENTS
from workflows.repairs import Repairs


class Entity(Repairs):
    """Mixed into every workflow class. The class itself declares the signal, because Temporal looks there."""

    def receive(self, event: Happened) -> None:
        """Take an event in, once. Never blocks, so that it cannot hold up a roll."""
        if event.event_id in self.state.seen or any(event.event_id == known.event_id for known in self.state.inbox):
            return
        if event.type == "wait.repaired":
            self._mark_seen(event.event_id)
            self._take_repair(event)
        else:
            self.state.inbox.append(event)

    def next_event(self) -> Happened | None:
        """The oldest event not yet applied, marked as seen; None when there is none."""
        event = self.state.inbox.pop(0) if self.state.inbox else None
        if event is not None:
            self._mark_seen(event.event_id)
        self.state.applying = event
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
        await self.attempt("Take what is over off the board", lambda: workflow.execute_activity(close_waits, closing, **OUR_API))

    async def is_closed(self, *, by: str) -> bool:
        """End all waits of this workflow; False when an event came in meanwhile: it is to be heard before the end."""
        await self.close(closed_by=by)
        self.state.stuck = []
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
        self.state.is_roll_asked, self.state.applying = False, None
        self.state.rolls += 1
        workflow.continue_as_new(self.state)

    def _mark_seen(self, event_id: str) -> None:
        self.state.seen = [*self.state.seen, event_id][-SEEN_EVENTS:]
