"""Automations that call each other, on a real server with skipped time and the real API: who waits for whom, and how it ends."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from api.actions.inbox import PostInChannel
from models import clock
from models.db import Database
from models.queries.automations import get_automation
from models.rules.automation_matching import MAX_DEPTH
from models.tables.automations import AutomationRun
from models.tables.conversations import Message
from models.tables.waits import Wait
from models.types.errors import Refused
from tests.builders.automations import HEAD, drawing, node
from tests.builders.live_runs import delay
from tests.builders.runs import accept, post, publish
from tests.builders.workspaces import Studio
from tests.workflows.live import end, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLED = {"id": "trigger", "kind": "trigger", "settings": {"kind": "called"}}
GREETING = node("said", "stop", output={"greeting": {"text": "Hi {{ trigger.input.who }}"}})
HEARD = post("{{ nodes.sub.greeting }}")


def sub(automation_id: str, **settings: Any) -> dict[str, Any]:
    given = {"who": {"path": "trigger.contact.name"}}
    return node("sub", "sub_automation", automation_id=automation_id, input=given, **settings)


class Family:
    """A run and those that follow from it, as they stand in the database and on the server."""

    def __init__(self, environment: WorkflowEnvironment, database: Database, studio: Studio) -> None:
        self.environment, self.database, self.studio = environment, database, studio

    def callable(self, *nodes: dict[str, Any], name: str = "Called") -> str:
        with self.database.write(self.studio.scope) as session:
            return publish(session, drawing(CALLED, *nodes).document, name=name).id

    def begin(self, *nodes: dict[str, Any], edges: tuple[str, ...] = ()) -> None:
        with self.database.write(self.studio.scope) as session:
            publish(session, drawing(HEAD, *nodes, edges=edges).document)
            accept(session, self.studio)

    def runs(self) -> list[AutomationRun]:
        """Parents before those that they called."""
        with self.database.read(self.studio.scope) as session:
            return list(session.exec(select(AutomationRun).order_by(AutomationRun.id)))

    def stand(self, *statuses: str) -> list[AutomationRun] | None:
        runs = self.runs()
        return runs if [run.status for run in runs] == list(statuses) else None

    def posted(self) -> list[str]:
        with self.database.read(self.studio.scope) as session:
            return [message.body for message in session.exec(select(Message).order_by(Message.id))]

    def open_waits(self, kind: str | None = None) -> list[Wait]:
        with self.database.read(self.studio.scope) as session:
            waits = session.exec(select(Wait).where(col(Wait.closed_at).is_(None))).all()
        return [wait for wait in waits if kind in (None, wait.kind)]

    def workflow(self, run: AutomationRun) -> WorkflowHandle[Any, Any]:
        return self.environment.client.get_workflow_handle(f"run/{run.id}")

    async def over(self, *runs: AutomationRun) -> None:
        """The workflows of these runs have come to their ends."""
        await asyncio.wait_for(asyncio.gather(*(self.workflow(run).result() for run in runs)), timeout=30)

    async def is_live(self, run: AutomationRun) -> bool:
        return (await self.workflow(run).describe()).status is WorkflowExecutionStatus.RUNNING

    async def close(self) -> None:
        runs = (f"run/{run.id}" for run in self.runs())
        await end(self.environment, *runs, f"engagement/{self.studio.engagement_id}")


@pytest.fixture
def family(environment: WorkflowEnvironment, program: httpx.AsyncClient, database: Database, studio: Studio) -> Family:
    """Nobody yet."""
    return Family(environment, database, studio)


async def test_a_run_goes_on_when_the_one_it_called_ends_days_later(environment: WorkflowEnvironment, family: Family):
    with environment.with_time_skipping_disabled():
        family.begin(sub(family.callable(delay(3), GREETING)), HEARD)
        parent, child = await until(lambda: family.stand("waiting", "waiting"))
        assert family.posted() == []
    clock.move(timedelta(days=3, minutes=1))

    began = await environment.get_current_time(family.workflow(child))
    await environment.fast_forward(family.workflow(child))
    ended = await environment.get_current_time(family.workflow(child))

    await family.over(parent, child)
    assert timedelta(days=2, hours=23) < ended - began < timedelta(days=4)
    assert family.stand("succeeded", "succeeded")
    assert family.posted() == ["Hi Ada Byron"]
    await family.close()


async def test_a_detached_run_lives_on_when_the_one_that_called_it_has_ended(environment: WorkflowEnvironment, family: Family):
    with environment.with_time_skipping_disabled():
        family.begin(sub(family.callable(delay(3), post("Later")), mode="detach"), post("At once"))
        parent, child = await until(lambda: family.stand("succeeded", "waiting"))
        await family.over(parent)
        assert (family.posted(), await family.is_live(child)) == (["At once"], True)
    clock.move(timedelta(days=3, minutes=1))

    await environment.fast_forward(family.workflow(child))

    assert family.stand("succeeded", "succeeded")
    assert family.posted() == ["At once", "Later"]
    await family.close()


@pytest.mark.parametrize("is_expected", [True, False], ids=["by its error port", "into the repair tray"])
async def test_a_called_run_that_fails_sends_the_one_that_waits(
    environment: WorkflowEnvironment, family: Family, is_expected: bool
):
    failing = family.callable(delay(3), node("no", "stop", outcome="failure", output={}))
    edges = ("trigger.ok>sub", "sub.ok>post", *(("sub.error>sorry",) if is_expected else ()))
    sorry = [post("{{ nodes.sub.error.message }}", "sorry")] if is_expected else []
    with environment.with_time_skipping_disabled():
        family.begin(sub(failing), HEARD, *sorry, edges=edges)
        parent, child = await until(lambda: family.stand("waiting", "waiting"))
    clock.move(timedelta(days=3, minutes=1))

    await environment.fast_forward(family.workflow(child))

    await until(lambda: family.stand("succeeded" if is_expected else "parked", "failed"))
    said = "The other automation ended as failed."
    assert family.posted() == ([said] if is_expected else [])
    assert [wait.detail["reason"] for wait in family.open_waits("repair")] == ([] if is_expected else [said])
    if is_expected:
        await family.over(parent)
    assert await family.is_live(parent) is not is_expected
    await family.close()


async def test_a_run_waits_on_while_the_one_it_called_is_stuck_until_somebody_repairs_it(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, family: Family, monkeypatch: pytest.MonkeyPatch
):
    real = PostInChannel.perform

    def refuse(self: Any, context: Any, given: Any) -> Any:
        if given.text == "Inside":
            raise Refused("The channel is closed.")
        return real(self, context, given)

    monkeypatch.setattr(PostInChannel, "perform", refuse)
    with environment.with_time_skipping_disabled():
        family.begin(sub(family.callable(post("Inside", "inside"), GREETING)), HEARD)
        parent, child = await until(lambda: family.stand("waiting", "parked"))
        monkeypatch.setattr(PostInChannel, "perform", real)
        (stuck,) = family.open_waits("repair")

        answer = await program.post(f"/waits/{stuck.id}/repair", json={"action": "retry"})

        assert answer.status_code == 204, answer.text
        await family.over(parent, child)
    assert family.stand("succeeded", "succeeded")
    assert family.posted() == ["Inside", "Hi Ada Byron"]
    await family.close()


async def test_a_run_that_is_canceled_takes_the_one_it_waits_for_with_it(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, family: Family
):
    with environment.with_time_skipping_disabled():
        family.begin(sub(family.callable(delay(3), post("Never"))), post("Never"))
        parent, child = await until(lambda: family.stand("waiting", "waiting"))

        answer = await program.post(f"/automation_runs/{parent.id}/cancelation", json={})

        assert answer.status_code == 200, answer.text
        await family.over(parent, child)
        runs = await until(lambda: family.stand("canceled", "canceled"))
    assert all(run.finished_at for run in runs)
    assert (family.posted(), [wait for wait in family.open_waits() if wait.workflow_id.startswith("run/")]) == ([], [])
    await family.close()


async def test_canceling_a_run_leaves_the_one_it_detached(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, family: Family
):
    with environment.with_time_skipping_disabled():
        family.begin(sub(family.callable(delay(3), post("Later")), mode="detach"), delay(30))
        parent, child = await until(lambda: family.stand("waiting", "waiting"))
        await program.post(f"/automation_runs/{parent.id}/cancelation", json={})
        await family.over(parent)
    clock.move(timedelta(days=3, minutes=1))

    await environment.fast_forward(family.workflow(child))

    assert family.stand("canceled", "succeeded")
    assert family.posted() == ["Later"]
    await family.close()


async def test_a_called_run_moved_to_another_version_ends_by_it_and_the_waiting_one_hears(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, database: Database, studio: Studio, family: Family
):
    with environment.with_time_skipping_disabled():
        called = family.callable(delay(300), GREETING)
        family.begin(sub(called), HEARD)
        parent, child = await until(lambda: family.stand("waiting", "waiting"))
        with database.write(studio.scope) as session:
            better = node("said", "stop", output={"greeting": {"text": "Sooner"}})
            get_automation(session, called).drawing = drawing(CALLED, delay(2), better).document

        answer = await program.post(f"/automations/{called}/publication", json={"choices": {"v1:wait": "now"}})

        assert answer.json()["move"]["counts"] == {"moved": 1}
        await asyncio.sleep(1)  # the workflow hears of it
    clock.move(timedelta(days=2, minutes=1))

    await environment.fast_forward(family.workflow(child))

    await family.over(parent)
    assert [run.automation_version for run in family.runs()] == [1, 2]
    assert family.stand("succeeded", "succeeded")
    assert family.posted() == ["Sooner"]
    await family.close()


async def test_the_waiting_run_moved_to_another_version_still_hears_the_end(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, database: Database, studio: Studio, family: Family
):
    with environment.with_time_skipping_disabled():
        called = family.callable(delay(3), GREETING)
        family.begin(sub(called), HEARD)
        parent, child = await until(lambda: family.stand("waiting", "waiting"))
        with database.write(studio.scope) as session:
            again = drawing(HEAD, sub(called), post("{{ nodes.sub.greeting }}, says the new one")).document
            get_automation(session, parent.automation_id).drawing = again
        answer = await program.post(f"/automations/{parent.automation_id}/publication", json={"choices": {"*": "now"}})
        assert answer.json()["move"]["counts"] == {"moved": 1}
        assert [run.id for run in family.runs()] == [parent.id, child.id]
    clock.move(timedelta(days=3, minutes=1))

    await environment.fast_forward(family.workflow(child))

    await family.over(parent)
    assert family.stand("succeeded", "succeeded")
    assert family.posted() == ["Hi Ada Byron, says the new one"]
    await family.close()


async def test_a_chain_that_is_too_long_stops_at_its_last_link_and_ends_when_that_is_skipped(
    environment: WorkflowEnvironment, program: httpx.AsyncClient, family: Family
):
    called = family.callable(post("The end of it"), name=f"Link {MAX_DEPTH + 1}")
    for number in range(MAX_DEPTH, 1, -1):
        called = family.callable(sub(called), post(f"Link {number}"), name=f"Link {number}")
    with environment.with_time_skipping_disabled():
        family.begin(sub(called), post("Link 1"))
        runs = await until(lambda: family.stand(*["waiting"] * (MAX_DEPTH - 1), "parked"))
        (stuck,) = family.open_waits("repair")
        assert stuck.detail["reason"] == f"“Link {MAX_DEPTH + 1}” would run itself without end."

        await program.post(f"/waits/{stuck.id}/repair", json={"action": "skip"})

        await family.over(*runs)
    assert family.stand(*["succeeded"] * MAX_DEPTH)
    assert family.posted() == [f"Link {number}" for number in range(MAX_DEPTH, 0, -1)]
    await family.close()
