"""A member's task pages: what is internal stays internal unless it is shared on purpose."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.tables.files import File
from models.tables.tasks import Comment, Task
from models.tables.time_entries import TimeEntry
from tests.builders.projects import Work, make_project, make_task
from tests.builders.workspaces import Studio


@pytest.fixture
def work(database: Database, studio: Studio) -> Work:
    with database.write(studio.scope) as session:
        return make_project(session, studio, is_shared=True)


@pytest.fixture
def task_id(database: Database, studio: Studio, work: Work) -> str:
    with database.write(studio.scope) as session:
        return make_task(session, studio, work, title="Logo", checklist=[{"text": "Vector", "done": False}]).id


def task_of(database: Database, studio: Studio, task_id: str) -> Task:
    with database.read(studio.scope) as session:
        task = session.get_one(Task, task_id)
        session.expunge(task)
        return task


def test_a_task_shows_everything_about_it(owner: TestClient, task_id: str):
    page = owner.get(f"/tasks/{task_id}")

    assert page.status_code == 200
    for words in ("Logo", "Website", "Vector", "Private to the team", "Note for the team", "Start timer", "Doing"):
        assert words in page.text


def test_a_private_task_offers_no_way_to_write_to_the_client(owner: TestClient, database: Database, studio: Studio, task_id: str):
    assert "Write to Ada Byron" not in owner.get(f"/tasks/{task_id}").text
    refused = owner.post(f"/tasks/{task_id}/shared_comments", data={"body": "Hello"})

    assert refused.status_code == 409
    with database.read(studio.scope) as session:
        assert session.exec(select(Comment)).all() == []


def test_a_note_is_internal_and_a_letter_is_shared(owner: TestClient, database: Database, studio: Studio, task_id: str):
    owner.post(f"/tasks/{task_id}/sharing", data={"is_shared": "true"})
    owner.post(f"/tasks/{task_id}/comments", data={"body": "Between us", "is_shared": "true"})
    owner.post(f"/tasks/{task_id}/shared_comments", data={"body": "Dear Ada"})

    page = owner.get(f"/tasks/{task_id}").text
    assert "Ada Byron sees this" in page
    assert "team only" in page
    assert "Ada Byron reads this" in page
    with database.read(studio.scope) as session:
        said = {comment.body: comment.is_shared for comment in session.exec(select(Comment)).all()}
    assert said == {"Between us": False, "Dear Ada": True}


def test_a_task_is_edited(owner: TestClient, database: Database, studio: Studio, task_id: str):
    form = {
        "title": "Mark",
        "assignee_id": studio.member_id,
        "due_on": "2026-12-01",
        "checklist": "Vector\nPaper",
        "version": "1",
    }

    assert owner.post(f"/tasks/{task_id}", data=form).status_code == 303
    task = task_of(database, studio, task_id)
    assert (task.title, task.assignee_id, len(task.checklist)) == ("Mark", studio.member_id, 2)
    assert owner.post(f"/tasks/{task_id}", data=form).status_code == 409


def test_a_slip_undoes_the_whole_form_and_keeps_the_words(owner: TestClient, database: Database, studio: Studio, task_id: str):
    page = owner.post(f"/tasks/{task_id}", data={"title": "Mark", "due_on": "tomorrow", "checklist": "", "version": "1"})

    assert page.status_code == 422
    assert 'value="Mark"' in page.text
    assert task_of(database, studio, task_id).title == "Logo"


def test_ticking_and_completing(owner: TestClient, database: Database, studio: Studio, task_id: str):
    owner.post(f"/tasks/{task_id}/checklist/0", data={"is_done": "true"})
    owner.post(f"/tasks/{task_id}/completion")

    task = task_of(database, studio, task_id)
    assert (task.checklist[0]["done"], task.status, task.completed_by) == (True, "completed", f"member:{studio.owner_id}")
    owner.post(f"/tasks/{task_id}/reopening")
    assert task_of(database, studio, task_id).status == "open"


def test_the_timer_starts_from_a_task_and_says_its_rate(owner: TestClient, database: Database, studio: Studio, task_id: str):
    started = owner.post(f"/tasks/{task_id}/timer")

    assert started.status_code == 303
    assert "data-ticking-since" in owner.get(f"/tasks/{task_id}").text
    assert "Logo" in owner.get("/time_entries/timer").text
    owner.post(f"/tasks/{task_id}/timer/stop")
    with database.read(studio.scope) as session:
        entry = session.exec(select(TimeEntry)).one()
    assert (entry.task_id, entry.stopped_at is None) == (task_id, False)


def test_files_are_private_until_shared(owner: TestClient, database: Database, studio: Studio, task_id: str):
    sent = owner.post(f"/tasks/{task_id}/files", files={"file": ("plan.txt", b"our plan", "text/plain")})
    assert sent.status_code == 303
    with database.read(studio.scope) as session:
        file_id, is_shared = session.exec(select(File.id, File.is_shared)).one()
    assert is_shared is False
    assert owner.get(f"/files/{file_id}").content == b"our plan"

    owner.post(f"/tasks/{task_id}/files/{file_id}/sharing", data={"is_shared": "true"})

    with database.read(studio.scope) as session:
        assert session.exec(select(File.is_shared)).one() is True
    assert owner.post(f"/tasks/tsk_other/files/{file_id}/sharing").status_code == 404


def test_my_tasks_are_mine(owner: TestClient, database: Database, studio: Studio, work: Work):
    owner.post("/tasks", data={"title": "Call the printer", "due_on": "2026-12-01"})
    with database.write(studio.scope) as session:
        make_task(session, studio, work, title="Somebody else's", assignee_id=studio.member_id)

    mine = owner.get("/tasks").text
    assert "Call the printer" in mine
    assert "Somebody else" not in mine
    assert "Somebody else" in owner.get("/tasks?whose=all").text


def test_a_task_is_put_away(owner: TestClient, work: Work, task_id: str):
    card = f'href="/tasks/{task_id}"'
    owner.post(f"/tasks/{task_id}/archive")
    assert card not in owner.get(f"/projects/{work.project_id}").text
    assert owner.post(f"/tasks/{task_id}/timer").status_code == 409
    owner.post(f"/tasks/{task_id}/unarchive")
    assert card in owner.get(f"/projects/{work.project_id}").text
