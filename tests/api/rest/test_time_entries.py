"""Timers and time over the API."""

import pytest
from fastapi.testclient import TestClient

from api.deps import MEMBER_COOKIE
from models import clock
from models.db import Database
from models.ids import digest, new_id
from models.tables.members import Login
from tests.builders.projects import make_project, make_task, make_time_entry
from tests.builders.workspaces import Studio

TIMER = "/api/v1/time_entries/timer"


@pytest.fixture
def database(database_of_each_kind: Database) -> Database:
    return database_of_each_kind


@pytest.fixture
def jonas(public: TestClient, studio: Studio, database: Database) -> TestClient:
    """The member who is no owner, in a browser."""
    with database.write(studio.scope) as session:
        session.add(
            Login(
                id=new_id("log"),
                workspace_id=studio.workspace_id,
                door="member",
                person_id=studio.member_id,
                token_digest=digest("jonas"),
                expires_at=clock.now().replace(year=2099),
            )
        )
    client = TestClient(public.app, cookies={MEMBER_COOKIE: "jonas"})
    client.portal = public.portal
    return client


def test_start_look_and_stop(owner: TestClient, studio: Studio, database: Database):
    with database.write(studio.scope) as session:
        task_id = make_task(session, studio, make_project(session, studio)).id

    started = owner.post(TIMER, json={"task_id": task_id})
    running = owner.get(TIMER)
    stopped = owner.delete(TIMER)

    assert started.status_code == 201
    assert running.json()["id"] == stopped.json()["id"] == started.json()["id"]
    assert stopped.json()["stopped_at"] is not None
    assert owner.get(TIMER).status_code == owner.delete(TIMER).status_code == 404


def test_costs_are_for_owners(owner: TestClient, jonas: TestClient, studio: Studio, database: Database):
    with database.write(studio.scope) as session:
        entry_id = make_time_entry(session, studio).id

    assert owner.get(f"/api/v1/time_entries/{entry_id}").json()["cost_minor_per_hour"] == 4000
    assert owner.get("/api/v1/time_entries/totals").json()["costs"] == [{"minor": 4000, "currency": "EUR"}]
    assert jonas.get(f"/api/v1/time_entries/{entry_id}").json()["cost_minor_per_hour"] is None
    assert jonas.get("/api/v1/time_entries/totals").json()["costs"] is None
    assert "4000" not in jonas.get("/api/v1/time_entries").text


def test_a_member_keeps_their_own_time_only(jonas: TestClient, studio: Studio, database: Database):
    with database.write(studio.scope) as session:
        entry_id = make_time_entry(session, studio).id

    assert jonas.patch(f"/api/v1/time_entries/{entry_id}", json={"note": "mine"}).status_code == 403
    assert jonas.delete(f"/api/v1/time_entries/{entry_id}").status_code == 403
    assert jonas.post(TIMER, json={"member_id": studio.owner_id}).status_code == 403


def test_a_program_says_whose_time_it_is(program: TestClient, studio: Studio):
    logged = {"started_at": "2026-11-23T09:00:00+01:00", "stopped_at": "2026-11-23T10:30:00+01:00"}

    assert program.post("/api/v1/time_entries", json=logged).status_code == 422
    entry = program.post("/api/v1/time_entries", json={**logged, "member_id": studio.member_id, "note": "Call"})

    assert entry.status_code == 201
    assert (entry.json()["seconds"], entry.json()["local_day"]) == (5400, "2026-11-23")
    changed = program.patch(f"/api/v1/time_entries/{entry.json()['id']}", json={"note": "Long call", "version": 1})
    assert (changed.status_code, changed.json()["note"], changed.json()["version"]) == (200, "Long call", 2)
    stale = program.patch(f"/api/v1/time_entries/{entry.json()['id']}", json={"note": "Older", "version": 1})
    assert stale.status_code == 409


def test_the_list_is_filtered(program: TestClient, studio: Studio, database: Database):
    with database.write(studio.scope) as session:
        mine = make_time_entry(session, studio).id
        make_time_entry(session, studio, member_id=studio.member_id)
        make_time_entry(session, studio, is_billable=False)

    found = program.get("/api/v1/time_entries", params={"member_id": studio.owner_id, "is_billable": True}).json()["items"]

    assert [entry["id"] for entry in found] == [mine]
    assert program.get("/api/v1/time_entries", params={"is_running": True}).json()["items"] == []
    assert len(program.get("/api/v1/time_entries/unbilled").json()) == 2


def test_a_client_has_no_way_to_the_time(client_browser: TestClient):
    for path in ("/api/v1/time_entries", TIMER, "/api/v1/time_entries/unbilled", "/api/v1/time_entries/totals"):
        assert client_browser.get(path).status_code == 403
