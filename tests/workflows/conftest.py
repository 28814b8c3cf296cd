"""A real Temporal server with a clock per workflow that skips: years in seconds."""

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from temporalio.service import RPCError
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from models.db import Database
from models.settings import Settings
from tests.builders.workspaces import Studio
from tests.workflows.live import at_work
from workflows.connection import DATA_CONVERTER
from workflows.search_attributes import register

_FLAGS = (
    "matching.enableFairness=true",
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',
    "history.transferProcessorMaxPollRPS=2000",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    """The server, from the package in the lock: nothing is downloaded."""
    extra = ["--headless"]
    for flag in _FLAGS:
        extra += ["--dynamic-config-value", flag]
    started = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(max_session_skip_count=5000),
        dev_server_existing_path=shutil.which("temporal", path=_venv_bin()),
        data_converter=DATA_CONVERTER,
        dev_server_log_level="error",
        dev_server_extra_args=extra,
    )
    await register(started.client)
    async with started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def program(
    environment: WorkflowEnvironment, settings: Settings, database: Database, studio: Studio
) -> AsyncIterator[httpx.AsyncClient]:
    """A program of the studio, with the API, the worker and the relay at work behind it."""
    async with (
        at_work(environment, settings, database) as transport,
        httpx.AsyncClient(transport=transport, base_url="http://api/api/v1", headers=studio.bearer) as caller,
    ):
        yield caller


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_left_behind(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """What a test leaves running would be run by the next one's worker, which does not know it, again and again in no time."""
    yield
    if "environment" not in request.fixturenames:
        return
    client = request.getfixturevalue("environment").client
    async for left in client.list_workflows("ExecutionStatus = 'Running'"):
        with suppress(RPCError):  # it came to its end by itself meanwhile
            await client.get_workflow_handle(left.id).terminate("the test is over")


def _venv_bin() -> str:
    return str(Path(sys.executable).parent)
