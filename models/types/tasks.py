"""Tasks as the rules and commands take them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TaskStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """What a new task is made of. Its group leads to the board and project; without one it may still name a project."""

    title: str
    description: str = ""
    engagement_id: str | None = None
    project_id: str | None = None
    group_id: str | None = None
    assignee_id: str | None = None
    """A member, or a contact when the client is to do it."""
    due_on: date | None = None
    is_shared: bool = False
    is_for_client: bool = False
    checklist: tuple[str, ...] = ()
    rate_minor_per_hour: int | None = None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are wanted; None does not ask."""

    project_id: str | None = None
    engagement_id: str | None = None
    assignee_id: str | None = None
    status: str | None = None
    due_before: date | None = None
    """Exclusive."""
    q: str | None = None
    is_archived: bool = False
