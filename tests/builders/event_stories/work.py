"""Projects, boards, tasks, what is said about them, files and time."""

from datetime import timedelta
from typing import Any

from models.commands.comments import add_comment, change_comment, remove_comment
from models.commands.files import add_file, archive_file, share_file
from models.commands.project_templates import (
    add_project_template,
    archive_project_template,
    change_project_template,
    unarchive_project_template,
)
from models.commands.projects import (
    archive_project,
    change_project,
    complete_project,
    reanchor_project,
    reopen_project,
    start_project,
    unarchive_project,
)
from models.commands.task_boards import add_board, archive_board, change_board, unarchive_board
from models.commands.tasks import (
    archive_task,
    assign_task,
    change_task,
    complete_task,
    create_task,
    move_task,
    reopen_task,
    unarchive_task,
)
from models.commands.time_entries import change_time_entry, delete_time_entry, log_time, start_timer, stop_timer
from models.queries.tasks import get_group
from models.tables.projects import Project
from models.types.forms import Upload
from models.types.tasks import TaskDraft
from models.types.time_entries import WorkPlace
from tests.builders.event_stories.telling import Stories, Teller
from tests.builders.projects import make_project

BRIEF = Upload("brief.pdf", "application/pdf", 10, "ab" * 32, "ws/ab/" + "ab" * 32)


def a_project(teller: Teller) -> None:
    today = teller.now.date()
    facts: dict[str, Any] = {
        "engagement": teller.engagement,
        "template": None,
        "proposal_id": None,
        "name": "Website",
        "now": teller.now,
    }
    project = start_project(teller.session, anchor=today, **facts)
    change_project(teller.session, project, name="New website")
    reanchor_project(teller.session, project, today + timedelta(days=7))
    complete_project(teller.session, project)
    reopen_project(teller.session, project)
    archive_project(teller.session, project, now=teller.now)
    unarchive_project(teller.session, project)


def a_template(teller: Teller) -> None:
    template = add_project_template(teller.session, name="Website")
    change_project_template(teller.session, template, name="Big website")
    archive_project_template(teller.session, template, now=teller.now)
    unarchive_project_template(teller.session, template)


def a_board(teller: Teller) -> None:
    work = make_project(teller.session, teller.studio)
    board = add_board(teller.session, teller.session.get_one(Project, work.project_id), name="Press")
    change_board(teller.session, board, name="Press work")
    archive_board(teller.session, board, now=teller.now)
    unarchive_board(teller.session, board)


def a_task_on_a_board(teller: Teller) -> None:
    work = make_project(teller.session, teller.studio)
    task = create_task(teller.session, TaskDraft(title="Sketch", group_id=work.todo_id, due_on=teller.now.date()))
    change_task(teller.session, task, title="Sketches")
    move_task(teller.session, task, get_group(teller.session, work.doing_id))
    assign_task(teller.session, task, teller.studio.member_id)
    complete_task(teller.session, task, now=teller.now)
    reopen_task(teller.session, task)
    archive_task(teller.session, task, now=teller.now)
    unarchive_task(teller.session, task)


def a_task_that_is_nobodys(teller: Teller) -> None:
    """About no client, and taken from who had it: there is nobody and nothing to name."""
    task = create_task(teller.session, TaskDraft(title="Water the plants", assignee_id=teller.studio.owner_id))
    assign_task(teller.session, task, None)


def a_comment(teller: Teller) -> None:
    task = create_task(teller.session, TaskDraft(title="Sketch", engagement_id=teller.studio.engagement_id))
    about: dict[str, Any] = {"subject_kind": "task", "subject_id": task.id, "engagement_id": task.engagement_id}
    comment = add_comment(teller.session, body="Softer", **about)
    change_comment(teller.session, comment, body="Much softer")
    remove_comment(teller.session, comment)


def a_file(teller: Teller) -> None:
    file = add_file(teller.session, BRIEF, uploaded_by="Mara", engagement_id=teller.studio.engagement_id)
    share_file(teller.session, file, is_shared=True)
    share_file(teller.session, file, is_shared=False)
    archive_file(teller.session, file, now=teller.now)


def an_hour(teller: Teller) -> None:
    place = WorkPlace(engagement_id=teller.studio.engagement_id)
    entry = start_timer(teller.session, teller.owner, place, now=teller.now)
    stop_timer(teller.session, entry, now=teller.now + timedelta(hours=1))
    span: dict[str, Any] = {"started_at": teller.now - timedelta(hours=3), "stopped_at": teller.now - timedelta(hours=2)}
    logged = log_time(teller.session, teller.owner, place, **span)
    change_time_entry(teller.session, logged, note="Sketches")
    delete_time_entry(teller.session, logged)


STORIES: Stories = {
    a_project: {
        f"project.{verb}" for verb in ("started", "changed", "reanchored", "completed", "reopened", "archived", "unarchived")
    },
    a_template: {f"project_template.{verb}" for verb in ("added", "changed", "archived", "unarchived")},
    a_board: {f"task_board.{verb}" for verb in ("added", "changed", "archived", "unarchived")},
    a_task_on_a_board: {
        f"task.{verb}" for verb in ("created", "changed", "assigned", "moved", "completed", "reopened", "archived", "unarchived")
    },
    a_task_that_is_nobodys: {"task.created", "task.assigned"},
    a_comment: {"comment.added", "comment.changed", "comment.removed"},
    a_file: {"file.added", "file.shared", "file.unshared", "file.archived"},
    an_hour: {f"time_entry.{verb}" for verb in ("started", "stopped", "logged", "changed", "deleted")},
}
