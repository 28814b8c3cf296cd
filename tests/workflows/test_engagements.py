"""The engagement's order of things, on a real server, in the sandbox."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from models.ids import new_id
from models.types.calls import Schedule
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from tests.workflows.doubles import Api
from workflows.engagements import EngagementWorkflow
from workflows.sandbox import runner
from workflows.worker import workers

pytestmark = pytest.mark.asyncio(loop_scope="session")


def event(event_type: str, subject_id: str = "pro_1", event_id: str | None = None) -> Happened:
    return Happened(event_id or new_id("evt"), event_type, event_type.split(".")[0], subject_id, "ws_1", "eng_1")


@asynccontextmanager
async def engagement(environment: WorkflowEnvironment, api: Api) -> AsyncIterator[WorkflowHandle[Any, Any]]:
    running = workers(environment.client, activities=api.activities(), runner=runner())
    async with running[0], running[1]:
        with environment.with_time_skipping_disabled():
            handle = await environment.client.start_workflow(
                EngagementWorkflow.run,
                SubjectState("ws_1", "eng_1", engagement_id="eng_1"),
                id=f"engagement/{new_id('eng')}",
                task_queue="engine",
            )
            yield handle
            await handle.terminate() if (await handle.describe()).status == 1 else None


async def until(condition) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.025)
    raise AssertionError("it did not come to pass")


async def test_after_acceptance_everything_follows_in_order(environment: WorkflowEnvironment):
    api = Api()
    async with engagement(environment, api) as handle:
        await handle.signal("happened", event("proposal.accepted"))

        await until(lambda: "engagements.refresh" in api.names)

    expected = ["proposals.seal", "projects.kick_off", "portal.invite", "invoices.draft_deposit", "retainers.start"]
    assert api.names == [*expected, "engagements.refresh"]


async def test_every_signal_delivered_twice_has_its_effect_once(environment: WorkflowEnvironment):
    api = Api()
    accepted, booked = event("proposal.accepted"), event("booking.made", new_id("boo"))
    async with engagement(environment, api) as handle:
        for one in (accepted, accepted, booked, booked, accepted):
            await handle.signal("happened", one)

        await until(lambda: api.names.count("engagements.refresh") >= 2)
        await asyncio.sleep(0.2)

    assert api.names.count("proposals.seal") == 1
    assert api.names.count("engagements.refresh") == 2


async def test_repeats_are_dropped_across_a_new_history(environment: WorkflowEnvironment):
    api = Api()
    accepted = event("proposal.accepted")
    async with engagement(environment, api) as handle:
        await handle.signal("happened", accepted)
        await until(lambda: "engagements.refresh" in api.names)
        await handle.signal("roll")
        await handle.signal("happened", accepted)
        await handle.signal("happened", event("project.completed", "prj_1"))

        await until(lambda: api.names.count("engagements.refresh") == 2)
        state = await environment.client.get_workflow_handle(handle.id).query("progress", result_type=SubjectState)

    assert state.rolls >= 1
    assert api.names.count("proposals.seal") == 1


async def test_a_step_that_fails_for_good_waits_for_repair_and_goes_on(environment: WorkflowEnvironment):
    api = Api(failing={"projects.kick_off": 1})
    async with engagement(environment, api) as handle:
        await handle.signal("happened", event("proposal.accepted"))
        await until(lambda: api.repairs)
        assert "portal.invite" not in api.names

        stuck = api.repairs[0]
        payload: dict[str, str | int | bool | None] = {"key": stuck.key, "action": "retry"}
        await handle.signal("happened", dataclasses.replace(event("wait.repaired"), payload=payload))
        await until(lambda: "engagements.refresh" in api.names)

    assert stuck.detail == {"reason": "The template is gone."}
    assert api.names.count("projects.kick_off") == 1
    assert api.names.index("projects.kick_off") < api.names.index("portal.invite")


async def test_a_sent_proposal_gets_a_workflow_of_its_own_once(environment: WorkflowEnvironment):
    api = Api(schedule=lambda _: Schedule(what="Ada to sign"))
    proposal_id = new_id("pro")
    async with engagement(environment, api) as handle:
        await handle.signal("happened", event("proposal.sent", proposal_id))
        await handle.signal("happened", event("proposal.sent", proposal_id))

        await until(lambda: [wait for wait in api.waits if wait.workflow_id == f"proposal/{proposal_id}"])
        child = await environment.client.get_workflow_handle(f"proposal/{proposal_id}").describe()
        await environment.client.get_workflow_handle(f"proposal/{proposal_id}").terminate()

    assert child.workflow_type == "ProposalWorkflow"


async def test_archiving_ends_the_workflow(environment: WorkflowEnvironment):
    api = Api()
    async with engagement(environment, api) as handle:
        await handle.signal("happened", event("engagement.archived", "eng_1"))

        await asyncio.wait_for(handle.result(), timeout=20)

    assert api.closed[-1].key == "*"


async def test_what_comes_in_while_the_waits_are_closed_is_not_lost(environment: WorkflowEnvironment):
    api = Api(may_close=asyncio.Event())
    async with engagement(environment, api) as handle:
        await handle.signal("happened", event("engagement.archived", "eng_1"))
        await until(lambda: api.closed)
        await handle.signal("happened", event("engagement.unarchived", "eng_1"))
        api.may_close.set()

        await until(lambda: "engagements.refresh" in api.names)
        await handle.signal("happened", event("engagement.archived", "eng_1"))
        await asyncio.wait_for(handle.result(), timeout=20)

    assert len(api.closed) == 2
