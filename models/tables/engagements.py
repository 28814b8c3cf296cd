"""The whole piece of work for one client: one durable workflow each."""

from datetime import datetime

from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, Versioned, WorkspaceRow


class Engagement(WorkspaceRow, Versioned, Archivable, table=True):
    """From the first enquiry to the last retainer period."""

    __tablename__ = "engagements"

    title: str
    contact_id: str = Field(foreign_key="contacts.id", index=True)
    company_id: str | None = Field(default=None, foreign_key="companies.id", index=True)
    submission_id: str | None = Field(default=None, unique=True)
    """The enquiry that opened it; unique, so one submission opens one engagement."""
    status: str = Field(default="lead", index=True)
    """`lead`, `proposed`, `contracted`, `active`, `paused`, `closed` or `lost`."""
    status_since: datetime = Field(sa_type=UtcDateTime)
    owner_id: str | None = Field(default=None, index=True)
    value_minor: int = 0
    currency: str = "EUR"
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lost_reason: str = ""
