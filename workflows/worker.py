"""The worker process: workflows, activities, the relay and the mailer. It holds no secret but its API token."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

from activities import (
    automation_runs,
    automations,
    bookings,
    client,
    engagements,
    invoices,
    portal,
    projects,
    proposals,
    retainers,
    waits,
)
from models.types.workflow_ids import ENGINE_QUEUE, INTEGRATIONS_QUEUE
from workflows.automation_runs import AutomationRunWorkflow
from workflows.automations import AutomationWorkflow
from workflows.bookings import BookingWorkflow
from workflows.calendar_reader import CalendarReader
from workflows.engagements import EngagementWorkflow
from workflows.invoices import InvoiceWorkflow
from workflows.log_names import LogNames
from workflows.mailer import Mailer
from workflows.proposals import ProposalWorkflow
from workflows.relay import Relay
from workflows.retainers import RetainerWorkflow
from workflows.sweeper import Sweeper

log = structlog.get_logger("worker")
WORKFLOWS = [
    EngagementWorkflow,
    ProposalWorkflow,
    BookingWorkflow,
    InvoiceWorkflow,
    RetainerWorkflow,
    AutomationRunWorkflow,
    AutomationWorkflow,
]
ACTIVITIES = [
    function
    for module in (automation_runs, automations, bookings, engagements, invoices, portal, projects, proposals, retainers, waits)
    for function in vars(module).values()
    if hasattr(function, "__temporal_activity_definition")
]


def workers(
    temporal: Client, *, activities: Sequence[Callable[..., Any]] = ACTIVITIES, runner: WorkflowRunner | None = None
) -> list[Worker]:
    """One worker per task queue: our own API apart from what speaks to somebody outside.

    Production runs unsandboxed: the sandbox costs about 12 ms of CPU a start here, and the replay tests stand guard
    (decision 0002). Tests pass the sandboxed runner, and doubles of the activities.
    """
    return [
        Worker(
            temporal,
            task_queue=ENGINE_QUEUE,
            workflows=WORKFLOWS,
            activities=activities,
            workflow_runner=runner or UnsandboxedWorkflowRunner(),
            max_cached_workflows=1000,
            max_concurrent_activities=40,
            interceptors=[LogNames()],
        ),
        Worker(
            temporal,
            task_queue=INTEGRATIONS_QUEUE,
            activities=activities,
            max_concurrent_activities=20,
            interceptors=[LogNames()],
        ),
    ]


async def run(temporal: Client, api: client.ApiClient) -> None:
    """Work until SIGTERM or SIGINT, then finish what is under way."""
    client.use(api)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runners = (Relay(temporal, api), Mailer(api), CalendarReader(api), Sweeper(api))
    carriers = [asyncio.create_task(one.run()) for one in runners]
    running = workers(temporal)
    async with running[0], running[1]:
        log.info("worker is ready", queues=[ENGINE_QUEUE, INTEGRATIONS_QUEUE])
        await _first(stop.wait(), *carriers)
    for carrier in carriers:
        carrier.cancel()
    await api.close()


async def _first(*awaitables: object) -> None:
    tasks = [asyncio.ensure_future(one) for one in awaitables]  # type: ignore[call-overload]  # coroutine or task alike
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
