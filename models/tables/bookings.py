"""Schedulers, the calendars they respect, and booked calls."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, Versioned, WorkspaceRow

_LIVE = text("status IN ('pending', 'confirmed')")


class Scheduler(WorkspaceRow, Archivable, table=True):
    """A kind of call that clients can book with one member."""

    __tablename__ = "schedulers"

    name: str
    slug: str = Field(unique=True)
    """Public address: `/book/{slug}`."""
    member_id: str = Field(foreign_key="members.id", index=True)
    intro: str = ""
    duration_minutes: int = 30
    step_minutes: int = 30
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    notice_minutes: int = 240
    horizon_days: int = 60
    daily_cap: int | None = None
    weekly_hours: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """As on the workspace; empty follows the member, then the workspace."""
    overrides: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """ISO date to a list of [start, end]; an empty list is a day off."""
    video: str = "jitsi"
    """`jitsi`, `custom` or `none`."""
    location: str = ""
    """The meeting link or place when video is not `jitsi`."""


class CalendarConnection(WorkspaceRow, Archivable, table=True):
    """A calendar whose busy times block slots. When it cannot be read, no slot is offered."""

    __tablename__ = "calendar_connections"

    member_id: str = Field(foreign_key="members.id", index=True)
    kind: str
    """`caldav` or `ics`."""
    name: str = ""
    url: str
    username: str = ""
    password_encrypted: str = ""
    status: str = "ok"
    """`ok` or `lost`."""
    error: str = ""
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was last read with success."""
    busy: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    """The last reading, [start, end] in ISO UTC."""
    busy_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """How far the reading reaches."""


class Booking(WorkspaceRow, Versioned, table=True):
    """A call at a time. One live booking per host and start; overlaps are refused under the host's lock."""

    __tablename__ = "bookings"
    __table_args__ = (
        Index("uq_bookings_live_slot", "member_id", "starts_at", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        UniqueConstraint("scheduler_id", "page_token"),
    )

    scheduler_id: str = Field(foreign_key="schedulers.id", index=True)
    member_id: str = Field(foreign_key="members.id", index=True)
    engagement_id: str | None = Field(default=None, index=True)
    proposal_id: str | None = Field(default=None, index=True)
    contact_id: str = Field(foreign_key="contacts.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    timezone: str = "UTC"
    """The guest's zone, for mails and the page."""
    status: str = Field(default="confirmed", index=True)
    """`pending`, `confirmed`, `held` or `canceled`."""
    meeting_url: str = ""
    ical_uid: str = ""
    sequence: int = 0
    told_sequence: int = -1
    """The last version that both sides were told of."""
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded: int = 0
    note: str = ""
    page_token: str | None = None
    """Of the rendered page it was booked on: a repeated post of one page is the same booking."""
    canceled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancel_reason: str = ""
