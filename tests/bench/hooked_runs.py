"""Runs that a hook starts, for the benchmarks: their drawing, their door, and counting them in the record."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.journeys.world import World
from tests.stack import Stack

_HAS_NAME = {"op": "not", "args": [{"op": "is_empty", "args": [{"path": "trigger.body.name"}]}]}
DRAWING: dict[str, Any] = {
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


@dataclass(frozen=True, slots=True)
class Hook:
    """The door of an automation, as another system knocks on it."""

    automation_id: str
    client: httpx.Client
    url: str
    secret: str

    def call(self, name: str) -> None:
        """Start a run."""
        answer = self.client.post(self.url, json={"name": name}, headers={"X-Hook-Secret": self.secret, "Idempotency-Key": name})
        assert answer.status_code == 202, answer.text


@contextmanager
def hooked(world: World, drawing: dict[str, Any]) -> Iterator[Hook]:
    """A published automation with an open door."""
    name = f"Bench {len(drawing['nodes'])}"
    made = world.write("/automations", {"name": name, "drawing": drawing}, key=name)
    path = f"/automations/{made['id']}"
    world.write(f"{path}/publication", {}, key=f"{name} publication")
    opened = world.write(f"{path}/hook", {}, key=f"{name} hook")
    world.write(f"{path}/hook", {"proof": "secret"}, method="PATCH", key=f"{name} proof")
    with httpx.Client(timeout=30) as client:
        yield Hook(made["id"], client, opened["url"], opened["secret"])


class Counted:
    """The runs of an automation in one status, counted in the record itself, at next to no cost for who is measured."""

    def __init__(self, stack: Stack, automation_id: str, status: str) -> None:
        path = stack.settings.database_url.removeprefix("sqlite:///")
        self._record = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self._which = (automation_id, status)

    def close(self) -> None:
        self._record.close()

    def count(self) -> int:
        counted = self._record.execute("SELECT count(*) FROM automation_runs WHERE automation_id = ? AND status = ?", self._which)
        return int(counted.fetchone()[0])

    def wait_for(self, wanted: int) -> None:
        """Wait until there are that many. Fails after five minutes."""
        deadline = time.monotonic() + 300
        while self.count() < wanted:
            assert time.monotonic() < deadline, f"{self.count()} of {wanted} runs are {self._which[1]}"
            time.sleep(0.002)
