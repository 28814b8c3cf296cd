"""Carries events from the record to the workflows that must hear of them: claim, signal, settle.

A crash anywhere means that a delivery is sent again; the server drops a repeat within a run by its request id, and
the workflow drops it by its seen-set.
"""

import asyncio
from dataclasses import asdict

import structlog
from temporalio.api.common.v1 import Payloads, Priority, WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import WorkflowIdConflictPolicy
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import SignalWithStartWorkflowExecutionRequest, SignalWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.common import Priority as FairShare
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.client import ApiClient
from models.types.deliveries import ClaimedDelivery, DeliveryOutcome
from models.types.events import Happened
from models.types.workflow_ids import ENGINE_QUEUE, EVENT_SIGNAL, workflow_type
from models.types.workflow_state import SubjectState
from workflows.search_attributes import born_with, initial_attributes, memo_of

log = structlog.get_logger("relay")
_BATCH = 50
_AWAY = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,
)
_SEND_TIMEOUT_SECONDS = 10.0  # rpc_timeout is not an overall deadline: the SDK retries inside it


class Relay:
    """Runs until cancelled."""

    def __init__(self, client: Client, api: ApiClient) -> None:
        self._client = client
        self._api = api

    async def run(self) -> None:
        """Claim and deliver for ever; when the API or Temporal is away, wait and go on."""
        outcomes: list[DeliveryOutcome] = []
        while True:
            try:
                claimed = await self._claim(outcomes)
                outcomes = await self._deliver_all(claimed)
            except ApplicationError as error:
                log.warning("relay waits", reason=error.message)
                await asyncio.sleep(1)

    async def _claim(self, outcomes: list[DeliveryOutcome]) -> list[ClaimedDelivery]:
        """Tell what became of the last ones and get the next. Telling it twice, after a failure, does no harm."""
        told = [asdict(outcome) for outcome in outcomes]
        rows = await self._api.system("/deliveries/claims", {"outcomes": told, "limit": _BATCH, "wait_seconds": 20})
        return [ClaimedDelivery(**{**row, "event": Happened(**row["event"])}) for row in rows]

    async def _deliver_all(self, claimed: list[ClaimedDelivery]) -> list[DeliveryOutcome]:
        """Targets side by side, the deliveries of one target in order."""
        by_target: dict[str, list[ClaimedDelivery]] = {}
        for delivery in claimed:
            by_target.setdefault(delivery.target, []).append(delivery)
        nested = await asyncio.gather(*(self._deliver_in_order(several) for several in by_target.values()))
        return [outcome for outcomes in nested for outcome in outcomes]

    async def _deliver_in_order(self, several: list[ClaimedDelivery]) -> list[DeliveryOutcome]:
        outcomes: list[DeliveryOutcome] = []
        for delivery in several:
            outcome = await self._deliver(delivery)
            outcomes.append(outcome)
            if outcome.outcome in ("failed", "away"):
                # What follows must not overtake it; the rest of the claim is given back.
                outcomes += [
                    DeliveryOutcome(later.seq, "failed", "an earlier event failed") for later in several[len(outcomes) :]
                ]
                break
        return outcomes

    async def _deliver(self, delivery: ClaimedDelivery) -> DeliveryOutcome:
        try:
            async with asyncio.timeout(_SEND_TIMEOUT_SECONDS):
                await (self._start(delivery) if delivery.kind == "start" else self._signal(delivery))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return DeliveryOutcome(delivery.seq, "late")
            return DeliveryOutcome(delivery.seq, "away" if error.status in _AWAY else "failed", error.message)
        except TimeoutError:
            return DeliveryOutcome(delivery.seq, "away", "Temporal did not answer in time")
        return DeliveryOutcome(delivery.seq, "delivered")

    async def _signal(self, delivery: ClaimedDelivery) -> None:
        await self._client.workflow_service.signal_workflow_execution(
            SignalWorkflowExecutionRequest(
                namespace=self._client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=delivery.target),
                signal_name=EVENT_SIGNAL,
                input=await self._payloads(delivery.event),
                request_id=delivery.event.event_id,
                identity=self._client.identity,
            )
        )

    async def _start(self, delivery: ClaimedDelivery) -> None:
        """Signal the workflow, starting it first when it is not running."""
        event = delivery.event
        noun, _, subject_id = delivery.target.partition("/")
        state = SubjectState(event.workspace_id, subject_id, engagement_id=event.engagement_id)
        if noun == "run" and event.type == "automation_run.requested":
            await self._start_run(delivery.target, state, event)
            return
        request = SignalWithStartWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_id=delivery.target,
            workflow_type=WorkflowType(name=workflow_type(delivery.target)),
            task_queue=TaskQueue(name=ENGINE_QUEUE),
            input=await self._payloads(state),
            signal_name=EVENT_SIGNAL,
            signal_input=await self._payloads(event),
            request_id=event.event_id,
            identity=self._client.identity,
            # Within a workspace runs come first in first out; between workspaces, each in its turn.
            priority=Priority(fairness_key=event.workspace_id),
            workflow_id_conflict_policy=WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
        )
        for name, payload in initial_attributes(state, noun, event).items():
            request.search_attributes.indexed_fields[name].CopyFrom(payload)
        for name, value in memo_of(state, noun, event).items():
            request.memo.fields[name].CopyFrom((await self._payloads(value)).payloads[0])
        await self._client.workflow_service.signal_with_start_workflow_execution(request)

    async def _start_run(self, target: str, state: SubjectState, event: Happened) -> None:
        """Start a run, whose first task is done here in the worker itself: short runs are over before a queue is met.

        A run reads everything in its own row, so it needs no signal. One that is under way already stays as it is.
        """
        await self._client.start_workflow(
            workflow_type(target),
            state,
            id=target,
            task_queue=ENGINE_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=born_with(state, "run", event),
            memo=memo_of(state, "run", event),
            priority=FairShare(fairness_key=event.workspace_id),
            request_eager_start=True,
        )

    async def _payloads(self, value: object) -> Payloads:
        return Payloads(payloads=await self._client.data_converter.encode([value]))
