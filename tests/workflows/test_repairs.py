"""What keeps failing waits for a person and holds up nothing else; our own errors too."""

import asyncio
from dataclasses import replace

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from models import clock
from models.ids import new_id
from models.rules.engagements import steps_after
from models.types.calls import Schedule, SubjectInput
from models.types.waits import Duty
from models.types.workflow_state import SubjectState
from tests.workflows.doubles import Api
from tests.workflows.running import decide, running, tell, until
from workflows.connection import DATA_CONVERTER
from workflows.sandbox import runner
from workflows.worker import WORKFLOWS

pytestmark = pytest.mark.asyncio(loop_scope="session")
FOR_EVER = 1000


def due(action: str = "remind", index: int = 1) -> Schedule:
    return Schedule(action=action, wake_at=clock.now().isoformat(), index=index, what="Ada to sign")


async def test_a_step_that_is_skipped_is_not_tried_again(environment: WorkflowEnvironment):
    api = Api(failing={"proposals.remind": 1}, schedule=lambda _: due())
    async with running(environment, api, "proposal") as handle:
        await until(lambda: api.repairs)
        stuck = api.repairs[0]
        api.schedule = lambda _: Schedule(is_over=True) if api.calls else due("expire", 0)
        await decide(handle, stuck, "skip")
        await asyncio.wait_for(handle.result(), timeout=20)

    assert stuck.duty == Duty("remind", handle.id.partition("/")[2], 1)
    assert api.names == ["proposals.expire"]
    assert len(api.repairs) == 1


async def test_a_deciding_event_ends_what_is_stuck(environment: WorkflowEnvironment):
    api = Api(failing={"proposals.remind": FOR_EVER}, schedule=lambda _: due())
    async with running(environment, api, "proposal") as handle:
        await until(lambda: api.repairs)
        api.schedule = lambda _: Schedule(is_over=True)
        await tell(handle, "proposal.accepted")
        await asyncio.wait_for(handle.result(), timeout=20)

    assert api.calls == []
    assert api.closed[-1].key == "*"


async def test_what_was_overtaken_leaves_the_tray_and_the_next_is_done(environment: WorkflowEnvironment):
    api = Api(failing={"invoices.remind": FOR_EVER}, schedule=lambda _: due())
    async with running(environment, api, "invoice") as handle:
        await until(lambda: api.repairs)
        api.schedule = lambda _: Schedule(what="the rest") if api.calls else due("receipt")
        await tell(handle, "payment.succeeded")
        await until(lambda: api.closed)
        await until(lambda: "invoices.receipt" in api.names)

    assert [closed.key for closed in api.closed] == [api.repairs[0].key]


async def test_an_event_that_changes_nothing_does_not_try_a_stuck_step_again(environment: WorkflowEnvironment):
    api = Api(failing={"proposals.remind": 2}, schedule=lambda _: due())
    asked: list[str] = []

    def still_due(subject: SubjectInput) -> Schedule:
        asked.append(subject.subject_id)
        return due()

    async with running(environment, api, "proposal") as handle:
        await until(lambda: api.repairs)
        api.schedule = still_due
        await tell(handle, "proposal.changed")
        await until(lambda: asked)
        await handle.signal("roll")
        await until(lambda: len(asked) > 1)
        assert api.failing["proposals.remind"] == 1

        await decide(handle, api.repairs[0], "retry")
        await until(lambda: len(api.repairs) == 2)
        await decide(handle, api.repairs[1], "retry")
        await until(lambda: api.calls)


async def test_a_look_up_that_fails_cannot_be_skipped_and_ends_nothing(environment: WorkflowEnvironment):
    api = Api(failing={"retainers.schedule": 2}, schedule=lambda _: Schedule(what="the next period"))
    async with running(environment, api, "retainer") as handle:
        await until(lambda: api.repairs)
        assert not api.repairs[0].can_skip
        await decide(handle, api.repairs[0], "skip")
        await until(lambda: len(api.repairs) == 2)
        await tell(handle, "retainer.changed")
        await until(lambda: [wait for wait in api.waits if wait.key == "next"])

    assert api.closed[-1].key == api.repairs[1].key


async def test_an_engagement_hears_on_while_a_step_is_stuck(environment: WorkflowEnvironment):
    api = Api(failing={"projects.kick_off": 1}, schedule=lambda _: Schedule(what="the call"))
    booking_id = new_id("boo")
    async with running(environment, api, "engagement") as handle:
        await tell(handle, "proposal.accepted")
        await until(lambda: api.repairs)
        await tell(handle, "booking.made", booking_id)
        await until(lambda: [wait for wait in api.waits if wait.workflow_id == f"booking/{booking_id}"])
        await environment.client.get_workflow_handle(f"booking/{booking_id}").terminate()
        assert "portal.invite" not in api.names

        await handle.signal("roll")
        await asyncio.sleep(0.5)
        await decide(handle, api.repairs[0], "retry")
        await until(lambda: api.names.count("engagements.refresh") == 2)
        state = await handle.query("progress", result_type=SubjectState)

    assert state.rolls == 1
    assert (state.courses, state.stuck) == ([], [])
    acts = [name for name in api.names if name != "engagements.refresh"]
    assert acts == ["proposals.seal", "projects.kick_off", "portal.invite", "invoices.draft_deposit", "retainers.start"]


