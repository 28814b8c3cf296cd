"""How fast automations run on the machine at hand, beside raw Temporal with as many steps. Prints figures, asserts none."""

import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text

from models.db import Database
from tests.bench.raw_temporal import run_raw
from tests.journeys.world import World
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.bench
IN_FLIGHT, RUNS, SERIAL_RUNS = 30, 400, 60

_HAS_NAME = {"op": "not", "args": [{"op": "is_empty", "args": [{"path": "trigger.body.name"}]}]}
DRAWING = {
    "nodes": [
        {"id": "trigger", "kind": "trigger", "label": "", "settings": {"kind": "webhook"}},
        {"id": "named", "kind": "condition", "label": "", "settings": {"cases": [{"port": "yes", "when": _HAS_NAME}]}},
        {
            "id": "note",
            "kind": "action",
            "label": "",
            "settings": {"action": "contacts.create", "input": {"name": {"path": "trigger.body.name"}}},
        },
        {
            "id": "post",
            "kind": "action",
            "label": "",
            "settings": {"action": "inbox.post", "input": {"channel": {"value": "bench"}, "text": {"value": "A run"}}},
        },
    ],
    "edges": [
        {"id": "1", "source": "trigger", "port": "ok", "target": "named"},
        {"id": "2", "source": "named", "port": "yes", "target": "note"},
        {"id": "3", "source": "note", "port": "ok", "target": "post"},
    ],
    "positions": {},
    "limits": {},
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("bench") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    with closing(World(stack.settings.port, "bench")) as walked:
        yield walked


@dataclass(frozen=True, slots=True)
class Hook:
    """The door of an automation, as another system knocks on it."""

    automation_id: str
    client: httpx.Client
    secret: str

    def call(self, name: str) -> None:
        """Start a run."""
        answer = self.client.post("", json={"name": name}, headers={"X-Hook-Secret": self.secret, "Idempotency-Key": name})
        assert answer.status_code == 202, answer.text


@pytest.fixture(scope="module")
def hook(world: World) -> Iterator[Hook]:
    made = world.write("/automations", {"name": "Bench", "drawing": DRAWING}, key="bench")
    path = f"/automations/{made['id']}"
    world.write(f"{path}/publication", {}, key="bench publication")
    opened = world.write(f"{path}/hook", {}, key="bench hook")
    world.write(f"{path}/hook", {"proof": "secret"}, method="PATCH", key="bench proof")
    with httpx.Client(base_url=opened["url"], timeout=30) as client:
        yield Hook(made["id"], client, opened["secret"])


def test_runs_of_four_nodes(stack: Stack, hook: Hook, capsys: pytest.CaptureFixture[str]):
    finished = Finished(stack, hook.automation_id)
    with closing(finished):
        for number in range(5):
            hook.call(f"warm {number}")
        finished.wait_for(5)
        took = [_one(hook, finished, number) for number in range(SERIAL_RUNS)]
        begun = finished.count()
        began = time.perf_counter()
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            for number in range(RUNS):
                finished.wait_for(begun + number + 1 - IN_FLIGHT)
                pool.submit(hook.call, f"many {number}")
            finished.wait_for(begun + RUNS)
        rate = RUNS / (time.perf_counter() - began)
    raw_took, raw_rate = asyncio.run(run_raw(stack.settings, serial=SERIAL_RUNS, runs=RUNS, in_flight=IN_FLIGHT))
    with capsys.disabled():
        print(f"\nruns of four nodes, {IN_FLIGHT} in flight   {rate:6.1f}/s  serial p50 {1000 * statistics.median(took):5.1f} ms")  # noqa: T201
        print(f"raw Temporal, as many steps      {raw_rate:6.1f}/s  serial p50 {1000 * statistics.median(raw_took):5.1f} ms")  # noqa: T201
        print(f"ratio {rate / raw_rate:4.2f} ({os.cpu_count()} cores)")  # noqa: T201


class Finished:
    """The runs of an automation that came to their end, counted in the record itself."""

    def __init__(self, stack: Stack, automation_id: str) -> None:
        self._database = Database(stack.settings.database_url)
        self._automation_id = automation_id

    def close(self) -> None:
        self._database.engine.dispose()

    def count(self) -> int:
        found = text("SELECT count(*) FROM automation_runs WHERE automation_id = :id AND finished_at IS NOT NULL")
        with self._database.engine.connect().execution_options(read_only=True) as connection:
            return int(connection.execute(found, {"id": self._automation_id}).scalar_one())

    def wait_for(self, wanted: int) -> None:
        """Wait until there are that many. Fails after two minutes."""
        deadline = time.monotonic() + 120
        while self.count() < wanted:
            assert time.monotonic() < deadline, f"{self.count()} of {wanted} runs are finished"
            time.sleep(0.001)


def _one(hook: Hook, finished: Finished, number: int) -> float:
    wanted = finished.count() + 1
    began = time.perf_counter()
    hook.call(f"serial {number}")
    finished.wait_for(wanted)
    return time.perf_counter() - began
