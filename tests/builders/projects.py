"""Builders of work: a project with a board, tasks on it, time spent on them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from models import clock
from models.ids import new_id
from models.tables.projects import Project
from models.tables.tasks import Task, TaskBoard, TaskGroup
from models.tables.time_entries import TimeEntry
from tests.builders.workspaces import Studio


@dataclass(frozen=True)
class Work:
    """Ids of a project with one board of two columns."""

    project_id: str
    board_id: str
    todo_id: str
    doing_id: str


def make_project(session: Session, studio: Studio, *, name: str = "Website", is_shared: bool = False, **values: Any) -> Work:
    """A project of the studio's engagement with the columns To do and Doing."""
    ids = Work(new_id("prj"), new_id("brd"), new_id("grp"), new_id("grp"))
    owner: dict[str, Any] = {"workspace_id": studio.workspace_id}
    session.add(Project(id=ids.project_id, engagement_id=studio.engagement_id, name=name, **owner, **values))
    session.flush()
    session.add(TaskBoard(id=ids.board_id, project_id=ids.project_id, name="Board", is_shared=is_shared, **owner))
    session.flush()
    for position, (group_id, group) in enumerate(((ids.todo_id, "To do"), (ids.doing_id, "Doing"))):
        session.add(TaskGroup(id=group_id, board_id=ids.board_id, name=group, position=position, **owner))
    session.flush()
    return ids


def make_task(session: Session, studio: Studio, work: Work | None = None, *, title: str = "Sketch", **values: Any) -> Task:
    """A task; in the first column of a project's board when one is given."""
    place: dict[str, Any] = {}
    if work is not None:
        place = {"project_id": work.project_id, "board_id": work.board_id, "group_id": work.todo_id}
    task = Task(
        id=new_id("tsk"),
        workspace_id=studio.workspace_id,
        engagement_id=studio.engagement_id,
        title=title,
        **{**place, **values},
    )
    session.add(task)
    session.flush()
    return task


def make_time_entry(session: Session, studio: Studio, *, seconds: int = 3600, **values: Any) -> TimeEntry:
    """A finished, billable hour of the owner at 100.00 an hour, unless told otherwise."""
    start = values.pop("started_at", clock.now() - timedelta(days=1))
    entry = TimeEntry(
        **{
            "id": new_id("ten"),
            "workspace_id": studio.workspace_id,
            "member_id": studio.owner_id,
            "engagement_id": studio.engagement_id,
            "started_at": start,
            "stopped_at": start + timedelta(seconds=seconds),
            "seconds": seconds,
            "local_day": start.date(),
            "rate_minor_per_hour": 10000,
            "cost_minor_per_hour": 4000,
            **values,
        }
    )
    session.add(entry)
    session.flush()
    return entry
