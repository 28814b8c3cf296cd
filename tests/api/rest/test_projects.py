"""Projects over the API: kicked off by an accepted proposal, once."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlmodel import func, select

from models.commands.project_templates import add_project_template
from models.db import Database
from models.ids import new_id
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.tables.tasks import Task
from tests.builders.projects import Work, make_project, make_task
from tests.builders.workspaces import Studio
from tests.models.commands.test_projects import STRUCTURE

SIGNED = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
"""A Sunday night in London, Monday already in Berlin."""


def make_proposal(database: Database, studio: Studio, *, status: str = "accepted", with_template: bool = True) -> str:
    proposal_id = new_id("pro")
    with database.write(studio.scope) as session:
        template = add_project_template(session, name="Website", structure=STRUCTURE) if with_template else None
        session.add(
            Proposal(
                id=proposal_id,
                engagement_id=studio.engagement_id,
                contact_id=studio.contact_id,
                root_id=proposal_id,
                title="New website",
                status=status,
                decided_at=SIGNED,
                project_template_id=template.id if template else None,
            )
        )
    return proposal_id


@pytest.fixture
def database(database_of_each_kind: Database) -> Database:
    return database_of_each_kind


@pytest.fixture
def work(database: Database, studio: Studio) -> Work:
    with database.write(studio.scope) as session:
        return make_project(session, studio)


def test_an_accepted_proposal_gets_its_project_once(worker: TestClient, database: Database, studio: Studio):
    path = f"/api/v1/proposals/{make_proposal(database, studio)}/project"
    key = {"Idempotency-Key": "proposals:1:project:0"}

    first = worker.post(path, json={"index": 0}, headers=key)
    retried = worker.post(path, json={"index": 0}, headers=key)
    without_key = worker.post(path, json={"index": 0})

    assert first.status_code == 201
    assert first.json()["id"] == retried.json()["id"] == without_key.json()["id"]
    assert (first.json()["name"], first.json()["tasks_total"]) == ("New website", 4)
    assert first.json()["starts_on"] == "2026-11-23"
    with database.read(studio.scope) as session:
        assert session.exec(select(func.count()).select_from(Project)).one() == 1
        assert session.exec(select(func.count()).select_from(Task)).one() == 4


def test_a_proposal_without_a_template_starts_none(worker: TestClient, database: Database, studio: Studio):
    path = f"/api/v1/proposals/{make_proposal(database, studio, with_template=False)}/project"
    for _ in range(2):
        assert worker.post(path, json={"index": 0}, headers={"Idempotency-Key": "k"}).status_code == 204
    assert worker.get("/api/v1/projects").json()["items"] == []


def test_a_proposal_that_is_not_accepted_starts_none(worker: TestClient, database: Database, studio: Studio):
    path = f"/api/v1/proposals/{make_proposal(database, studio, status='sent')}/project"
    assert worker.post(path, json={"index": 0}).status_code == 409
    assert worker.post("/api/v1/proposals/pro_none/project", json={"index": 0}).status_code == 404


def test_make_change_and_put_away(program: TestClient, studio: Studio):
    made = program.post(
        "/api/v1/projects", json={"engagement_id": studio.engagement_id, "name": "Logo", "starts_on": "2026-12-01"}
    )
    path = f"/api/v1/projects/{made.json()['id']}"

    changed = program.patch(path, json={"rate_minor_per_hour": 12000, "budget_seconds": 36000, "version": made.json()["version"]})
    emptied = program.patch(path, json={"rate_minor_per_hour": None})
    stale = program.patch(path, json={"name": "Old", "version": 1})

    assert made.status_code == 201
    assert changed.json()["rate_minor_per_hour"] == 12000
    assert (emptied.json()["rate_minor_per_hour"], emptied.json()["budget_seconds"]) == (None, 36000)
    assert stale.status_code == 409
    assert program.put(f"{path}/completion").json()["status"] == "completed"
    assert program.delete(f"{path}/completion").json()["status"] == "active"
    assert program.post(f"{path}/archive").json()["status"] == "archived"
    assert program.get("/api/v1/projects").json()["items"] == []
    assert len(program.get("/api/v1/projects?is_archived=true").json()["items"]) == 1
    assert program.delete(f"{path}/archive").json()["status"] == "active"


def test_moving_the_start_is_previewed_first(program: TestClient, database: Database, studio: Studio):
    made = program.post(
        "/api/v1/projects",
        json={
            "engagement_id": studio.engagement_id,
            "name": "Site",
            "starts_on": "2026-11-23",
            "template_id": program.post("/api/v1/project_templates", json={"name": "T", "structure": STRUCTURE}).json()["id"],
            "people": {"developer": studio.member_id},
        },
    ).json()
    path = f"/api/v1/projects/{made['id']}/start"

    preview = program.get(path, params={"starts_on": "2026-11-30"}).json()
    assert program.get(f"/api/v1/projects/{made['id']}").json()["starts_on"] == "2026-11-23"
    moved = program.put(path, json={"starts_on": "2026-11-30"}).json()

    assert preview == moved
    assert (moved[0]["title"], moved[0]["moved_to"]) == ("Send texts", "2026-12-07")
    people = {person["person_id"]: person["role"] for person in program.get(f"/api/v1/projects/{made['id']}/people").json()}
    assert people[studio.member_id] == "member"


def test_boards_columns_and_moves(program: TestClient, work: Work, database: Database, studio: Studio):
    board = program.post("/api/v1/task_boards", json={"project_id": work.project_id, "name": "Ideas"}).json()
    column = program.post(f"/api/v1/task_boards/{board['id']}/groups", json={"name": "Parked"}).json()
    task = program.post("/api/v1/tasks", json={"title": "Logo", "group_id": work.todo_id}).json()

    moved = program.post(f"/api/v1/tasks/{task['id']}/position", json={"group_id": column["id"]}).json()

    assert (board["is_shared"], [group["name"] for group in board["groups"]]) == (False, ["To do", "Doing", "Done"])
    assert (moved["group_id"], moved["board_id"]) == (column["id"], board["id"])
    assert program.post(f"/api/v1/task_groups/{column['id']}/archive").status_code == 409
    assert program.patch(f"/api/v1/task_boards/{board['id']}", json={"is_shared": True}).json()["is_shared"] is True
    assert len(program.get("/api/v1/task_boards", params={"project_id": work.project_id}).json()["items"]) == 2


def test_a_task_is_given_done_and_undone(program: TestClient, work: Work, studio: Studio):
    task = program.post("/api/v1/tasks", json={"title": "Texts", "group_id": work.todo_id, "checklist": ["About"]}).json()
    path = f"/api/v1/tasks/{task['id']}"

    assert program.put(f"{path}/assignee", json={"assignee_id": studio.contact_id}).json()["is_for_client"] is True
    assert program.delete(f"{path}/assignee").json()["assignee_id"] is None
    assert program.put(f"{path}/checklist/0", json={"is_done": True}).json()["checklist"] == [{"text": "About", "done": True}]
    assert program.put(f"{path}/completion").json()["completed_by"].startswith("token:")
    assert program.get("/api/v1/tasks", params={"status": "open"}).json()["items"] == []
    assert program.delete(f"{path}/completion").json()["status"] == "open"
    changed = program.patch(path, json={"due_on": "2026-12-01", "title": "All texts"}).json()
    assert (changed["due_on"], changed["title"]) == ("2026-12-01", "All texts")
    assert program.patch(path, json={"due_on": None}).json()["due_on"] is None
    assert program.post(f"{path}/archive").json()["archived_at"] is not None


def test_comments_are_internal_by_default(program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        task_id = make_task(session, studio).id
    said = {"subject_kind": "task", "subject_id": task_id, "body": "Between us"}

    assert program.post("/api/v1/comments", json=said).json()["is_shared"] is False
    program.post("/api/v1/comments", json={**said, "body": "For Ada", "is_shared": True})

    shared = program.get("/api/v1/comments", params={"subject_id": task_id, "is_shared": True}).json()["items"]
    assert [comment["body"] for comment in shared] == ["For Ada"]
    assert program.post("/api/v1/comments", json={**said, "subject_id": "tsk_none"}).status_code == 404


def test_a_client_cannot_reach_the_team_side(client_browser: TestClient, work: Work):
    for path in ("projects", "tasks", "task_boards?project_id=x", "comments?subject_id=x", "project_templates"):
        assert client_browser.get(f"/api/v1/{path}").status_code == 403
