"""Runs while our API has no database: seconds or most of a day, they wait and go on, and nobody has to repair anything."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from models.ids import new_id
from models.types.automation_runs import AdvanceInput, RunPosition
from models.types.workflow_state import SubjectState
from tests.workflows.doubles import Api
from workflows.automation_runs import AutomationRunWorkflow
from workflows.sandbox import runner
from workflows.worker import workers

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class ApiWithoutDatabase(Api):
    """Answers every turn with an error until the workflow's own clock says that the database is back."""

    away: timedelta = timedelta()
    told: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 0

    def _double(self, name: str) -> Callable[..., Any]:
        return self._advancing() if name == "automation_runs.advance" else super()._double(name)

    def _advancing(self) -> Callable[..., Any]:
        @activity.defn(name="automation_runs.advance")
        async def advance(asked: AdvanceInput) -> RunPosition:
            info = activity.info()
            self.tries += 1
            if info.is_local or info.current_attempt_scheduled_time - info.scheduled_time < self.away:
                raise ApplicationError("Something went wrong on our side", type="Unexpected")
            self.told.append(asked.happened)
            return RunPosition("succeeded", is_over=True)

        return advance


@pytest.mark.parametrize(("away", "least_tries"), [(timedelta(seconds=15), 5), (timedelta(hours=15), 150)])
async def test_a_run_outlasts_a_database_that_is_away(environment: WorkflowEnvironment, away: timedelta, least_tries: int):
    api = ApiWithoutDatabase(away=away)
    running = workers(environment.client, activities=api.activities(), runner=runner())
    run_id = new_id("run")
    async with running[0], running[1]:
        with environment.with_time_skipping_disabled():
            handle = await environment.client.start_workflow(
                AutomationRunWorkflow.run, SubjectState("ws_1", run_id), id=f"run/{run_id}", task_queue="engine"
            )
        begins = await environment.get_current_time(handle)
        for _ in range(1000):
            if api.told:
                break
            await environment.fast_forward(handle, 60)
        await asyncio.wait_for(handle.result(), timeout=20)
        ends = await environment.get_current_time(handle)

    assert api.told == [{"kind": "started", "trigger": {}}]
    assert api.tries >= least_tries
    assert ends - begins >= away - timedelta(minutes=6)
    assert api.repairs == []
