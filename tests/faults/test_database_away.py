"""The database of a running stack is away for twenty seconds: calls meanwhile are asked to come again, and no run suffers."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from models import clock
from models.db import Database
from models.rules.hook_signatures import sign
from tests.faults.accounts import settled
from tests.faults.test_runs_under_fire import drawing, figures
from tests.journeys.world import World
from tests.stack import Stack, running_stack
from tests.standins.postgres import fresh_database, running_server, server_away

RUNS_BEFORE, RUNS_MEANWHILE = 40, 40
AWAY_SECONDS = 20.0
"""Longer than a writer waits for SQLite's lock."""
PATIENCE_SECONDS = 240.0

Away = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Answer:
    """What one call of the other system was told."""

    status: int
    retry_after: str


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process writes and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture(params=["sqlite", "postgresql"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Stack, Away]]:
    """A running stack, and how its database goes away."""
    home = tmp_path / "home"
    if request.param == "sqlite":
        with running_stack(home) as stack:
            yield stack, lambda: locked(home / "throughline.db")
        return
    with (
        running_server() as server,
        fresh_database(server, "away") as url,
        running_stack(home, THROUGHLINE_DATABASE_URL=url) as stack,
    ):
        yield stack, lambda: server_away(server)


def call_hook(stack: Stack, hook: dict[str, Any], number: int) -> list[Answer]:
    """One call of the other system, made again for as long as it is told to come again; each answer that it got."""
    raw = json.dumps({"number": number}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"order-{number}"}
    answers: list[Answer] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(base_url=stack.url, timeout=90) as client:
        while not answers or (answers[-1].status == 503 and time.monotonic() < deadline):
            time.sleep(1 if answers else 0)
            proof = {"X-Hook-Signature": sign(hook["secret"], raw, at=clock.now())}
            told = client.post(hook["url"], content=raw, headers={**headers, **proof})
            answers.append(Answer(told.status_code, told.headers.get("retry-after", "")))
    return answers


def stuck(stack: Stack) -> list[str]:
    """What waits for a person to repair it."""
    database = Database(stack.settings.database_url)
    try:
        with database.engine.connect().execution_options(read_only=True) as connection:
            return list(connection.execute(text("SELECT what FROM waits WHERE kind = 'repair'")).scalars())
    finally:
        database.engine.dispose()


def test_runs_and_calls_outlast_a_database_that_is_away(stack: tuple[Stack, Away], capsys: pytest.CaptureFixture[str]):
    product, away = stack
    runs = RUNS_BEFORE + RUNS_MEANWHILE
    with closing(World(product.settings.port, "away", patience_seconds=PATIENCE_SECONDS)) as world:
        made = world.write("/automations", {"name": "Orders", "drawing": drawing()})
        world.write(f"/automations/{made['id']}/publication")
        hook = world.write(f"/automations/{made['id']}/hook")
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda number: call_hook(product, hook, number), range(RUNS_BEFORE)))
            world.until("runs in their wait", lambda: figures(product, made["id"])[0]["waiting"] >= RUNS_BEFORE // 4)
            waiting = figures(product, made["id"])[0]["waiting"]
            with away():
                calls = pool.map(lambda number: call_hook(product, hook, number), range(RUNS_BEFORE, runs))
                time.sleep(AWAY_SECONDS)
            answers += list(calls)
        world.until("all runs to be over", lambda: figures(product, made["id"])[0]["succeeded"] == runs)
        settled(product)
        statuses, tasks = figures(product, made["id"])

    refused = [one for told in answers for one in told[:-1]]
    expected = {f"{when} {number}" for when in ("before", "after") for number in range(runs)}
    lost, doubled = expected - tasks.keys(), {title for title, count in tasks.items() if count > 1}
    with capsys.disabled():
        said = f"{runs} calls, database away with {waiting} runs waiting, {len(refused)} answers to come again"
        print(f"\n{said}, {len(lost)} lost, {len(doubled)} doubled")  # noqa: T201
    assert [told[-1].status for told in answers] == [202] * runs
    assert all(one.status == 503 and one.retry_after.isdigit() for one in refused)
    assert statuses == {"succeeded": runs}
    assert (lost, doubled, stuck(product)) == (set(), set(), [])
