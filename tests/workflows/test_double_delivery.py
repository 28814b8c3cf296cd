"""Every signal of every workflow, delivered twice as after a crash of the relay: its effect is there once."""

import asyncio
import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from temporalio import activity
from temporalio.testing import WorkflowEnvironment

from models.ids import new_id
from models.rules.engagements import is_last, steps_after
from models.rules.events import targets
from models.types.automation_runs import AdvanceInput, RunPosition
from models.types.calls import Schedule, SubjectInput
from models.types.events import CATALOGUE, Happened
from models.types.workflow_ids import WORKFLOW_TYPES
from models.types.workflow_state import SubjectState
from tests.workflows.doubles import Api
from tests.workflows.live import end, rolled
from tests.workflows.running import Handle, running, until
from workflows.worker import WORKFLOWS

SCHEDULED = ("proposal", "booking", "invoice", "retainer", "automation")
LOOKS = ("automation_run.canceled", "automation_run.woken", "automation_run.moved", "automation_run.moved_back")


@dataclass
class Looks(Api):
    """Everything waits for ever; counts how often each workflow looked at its record."""

    looks: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.schedule = self._look

    def _look(self, subject: SubjectInput) -> Schedule:
        self.looks[subject.subject_id] += 1
        return Schedule(what="something")

    def _double(self, name: str) -> Callable[..., Any]:
        return self._advancing(name) if name == "automation_runs.advance" else super()._double(name)

    def _advancing(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def advance(asked: AdvanceInput) -> RunPosition:
            self.looks[asked.run_id] += 1
            return RunPosition("waiting", is_over=False)

        return advance


def heard_by(noun: str) -> list[str]:
    """The names of the events that are delivered to workflows of a noun."""
    if noun == "automation":
        return ["automation.published", "automation.switched_off", "task.changed"]
    return [name for name in CATALOGUE if any(target.startswith(f"{noun}/") for target, _ in targets(_event(name, noun)))]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("noun", SCHEDULED)
async def test_a_subject_asks_once_for_every_event(environment: WorkflowEnvironment, noun: str):
    api = Looks()
    names = [name for name in heard_by(noun) if name != "wait.repaired"]
    async with running(environment, api, noun) as handle:
        await _look_at_each(api, handle, noun, names, looks=names)

    assert names


@pytest.mark.asyncio(loop_scope="session")
async def test_a_run_looks_once_for_every_event(environment: WorkflowEnvironment):
    api = Looks()
    names = [name for name in heard_by("run") if name != "wait.repaired"]
    async with running(environment, api, "run") as handle:
        await _look_at_each(api, handle, "run", names, looks=LOOKS)

    assert set(LOOKS) < set(names)


@pytest.mark.asyncio(loop_scope="session")
async def test_an_engagement_takes_every_step_once(environment: WorkflowEnvironment):
    api = Looks()
    events = [_event(name, "engagement", new_id("sub")) for name in heard_by("engagement")]
    going_on = [one for one in events if not is_last(one) and one.type != "wait.repaired"]
    async with running(environment, api, "engagement") as handle:
        for number, one in enumerate(going_on, start=1):
            await _twice(handle, one)
            await until(functools.partial(_has_answered, api, number))
        children = [f"{step.name}/{step.subject_id}" for one in going_on for step in steps_after(one) if step.kind == "child"]
        await until(lambda: len(api.looks) == len(children))
        await _twice(handle, next(one for one in events if is_last(one)))
        await asyncio.wait_for(handle.result(), timeout=20)
        for child in children:
            await end(environment, child)

    steps = [step.name for one in going_on for step in steps_after(one) if step.kind == "activity"]
    assert Counter(api.names) == Counter([*steps, *("engagements.refresh" for _ in going_on)])
    assert set(api.looks.values()) == {1}
    assert len(api.closed) == 1


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("noun", "act"), [("engagement", "projects.kick_off"), ("proposal", "proposals.schedule")])
async def test_a_decision_that_comes_twice_tries_once(environment: WorkflowEnvironment, noun: str, act: str):
    api = Looks(failing={act: 2})
    async with running(environment, api, noun) as handle:
        if noun == "engagement":
            await handle.signal("happened", _event("proposal.accepted", noun))
        await until(lambda: len(api.repairs) == 1)
        decided = _event("wait.repaired", noun, key=api.repairs[0].key, action="retry", workflow_id=handle.id)
        await _twice(handle, decided)
        await until(lambda: len(api.repairs) == 2)
        await handle.signal("happened", decided)
        await asyncio.sleep(0.3)
        state = await handle.query("progress", result_type=SubjectState)

    assert state.stuck == [api.repairs[1].key]
    assert state.repairs == {}
    assert api.failing[act] == 0


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("noun", [noun for noun in WORKFLOW_TYPES if noun != "engagement"])
async def test_a_roll_that_is_asked_for_twice_loses_nothing(environment: WorkflowEnvironment, noun: str):
    api = Looks()
    async with running(environment, api, noun) as handle:
        subject_id = handle.id.partition("/")[2]
        await until(lambda: api.looks[subject_id])
        await handle.signal("roll")
        await handle.signal("roll")
        await until(lambda: api.looks[subject_id] > 1)
        # A run looks once more before it rolls; a new history looks first of all.
        state = await rolled(handle)

    assert state.rolls in (1, 2)


def test_every_workflow_is_among_these():
    nouns = {*SCHEDULED, "engagement", "run"}
    assert nouns == set(WORKFLOW_TYPES)
    assert {WORKFLOW_TYPES[noun] for noun in nouns} == {one.__name__ for one in WORKFLOWS}


async def _look_at_each(api: Looks, handle: Handle, noun: str, names: list[str], *, looks: Any) -> None:
    subject_id = handle.id.partition("/")[2]
    await until(lambda: api.looks[subject_id] == 1)
    expected = 1
    for name in names:
        await _twice(handle, _event(name, noun, subject_id))
        expected += name in looks
        await until(functools.partial(_has_looked, api, subject_id, expected))
    await asyncio.sleep(0.3)
    assert api.looks[subject_id] == expected


def _has_answered(api: Looks, number: int) -> bool:
    return api.names.count("engagements.refresh") == number


def _has_looked(api: Looks, subject_id: str, times: int) -> bool:
    return api.looks[subject_id] >= times


async def _twice(handle: Handle, happened: Happened) -> None:
    await handle.signal("happened", happened)
    await handle.signal("happened", happened)


def _event(name: str, noun: str, subject_id: str = "x", **payload: Any) -> Happened:
    about = payload or {"invoice_id": subject_id, "workflow_id": f"{noun}/{subject_id}", "automation_id": "aut_1"}
    return Happened(new_id("evt"), name, CATALOGUE[name].subject, subject_id, "ws_1", "eng_1", payload=about)
