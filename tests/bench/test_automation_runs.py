"""How fast automations run on the machine at hand, beside raw Temporal with as many steps. Prints figures, asserts none."""

import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench.hooked_runs import DRAWING, Counted, Hook, hooked
from tests.bench.raw_temporal import run_raw
from tests.journeys.world import World
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.bench
IN_FLIGHT, RUNS, SERIAL_RUNS, PARKED = 30, 400, 60, 1000
PARTS = ("api", "worker", "temporal")
WAITING = {
    "nodes": [
        {"id": "trigger", "kind": "trigger", "label": "", "settings": {"kind": "webhook"}},
        {"id": "wait", "kind": "delay", "label": "", "settings": {"amount": 30, "unit": "days"}},
        DRAWING["nodes"][-1],
    ],
    "edges": [
        {"id": "1", "source": "trigger", "port": "ok", "target": "wait"},
        {"id": "2", "source": "wait", "port": "ok", "target": "post"},
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


def test_runs_of_four_nodes(stack: Stack, world: World, capsys: pytest.CaptureFixture[str]):
    with hooked(world, DRAWING) as hook, closing(Counted(stack, hook.automation_id, "succeeded")) as finished:
        _start_many(hook, finished, 5)
        took = [_one(hook, finished, number) for number in range(SERIAL_RUNS)]
        rate = _start_many(hook, finished, RUNS)
    raw_took, raw_rate = asyncio.run(run_raw(stack.settings, serial=SERIAL_RUNS, runs=RUNS, in_flight=IN_FLIGHT))
    _report(capsys, f"runs of four nodes, {IN_FLIGHT} in flight", f"{rate:6.1f}/s", f"serial p50 {_median(took):5.1f} ms")
    _report(capsys, "raw Temporal, as many steps", f"{raw_rate:6.1f}/s", f"serial p50 {_median(raw_took):5.1f} ms")
    _report(capsys, "ratio", f"{rate / raw_rate:6.2f}", "")


def test_what_a_thousand_waiting_runs_take(stack: Stack, world: World, capsys: pytest.CaptureFixture[str]):
    with hooked(world, WAITING) as hook, closing(Counted(stack, hook.automation_id, "waiting")) as waiting:
        before = {name: _resident_mb(stack, name) for name in PARTS}
        rate = _start_many(hook, waiting, PARKED)
        grown = "  ".join(f"{name} +{_resident_mb(stack, name) - before[name]:.0f} MB" for name in PARTS)
    _report(capsys, f"{PARKED} runs that wait", f"{rate:6.1f}/s", grown)


def _start_many(hook: Hook, done: Counted, runs: int) -> float:
    """Start so many, never more in flight than allowed, and wait until they are done; runs a second."""
    begun = done.count()
    began = time.perf_counter()
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for number in range(runs):
            done.wait_for(begun + number + 1 - IN_FLIGHT)
            called = pool.submit(hook.call, f"{runs} runs, number {number}")
        called.result()
        done.wait_for(begun + runs)
    return runs / (time.perf_counter() - began)


def _one(hook: Hook, finished: Counted, number: int) -> float:
    wanted = finished.count() + 1
    began = time.perf_counter()
    hook.call(f"serial {number}")
    finished.wait_for(wanted)
    return time.perf_counter() - began


def _resident_mb(stack: Stack, name: str) -> float:
    lines = Path(f"/proc/{stack.pid(name)}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def _median(took: list[float]) -> float:
    return 1000 * statistics.median(took)


def _report(capsys: pytest.CaptureFixture[str], what: str, rate: str, more: str) -> None:
    with capsys.disabled():
        print(f"\n{what:38} {rate}  {more}  ({os.cpu_count()} cores)")  # noqa: T201
