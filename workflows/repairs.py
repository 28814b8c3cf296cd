"""Repair instead of failure: what keeps failing waits for a person, and holds up nothing but itself."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

from activities.waits import register_wait
from models.types.events import Happened
from models.types.waits import Duty, WaitInput, WaitKind, Whom
from models.types.workflow_state import SubjectState
from workflows.policies import UNTIL_ANSWERED

ResultT = TypeVar("ResultT")
_BESIDE = "events-beside-repairs"
"""Histories from before it hear nothing while a step is stuck, and name its wait by its words alone."""
_GO_ON = "Go on after an error in the program"
_PAUSE = timedelta(hours=1)
_LONGEST_REASON = 500


class Repairs:
    """Base of Entity: what it needs to wait for a person."""

    state: SubjectState

    async def attempt(self, what: str, step: Callable[[], Awaitable[ResultT]]) -> ResultT | None:
        """Run a step; when it keeps failing, wait for a person to repair it instead of failing.

        what: the step in words, for the repair tray. None when a person chose to skip it.
        """
        while True:
            try:
                return await step()
            except FailureError as failure:
                if await self.decision(await self.park(what, failure)) == "skip":
                    return None

    async def park(self, what: str, failure: BaseException, *, duty: Duty | None = None, can_skip: bool = True) -> str:
        """Show a step that keeps failing; the key of its wait, to be looked for among the decisions.

        It is among `state.stuck` until it is decided, except in a history of old: there the step itself waits, and all else.
        Raises the failure itself when it is a cancellation.
        """
        if is_cancelled_exception(failure):
            raise failure
        is_beside = workflow.patched(_BESIDE)
        key = repair_key(what, duty if is_beside else None)
        await self._show_stuck(key, what, _reason(failure), duty=duty, can_skip=can_skip)
        if is_beside and key not in self.state.stuck:
            self.state.stuck.append(key)
        return key

    async def decision(self, key: str) -> str:
        """What a person decides about a stuck step, as soon as they do: `retry` or `skip`."""
        await workflow.wait_condition(lambda: key in self.state.repairs)
        return self.take_decision(key)

    def take_decision(self, key: str) -> str:
        """What was decided about a step, which is not stuck any more; "" when nothing was."""
        self.state.stuck = [one for one in self.state.stuck if one != key]
        return self.state.repairs.pop(key, "")

    async def guard(self, story: Callable[[], Awaitable[None]]) -> None:
        """Live the story; when our own code breaks in it, wait for a person instead of trying for ever.

        The wait stands at the beginning of a new history: code that was mended meanwhile could not follow the one in which
        it broke.
        """
        if self.state.broken:
            await self._mend()
        try:
            await story()
        except workflow.NondeterminismError:
            raise  # this history cannot be followed: only other code can mend that
        except Exception as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.error("the workflow broke", exc_info=error)
            self.state.broken = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
            self.state.rolls += 1
            workflow.continue_as_new(self.state)

    async def _mend(self) -> None:
        """Wait until a person says how to go on: with what broke once more, or without the event that it broke on."""
        state = self.state
        key = repair_key(_GO_ON)
        courses = [course for course in state.courses if course.is_broken]
        await self._show_stuck(key, _GO_ON, state.broken, can_skip=bool(courses or state.applying))
        is_skipped = await self.decision(key) == "skip"
        for course in courses:
            course.is_broken = False
        if is_skipped:
            state.courses = [course for course in state.courses if course not in courses]
        elif state.applying is not None:
            state.inbox.insert(0, state.applying)
        state.applying, state.broken = None, ""

    async def _show_stuck(self, key: str, what: str, reason: str, *, duty: Duty | None = None, can_skip: bool = True) -> None:
        self.state.repairs.pop(key, None)
        wait = WaitInput(
            workspace_id=self.state.workspace_id,
            workflow_id=workflow.info().workflow_id,
            key=key,
            kind=WaitKind.REPAIR,
            what=what,
            whom=Whom.US,
            then_what="Nothing happens until somebody retries or skips it" if can_skip else "Nothing happens until it is retried",
            engagement_id=self.state.engagement_id,
            subject_id=self.state.subject_id,
            detail={"reason": reason},
            can_skip=can_skip,
            duty=duty,
        )
        while True:
            try:
                await workflow.execute_activity(register_wait, wait, **UNTIL_ANSWERED)
            except FailureError as failure:
                if is_cancelled_exception(failure):
                    raise
                # There is nobody else to tell.
                await workflow.sleep(_PAUSE)
            else:
                return

    def _take_repair(self, event: Happened) -> None:
        """Keep what a person decided. A fact that does not say what about is of no use."""
        said = event.payload or {}
        if said.get("key") and said.get("action"):
            self.state.repairs[str(said["key"])] = str(said["action"])


def repair_key(what: str, duty: Duty | None = None) -> str:
    """The key of a stuck step's wait: by its words, or by what is done for what and the how-manieth."""
    return f"repair:{duty.action}:{duty.subject_id}:{duty.index}" if duty else f"repair:{what}"


def _reason(failure: BaseException) -> str:
    cause = failure.cause if isinstance(failure, ActivityError) and failure.cause else failure
    return cause.message if isinstance(cause, ApplicationError) else str(cause)
