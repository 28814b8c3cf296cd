"""A project starts whole, once, and moves in time."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from models import clock
from models.commands.project_templates import add_project_template, archive_project_template, change_project_template
from models.commands.projects import (
    archive_project,
    complete_project,
    preview_reanchoring,
    reanchor_project,
    reopen_project,
    start_project,
    unarchive_project,
)
from models.commands.tasks import complete_task
from models.db import Database
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.projects import Project, ProjectPerson, ProjectTemplate
from models.tables.tasks import Task, TaskBoard, TaskGroup
from models.tables.workspaces import Workspace
from models.types.errors import Invalid
from tests.builders.workspaces import Studio

MONDAY = date(2026, 11, 23)
STRUCTURE = {
    "boards": [
        {
            "name": "Website",
            "is_shared": True,
            "groups": [
                {
                    "name": "Prepare",
                    "tasks": [
                        {"title": "Send texts", "due_in_days": 5, "for_client": True, "checklist": ["About", "Imprint"]},
                        {"title": "Sketch", "due_in_days": 10, "role": "lead", "is_shared": True},
                    ],
                },
                {"name": "Build", "tasks": [{"title": "Code", "due_in_days": 20, "role": "Developer"}]},
            ],
        },
        {"name": "Inside", "groups": [{"name": "Money", "tasks": [{"title": "Budget", "role": "nobody here"}]}]},
    ]
}


def make_template(session: Session, structure: dict[str, Any] | None = None) -> ProjectTemplate:
    return add_project_template(session, name="Website", structure=structure or STRUCTURE)


def start(session: Session, studio: Studio, template: ProjectTemplate | None, *, proposal_id: str | None = "pro_1") -> Project:
    return start_project(
        session,
        engagement=session.get_one(Engagement, studio.engagement_id),
        template=template,
        proposal_id=proposal_id,
        anchor=MONDAY,
        name="New website",
        now=clock.now(),
    )


def tasks_of(session: Session, project: Project) -> dict[str, Task]:
    return {task.title: task for task in session.exec(select(Task).where(Task.project_id == project.id)).all()}


def count(session: Session, table: type) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def test_the_whole_tree_grows_from_the_template(session: Session, studio: Studio):
    project = start(session, studio, make_template(session))
    tasks = tasks_of(session, project)

    boards = session.exec(select(TaskBoard).order_by(col(TaskBoard.position))).all()
    assert [(board.name, board.is_shared) for board in boards] == [("Website", True), ("Inside", False)]
    assert [group.name for group in session.exec(select(TaskGroup).order_by(col(TaskGroup.id))).all()] == [
        "Prepare",
        "Build",
        "Money",
    ]
    texts, sketch, code, budget = (tasks[title] for title in ("Send texts", "Sketch", "Code", "Budget"))
    assert (texts.assignee_id, texts.is_for_client, texts.is_shared) == (studio.contact_id, True, True)
    assert texts.checklist == [{"text": "About", "done": False}, {"text": "Imprint", "done": False}]
    assert (sketch.assignee_id, sketch.is_shared, code.is_shared) == (studio.owner_id, True, False)
    assert (texts.due_on, sketch.due_on, code.due_on) == (date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 21))
    assert (budget.assignee_id, budget.due_on) == (None, None)
    assert project.due_on == code.due_on


def test_a_role_is_found_by_title_or_by_name_given(session: Session, studio: Studio):
    template = make_template(session)
    project = start_project(
        session,
        engagement=session.get_one(Engagement, studio.engagement_id),
        template=template,
        proposal_id=None,
        anchor=MONDAY,
        name="Named",
        now=clock.now(),
        people={"developer": studio.member_id},
    )

    assert tasks_of(session, project)["Code"].assignee_id == studio.member_id
    people = session.exec(select(ProjectPerson).where(ProjectPerson.project_id == project.id)).all()
    assert {person.person_id: person.role for person in people} == {
        studio.owner_id: "lead",
        studio.contact_id: "client_owner",
        studio.member_id: "member",
    }


def test_starting_twice_gives_the_same_complete_project(session: Session, studio: Studio):
    template = make_template(session)

    first, second = start(session, studio, template), start(session, studio, template)

    assert first.id == second.id
    assert (count(session, Project), count(session, TaskBoard), count(session, Task)) == (1, 2, 4)
    started = session.exec(select(func.count()).select_from(Event).where(col(Event.type) == "project.started")).one()
    assert started == 1


def test_many_starts_at_once_make_one_whole_project(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        template_id = make_template(session).id
    barrier = threading.Barrier(6)

    def kick_off() -> None:
        barrier.wait()
        with database.write(studio.scope) as session:
            start(session, studio, session.get_one(ProjectTemplate, template_id))

    threads = [threading.Thread(target=kick_off) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read(studio.scope) as session:
        assert (count(session, Project), count(session, TaskBoard), count(session, Task)) == (1, 2, 4)


def test_a_start_that_breaks_half_way_leaves_nothing(database: Database, studio: Studio):
    def die_half_way() -> None:
        with database.write(studio.scope) as session:
            start(session, studio, make_template(session))
            raise RuntimeError("killed here")

    with pytest.raises(RuntimeError):
        die_half_way()

    with database.read(studio.scope) as session:
        assert (count(session, Project), count(session, TaskBoard), count(session, Task), count(session, Event)) == (0, 0, 0, 0)


def test_the_engagement_becomes_active(session: Session, studio: Studio):
    start(session, studio, None)
    assert session.get_one(Engagement, studio.engagement_id).status == "active"


def test_a_paused_engagement_stays_paused(session: Session, studio: Studio):
    session.get_one(Engagement, studio.engagement_id).status = "paused"
    start(session, studio, None)
    assert session.get_one(Engagement, studio.engagement_id).status == "paused"


def test_due_dates_skip_the_holidays_of_the_region(session: Session, studio: Studio):
    session.get_one(Workspace, studio.workspace_id).holidays_region = "DE-BE"
    structure = {"boards": [{"name": "B", "groups": [{"name": "G", "tasks": [{"title": "After Christmas", "due_in_days": 24}]}]}]}

    project = start(session, studio, make_template(session, structure))

    assert tasks_of(session, project)["After Christmas"].due_on == date(2026, 12, 28)


def test_moving_the_start_moves_open_tasks_only(session: Session, studio: Studio):
    project = start(session, studio, make_template(session))
    tasks = tasks_of(session, project)
    complete_task(session, tasks["Send texts"], now=clock.now())

    wanted = preview_reanchoring(session, project, MONDAY + timedelta(days=7))
    assert tasks["Sketch"].due_on == date(2026, 12, 7)
    moved = reanchor_project(session, project, MONDAY + timedelta(days=7))

    assert wanted == moved
    assert [(move.title, move.moved_to) for move in moved] == [("Sketch", date(2026, 12, 14)), ("Code", date(2026, 12, 28))]
    assert (tasks["Send texts"].due_on, tasks["Code"].due_on) == (date(2026, 11, 30), date(2026, 12, 28))
    assert (project.starts_on, project.due_on) == (date(2026, 11, 30), date(2026, 12, 28))


def test_complete_archive_and_back(session: Session, studio: Studio):
    project = start(session, studio, None)

    complete_project(session, project)
    reopen_project(session, project)
    archive_project(session, project, now=clock.now())
    assert (project.status, project.archived_at is None) == ("archived", False)
    unarchive_project(session, project)

    assert (project.status, project.archived_at) == ("active", None)
    told = session.exec(select(Event.type).where(col(Event.subject_kind) == "project").order_by(col(Event.id))).all()
    assert [name.split(".")[1] for name in told] == ["started", "completed", "reopened", "archived", "unarchived"]


def test_a_template_with_a_broken_structure_is_refused(session: Session, studio: Studio):
    with pytest.raises(Invalid):
        make_template(session, {"boards": [{"name": ""}]})


def test_changing_a_template_leaves_running_projects_alone(session: Session, studio: Studio):
    template = make_template(session)
    project = start(session, studio, template)

    change_project_template(session, template, structure={"boards": []})
    archive_project_template(session, template, now=clock.now())

    assert len(tasks_of(session, project)) == 4
