"""The story that proposals, bookings, invoices and retainers share: ask what is due, wait for it, do it, until nothing is."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

from temporalio import workflow
from temporalio.exceptions import FailureError

from models.types.calls import Schedule, SubjectInput
from models.types.waits import Duty
from workflows.entity import Entity
from workflows.policies import OUR_API, ActivityPolicy
from workflows.repairs import repair_key
from workflows.search_attributes import DUE_AT

Act = Callable[[SubjectInput], Coroutine[Any, Any, None]]
_LOOK_AGAIN = timedelta(days=1)
"""While a step is stuck: what comes after it may have had its time, such as the end of an offer."""
Actions = dict[str, tuple[Act, ActivityPolicy, str]]


class Scheduled(Entity):
    """Base of the subject workflows. A subclass names its activities and the words of its vocabulary."""

    schedule: ClassVar[Callable[[SubjectInput], Coroutine[Any, Any, Schedule]]]
    """The activity that says what is due next."""
    actions: ClassVar[Actions]
    """Word of the schedule to (activity, policy, the step in words for the repair tray)."""

    async def live(self) -> None:
        """Go on until the schedule is over."""
        await self.guard(self._live)

    async def _live(self) -> None:
        last_event: str | None = None
        while True:
            while (event := self.next_event()) is not None:
                last_event = event.event_id
            due = await self._find_out()
            if due is None:
                await self._until_repaired()
            elif due.is_over:
                if await self.is_closed(by=last_event or ""):
                    return
            elif await self._is_time(due):
                await self._do(due, last_event)
            await self.roll_if_due()

    async def _find_out(self) -> Schedule | None:
        """What is due next; None while the look-up is stuck, which no event makes worse: it is simply asked again."""
        try:
            return await workflow.execute_activity(type(self).schedule, self._subject(), **OUR_API)
        except FailureError as failure:
            key = await self.park("Find out what is due next", failure, can_skip=False)
            if key not in self.state.stuck:
                await self.decision(key)
            return None

    async def _is_time(self, due: Schedule) -> bool:
        """Show what is due and wait for it; whether it is to be done now. What is stuck is done when a person says so."""
        key = repair_key("", self._duty(due))
        await self._forget_all_but(key)
        await self._show(due)
        if key not in self.state.stuck:
            return await self.wait_until(due.wake_at, summary=due.action)
        await self._until_repaired()
        return key in self.state.repairs and self.take_decision(key) == "retry"

    async def _until_repaired(self) -> None:
        """Wait for a decision about what is stuck, or for an event, which may have made it needless. So may a day."""

        def is_something_up() -> bool:
            is_decided = any(key in self.state.repairs for key in self.state.stuck)
            return is_decided or bool(self.state.inbox) or self.must_roll

        if self.state.stuck:
            with suppress(TimeoutError):
                await workflow.wait_condition(is_something_up, timeout=_LOOK_AGAIN, timeout_summary="look again")

    async def _forget_all_but(self, due_key: str) -> None:
        """Take steps off the repair tray that are not due any more."""
        for key in [key for key in self.state.stuck if key != due_key]:
            self.take_decision(key)
            await self.close(key)

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

        def step() -> Awaitable[None]:
            return workflow.execute_activity(act, subject, **policy)

        try:
            await step()
        except FailureError as failure:
            key = await self.park(what, failure, duty=self._duty(due))
            if key not in self.state.stuck and await self.decision(key) == "retry":
                await self.attempt(what, step)

    def _duty(self, due: Schedule) -> Duty:
        return Duty(due.action, self.state.subject_id, due.index)

    def _subject(self, *, index: int = 0, event_id: str | None = None) -> SubjectInput:
        return SubjectInput(self.state.workspace_id, self.state.subject_id, event_id=event_id, index=index)
