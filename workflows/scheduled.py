"""The story that proposals, bookings, invoices and retainers share: ask what is due, wait for it, do it, until nothing is."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, ClassVar

from temporalio import workflow

from models.types.calls import Schedule, SubjectInput
from workflows.entity import Entity
from workflows.policies import OUR_API, ActivityPolicy
from workflows.search_attributes import DUE_AT

Act = Callable[[SubjectInput], Coroutine[Any, Any, None]]
Actions = dict[str, tuple[Act, ActivityPolicy, str]]


class Scheduled(Entity):
    """Base of the subject workflows. A subclass names its activities and the words of its vocabulary."""

    schedule: ClassVar[Callable[[SubjectInput], Coroutine[Any, Any, Schedule]]]
    """The activity that says what is due next."""
    actions: ClassVar[Actions]
    """Word of the schedule to (activity, policy, the step in words for the repair tray)."""

    async def live(self) -> None:
        """Go on until the schedule is over."""
        last_event: str | None = None
        while True:
            while (event := self.next_event()) is not None:
                last_event = event.event_id
            due = await self.attempt("Find out what is due next", self._ask)
            if due is None or due.is_over:
                if await self.is_closed(by=last_event or ""):
                    return
                continue
            await self._show(due)
            if await self.wait_until(due.wake_at, summary=due.action):
                await self._do(due, last_event)
            await self.roll_if_due()

    async def _ask(self) -> Schedule:
        return await workflow.execute_activity(type(self).schedule, self._subject(), **OUR_API)

    async def _show(self, due: Schedule) -> None:
        if not due.what:
            return
        await self.register(
            "next",
            due.what,
            due.whom,
            client_what=due.client_what,
            until=due.wake_at,
            then_what=due.then_what,
            ended_by=due.ended_by,
            subject_id=self.state.subject_id,
        )
        if due.wake_at:
            workflow.upsert_search_attributes([DUE_AT.value_set(datetime.fromisoformat(due.wake_at))])

    async def _do(self, due: Schedule, last_event: str | None) -> None:
        act, policy, what = self.actions[due.action]
        subject = self._subject(index=due.index, event_id=last_event)
        await self.attempt(what, lambda: workflow.execute_activity(act, subject, **policy))

    def _subject(self, *, index: int = 0, event_id: str | None = None) -> SubjectInput:
        return SubjectInput(self.state.workspace_id, self.state.subject_id, event_id=event_id, index=index)
