"""The whole product around a workflow: the real activities, API and database, on the workflow's own skipped time."""

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from temporalio import activity
from temporalio.testing import WorkflowEnvironment

from activities import client
from activities.client import ApiClient
from api.app import create_app
from models import clock
from models.db import Database
from models.settings import Settings
from workflows.sandbox import runner
from workflows.worker import ACTIVITIES, workers


def on_the_workflows_clock(function: Callable[..., Any]) -> Callable[..., Any]:
    """The activity itself; only the API's clock shows the workflow's time while it runs."""
    name = vars(function)["__temporal_activity_definition"].name

    @activity.defn(name=name)
    @functools.wraps(function, updated=())
    async def timed(*arguments: Any) -> Any:
        clock.reset()
        clock.move(activity.info().scheduled_time - clock.now())
        return await function(*arguments)

    return timed


@asynccontextmanager
async def product(environment: WorkflowEnvironment, settings: Settings, database: Database) -> AsyncIterator[None]:
    """The API and a worker, as long as the block lasts."""
    app = create_app(settings, database)
    api = ApiClient("http://api", settings.worker_token, transport=httpx.ASGITransport(app=app))
    client.use(api)
    timed = [on_the_workflows_clock(function) for function in ACTIVITIES]
    running = workers(environment.client, activities=timed, runner=runner())
    async with app.router.lifespan_context(app), running[0], running[1]:
        yield
    await api.close()
