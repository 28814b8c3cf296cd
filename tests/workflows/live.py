"""The whole durable side at work on the test's database and server: the API app, the worker and the relay."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities import client
from activities.client import ApiClient
from api.app import create_app
from models.db import Database
from models.settings import Settings
from models.types.workflow_state import SubjectState
from workflows.relay import Relay
from workflows.sandbox import runner
from workflows.worker import workers


@asynccontextmanager
async def at_work(
    environment: WorkflowEnvironment,
    settings: Settings,
    database: Database,
    wrapped: Callable[[httpx.ASGITransport], httpx.AsyncBaseTransport] = lambda inner: inner,
) -> AsyncIterator[httpx.ASGITransport]:
    """The product working; a way to call its API. wrapped: what the worker's own calls go through."""
    app = create_app(settings, database)
    api = ApiClient("http://api", settings.worker_token, transport=wrapped(httpx.ASGITransport(app=app)))
    client.use(api)
    running = workers(environment.client, runner=runner())
    async with app.router.lifespan_context(app), running[0], running[1]:
        relay = asyncio.create_task(Relay(environment.client, api).run())
        yield httpx.ASGITransport(app=app)
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
    await api.close()


async def until(condition: Callable[[], Any], *, seconds: int = 20) -> Any:
    """What a condition gives once it gives something true."""
    for _ in range(seconds * 50):
        if found := condition():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to pass")


async def rolled(handle: WorkflowHandle[Any, Any]) -> SubjectState:
    """Where a workflow stands once it has gone on in a new history, or after twenty seconds."""
    for _ in range(400):
        state: SubjectState = await handle.query("progress", result_type=SubjectState)
        if state.rolls:
            break
        await asyncio.sleep(0.05)
    return state


async def end(environment: WorkflowEnvironment, *workflow_ids: str) -> None:
    """End workflows that have not ended by themselves."""
    for workflow_id in workflow_ids:
        with suppress(RPCError):
            await environment.client.get_workflow_handle(workflow_id).terminate()
