"""What an engagement has started outlives its own histories, and its end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from models.ids import new_id
from models.rules.engagements import steps_after
from models.types.automation_runs import AdvanceInput, RunPosition
from models.types.calls import Schedule, SubjectInput
from models.types.events import CATALOGUE, Happened
from tests.workflows.doubles import Api
from tests.workflows.live import rolled
from tests.workflows.running import running, tell, until

BORN_OF = {
    "proposal": ("proposal.sent", "proposal.viewed"),
    "booking": ("booking.made", "booking.rescheduled"),
    "invoice": ("invoice.issued", "invoice.changed"),
    "retainer": ("retainer.started", "retainer.changed"),
    "run": ("automation_run.requested", "automation_run.moved"),
}
"""A child, what starts it, and what makes it look again."""


@dataclass
class Lives(Api):
    """Everything waits for ever; `asked` are the subjects whose workflows looked at the record."""

    asked: list[str] = field(default_factory=list)

    def _double(self, name: str) -> Callable[..., Any]:
        return self._advancing(name) if name == "automation_runs.advance" else super()._double(name)

    def _advancing(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def advance(asked: AdvanceInput) -> RunPosition:
            self.asked.append(asked.run_id)
            return RunPosition("waiting", is_over=False)

        return advance


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("noun", BORN_OF)
async def test_a_child_lives_on_when_its_parent_rolls_and_ends(environment: WorkflowEnvironment, noun: str):
    born_of, looks_at = BORN_OF[noun]
    subject_id = new_id(noun[:3])
    api = Lives()
    api.schedule = lambda subject: _waiting(api, subject)
    async with running(environment, api, "engagement") as parent:
        child = environment.client.get_workflow_handle(f"{noun}/{subject_id}")
        await tell(parent, born_of, subject_id)
        await until(lambda: api.asked)
        born = await child.describe()

        await parent.signal("roll")
        await tell(parent, born_of, subject_id)
        await until(lambda: api.names.count("engagements.refresh") == 2)
        state = await rolled(parent)
        await tell(parent, "engagement.archived", "eng_1")
        await asyncio.wait_for(parent.result(), timeout=20)

        lives = await child.describe()
        before = len(api.asked)
        await tell(child, looks_at, subject_id)
        await until(lambda: len(api.asked) > before)
        await child.terminate()

    assert state.rolls == 1
    assert born.parent_id == parent.id
    assert (lives.run_id, lives.status) == (born.run_id, WorkflowExecutionStatus.RUNNING)


def test_every_child_of_an_engagement_is_told_of():
    started = {
        step.name
        for name in CATALOGUE
        for step in steps_after(Happened("evt_1", name, name.partition(".")[0], "x", "ws_1"))
        if step.kind == "child"
    }
    assert started == set(BORN_OF)


def _waiting(api: Lives, subject: SubjectInput) -> Schedule:
    api.asked.append(subject.subject_id)
    return Schedule(what="something")
