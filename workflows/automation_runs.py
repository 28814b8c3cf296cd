"""One run of an automation: it waits for what the run needs next, then advances it. It knows no plan."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.automation_runs import advance_run, perform_effect
from models.types.automation_runs import AdvanceInput, EffectInput, RunEffect, RunPosition, RunTimer
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from workflows.entity import Entity
from workflows.policies import AT_ONCE, OUR_API, OUTSIDE

Happening = dict[str, Any]
"""As in models/rules/automation_plan/records.py; empty only asks where the run stands."""

_LOOK: Happening = {}
_REPAIRS = {"retry": "retry_asked", "skip": "skipped"}
_HEARD = frozenset(f"automation_run.{verb}" for verb in ("canceled", "woken", "moved", "moved_back"))
"""What the API tells a run's workflow, which then looks where the run stands."""
_STUCK = "step:"
_AGAIN = timedelta(seconds=1)
_ADVANCE = "Advance the automation"


@workflow.defn
class AutomationRunWorkflow(Entity):
    """One run."""

    @workflow.init
    def __init__(self, state: SubjectState) -> None:
        self.state = state
        self._turns = 0
        self._under_way: dict[tuple[str, int, int], asyncio.Task[None]] = {}
        self._fired = ""

    @workflow.run
    async def run(self, state: SubjectState) -> None:
        await self.guard(self._live)

    async def _live(self) -> None:
        # In a new history the run has started already: then this only tells where it stands.
        position = await self._advance({"kind": "started", "trigger": {}})
        while not position.is_over:
            for effect in position.effects:
                self._begin(effect)
            position = await self._advance(await self._next(position))
            if not self._under_way:
                await self.roll_if_due()
        for task in self._under_way.values():
            task.cancel()

    @workflow.signal
    def happened(self, event: Happened) -> None:
        if event.type in _HEARD:
            self._retry_calls()
        # A stuck step of the run is the run's own affair; what Entity repairs are calls that failed.
        if event.type == "wait.repaired" and str((event.payload or {}).get("key")).startswith(_STUCK):
            event = replace(event, type="step.repaired")
        self.receive(event)

    @workflow.signal
    def roll(self) -> None:
        """Begin a new history soon; asked for after a release."""
        self.state.is_roll_asked = True

    @workflow.query
    def progress(self) -> SubjectState:
        return self.state

    def _retry_calls(self) -> None:
        """Try calls again that wait for repair: the API answers again, or this would not have been heard.

        Otherwise a run that is canceled while its workflow is stuck would never end.
        """
        for what in (_ADVANCE, *(_performing(key) for key in self._under_way)):
            self.state.repairs[f"repair:{what}"] = "retry"

    async def _next(self, position: RunPosition) -> Happening:
        """What happens next: an event, the first timer, an effect that is done. Empty when it is only time to look again."""
        while True:
            while (event := self.next_event()) is not None:
                happening = _told_by(event)
                if happening is not None:
                    return happening
            timer = min(position.timers, key=lambda one: one.at, default=None)
            if await self._sleep_until(timer):
                self._fired = timer.wait_id if timer else ""
                return {"kind": "timer_fired", "wait_id": self._fired}
            if self._settled() or (self.must_roll and not self._under_way):
                return _LOOK

    async def _sleep_until(self, timer: RunTimer | None) -> bool:
        """Whether the timer's time is up; False when something else came first."""
        left = datetime.fromisoformat(timer.at) - workflow.now() if timer else None
        if timer is not None and left is not None:
            # The API's clock may be behind ours: it then sets the same timer again.
            left = max(left, _AGAIN if timer.wait_id == self._fired else timedelta())
        if left is not None and left <= timedelta():
            return not self.state.inbox
        try:
            await workflow.wait_condition(self._is_something_up, timeout=left, timeout_summary=timer.wait_id if timer else None)
        except TimeoutError:
            return True
        return False

    def _is_something_up(self) -> bool:
        is_done = any(task.done() for task in self._under_way.values())
        return bool(self.state.inbox) or is_done or (self.must_roll and not self._under_way)

    def _begin(self, effect: RunEffect) -> None:
        """Have a slow action performed, beside everything else; one that is under way already is not begun again."""
        key = (effect.node_path, effect.iteration, effect.attempt)
        if key not in self._under_way:
            self._under_way[key] = asyncio.create_task(self._perform(effect))

    async def _perform(self, effect: RunEffect) -> None:
        asked = EffectInput(
            self.state.workspace_id, self.state.subject_id, self._turn(), effect.node_path, effect.iteration, effect.attempt
        )
        what = _performing((effect.node_path, effect.iteration, effect.attempt))
        await self.attempt(what, lambda: workflow.execute_activity(perform_effect, asked, **OUTSIDE))

    def _settled(self) -> bool:
        """Forget the effects that are done; whether there were any."""
        done = [key for key, task in self._under_way.items() if task.done()]
        for key in done:
            self._under_way.pop(key).result()
        return bool(done)

    async def _advance(self, happening: Happening) -> RunPosition:
        """Feed a happening to the run; where it stands then. A call that a person skipped is answered by looking."""
        while True:
            asked = AdvanceInput(self.state.workspace_id, self.state.subject_id, self._turn(), happening)
            position = await self.attempt(_ADVANCE, lambda asked=asked: self._ask(asked))  # type: ignore[misc]
            if position is not None:
                return position
            happening = _LOOK

    async def _ask(self, asked: AdvanceInput) -> RunPosition:
        """One quick try without a round trip to the server; when it fails, patiently."""
        try:
            return await workflow.execute_local_activity(advance_run, asked, **AT_ONCE)
        except FailureError:
            return await workflow.execute_activity(advance_run, asked, **OUR_API)

    def _turn(self) -> str:
        self._turns += 1
        return f"{self.state.rolls}.{self._turns}"


def _performing(key: tuple[str, int, int]) -> str:
    """The call of a slow action in words, for the repair tray."""
    node_path, iteration, _ = key
    return f"Perform step “{node_path}” of the automation" + (f", pass {iteration + 1}" if iteration else "")


def _told_by(event: Happened) -> Happening | None:
    """What an event means for the run; None when it means nothing."""
    payload = event.payload or {}
    if event.type == "step.repaired":
        node_path, _, iteration = str(payload["key"]).removeprefix(_STUCK).rpartition(":")
        return {"kind": _REPAIRS[str(payload["action"])], "node_path": node_path, "iteration": int(iteration)}
    if event.type == "automation_run.woken" and payload.get("happened"):
        told: Happening = json.loads(str(payload["happened"]))
        return told
    return _LOOK if event.type in _HEARD else None