async def test_a_step_skipped_before_a_new_history_stays_skipped(environment: WorkflowEnvironment):
    api = Api(failing={"proposals.seal": FOR_EVER, "portal.invite": FOR_EVER})
    async with running(environment, api, "engagement") as handle:
        await tell(handle, "proposal.accepted")
        await until(lambda: api.repairs)
        assert api.repairs[0].duty == Duty("proposals.seal", "pro_1")
        await decide(handle, api.repairs[0], "skip")
        await until(lambda: len(api.repairs) == 2)
        await handle.signal("roll")
        await asyncio.sleep(0.5)
        await decide(handle, api.repairs[1], "skip")
        await until(lambda: "engagements.refresh" in api.names)

    assert [wait.duty.action for wait in api.repairs if wait.duty] == ["proposals.seal", "portal.invite"]
    assert api.names == ["projects.kick_off", "invoices.draft_deposit", "retainers.start", "engagements.refresh"]


async def test_archiving_ends_what_is_stuck(environment: WorkflowEnvironment):
    api = Api(failing={"projects.kick_off": FOR_EVER})
    async with running(environment, api, "engagement") as handle:
        await tell(handle, "proposal.accepted")
        await until(lambda: api.repairs)
        await tell(handle, "engagement.archived", "eng_1")
        await asyncio.wait_for(handle.result(), timeout=20)

    assert api.closed[-1].key == "*"
    assert "portal.invite" not in api.names


async def test_closing_that_is_refused_waits_for_repair(environment: WorkflowEnvironment):
    api = Api(failing={"waits.close": 1})
    async with running(environment, api, "proposal") as handle:
        await until(lambda: api.repairs)
        await decide(handle, api.repairs[0], "retry")
        await asyncio.wait_for(handle.result(), timeout=20)

    assert [closed.key for closed in api.closed] == ["*"]


async def test_a_tray_that_refuses_is_asked_again(environment: WorkflowEnvironment):
    api = Api(failing={"waits.register": 1, "proposals.remind": 1}, schedule=lambda _: replace(due(), what=""))
    async with running(environment, api, "proposal") as handle:
        await until(lambda: not api.failing["waits.register"])
        await environment.fast_forward(handle, 3700)
        await until(lambda: api.repairs)


async def test_an_error_of_our_own_waits_for_repair_and_mended_code_goes_on(environment: WorkflowEnvironment):
    """The schedule names an action that this version of the workflow does not know."""
    api = Api(schedule=lambda _: due("dance"))
    async with running(environment, api, "proposal") as handle:
        await until(lambda: api.repairs)
        broken = api.repairs[0]
        api.schedule = lambda _: Schedule(is_over=True) if api.calls else due()
        await decide(handle, broken, "retry")
        await asyncio.wait_for(handle.result(), timeout=20)
        history = await handle.fetch_history()

    assert broken.detail == {"reason": "KeyError: 'dance'"}
    assert not broken.can_skip
    assert api.names == ["proposals.remind"]
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=runner(), data_converter=DATA_CONVERTER)
    assert (await replayer.replay_workflow(history)).replay_failure is None


@pytest.mark.parametrize(("choice", "sealed"), [("retry", 1), ("skip", 0)])
async def test_an_event_that_breaks_the_workflow_is_kept_until_somebody_decides(
    environment: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch, choice: str, sealed: int
):
    def breaking(happened):
        if happened.type == "proposal.accepted":
            raise RuntimeError("there is a bug")
        return steps_after(happened)

    monkeypatch.setattr("workflows.engagements.steps_after", breaking)
    api = Api()
    async with running(environment, api, "engagement", runs=UnsandboxedWorkflowRunner()) as handle:
        await tell(handle, "proposal.accepted")
        await until(lambda: api.repairs)
        await tell(handle, "task.completed", "tsk_1")
        monkeypatch.setattr("workflows.engagements.steps_after", steps_after)
        await decide(handle, api.repairs[0], choice)
        await until(lambda: api.names.count("engagements.refresh") == 1 + sealed)

    assert api.repairs[0].detail == {"reason": "RuntimeError: there is a bug"}
    assert api.repairs[0].can_skip
    assert api.names.count("proposals.seal") == sealed


async def test_a_decision_that_says_nothing_breaks_nothing(environment: WorkflowEnvironment):
    api = Api()
    async with running(environment, api, "engagement") as handle:
        happened = await tell(handle, "wait.repaired", "wai_1")
        await handle.signal("happened", replace(happened, event_id=new_id("evt"), payload={"key": "repair:x"}))
        await tell(handle, "task.completed", "tsk_1")
        await until(lambda: "engagements.refresh" in api.names)

    assert api.repairs == []
