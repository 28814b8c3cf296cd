"""Comments over the API: read by the team, changed and taken back by their author."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.db import Database
from models.tables.events import Event
from tests.builders.projects import make_task
from tests.builders.workspaces import Studio

ROOT = "/api/v1/comments"


@pytest.fixture
def said(program: TestClient, database: Database, studio: Studio) -> dict[str, Any]:
    """What the program said about a task, to the client too."""
    with database.write(studio.scope) as session:
        task_id = make_task(session, studio).id
    body = {"subject_kind": "task", "subject_id": task_id, "body": "The second sketch is the one.", "is_shared": True}
    return program.post(ROOT, json=body).json()


def test_the_author_changes_a_comment(program: TestClient, said: dict[str, Any]):
    path = f"{ROOT}/{said['id']}"

    changed = program.patch(path, json={"body": " The third one. "})

    assert (changed.status_code, changed.json()) == (200, {**said, "body": "The third one."})
    assert program.get(path).json() == changed.json()
    assert program.patch(path, json={"body": "  "}).status_code == 422
    assert program.patch(path, json={"body": "The third one.", "is_shared": False}).status_code == 422


def test_the_author_takes_a_comment_back_and_that_stays_on_record(
    program: TestClient, said: dict[str, Any], database: Database, studio: Studio
):
    path = f"{ROOT}/{said['id']}"
    program.patch(path, json={"body": "The third one."})

    for _ in range(2):
        assert program.delete(path, headers={"Idempotency-Key": "once"}).status_code == 204

    assert program.get(path).status_code == 404
    assert program.get(ROOT, params={"subject_id": said["subject_id"]}).json()["items"] == []
    with database.read(studio.scope) as session:
        told = session.exec(select(Event).where(Event.subject_id == said["id"]).order_by(col(Event.id))).all()
    assert [one.type for one in told] == ["comment.added", "comment.changed", "comment.removed"]
    assert told[-1].engagement_id == studio.engagement_id


def test_nobody_else_changes_or_removes_a_comment(program: TestClient, owner: TestClient, said: dict[str, Any]):
    path = f"{ROOT}/{said['id']}"

    refused = (owner.patch(path, json={"body": "The first one."}), owner.delete(path))

    assert [one.status_code for one in refused] == [403, 403]
    assert {one.json()["detail"] for one in refused} == {"Only the author of a comment can change or remove it."}
    assert owner.get(path).json() == said
