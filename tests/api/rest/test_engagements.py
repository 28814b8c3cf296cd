"""Engagements over the API."""

import pytest
from fastapi.testclient import TestClient

from models.db import Database
from models.queries.engagements import get_engagement
from tests.builders.engagements import make_project, make_proposal, make_task
from tests.builders.workspaces import Studio

ROOT = "/api/v1/engagements"


@pytest.fixture
def path(studio: Studio) -> str:
    return f"{ROOT}/{studio.engagement_id}"


def test_an_engagement_is_opened_found_and_changed(program: TestClient, studio: Studio):
    made = program.post(ROOT, json={"title": "Vineyard shop", "contact_id": studio.contact_id, "value_minor": 5000})
    assert made.status_code == 201

    found = program.get(ROOT, params={"q": "vineyard", "status": "live"}).json()["items"]
    changed = program.patch(f"{ROOT}/{made.json()['id']}", json={"title": "Wine shop", "version": made.json()["version"]})

    assert [one["id"] for one in found] == [made.json()["id"]]
    assert changed.json()["title"] == "Wine shop"


def test_the_list_is_searched_by_the_clients_name_too(program: TestClient):
    assert len(program.get(ROOT, params={"q": "byron"}).json()["items"]) == 1
    assert program.get(ROOT, params={"q": "nobody"}).json()["items"] == []


def test_an_old_version_is_refused(program: TestClient, path: str):
    program.patch(path, json={"title": "First"})

    late = program.patch(path, json={"title": "Second", "version": 1})

    assert late.status_code == 409
    assert late.json()["problems"][0]["field"] == "version"


def test_an_unknown_contact_is_named_at_its_field(program: TestClient):
    answer = program.post(ROOT, json={"title": "X", "contact_id": "con_none"})

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "contact_id"


def test_resuming_goes_on_where_the_pause_began(program: TestClient, path: str):
    program.put(f"{path}/status", json={"status": "active"})
    program.post(f"{path}/pause", json={})

    resumed = program.delete(f"{path}/pause")

    assert resumed.json()["status"] == "active"
    assert program.delete(f"{path}/pause").status_code == 409


def test_the_next_wait_follows_the_record_and_goes_when_another_says_it(
    worker: TestClient, path: str, database: Database, studio: Studio
):
    first = worker.post(f"{path}/next_wait", json={}).json()["wait"]
    again = worker.post(f"{path}/next_wait", json={}).json()["wait"]
    with database.write(studio.scope) as session:
        make_proposal(session, get_engagement(session, studio.engagement_id), status="sent")
    gone = worker.post(f"{path}/next_wait", json={}).json()["wait"]

    assert (first["what"], first["whom"]) == ("a proposal for Ada", "us")
    assert again == first
    assert gone is None
    assert worker.get("/api/v1/waits").json()["items"] == []


def test_a_wait_at_the_same_step_keeps_its_since(worker: TestClient, path: str, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        project = make_project(session, get_engagement(session, studio.engagement_id))
        tasks = [make_task(session, project).id for _ in range(2)]
    before = worker.post(f"{path}/next_wait", json={}).json()["wait"]
    with database.write(studio.scope) as session:
        make_task(session, project)
    after = worker.post(f"{path}/next_wait", json={}).json()["wait"]

    assert tasks
    assert (before["what"], after["what"]) == ("2 open tasks", "3 open tasks")
    assert after["since"] == before["since"]


def test_the_thread_is_eleven_steps_with_its_waits(worker: TestClient, path: str):
    worker.post(f"{path}/next_wait", json={})

    thread = worker.get(f"{path}/thread").json()

    assert [step["state"] for step in thread["steps"]][:4] == ["done", "skipped", "current", "coming"]
    assert len(thread["steps"]) == 11
    assert [wait["what"] for wait in thread["waits"]] == ["a proposal for Ada"]


def test_archiving_shows_first_and_can_be_undone(program: TestClient, path: str):
    program.post(f"{path}/next_wait", json={})
    assert [one["kind"] for one in program.get(f"{path}/archive").json()["stops"]] == ["wait"]

    assert program.post(f"{path}/archive", json={}).json()["archived_at"]
    assert program.get(ROOT).json()["items"] == []
    assert program.delete(f"{path}/archive").json()["archived_at"] is None
