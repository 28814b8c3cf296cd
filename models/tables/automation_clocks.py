"""What starts automations by the clock: where each clock stands, and the dates it waits for."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import UtcDateTime, WorkspaceRow


class AutomationClock(WorkspaceRow, table=True):
    """The clock of one automation that a schedule or a date starts."""

    __tablename__ = "automation_clocks"

    automation_id: str = Field(foreign_key="automations.id", unique=True)
    beats: int = 0
    """How often it went off: each time has a number of its own."""
    since: datetime = Field(sa_type=UtcDateTime)
    """When what is published now was published; nothing before it is made up for."""
    last_at: datetime = Field(sa_type=UtcDateTime)
    """Up to when the schedule has been followed."""
    filled_to: str | None = None
    """The last record whose date was read after publishing, by id; None when all were."""


class AutomationDate(WorkspaceRow, table=True):
    """A date of a record that an automation is timed by: each starts one run, once and for ever."""

    __tablename__ = "automation_dates"
    __table_args__ = (
        UniqueConstraint("automation_id", "field", "subject_id", "on_value"),
        Index("ix_automation_dates_due", "automation_id", "status", "fires_at"),
    )

    automation_id: str = Field(foreign_key="automations.id")
    field: str
    """A name of models/types/automation_dates.py: `booking.starts_at`."""
    subject_id: str = Field(index=True)
    on_value: str
    """The date itself, as ISO 8601: a record that is moved has another one."""
    fires_at: datetime = Field(sa_type=UtcDateTime)
    status: str = "pending"
    """`pending`, `started`, `filtered` (the automation did not want it), `past` (it was over when the date was set),
    `skipped` (a person decided so) or `gone`."""
