"""Running one workflow against doubles: start it, tell it what happened, decide what is stuck, wait for what comes of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import WorkflowRunner

from models.ids import new_id
from models.types.events import Happened
from models.types.waits import WaitInput
from models.types.workflow_ids import WORKFLOW_TYPES
from models.types.workflow_state import SubjectState
from tests.workflows.doubles import Api
from workflows.sandbox import runner
from workflows.worker import workers

Handle = WorkflowHandle[Any, Any]


@asynccontextmanager
async def running(
    environment: WorkflowEnvironment, api: Api, noun: str, *, runs: WorkflowRunner | None = None
) -> AsyncIterator[Handle]:
    """A workflow about a new subject, in the sandbox unless said otherwise; ended with the block. Time does not skip."""
    subject_id = new_id(noun[:3])
    working = workers(environment.client, activities=api.activities(), runner=runs or runner())
    async with working[0], working[1]:
        with environment.with_time_skipping_disabled():
            started = await environment.client.start_workflow(
                WORKFLOW_TYPES[noun],
                SubjectState("ws_1", subject_id, "eng_1"),
                id=f"{noun}/{subject_id}",
                task_queue="engine",
            )
            handle = environment.client.get_workflow_handle(started.id)
            try:
                yield handle
            finally:
                if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
                    await handle.terminate()


async def tell(handle: Handle, event_type: str, subject_id: str = "pro_1", **payload: Any) -> Happened:
    """Let the workflow hear of something new."""
    happened = Happened(
        new_id("evt"), event_type, event_type.partition(".")[0], subject_id, "ws_1", "eng_1", payload=payload or None
    )
    await handle.signal("happened", happened)
    return happened


async def decide(handle: Handle, stuck: WaitInput, action: str) -> None:
    """What the relay says after a person has decided about a stuck step."""
    await tell(handle, "wait.repaired", "wai_1", key=stuck.key, action=action, workflow_id=handle.id)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so, some thirty seconds at most: the machine may be busy."""
    for _ in range(1200):
        if condition():
            return
        await asyncio.sleep(0.025)
    raise AssertionError("it did not come to pass")
