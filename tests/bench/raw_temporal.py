"""The least that a run of four nodes costs in Temporal: a workflow whose three local activities do nothing, started eagerly."""

import asyncio
import time
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

from models.ids import new_token
from models.settings import Settings

_QUEUE = "bench-raw"


@activity.defn(name="bench.step")
async def step(number: int) -> int:
    """Do nothing."""
    return number


@workflow.defn(name="BenchWorkflow", sandboxed=False)
class BenchWorkflow:
    """Three steps, one after the other."""

    @workflow.run
    async def run(self) -> int:
        """How many steps were done."""
        for number in range(3):
            await workflow.execute_local_activity(step, number, start_to_close_timeout=timedelta(seconds=30))
        return 3


async def run_raw(settings: Settings, *, serial: int, runs: int, in_flight: int) -> tuple[list[float], float]:
    """Seconds of each run made one by one, and runs a second with so many in flight."""
    client = await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)
    async with Worker(client, task_queue=_QUEUE, workflows=[BenchWorkflow], activities=[step]):
        took = [await _one(client) for _ in range(5 + serial)][5:]
        gate = asyncio.Semaphore(in_flight)
        began = time.perf_counter()
        await asyncio.gather(*(_gated(gate, client) for _ in range(runs)))
        return took, runs / (time.perf_counter() - began)


async def _gated(gate: asyncio.Semaphore, client: Client) -> None:
    async with gate:
        await _one(client)


async def _one(client: Client) -> float:
    began = time.perf_counter()
    await client.execute_workflow(BenchWorkflow.run, id=f"bench/{new_token()}", task_queue=_QUEUE, request_eager_start=True)
    return time.perf_counter() - began
