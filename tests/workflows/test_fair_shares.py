"""One studio that has much to do holds up no other one: the relay gives each its share, and so does the server."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sqlmodel import Session, col, select
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest
from temporalio.testing import WorkflowEnvironment

from activities.client import ApiClient
from api.app import create_app
from models.commands.events import record
from models.db import Database
from models.settings import Settings
from models.tables.automations import AutomationRun
from models.tables.events import Delivery
from models.types.scope import Scope
from models.types.workflow_ids import ENGINE_QUEUE
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio, make_studio
from tests.workflows.live import end, until
from workflows.relay import Relay

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUEUED = 200
SOON = 10
"""Tasks within which a studio that has just one has its turn; without fairness it comes after all the others."""


@pytest_asyncio.fixture(loop_scope="session")
async def relay(environment: WorkflowEnvironment, settings: Settings, database: Database) -> AsyncIterator[Relay]:
    """The relay, with the API and no worker: what it starts is queued at the server."""
    app = create_app(settings, database)
    api = ApiClient("http://api", settings.worker_token, transport=httpx.ASGITransport(app=app))
    async with app.router.lifespan_context(app):
        yield Relay(environment.client, api)
    await api.close()


def ask_for_runs(session: Session, count: int) -> list[str]:
    """Runs about nothing but a change of the studio's settings, each with a workflow of its own; their workflow ids."""
    make_automation(session, post(), type="workspace.changed", dedupe="trigger.event_id")
    for number in range(count):
        record(session, "workspace.changed", f"change {number}")
    return [f"run/{run_id}" for run_id in session.exec(select(AutomationRun.id).order_by(AutomationRun.id))]


def told(database: Database) -> list[str]:
    """What the relay has delivered so far, in that order."""
    with database.read(Scope(None)) as session:
        done = (
            select(Delivery)
            .where(col(Delivery.delivered_at).is_not(None))
            .order_by(col(Delivery.delivered_at), col(Delivery.seq))
        )
        return [one.target for one in session.exec(done)]


async def next_task(environment: WorkflowEnvironment) -> str:
    """The workflow whose task a worker that asks just now is given."""
    client = environment.client
    asked = PollWorkflowTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=ENGINE_QUEUE), identity="test")
    given = await client.workflow_service.poll_workflow_task_queue(asked)
    return given.workflow_execution.workflow_id


async def test_two_hundred_starts_of_one_studio_do_not_hold_up_the_one_of_another(
    environment: WorkflowEnvironment, relay: Relay, database: Database, studio: Studio
):
    with database.write(Scope(None)) as session:
        other = make_studio(session, slug="south", name="Studio South")
    with database.write(studio.scope) as session:
        many = ask_for_runs(session, QUEUED)
    with database.write(other.scope) as session:
        (one,) = ask_for_runs(session, 1)

    with environment.with_time_skipping_disabled():
        relaying = asyncio.create_task(relay.run())
        await until(lambda: {*many, one} <= {*told(database)}, seconds=60)
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
        given = [await next_task(environment) for _ in range(SOON)]
        described = [await environment.client.get_workflow_handle(name).describe() for name in (many[0], one)]
        await end(environment, *many, one)

    assert told(database).index(one) < QUEUED // 2
    assert [one.raw_description.workflow_execution_info.priority.fairness_key for one in described] == [
        studio.workspace_id,
        other.workspace_id,
    ]
    assert one in given
