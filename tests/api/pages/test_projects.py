"""A member's project pages."""

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.commands.project_templates import add_project_template
from models.commands.tasks import complete_task
from models.db import Database
from models.queries.tasks import list_tasks_of_group
from models.tables.projects import Project, ProjectTemplate
from models.tables.tasks import Task, TaskBoard, TaskGroup
from tests.builders.projects import Work, make_project, make_task, make_time_entry
from tests.builders.workspaces import Studio
from tests.models.commands.test_projects import MONDAY, STRUCTURE

HTMX = {"HX-Request": "true"}


@pytest.fixture
def work(database: Database, studio: Studio) -> Work:
    with database.write(studio.scope) as session:
        return make_project(session, studio, starts_on=MONDAY)


def add_tasks(database: Database, studio: Studio, work: Work, *titles: str, **values: object) -> list[str]:
    with database.write(studio.scope) as session:
        return [make_task(session, studio, work, title=title, position=float(at), **values).id for at, title in enumerate(titles)]


def column(database: Database, studio: Studio, group_id: str) -> list[str]:
    with database.read(studio.scope) as session:
        return [task.title for task in list_tasks_of_group(session, group_id)]


def test_an_empty_list_says_what_it_is_for(owner: TestClient):
    page = owner.get("/projects")
    assert page.status_code == 200
    assert "starts its project by itself" in page.text


