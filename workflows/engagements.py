"""The engagement: the stage machine from the first enquiry to the archive. It starts the other workflows."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError

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
from models.types.waits import Duty
from models.types.workflow_ids import WORKFLOW_TYPES
from models.types.workflow_state import Course, SubjectState
from workflows.entity import Entity
from workflows.policies import OUR_API, OUTSIDE, ActivityPolicy
from workflows.repairs import ResultT
from workflows.search_attributes import STAGE, born_with, memo_of

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
        self._under_way: list[asyncio.Task[None]] = []

    @workflow.run
    async def run(self, state: SubjectState) -> None:
        await self.guard(self._live)
        for task in self._under_way:
            task.cancel()

    async def _live(self) -> None:
        for course in self.state.courses:
            self._begin(course)
        while True:
            while (event := self.next_event()) is not None:
                if not is_last(event) or self.state.inbox:
                    await self._follow(event)
                elif await self._is_over(event):
                    return
            if self._is_quiet():
                await self.roll_if_due()
            await workflow.wait_condition(self._is_something_up)
            self._reap()

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

    async def _follow(self, event: Happened) -> None:
        """Take the steps that an event leads to, one after the other. While one is stuck, later events have their turn."""
        course = Course(event)
        self.state.courses.append(course)
        self.state.applying = None
        task = self._begin(course)
        await workflow.wait_condition(lambda: task.done() or bool(course.stuck))
        self._reap()

    def _begin(self, course: Course) -> asyncio.Task[None]:
        task = asyncio.create_task(self._go(course))
        self._under_way.append(task)
        return task

    async def _go(self, course: Course) -> None:
        try:
            for step in steps_after(course.event)[course.done :]:
                await self._take(step, course)
                course.done += 1
            await self._refresh(course)
        except Exception:
            course.is_broken = True
            raise
        self.state.courses.remove(course)

    async def _take(self, step: Step, course: Course) -> None:
        duty = Duty(step.name, step.subject_id)
        if step.kind == "child":
            await self._try(step.what, duty, course, lambda: self._start(step, course.event))
            return
        act, policy = _ACTS[step.name]
        subject = SubjectInput(self.state.workspace_id, step.subject_id, event_id=course.event.event_id)
        await self._try(step.what, duty, course, lambda: workflow.execute_activity(act, subject, **policy))

    async def _try(self, what: str, duty: Duty, course: Course, step: Callable[[], Awaitable[ResultT]]) -> ResultT | None:
        """Like `attempt`; while the step is stuck, its course says so, also in a new history. None when it is skipped."""
        while True:
            if course.stuck:
                choice = await self.decision(course.stuck)
                course.stuck = ""
                if choice == "skip":
                    return None
            try:
                return await step()
            except FailureError as failure:
                key = await self.park(what, failure, duty=duty)
                if key in self.state.stuck:
                    course.stuck = key
                elif await self.decision(key) == "skip":
                    return None

    async def _is_over(self, event: Happened) -> bool:
        """End with the event that ends the engagement, and with it what is stuck; False when there is more to hear."""
        for task in self._under_way:
            task.cancel()
        self._under_way, self.state.courses = [], []
        return await self.is_closed(by=event.event_id)

    def _is_quiet(self) -> bool:
        """Whether nothing is being tried, so that a new history may begin."""
        return all(course.stuck and course.stuck not in self.state.repairs for course in self.state.courses)

    def _is_something_up(self) -> bool:
        is_done = any(task.done() for task in self._under_way)
        return bool(self.state.inbox) or is_done or (self.must_roll and self._is_quiet())

    def _reap(self) -> None:
        """Forget the courses that are at their end. Raises what broke one."""
        done = [task for task in self._under_way if task.done()]
        self._under_way = [task for task in self._under_way if task not in done]
        for task in done:
            task.result()

    async def _start(self, step: Step, event: Happened) -> None:
        """Start a child that outlives this history; one that runs already is the same one."""
        noun, subject_id = step.name, step.subject_id
        child = SubjectState(self.state.workspace_id, subject_id, engagement_id=self.state.engagement_id)
        try:
            await workflow.start_child_workflow(
                WORKFLOW_TYPES[noun],
                child,
                id=f"{noun}/{subject_id}",
                search_attributes=born_with(child, noun, event),
                memo=memo_of(child, noun, event),
                # The default would end it when this workflow rolls over.
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            about = {"workspace_id": child.workspace_id, "noun": noun, "subject_id": subject_id}
            workflow.logger.info("runs already", extra=about)

    async def _refresh(self, course: Course) -> None:
        """Show what the engagement waits for now. Keyed by the event: each event is answered once."""
        event_id = course.event.event_id
        subject = SubjectInput(self.state.workspace_id, self.state.subject_id, event_id=event_id)
        stage = await self._try(
            "Show what the engagement waits for",
            Duty("engagements.refresh", event_id),
            course,
            lambda: workflow.execute_activity(refresh_engagement, subject, **OUR_API),
        )
        if stage:
            workflow.upsert_search_attributes([STAGE.value_set(stage)])
