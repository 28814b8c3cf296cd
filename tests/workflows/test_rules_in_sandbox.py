"""Rules are re-imported under guard inside workflows; they must say there what they say outside."""

import asyncio

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.workflows.probe import RulesProbeWorkflow, answers
from workflows.sandbox import runner

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_rules_answer_the_same_inside_a_workflow(environment: WorkflowEnvironment):
    async with Worker(environment.client, task_queue="probe", workflows=[RulesProbeWorkflow], workflow_runner=runner()):
        asked = environment.client.execute_workflow(RulesProbeWorkflow.run, id="probe", task_queue="probe")
        assert await asyncio.wait_for(asked, 20) == answers()
