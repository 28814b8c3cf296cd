"""Boards, groups, tasks and what is said about them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, Versioned, WorkspaceRow


class TaskBoard(WorkspaceRow, Archivable, table=True):
    """The columns view of a project's tasks."""

    __tablename__ = "task_boards"

    project_id: str = Field(foreign_key="projects.id", index=True)
    name: str
    position: int = 0
    is_shared: bool = False
    """Shared with the client; private otherwise."""


class TaskGroup(WorkspaceRow, Archivable, table=True):
    """A named column of a board."""

    __tablename__ = "task_groups"

    board_id: str = Field(foreign_key="task_boards.id", index=True)
    name: str
    position: int = 0


class Task(WorkspaceRow, Versioned, Archivable, table=True):
    """A thing a person does; it may stand alone, without a project."""

    __tablename__ = "tasks"

    engagement_id: str | None = Field(default=None, index=True)
    project_id: str | None = Field(default=None, foreign_key="projects.id", index=True)
    board_id: str | None = Field(default=None, foreign_key="task_boards.id", index=True)
    group_id: str | None = Field(default=None, foreign_key="task_groups.id", index=True)
    title: str
    description: str = ""
    status: str = Field(default="open", index=True)
    """`open` or `completed`."""
    position: float = 0.0
    """Order within the group; a move takes the middle between its neighbours."""
    assignee_id: str | None = Field(default=None, index=True)
    """A member, or a contact when the client is to do it."""
    due_on: date | None = None
    is_shared: bool = False
    is_for_client: bool = False
    checklist: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """[{"text", "done"}]."""
    rate_minor_per_hour: int | None = None
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_by: str = ""


class Comment(WorkspaceRow, table=True):
    """Something said about a thing, for the team alone or shared with the client."""

    __tablename__ = "comments"

    subject_kind: str
    subject_id: str = Field(index=True)
    engagement_id: str | None = Field(default=None, index=True)
    body: str
    is_shared: bool = False
    author: str = ""
    """An actor: `member:…` or `contact:…`."""
