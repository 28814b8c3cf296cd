"""Public forms and what people answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, Versioned, WorkspaceRow


class Form(WorkspaceRow, Versioned, Archivable, table=True):
    """A form as it is being edited; what the public sees is a FormVersion."""

    __tablename__ = "forms"

    name: str
    slug: str = Field(unique=True)
    """Public address: `/f/{slug}`."""
    status: str = "draft"
    """`draft`, `published` or `closed`."""
    title: str = ""
    intro: str = ""
    fields: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    thank_you: str = ""
    redirect_url: str = ""
    response_limit: int | None = None
    closes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    owner_id: str | None = None
    """Who gets the leads."""
    published_version: int = 0


class FormVersion(WorkspaceRow, table=True):
    """A form as it was published; never changed, so past answers keep their labels."""

    __tablename__ = "form_versions"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    form_id: str = Field(foreign_key="forms.id")
    number: int
    title: str = ""
    intro: str = ""
    fields: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class Submission(WorkspaceRow, table=True):
    """One answer. The token of the rendered page makes a repeated post the same submission."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("form_id", "token"),)

    form_id: str = Field(foreign_key="forms.id", index=True)
    form_version: int
    token: str
    status: str = "accepted"
    """`accepted` or `quarantined`."""
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    consent: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Field key to {"text", "at"} of each consent given."""
    contact_id: str | None = Field(default=None, index=True)
    engagement_id: str | None = None
    address: str = ""
    agent: str = ""
