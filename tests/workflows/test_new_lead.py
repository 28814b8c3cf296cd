"""The whole way of a new lead: event, relay, engagement, run, API, on a real server with skipped time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlmodel import select
from temporalio.testing import WorkflowEnvironment

from activities import client
from activities.client import ApiClient
from api.actions.catalogue import schemas
from api.app import create_app
from models import clock
from models.commands.events import record
from models.db import Database
from models.ids import new_id
from models.seed.automations import publish_new_lead
from models.settings import Settings
from models.tables.automations import AutomationRun, StepRun
from models.tables.conversations import Message, Notification
from models.tables.emails import Email
from models.tables.tasks import Task
from models.tables.waits import Wait
from tests.builders.runs import submit
from tests.builders.workspaces import Studio
from workflows.relay import Relay
from workflows.sandbox import runner
from workflows.worker import workers

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def product(environment: WorkflowEnvironment, settings: Settings, database: Database) -> AsyncIterator[None]:
    """The API, the worker and the relay, on the test's database and server."""
    app = create_app(settings, database)
    api = ApiClient("http://api", settings.worker_token, transport=httpx.ASGITransport(app=app))
    client.use(api)
    running = workers(environment.client, runner=runner())
    async with app.router.lifespan_context(app), running[0], running[1]:
        relay = asyncio.create_task(Relay(environment.client, api).run())
        yield
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
    await api.close()


async def until(condition: Callable[[], Any]) -> Any:
    for _ in range(400):
        if found := condition():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to pass")


def rows(database: Database, studio: Studio, table: Any) -> list[Any]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(table).order_by(table.id)))


def status(database: Database, studio: Studio, wanted: str) -> AutomationRun | None:
    (run,) = rows(database, studio, AutomationRun)
    return run if run.status == wanted else None


async def begin(environment: WorkflowEnvironment, database: Database, studio: Studio) -> AutomationRun:
    with database.write(studio.scope) as session:
        publish_new_lead(session, catalogue=schemas(), now=clock.now())
        submit(session, studio)
    run: AutomationRun = await until(lambda: status(database, studio, "waiting"))
    return run


async def end(environment: WorkflowEnvironment, workflow_id: str) -> None:
    await environment.client.get_workflow_handle(workflow_id).terminate()


async def test_a_lead_that_gets_its_proposal_is_followed_up_once(
    environment: WorkflowEnvironment, product: None, database: Database, studio: Studio
):
    with environment.with_time_skipping_disabled():
        run, proposal_id = await begin(environment, database, studio), new_id("pro")
        with database.write(studio.scope) as session:
            record(session, "message.posted", "msg_1", engagement_id=studio.engagement_id)
            record(session, "proposal.drafted", proposal_id, engagement_id=studio.engagement_id)
            record(session, "proposal.sent", proposal_id, engagement_id=studio.engagement_id)

        await until(lambda: status(database, studio, "succeeded"))
        await asyncio.wait_for(environment.client.get_workflow_handle(f"run/{run.id}").result(), timeout=20)
        await until(lambda: [wait for wait in rows(database, studio, Wait) if wait.workflow_id == f"proposal/{proposal_id}"])
        await end(environment, f"engagement/{studio.engagement_id}")
        await end(environment, f"proposal/{proposal_id}")

    assert [len(rows(database, studio, table)) for table in (Email, Message, Task, Notification)] == [1, 1, 1, 0]
    assert [step.status for step in rows(database, studio, StepRun)] == ["done"] * 4


async def test_a_lead_that_hears_nothing_for_three_days_is_brought_to_mind(
    environment: WorkflowEnvironment, product: None, database: Database, studio: Studio
):
    with environment.with_time_skipping_disabled():
        run = await begin(environment, database, studio)
    clock.move(timedelta(days=3, minutes=1))

    await environment.fast_forward(environment.client.get_workflow_handle(f"run/{run.id}"))
    with environment.with_time_skipping_disabled():
        await end(environment, f"engagement/{studio.engagement_id}")

    assert status(database, studio, "succeeded")
    (notice,) = rows(database, studio, Notification)
    assert notice.member_id == studio.owner_id
