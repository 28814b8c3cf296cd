"""Projects, and the structure that a template gives them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ProjectStatus(StrEnum):
    """Where a project stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    ARCHIVED = "archived"


class ProjectRole(StrEnum):
    """What somebody is to a project; the client's roles begin with `client_`."""

    LEAD = "lead"
    MEMBER = "member"
    CLIENT_OWNER = "client_owner"
    CLIENT_APPROVER = "client_approver"
    CLIENT_PAYER = "client_payer"
    CLIENT_VIEWER = "client_viewer"


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """A task of a template."""

    title: str
    description: str = ""
    due_in_days: int | None = None
    """Working days after the project's start; 0 is the start itself; None has no due date."""
    role: str = ""
    """Who is to do it: `lead`, `client`, or the name or title of a member; empty for nobody yet."""
    is_shared: bool = False
    for_client: bool = False
    checklist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A column of a template's board."""

    name: str
    tasks: tuple[TaskPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardPlan:
    """A board of a template."""

    name: str
    is_shared: bool = False
    groups: tuple[GroupPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class MovedDate:
    """A due date before and after the start of its project moves."""

    task_id: str
    title: str
    due_on: date
    moved_to: date


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the tasks is done."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """0 to 100, rounded down, so that 100 means all."""
        return self.done * 100 // self.total if self.total else 0
