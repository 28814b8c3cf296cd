"""A hundred runs in a wait of five seconds while worker, API and Temporal are killed in turn: none lost, none doubled."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models import clock
from models.db import Database
from models.rules.hook_signatures import sign
from tests.faults.accounts import settled
from tests.journeys.world import Http, World
from tests.stack import Stack, running_stack

RUNS = 100
WAIT_SECONDS = 5
KILLED = ("worker", "api", "temporal")
PATIENCE_SECONDS = 480.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home: Path = tmp_path_factory.mktemp("runs") / "home"
    with running_stack(home) as stack:
        yield stack


def task(node_id: str, title: str) -> dict[str, Any]:
    settings = {"action": "tasks.create", "input": {"title": {"text": title}}}
    return {"id": node_id, "kind": "action", "settings": settings}


def drawing() -> dict[str, Any]:
    """A call of another system, a task, five seconds, another task."""
    later = {"op": "add", "args": [{"path": "now"}, {"value": WAIT_SECONDS / 86_400}]}
    nodes = [
        {"id": "trigger", "kind": "trigger", "settings": {"kind": "webhook"}},
        task("before", "before {{ trigger.body.number }}"),
        {"id": "wait", "kind": "wait_until", "settings": {"at": {"expr": later}}},
        task("after", "after {{ trigger.body.number }}"),
    ]
    ids = [node["id"] for node in nodes]
    edges = [{"id": a, "source": a, "port": "ok", "target": b} for a, b in pairwise(ids)]
    return {"nodes": nodes, "edges": edges}


def call_hook(http: Http, hook: dict[str, Any], number: int) -> int:
    """One call of the other system, which sends it again when it gets no answer, as such systems do."""
    raw = json.dumps({"number": number}).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": f"order-{number}",
        "X-Hook-Signature": sign(hook["secret"], raw, at=clock.now()),
    }
    return http.post(hook["url"], content=raw, headers=headers).status_code


def figures(stack: Stack, automation_id: str) -> tuple[Counter[str], Counter[str]]:
    """Status to number of runs, and title to number of tasks."""
    database = Database(stack.settings.database_url)
    try:
        with database.engine.connect().execution_options(read_only=True) as connection:
            runs = connection.execute(text("SELECT status FROM automation_runs WHERE automation_id = :id"), {"id": automation_id})
            titles = connection.execute(text("SELECT title FROM tasks WHERE title LIKE 'before %' OR title LIKE 'after %'"))
            return Counter(runs.scalars()), Counter(titles.scalars())
    finally:
        database.engine.dispose()


def test_a_hundred_waiting_runs_survive_the_death_of_every_part(stack: Stack, capsys: pytest.CaptureFixture[str]):
    with closing(World(stack.settings.port, "runs", patience_seconds=PATIENCE_SECONDS)) as world:
        made = world.write("/automations", {"name": "Orders", "drawing": drawing()})
        world.write(f"/automations/{made['id']}/publication")
        hook = world.write(f"/automations/{made['id']}/hook")
        begun = time.monotonic()
        waiting: dict[str, int] = {}
        with ThreadPoolExecutor(20) as pool:
            calls = pool.map(lambda number: call_hook(world.public, hook, number), range(RUNS))
            for name in KILLED:
                world.until("runs in their wait", lambda: figures(stack, made["id"])[0]["waiting"] >= RUNS // 10)
                waiting[name] = figures(stack, made["id"])[0]["waiting"]
                stack.kill(name)
                time.sleep(2)  # so that the next one dies in another moment of the runs' lives
            answers = list(calls)
        world.until("all runs to be over", lambda: figures(stack, made["id"])[0]["succeeded"] == RUNS)
        over = time.monotonic() - begun
        settled(stack)
        runs, tasks = figures(stack, made["id"])

    expected = {f"{when} {number}" for when in ("before", "after") for number in range(RUNS)}
    lost, doubled = expected - tasks.keys(), {title for title, count in tasks.items() if count > 1}
    with capsys.disabled():
        killed = ", ".join(f"{name} with {count} waiting" for name, count in waiting.items())
        said = f"{RUNS} calls, killed {killed}: {runs['succeeded']} finished in {over:.1f} s"
        print(f"\n{said}, {len(lost)} lost, {len(doubled)} doubled")  # noqa: T201
    assert answers == [202] * RUNS
    assert runs == {"succeeded": RUNS}
    assert (lost, doubled) == (set(), set())
