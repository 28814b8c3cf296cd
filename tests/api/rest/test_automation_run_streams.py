"""A run as it happens: told step by step, over several processes, to those who may see it, and to no end of them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import delete, select

from api.actions import catalogue
from api.app import create_app
from api.deps import MEMBER_COOKIE
from api.rest import automation_run_streams
from models import clock
from models.commands.events import record
from models.db import Database
from models.seed.automations import publish_new_lead
from models.settings import Settings
from models.tables.automations import AutomationRun, EventSubscription
from models.tables.members import Login
from tests.builders.runs import make_automation, post, submit
from tests.builders.workspaces import Studio
from tests.standins.serving import served

STARTED = {"kind": "started", "trigger": {}}


@pytest.fixture
def new_lead(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        publish_new_lead(session, catalogue=catalogue.schemas(), now=clock.now())
        submit(session, studio)
        return session.exec(select(AutomationRun.id)).one()


@contextmanager
def watched(url: str, run_id: str, studio: Studio) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events of a run's stream, as its owner's browser gets them; heartbeats are events too."""
    cookies = {MEMBER_COOKIE: studio.member_cookie}
    with (
        httpx.Client(base_url=url, cookies=cookies, timeout=10) as browser,
        browser.stream("GET", f"/api/v1/automation_runs/{run_id}/stream") as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in lines:
        if line.startswith(":"):
            yield "heartbeat", None
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def until(told: Iterator[tuple[str, Any]], is_it: Callable[[str, Any], bool]) -> list[tuple[str, Any]]:
    seen = []
    for name, data in told:
        seen.append((name, data))
        if is_it(name, data):
            return seen
    pytest.fail(f"the stream ended after {seen}")


def test_what_another_process_does_is_told_as_it_happens(
    settings: Settings, database: Database, studio: Studio, worker: TestClient, new_lead: str
):
    other = Database(settings.database_url)
    with served(lambda _: create_app(settings, other)) as url, watched(url, new_lead, studio) as told:
        assert until(told, lambda name, _: name == "run")[-1][1]["status"] == "requested"

        worker.post(f"/api/v1/automation_runs/{new_lead}/advance", json=STARTED)
        first = until(told, lambda name, data: name == "run" and data["status"] == "waiting")
        steps = {data["node_path"]: data["status"] for name, data in first if name == "step"}
        assert steps == {"mail": "done", "post": "done", "task": "done", "wait": "waiting"}
        assert [wait["what"] for wait in first[-1][1]["waits"]] == ["“New lead” waits until a proposal was sent"]

        with database.write(studio.scope) as session:
            sent = record(session, "proposal.sent", "pro_1", engagement_id=studio.engagement_id)
            (wait_id,) = session.exec(select(EventSubscription.wait_id)).all()
        heard = {"kind": "event_arrived", "wait_id": wait_id, "event": {"event_id": sent.id}}
        worker.post(f"/api/v1/automation_runs/{new_lead}/advance", json=heard)
        rest = list(told)

    assert [(name, data.get("node_path")) for name, data in rest] == [("step", "wait"), ("run", None), ("over", None)]
    assert rest[1][1]["status"] == "succeeded"


def test_a_run_that_is_over_is_told_whole_and_then_ended(
    program: TestClient, worker: TestClient, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        make_automation(session, post())
        submit(session, studio)
        run_id = session.exec(select(AutomationRun.id)).one()
    worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=STARTED)

    told = list(events(iter(program.get(f"/api/v1/automation_runs/{run_id}/stream").text.splitlines())))

    assert [name for name, _ in told] == ["step", "run", "over"]
    assert told[0][1]["output"]["message_id"]


def test_whoever_signs_out_sees_no_more(settings: Settings, database: Database, studio: Studio, new_lead: str):
    with served(lambda _: create_app(settings, database)) as url, watched(url, new_lead, studio) as told:
        next(told)
        with database.write(studio.scope) as session:
            session.exec(delete(Login))
        assert [name for name, _ in told if name != "heartbeat"] == []


def test_a_quiet_stream_breathes(
    settings: Settings, database: Database, studio: Studio, new_lead: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(automation_run_streams, "HEARTBEAT_SECONDS", 0.5)
    with served(lambda _: create_app(settings, database)) as url, watched(url, new_lead, studio) as told:
        assert [name for name, _ in (next(told), next(told))] == ["run", "heartbeat"]


def test_more_streams_than_a_studio_may_have_are_refused_and_a_place_comes_free_again(
    settings: Settings, database: Database, studio: Studio, new_lead: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(automation_run_streams, "MOST_PER_WORKSPACE", 1)
    with served(lambda _: create_app(settings, database)) as url:
        with watched(url, new_lead, studio) as told:
            next(told)
            answer = httpx.get(f"{url}/api/v1/automation_runs/{new_lead}/stream", headers=studio.bearer)
            assert (answer.status_code, "Too many" in answer.json()["detail"]) == (503, True)
        free = threading.Event()
        for _ in range(50):
            with httpx.stream("GET", f"{url}/api/v1/automation_runs/{new_lead}/stream", headers=studio.bearer) as answer:
                if answer.status_code == 200:
                    return
            free.wait(0.1)
    pytest.fail("the place of the stream that was closed is still taken")
