"""What proposals, bookings, invoices and retainers share, on a real server with skipped time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner

from models import clock
from models.ids import new_id
from models.types.calls import Schedule, SubjectInput
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from tests.workflows.doubles import Api
from workflows.proposals import ProposalWorkflow
from workflows.sandbox import runner
from workflows.worker import workers

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def working(environment: WorkflowEnvironment, api: Api, runs: WorkflowRunner | None = None) -> AsyncIterator[None]:
    running = workers(environment.client, activities=api.activities(), runner=runs or runner())
    async with running[0], running[1]:
        yield


async def start(environment: WorkflowEnvironment) -> WorkflowHandle[Any, Any]:
    proposal_id = new_id("pro")
    return await environment.client.start_workflow(
        ProposalWorkflow.run, SubjectState("ws_1", proposal_id, "eng_1"), id=f"proposal/{proposal_id}", task_queue="engine"
    )


class Plan:
    """Two reminders a day apart, then expiry: what the API's rule would answer, from what was done so far."""

    def __init__(self, api: Api, begins: datetime) -> None:
        self.api = api
        self.begins = begins

    def __call__(self, _: SubjectInput) -> Schedule:
        done = self.api.names
        reminders = done.count("proposals.remind")
        if "proposals.expire" in done:
            return Schedule(is_over=True)
        at = self.begins + timedelta(days=reminders + 1)
        action = "remind" if reminders < 2 else "expire"
        return Schedule(action=action, wake_at=at.isoformat(), index=reminders + 1, what="Ada to sign", then_what=f"we {action}")


async def test_each_due_action_is_done_once_and_in_order(environment: WorkflowEnvironment):
    api = Api()
    async with working(environment, api):
        with environment.with_time_skipping_disabled():
            api.schedule = Plan(api, clock.now())
            handle = await start(environment)
        await environment.fast_forward(handle, timedelta(days=4).total_seconds())

    assert [(name, call.index) for name, call in api.calls] == [
        ("proposals.remind", 1),
        ("proposals.remind", 2),
        ("proposals.expire", 3),
    ]
    assert [wait.then_what for wait in api.waits] == ["we remind", "we remind", "we expire"]
    assert api.closed[-1].key == "*"


async def test_a_deciding_event_stops_what_was_planned(environment: WorkflowEnvironment):
    api = Api()
    async with working(environment, api):
        with environment.with_time_skipping_disabled():
            api.schedule = Plan(api, clock.now())
            handle = await start(environment)
            await _until(lambda: api.waits)
            api.schedule = lambda _: Schedule(is_over=True)
            await handle.signal("happened", _accepted())
            await handle.result()

    assert api.calls == []


async def test_what_comes_in_while_the_waits_are_closed_is_not_lost(environment: WorkflowEnvironment):
    api = Api(may_close=asyncio.Event())
    async with working(environment, api):
        with environment.with_time_skipping_disabled():
            handle = await start(environment)
            await _until(lambda: api.closed)
            due = Schedule(action="remind", wake_at=clock.now().isoformat(), index=1)
            api.schedule = lambda _: Schedule(is_over=True) if api.calls else due
            await handle.signal("happened", Happened(new_id("evt"), "proposal.sent", "proposal", "pro_1", "ws_1"))
            api.may_close.set()
            await asyncio.wait_for(handle.result(), timeout=20)

    assert api.names == ["proposals.remind"]


async def test_a_wait_of_years_survives_many_histories(environment: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch):
    """A monthly duty for five years, in histories of some fifty events each."""
    monkeypatch.setattr("workflows.entity.HISTORY_BUDGET", 50)
    api = Api()

    def monthly(begins: datetime) -> Schedule:
        done = api.names.count("proposals.remind")
        if done == 60:
            return Schedule(is_over=True)
        return Schedule(action="remind", wake_at=(begins + timedelta(days=30 * (done + 1))).isoformat(), index=done + 1)

    async with working(environment, api, UnsandboxedWorkflowRunner()):
        with environment.with_time_skipping_disabled():
            begins = clock.now()
            api.schedule = lambda _: monthly(begins)
            handle = await start(environment)
        histories = 0
        while len(api.calls) < 60 and histories < 40:
            await environment.fast_forward(environment.client.get_workflow_handle(handle.id))
            histories += 1

    assert [call.index for _, call in api.calls] == list(range(1, 61))
    assert histories > 5


async def _until(condition: Callable[[], object]) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.025)
    raise AssertionError("it did not come to pass")


def _accepted() -> Happened:
    return Happened(new_id("evt"), "proposal.accepted", "proposal", "pro_1", "ws_1", "eng_1")
