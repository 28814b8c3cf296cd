"""What stands on the lines that the worker really writes."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from temporalio import activity
from temporalio.testing import WorkflowEnvironment

from activities.client import ApiClient
from models.types.calls import Schedule, SubjectInput
from tests.workflows.doubles import Api
from tests.workflows.test_scheduled import start
from workflows.worker import workers

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_failing_activity_names_its_workspace_and_workflow_and_tells_the_api(
    environment: WorkflowEnvironment, log_lines: Callable[[], list[dict[str, Any]]]
):
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503 if len(asked) == 1 else 200, json={})

    log_lines()
    client = ApiClient("http://api", "token", transport=httpx.MockTransport(answer))

    @activity.defn(name="proposals.schedule")
    async def schedule(subject: SubjectInput) -> Schedule:
        await client.get("/proposals/1/schedule", workspace_id=subject.workspace_id)
        return Schedule(is_over=True)

    others = [one for one in Api().activities() if vars(one)["__temporal_activity_definition"].name != "proposals.schedule"]
    running = workers(environment.client, activities=[*others, schedule])
    async with running[0], running[1]:
        handle = await start(environment)
        await handle.result()
    await client.close()

    [line] = [line for line in log_lines() if line["event"].startswith("Completing activity as failed")]
    assert (line["workspace_id"], line["workflow_id"]) == ("ws_1", handle.id)
    assert {request.headers["x-workflow"] for request in asked} == {handle.id}