def test_a_project_started_by_hand_shows_its_board(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        template_id = add_project_template(session, name="Website", structure=STRUCTURE).id
    form = {"engagement_id": studio.engagement_id, "template_id": template_id, "name": "Relaunch", "starts_on": "2026-11-23"}

    made = owner.post("/projects", data=form)
    board = owner.get(made.headers["location"])

    assert made.status_code == 303
    for words in ("Relaunch", "Prepare", "Send texts", "Sketch", "Ada Byron", "Shared with Ada Byron"):
        assert words in board.text
    assert "Relaunch" in owner.get("/projects?q=relau").text
    assert "Relaunch" not in owner.get("/projects?q=logo").text


def test_a_refused_form_keeps_what_was_typed(owner: TestClient, database: Database, studio: Studio):
    page = owner.post("/projects", data={"engagement_id": studio.engagement_id, "name": "Half", "starts_on": "soon"})

    assert page.status_code == 422
    assert 'value="Half"' in page.text
    assert "This is not a date" in page.text
    with database.read(studio.scope) as session:
        assert session.exec(select(Project)).all() == []


def test_a_card_shows_who_when_and_how_much_was_said(owner: TestClient, database: Database, studio: Studio, work: Work):
    [task_id] = add_tasks(database, studio, work, "Logo", assignee_id=studio.member_id, due_on=date(2020, 1, 7))
    owner.post(f"/tasks/{task_id}/comments", data={"body": "Hm"})

    board = owner.get(f"/projects/{work.project_id}").text

    card = re.search(rf'<li id="{task_id}".*?</li>', board, re.DOTALL)
    assert card is not None
    for words in ("Jonas Weber", "Overdue since", "Jan 7", '1<span class="sr-only"> comments', f"/tasks/{task_id}/position"):
        assert words in card[0]


def test_dropping_a_card_moves_it(owner: TestClient, database: Database, studio: Studio, work: Work):
    one, two, three = add_tasks(database, studio, work, "1", "2", "3")

    for task_id, group_id, before_id in ((three, work.todo_id, one), (two, work.doing_id, "")):
        moved = owner.put(f"/tasks/{task_id}/position", data={"group_id": group_id, "before_id": before_id}, headers=HTMX)
        assert moved.status_code == 204

    assert (column(database, studio, work.todo_id), column(database, studio, work.doing_id)) == (["3", "1"], ["2"])


def test_the_keyboard_moves_cards_too(owner: TestClient, database: Database, studio: Studio, work: Work):
    one, two, _ = add_tasks(database, studio, work, "1", "2", "3")

    owner.post(f"/tasks/{one}/position", data={"to": "down"})
    assert column(database, studio, work.todo_id) == ["2", "1", "3"]
    owner.post(f"/tasks/{two}/position", data={"to": "up"})
    owner.post(f"/tasks/{one}/position", data={"to": "up"})
    assert column(database, studio, work.todo_id) == ["1", "2", "3"]
    back = owner.post(f"/tasks/{one}/position", data={"to": work.doing_id})

    assert column(database, studio, work.doing_id) == ["1"]
    assert back.headers["location"] == f"/projects/{work.project_id}?board={work.board_id}#{one}"


def test_boards_are_shared_and_columns_added(owner: TestClient, database: Database, studio: Studio, work: Work):
    owner.post(f"/task_boards/{work.board_id}", data={"name": "Design", "is_shared": "true"})
    owner.post(f"/task_boards/{work.board_id}/groups", data={"name": "Review"})
    owner.post(f"/task_groups/{work.doing_id}", data={"name": "In work"})
    owner.post(f"/projects/{work.project_id}/task_boards", data={"name": "Inside"})

    page = owner.get(f"/projects/{work.project_id}").text
    for words in ("Design", "Review", "In work", "Inside", "Shared with Ada Byron"):
        assert words in page
    owner.post(f"/task_boards/{work.board_id}", data={"name": "Design"})
    with database.read(studio.scope) as session:
        assert session.get_one(TaskBoard, work.board_id).is_shared is False
        assert session.get_one(TaskGroup, work.doing_id).name == "In work"


def test_the_list_leaves_done_tasks_to_their_own_filter(owner: TestClient, database: Database, studio: Studio, work: Work):
    done, _ = add_tasks(database, studio, work, "Finished thing", "Open thing")
    with database.write(studio.scope) as session:
        complete_task(session, session.get_one(Task, done), now=session.get_one(Task, done).created_at)

    path = f"/projects/{work.project_id}/tasks"
    assert "Finished thing" not in owner.get(path).text
    assert "Finished thing" in owner.get(f"{path}?status=completed").text


def test_the_start_moves_after_a_preview(owner: TestClient, database: Database, studio: Studio, work: Work):
    [task_id] = add_tasks(database, studio, work, "Logo", due_on=date(2026, 11, 25))
    path = f"/projects/{work.project_id}/start"

    preview = owner.get(f"{path}?starts_on=2026-11-30").text
    assert "Dec 2, 2026" in preview
    moved = owner.post(path, data={"starts_on": "2026-11-30"})

    assert moved.status_code == 303
    with database.read(studio.scope) as session:
        assert session.get_one(Task, task_id).due_on == date(2026, 12, 2)


def test_details_are_checked_and_saved(owner: TestClient, database: Database, studio: Studio, work: Work):
    path = f"/projects/{work.project_id}/details"
    wrong = owner.post(path, data={"name": "Site", "rate": "lots", "budget_hours": "40"})
    assert wrong.status_code == 422
    assert 'value="lots"' in wrong.text

    saved = owner.post(path, data={"name": "Site", "rate": "120", "budget": "4,800.00", "budget_hours": "40"})

    assert saved.status_code == 303
    with database.read(studio.scope) as session:
        project = session.get_one(Project, work.project_id)
        assert (project.rate_minor_per_hour, project.budget_minor, project.budget_seconds) == (12000, 480000, 144000)
    assert 'value="120.00"' in owner.get(path).text


def test_the_time_of_a_project_is_summed(owner: TestClient, database: Database, studio: Studio, work: Work):
    with database.write(studio.scope) as session:
        make_time_entry(session, studio, project_id=work.project_id, seconds=5400)
        make_time_entry(session, studio, project_id=work.project_id, is_billable=False)

    page = owner.get(f"/projects/{work.project_id}/time").text

    for words in ("2:30", "1:30", "€150.00", "€100.00"):
        assert words in page


@pytest.mark.parametrize(("resource", "status"), [("completion", "completed"), ("archive", "archived")])
def test_a_project_ends_and_comes_back(owner, database, studio, work, resource, status):
    owner.post(f"/projects/{work.project_id}/{resource}")
    with database.read(studio.scope) as session:
        assert session.get_one(Project, work.project_id).status == status
    owner.post(f"/projects/{work.project_id}/{'reopening' if resource == 'completion' else 'unarchive'}")
    with database.read(studio.scope) as session:
        assert session.get_one(Project, work.project_id).status == "active"


def test_a_template_is_drawn_up_in_one_form(owner: TestClient, database: Database, studio: Studio):
    form = {
        "name": "Website",
        "b0.name": "Site",
        "b0.is_shared": "on",
        "b0g0.name": "To do",
        "b0g0t0.title": "Send texts",
        "b0g0t0.due_in_days": "5",
        "b0g0t0.role": "client",
        "b0g0t0.for_client": "on",
        "b0g0t0.checklist": "About\n\nImprint",
        "b0g0t1.title": "",
        "b0g1.name": "",
        "b1.name": "",
    }

    made = owner.post("/project_templates", data=form)

    assert made.status_code == 303
    with database.read(studio.scope) as session:
        template = session.exec(select(ProjectTemplate)).one()
    [board] = template.structure["boards"]
    assert (board["is_shared"], [group["name"] for group in board["groups"]]) == (True, ["To do"])
    [task] = board["groups"][0]["tasks"]
    assert (task["title"], task["due_in_days"], task["for_client"], task["checklist"]) == (
        "Send texts",
        5,
        True,
        ["About", "Imprint"],
    )
    page = owner.get(made.headers["location"]).text
    assert 'value="Send texts"' in page
    assert "Website" in owner.get("/project_templates").text


def test_a_template_with_a_slip_comes_back_as_typed(owner: TestClient, database: Database, studio: Studio):
    form = {"name": "Site", "b0.name": "B", "b0g0.name": "G", "b0g0t0.title": "Logo", "b0g0t0.due_in_days": "soon"}

    page = owner.post("/project_templates", data=form)

    assert page.status_code == 422
    assert 'value="soon"' in page.text
    with database.read(studio.scope) as session:
        assert session.exec(select(ProjectTemplate)).all() == []


def test_the_empty_editor_opens(owner: TestClient):
    assert "Another board" in owner.get("/project_templates/new").text
