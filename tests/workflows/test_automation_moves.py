"""A live run moved to another version on a real server with skipped time: its workflow waits for what the run then waits for."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select
from temporalio.testing import WorkflowEnvironment

from models import clock
from models.db import Database
from models.queries.automations import get_automation
from models.tables.automations import AutomationRun
from models.tables.conversations import Message
from tests.builders.automations import drawing
from tests.builders.live_runs import HEAD, delay, post
from tests.builders.runs import accept, publish
from tests.builders.workspaces import Studio
from tests.workflows.live import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


def stands(database: Database, studio: Studio, status: str) -> AutomationRun | None:
    with database.read(studio.scope) as session:
        run = session.exec(select(AutomationRun)).one_or_none()
        return run if run and run.status == status else None


def posted(database: Database, studio: Studio) -> list[str]:
    with database.read(studio.scope) as session:
        return [message.body for message in session.exec(select(Message).order_by(Message.id))]


async def begin(database: Database, studio: Studio, *nodes: dict[str, Any]) -> tuple[str, AutomationRun]:
    """A run of these nodes that waits; its automation's id."""
    with database.write(studio.scope) as session:
        automation_id = publish(session, drawing(HEAD, *nodes).document).id
        accept(session, studio)
    return automation_id, await until(lambda: stands(database, studio, "waiting"))


def draw(database: Database, studio: Studio, automation_id: str, *nodes: dict[str, Any]) -> None:
    with database.write(studio.scope) as session:
        get_automation(session, automation_id).drawing = drawing(HEAD, *nodes).document


async def over(environment: WorkflowEnvironment, studio: Studio, run: AutomationRun) -> None:
    await asyncio.wait_for(environment.client.get_workflow_handle(f"run/{run.id}").result(), timeout=30)
    await environment.client.get_workflow_handle(f"engagement/{studio.engagement_id}").terminate()


async def test_a_delay_made_shorter_than_what_was_waited_is_over_at_once(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, database: Database, studio: Studio
):
    with environment.with_time_skipping_disabled():
        automation_id, run = await begin(database, studio, delay(3), post("Hello"))
        clock.move(timedelta(days=2))
        draw(database, studio, automation_id, delay(1), post("Sooner"))

        answer = await program.post(f"/automations/{automation_id}/publication", json={"choices": {"v1:wait": "now"}})

        assert answer.json()["move"]["counts"] == {"moved": 1}
        await over(environment, studio, run)
    assert posted(database, studio) == ["Sooner"]


async def test_a_delay_made_shorter_wakes_at_the_new_time_and_not_at_the_old(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, database: Database, studio: Studio
):
    with environment.with_time_skipping_disabled():
        automation_id, run = await begin(database, studio, delay(300), post("Hello"))
        draw(database, studio, automation_id, delay(2), post("Sooner"))
        await program.post(f"/automations/{automation_id}/publication", json={"choices": {"v1:wait": "now"}})
        handle = environment.client.get_workflow_handle(f"run/{run.id}")
        began = await environment.get_current_time(handle)
        await asyncio.sleep(1)  # the workflow hears of it
    clock.move(timedelta(days=2, minutes=1))

    await environment.fast_forward(handle)

    ended = await environment.get_current_time(handle)
    assert timedelta(days=1, hours=12) < ended - began < timedelta(days=3)
    assert posted(database, studio) == ["Sooner"]
    await environment.client.get_workflow_handle(f"engagement/{studio.engagement_id}").terminate()


async def test_a_run_marked_for_its_next_wait_moves_when_it_comes_there(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, database: Database, studio: Studio
):
    with environment.with_time_skipping_disabled():
        nodes = delay(300), post("One"), delay(300, "later"), post("End", "end")
        automation_id, run = await begin(database, studio, *nodes)
        draw(database, studio, automation_id, delay(300), post("Never"), delay(1, "later"), post("New end", "end"))
        answer = await program.post(f"/automations/{automation_id}/publication", json={"choices": {"*": "next_wait"}})
        assert answer.json()["move"]["counts"] == {"pending": 1}
        (wait_id,) = [wait["id"] for wait in run.state["waits"]]
        await program.post(f"/automation_runs/{run.id}/waits/{wait_id}/force", json={})
        await until(lambda: posted(database, studio) == ["One"])
        await asyncio.sleep(1)  # the workflow hears of it
    clock.move(timedelta(days=1, minutes=1))

    await environment.fast_forward(environment.client.get_workflow_handle(f"run/{run.id}"))

    assert stands(database, studio, "succeeded")
    assert posted(database, studio) == ["One", "New end"]
    await environment.client.get_workflow_handle(f"engagement/{studio.engagement_id}").terminate()


async def test_an_undone_move_leaves_the_workflow_waiting_for_the_old_time(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, database: Database, studio: Studio
):
    with environment.with_time_skipping_disabled():
        automation_id, run = await begin(database, studio, delay(2), post("Hello"))
        draw(database, studio, automation_id, delay(300), post("Later"))
        made = await program.post(f"/automations/{automation_id}/publication", json={"choices": {"v1:wait": "now"}})
        undone = await program.post(f"/automation_moves/{made.json()['move']['id']}/undo", json={"reactivate": True})
        assert undone.json()["counts"] == {"undone": 1}
        handle = environment.client.get_workflow_handle(f"run/{run.id}")
        began = await environment.get_current_time(handle)
        await asyncio.sleep(1)
    clock.move(timedelta(days=2, minutes=1))

    await environment.fast_forward(handle)

    assert await environment.get_current_time(handle) - began < timedelta(days=3)
    assert posted(database, studio) == ["Hello"]
    await environment.client.get_workflow_handle(f"engagement/{studio.engagement_id}").terminate()


async def test_a_stopped_run_ends_its_workflow(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, database: Database, studio: Studio
):
    with environment.with_time_skipping_disabled():
        automation_id, run = await begin(database, studio, delay(3), post("Hello"))
        draw(database, studio, automation_id, delay(1), post("Sooner"))

        await program.post(f"/automations/{automation_id}/publication", json={"choices": {"v1:wait": "stop"}})

        await over(environment, studio, run)
    assert stands(database, studio, "canceled")
    assert posted(database, studio) == []
