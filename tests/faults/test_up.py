"""`throughline up` itself: killed parts come back, everything ends together, a second start carries on."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.stack import Stack, running_stack

CHILDREN = ["temporal", "mail", "provider", "api", "worker"]


@pytest.fixture
def stack(tmp_path: Path):
    with running_stack(tmp_path / "home") as stack:
        yield stack


def test_whatever_is_killed_comes_back(stack: Stack):
    for name in CHILDREN:
        killed = stack.kill(name)
        until(partial(is_reborn, stack, name, killed))
    until(lambda: answers(f"{stack.url}/readyz"))
    until(lambda: answers(stack.settings.mail_page_url))
    until(lambda: answers(stack.settings.temporal_ui_url))
    until(lambda: (stack.home / "logs" / "worker.log").read_text().count("worker is ready") == 2)


def test_one_signal_ends_everything_and_a_second_start_carries_on(stack: Stack):
    pids = living(stack)
    secrets = (stack.home / "secrets.json").read_text()
    workspaces = rows(stack, "workspaces")
    assert stack.stop(with_signal=signal.SIGINT) == 0
    until(lambda: not [pid for pid in pids if is_alive(pid)])
    stack.start()
    assert (stack.home / "secrets.json").read_text() == secrets
    assert rows(stack, "workspaces") == workspaces
    assert workspaces


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_starts_at_once(stack: Stack):
    pids = living(stack)
    stack.stop(with_signal=signal.SIGKILL)
    until(lambda: not [pid for pid in pids if is_alive(pid)])
    stack.start()
    assert answers(f"{stack.url}/readyz")


def test_a_second_one_over_the_same_data_says_so_in_one_line(stack: Stack):
    second = Stack(stack.home, stack.settings.port)
    second.said = stack.home.parent / "second.out"
    with pytest.raises(AssertionError, match=r"Cannot start: It already runs from .* THROUGHLINE_HOME"):
        second.start()
    assert "Traceback" not in second.said.read_text()
    assert answers(f"{stack.url}/readyz")


def is_reborn(stack: Stack, name: str, killed: int) -> bool:
    return stack.pid(name) not in (None, killed)


def living(stack: Stack) -> list[int]:
    pids = [pid for name in CHILDREN if (pid := stack.pid(name))]
    assert len(pids) == len(CHILDREN)
    return pids


def rows(stack: Stack, table: str) -> int:
    with closing(sqlite3.connect(stack.home / "throughline.db")) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own word


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, follow_redirects=True).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
