"""A run's workflow on a real server with skipped time: it waits for what the API says, and tells it what came."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from models import clock
from models.ids import new_id
from models.types.automation_runs import AdvanceInput, EffectInput, RunEffect, RunPosition, RunTimer
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from tests.workflows.doubles import Api
from workflows.automation_runs import AutomationRunWorkflow
from workflows.sandbox import runner
from workflows.worker import workers

pytestmark = pytest.mark.asyncio(loop_scope="session")

OVER = RunPosition("succeeded", is_over=True)
PARKED = RunPosition("parked", is_over=False)


@dataclass
class RunApi(Api):
    """What the API is told of a run, and what it answers: one position for every kind of happening."""

    told: list[dict[str, Any]] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    effects: list[EffectInput] = field(default_factory=list)
    answers: dict[str, RunPosition] = field(default_factory=dict)
    """Kind of happening to where the run stands then; "" is a look."""

    @property
    def kinds(self) -> list[str]:
        return [one.get("kind", "") for one in self.told]

    def _double(self, name: str) -> Callable[..., Any]:
        if name == "automation_runs.advance":
            return self._advancing()
        return self._effecting() if name == "automation_runs.effect" else super()._double(name)

    def _advancing(self) -> Callable[..., Any]:
        @activity.defn(name="automation_runs.advance")
        async def advance(asked: AdvanceInput) -> RunPosition:
            if self.failing.get("advance", 0) > 0:
                self.failing["advance"] -= 1
                raise ApplicationError("The plan was changed.", type="Invalid", non_retryable=True)
            if asked.turn not in self.turns:  # a repeat of the same turn has the same key, and so the first answer
                self.told.append(asked.happened)
                self.turns.append(asked.turn)
            return self.answers.get(asked.happened.get("kind", ""), OVER)

        return advance

    def _effecting(self) -> Callable[..., Any]:
        @activity.defn(name="automation_runs.effect")
        async def effect(asked: EffectInput) -> RunPosition:
            self.effects.append(asked)
            return OVER

        return effect


def waiting(at: datetime) -> RunPosition:
    return RunPosition("waiting", is_over=False, timers=(RunTimer("wait.0.1", at.isoformat()),))


def event(event_type: str, **payload: Any) -> Happened:
    return Happened(new_id("evt"), event_type, "automation_run", "run_1", "ws_1", "eng_1", payload)


@asynccontextmanager
async def run(environment: WorkflowEnvironment, api: RunApi) -> AsyncIterator[WorkflowHandle[Any, Any]]:
    running = workers(environment.client, activities=api.activities(), runner=runner())
    async with running[0], running[1]:
        with environment.with_time_skipping_disabled():
            run_id = new_id("run")
            handle = await environment.client.start_workflow(
                AutomationRunWorkflow.run, SubjectState("ws_1", run_id, "eng_1"), id=f"run/{run_id}", task_queue="engine"
            )
            await until(lambda: api.told or api.repairs)
        yield handle
        described = await environment.client.get_workflow_handle(handle.id).describe()
        if described.status == 1:
            await environment.client.get_workflow_handle(handle.id).terminate()


async def until(condition: Callable[[], Any]) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.025)
    raise AssertionError("it did not come to pass")


async def test_a_timer_of_three_days_fires_after_three_days(environment: WorkflowEnvironment):
    api = RunApi(answers={"started": waiting(clock.now() + timedelta(days=3))})
    async with run(environment, api) as handle:
        begins = await environment.get_current_time(handle)
        await environment.fast_forward(handle)
        ends = await environment.get_current_time(handle)

    assert api.told == [{"kind": "started", "trigger": {}}, {"kind": "timer_fired", "wait_id": "wait.0.1"}]
    assert timedelta(days=2, hours=23) < ends - begins < timedelta(days=3, hours=1)


async def test_an_event_ends_the_wait_before_its_time(environment: WorkflowEnvironment):
    api = RunApi(answers={"started": waiting(clock.now() + timedelta(days=3))})
    happened = {"kind": "event_arrived", "wait_id": "wait.0.1", "event": {"event_id": "evt_9"}}
    async with run(environment, api) as handle:
        with environment.with_time_skipping_disabled():
            woken = event("automation_run.woken", wait_id="wait.0.1", happened=json.dumps(happened))
            await handle.signal("happened", woken)
            await handle.signal("happened", woken)
            await asyncio.wait_for(handle.result(), timeout=20)

    assert api.told[1:] == [happened]


async def test_a_stuck_step_is_retried_when_somebody_repairs_it(environment: WorkflowEnvironment):
    api = RunApi(answers={"started": PARKED})
    async with run(environment, api) as handle:
        with environment.with_time_skipping_disabled():
            await handle.signal("happened", event("automation_run.parked", automation_id="aut_1"))
            await handle.signal("happened", event("wait.repaired", action="retry", key="step:mail:0", workflow_id="run/run_1"))
            await asyncio.wait_for(handle.result(), timeout=20)

    assert api.told[1:] == [{"kind": "retry_asked", "node_path": "mail", "iteration": 0}]


async def test_a_canceled_run_looks_and_ends(environment: WorkflowEnvironment):
    api = RunApi(answers={"started": waiting(clock.now() + timedelta(days=3))})
    async with run(environment, api) as handle:
        with environment.with_time_skipping_disabled():
            await handle.signal("happened", event("automation_run.canceled"))
            await asyncio.wait_for(handle.result(), timeout=20)

    assert api.told[1:] == [{}]


async def test_a_slow_action_is_performed_once_while_events_come_in(environment: WorkflowEnvironment):
    performing = RunPosition("running", is_over=False, effects=(RunEffect("fetch", 0, "http.request", 1),))
    api = RunApi(answers={"started": performing})
    async with run(environment, api) as handle:
        with environment.with_time_skipping_disabled():
            await asyncio.wait_for(handle.result(), timeout=20)

    assert [(one.node_path, one.attempt) for one in api.effects] == [("fetch", 1)]
    assert api.kinds == ["started", ""]


@dataclass
class Together(RunApi):
    """The API of a run whose two branches speak to the outside: neither call is answered before both were made."""

    def _effecting(self) -> Callable[..., Any]:
        both = asyncio.Event()

        @activity.defn(name="automation_runs.effect")
        async def effect(asked: EffectInput) -> RunPosition:
            self.effects.append(asked)
            if len(self.effects) == 2:
                both.set()
                self.answers[""] = OVER
            await asyncio.wait_for(both.wait(), timeout=10)
            return OVER

        return effect


async def test_branches_speak_to_the_outside_at_the_same_time(environment: WorkflowEnvironment):
    both = tuple(RunEffect(f"par/{branch}", 0, "http.request", 1) for branch in "ab")
    performing = RunPosition("running", is_over=False, effects=both)
    api = Together(answers={"started": performing, "": performing})
    async with run(environment, api) as handle:
        with environment.with_time_skipping_disabled():
            await asyncio.wait_for(handle.result(), timeout=20)
    assert sorted(one.node_path for one in api.effects) == ["par/a", "par/b"]


async def test_a_call_that_keeps_failing_waits_for_repair_and_goes_on(environment: WorkflowEnvironment):
    api = RunApi(failing={"advance": 2})
    async with run(environment, api) as handle:
        with environment.with_time_skipping_disabled():
            (stuck,) = api.repairs
            await handle.signal("happened", event("wait.repaired", action="retry", key=stuck.key, workflow_id="run/run_1"))
            await asyncio.wait_for(handle.result(), timeout=20)

    assert stuck.detail == {"reason": "The plan was changed."}
    assert api.kinds == ["started"]


async def test_a_run_canceled_while_a_call_waits_for_repair_ends(environment: WorkflowEnvironment):
    api = RunApi(failing={"advance": 2})
    async with run(environment, api) as handle:
        with environment.with_time_skipping_disabled():
            await handle.signal("happened", event("automation_run.canceled"))
            await asyncio.wait_for(handle.result(), timeout=20)

    assert api.kinds == ["started"]


async def test_a_timer_that_the_api_sets_again_is_not_asked_for_without_pause(environment: WorkflowEnvironment):
    past = clock.now() - timedelta(seconds=5)
    api = RunApi(answers={"started": waiting(past), "timer_fired": waiting(past)})
    async with run(environment, api):
        with environment.with_time_skipping_disabled():
            await asyncio.sleep(2.5)

    assert 2 <= api.kinds.count("timer_fired") <= 5


async def test_a_new_history_goes_on_where_the_old_one_stood(environment: WorkflowEnvironment):
    api = RunApi(answers={"started": waiting(clock.now() + timedelta(days=3)), "": waiting(clock.now() + timedelta(days=3))})
    async with run(environment, api) as handle:
        with environment.with_time_skipping_disabled():
            await handle.signal("roll")
            await until(lambda: api.kinds.count("started") == 2)
        fresh = environment.client.get_workflow_handle(handle.id)
        await environment.fast_forward(fresh)

    assert api.kinds == ["started", "", "started", "timer_fired"]
    assert len(set(api.turns)) == 4
