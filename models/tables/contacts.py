"""People we deal with."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, Versioned, WorkspaceRow

_LIVE = text("merged_into_id IS NULL AND email_norm IS NOT NULL")


class Contact(WorkspaceRow, Versioned, Archivable, table=True):
    """A person. One live row per normalised e-mail and workspace."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("uq_contacts_live_email", "workspace_id", "email_norm", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    name: str
    email: str | None = None
    email_norm: str | None = Field(default=None, index=True)
    phone: str | None = None
    phone_norm: str | None = Field(default=None, index=True)
    company_id: str | None = Field(default=None, foreign_key="companies.id", index=True)
    title: str = ""
    address: str = ""
    timezone: str | None = None
    locale: str | None = None
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    custom: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Field name to where its value came from: {"source": "submission:sub_…", "at": iso}."""
    source: str = ""
    owner_id: str | None = None
    merged_into_id: str | None = Field(default=None, index=True)
    unsubscribed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
