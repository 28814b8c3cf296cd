"""One key, one effect: repeats that come later, at the same moment, and after a crash, on both databases."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import select

from api.app import create_app
from api.deps import Call, Slow, Write
from api.routing import Router
from models import clock
from models.commands.idempotency import KEPT_FOR, LEASE, KeyedWrite, claim_key
from models.commands.tasks import create_task
from models.db import Database
from models.settings import Settings
from models.tables.events import IdempotencyKey
from models.tables.tasks import Task
from models.types.errors import Refused, StillUnderWay
from models.types.scope import Scope
from models.types.tasks import TaskDraft
from tests.builders.workspaces import Studio

AT_ONCE = 8
KEY = {"Idempotency-Key": "once"}
PATIENCE_SECONDS = 10


@pytest.fixture
def database(database_of_each_kind: Database) -> Database:
    return database_of_each_kind


@dataclass
class Workshop:
    """An app with an ordinary and a slow way to make a task."""

    client: TestClient
    database: Database
    studio: Studio
    begun: list[int] = field(default_factory=list)
    """One entry for each time that an endpoint went to work."""
    interrupt: Callable[[], None] = lambda: None
    """What happens while an endpoint is at work."""

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, json=body, headers=KEY)

    def make(self, call: Call) -> dict[str, Any]:
        task = create_task(call.session, TaskDraft(title="Once", engagement_id=self.studio.engagement_id))
        return {"id": task.id}

    def tasks(self) -> list[str]:
        with self.database.read(self.studio.scope) as session:
            return list(session.exec(select(Task.id)))

    def rows(self) -> list[IdempotencyKey]:
        with self.database.read(Scope(None)) as session:
            return list(session.exec(select(IdempotencyKey)))


@pytest.fixture(autouse=True)
def _frequent_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.idempotency.RENEWED_EVERY_SECONDS", 0.02)


@pytest.fixture
def workshop(settings: Settings, database: Database, studio: Studio) -> Iterator[Workshop]:
    app = create_app(settings, database)
    router = Router("tasks")

    @router.post("/ordinary", status_code=201)
    def create(call: Write) -> dict[str, Any]:
        made.begun.append(1)
        task = made.make(call)
        made.interrupt()
        return task

    @router.post("/slow", status_code=201)
    def create_slowly(call: Slow) -> dict[str, Any]:
        made.begun.append(1)
        made.interrupt()
        with call.open(writes=True):
            return made.make(call)

    app.include_router(router)
    with TestClient(app, headers=studio.bearer | {"Accept": "application/json"}, raise_server_exceptions=False) as client:
        made = Workshop(client, database, studio)
        yield made


def listen_to(database: Database, said: list[str]) -> None:
    """Write down every statement from now on."""
    event.listen(database.engine, "before_cursor_execute", lambda *given: said.append(given[2]))


def all_at_once(post: Callable[[], Any]) -> list[Any]:
    """The answers to the same request, sent by several at the same moment."""
    line = threading.Barrier(AT_ONCE)

    def send(_: int) -> Any:
        line.wait()
        return post()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, range(AT_ONCE)))


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("path", ["/ordinary", "/slow"])
def test_eight_equal_requests_at_once_have_one_effect(workshop: Workshop, path: str):
    workshop.interrupt = lambda: time.sleep(0.2)
    answers = all_at_once(lambda: workshop.post(path))

    first = {"id": workshop.tasks()[0]}
    assert len(workshop.begun) == len(workshop.tasks()) == 1
    assert {answer.status_code for answer in answers} <= {201, 425}
    assert all(answer.json() == first for answer in answers if answer.status_code == 201)
    assert workshop.post(path).json() == first
    assert len(workshop.tasks()) == 1


def test_who_comes_while_a_slow_one_is_at_work_is_told_to_come_again(workshop: Workshop):
    told: list[Any] = []
    workshop.interrupt = lambda: told.append(workshop.post("/slow"))

    first = workshop.post("/slow")

    assert (first.status_code, told[0].status_code, len(workshop.tasks())) == (201, 425, 1)
    assert told[0].headers["Retry-After"] == "1"
    assert told[0].headers["Content-Type"] == "application/problem+json"
    assert "with the same Idempotency-Key" in told[0].json()["detail"]
    assert workshop.post("/slow").json() == first.json()


def die() -> None:
    raise RuntimeError("killed")


def test_the_key_of_a_slow_one_that_died_is_free_again_after_a_while(workshop: Workshop):
    workshop.interrupt = die
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.idempotency._give_up", lambda call: None)  # nobody is left to do it
        assert workshop.post("/slow").status_code == 500
    workshop.interrupt = lambda: None

    assert workshop.post("/slow").status_code == 425
    clock.move(LEASE + timedelta(seconds=1))
    assert workshop.post("/slow").status_code == 201
    assert len(workshop.tasks()) == 1


@pytest.mark.parametrize("path", ["/ordinary", "/slow"])
def test_what_failed_may_be_tried_again_at_once(workshop: Workshop, path: str):
    def refuse() -> None:
        raise Refused("Not today.")

    workshop.interrupt = refuse
    assert workshop.post(path).status_code == 409
    assert workshop.rows() == []

    workshop.interrupt = lambda: None
    assert workshop.post(path).status_code == 201
    assert len(workshop.tasks()) == 1


def test_a_claim_is_renewed_while_the_work_lasts(workshop: Workshop):
    def is_held_until(then: datetime) -> bool:
        return workshop.rows()[0].claimed_until > then

    def lasts_longer_than_its_lease() -> None:
        for _ in range(3):
            clock.move(LEASE / 2)
            until = clock.now() + LEASE * 0.9
            wait_until(partial(is_held_until, until))
        told.append(workshop.post("/slow"))

    told: list[Any] = []
    workshop.interrupt = lasts_longer_than_its_lease
    workshop.post("/slow")
    assert (told[0].status_code, len(workshop.tasks())) == (425, 1)


def test_two_that_find_a_dead_claim_take_it_over_once(database: Database, studio: Studio):
    def write() -> KeyedWrite:
        return KeyedWrite(studio.workspace_id, "once", "request")

    with database.write(Scope(None)) as session:
        claim_key(session, write(), now=clock.now())
    clock.move(LEASE)
    with database.write(Scope(None)) as session:
        assert claim_key(session, write(), now=clock.now()) is None
    with database.write(Scope(None)) as session, pytest.raises(StillUnderWay):
        claim_key(session, write(), now=clock.now())


@pytest.mark.parametrize("path", ["/ordinary", "/slow"])
def test_a_key_used_for_another_request_is_refused(workshop: Workshop, path: str):
    assert workshop.post(path).status_code == 201
    refused = workshop.post(path, other=True)
    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (422, "Idempotency-Key")
    assert len(workshop.tasks()) == 1


@pytest.mark.parametrize("path", ["/ordinary", "/slow"])
def test_without_a_key_every_request_counts(workshop: Workshop, path: str):
    for _ in range(2):
        assert workshop.client.post(path).status_code == 201
    assert (len(workshop.tasks()), workshop.rows()) == (2, [])


def test_a_key_costs_an_ordinary_request_two_statements(workshop: Workshop):
    said: list[str] = []
    listen_to(workshop.database, said)
    workshop.post("/ordinary")
    about_keys = [statement.split()[0] for statement in said if "idempotency_keys" in statement]
    assert about_keys == ["INSERT", "UPDATE"]


def test_old_answers_are_forgotten_and_newer_ones_kept(workshop: Workshop, settings: Settings):
    workshop.post("/ordinary")
    clock.move(KEPT_FOR)
    workshop.client.post("/ordinary", headers={"Idempotency-Key": "newer"})
    clock.move(timedelta(seconds=1))
    worker = {"Authorization": f"Bearer {settings.worker_token}"}

    sweeps = [workshop.client.post("/api/v1/idempotency_keys/sweeps", headers=worker).json() for _ in range(2)]

    assert sweeps == [{"forgotten": 1}, {"forgotten": 0}]
    assert [row.key for row in workshop.rows()] == ["newer"]
    assert workshop.client.post("/api/v1/idempotency_keys/sweeps").status_code == 403


def test_a_keyed_upload_is_kept_once(workshop: Workshop):
    def upload(content: bytes) -> Any:
        return workshop.client.post("/api/v1/files", files={"file": ("note.txt", content)}, headers=KEY)

    first, again, other = upload(b"A note."), upload(b"A note."), upload(b"Another note.")

    assert (first.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["problems"][0]["field"]) == (422, "Idempotency-Key")
    assert len(workshop.client.get("/api/v1/files").json()["items"]) == 1
    assert workshop.client.get(f"/api/v1/files/{first.json()['id']}/content").content == b"A note."
