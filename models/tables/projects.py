"""The plan of the work inside an engagement, and the templates it comes from."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import Archivable, Versioned, WorkspaceRow


class Project(WorkspaceRow, Versioned, Archivable, table=True):
    """Exactly one per accepted proposal."""

    __tablename__ = "projects"

    engagement_id: str = Field(foreign_key="engagements.id", index=True)
    proposal_id: str | None = Field(default=None, unique=True)
    template_id: str | None = None
    name: str
    status: str = "active"
    """`active`, `completed` or `archived`."""
    starts_on: date | None = None
    due_on: date | None = None
    budget_minor: int | None = None
    budget_seconds: int | None = None
    rate_minor_per_hour: int | None = None
    currency: str = "EUR"


class ProjectTemplate(WorkspaceRow, Archivable, table=True):
    """Boards, groups and tasks with day offsets from the start, and roles instead of people."""

    __tablename__ = "project_templates"

    name: str
    structure: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """{"boards": [{"name", "is_shared", "groups": [{"name", "tasks": [task]}]}]} where a task is
    {"title", "description", "due_in_days", "role", "is_shared", "for_client", "checklist"}."""


class ProjectPerson(WorkspaceRow, table=True):
    """Somebody with a role in a project: a member, or a contact of the client."""

    __tablename__ = "project_people"
    __table_args__ = (UniqueConstraint("project_id", "person_id"),)

    project_id: str = Field(foreign_key="projects.id", index=True)
    person_id: str = Field(index=True)
    """A member or a contact."""
    role: str = "member"
    """`lead`, `member`, `client_owner`, `client_approver`, `client_payer` or `client_viewer`."""
