"""Stretches of work."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from models.tables.rows import UtcDateTime, Versioned, WorkspaceRow

_RUNNING = text("stopped_at IS NULL")


class TimeEntry(WorkspaceRow, Versioned, table=True):
    """One stretch: who, on what, from when to when, at which rate. One running per person, by a database rule."""

    __tablename__ = "time_entries"
    __table_args__ = (
        Index("uq_time_entries_running", "member_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    member_id: str = Field(foreign_key="members.id", index=True)
    task_id: str | None = Field(default=None, foreign_key="tasks.id", index=True)
    project_id: str | None = Field(default=None, foreign_key="projects.id", index=True)
    engagement_id: str | None = Field(default=None, index=True)
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seconds: int = 0
    """Raw, never rounded; rounding happens at billing. 0 while running."""
    local_day: date
    """The worker's own calendar day at the start."""
    note: str = ""
    is_billable: bool = True
    rate_minor_per_hour: int = 0
    rate_reason: str = ""
    """Why this rate: "project rate beats person rate"."""
    cost_minor_per_hour: int = 0
    currency: str = "EUR"
    invoice_line_item_id: str | None = Field(default=None, index=True)
    """The one live invoice line that bills it; claimed in the invoice's transaction, freed when it is voided."""
