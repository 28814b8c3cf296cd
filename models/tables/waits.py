"""Every wait is a named object: for what, on whom, since, until, then what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from models.tables.rows import UtcDateTime, WorkspaceRow

_OPEN = text("closed_at IS NULL")


class Wait(WorkspaceRow, table=True):
    """One thing that something is waiting for. Closed by the event that ends it, in that event's transaction."""

    __tablename__ = "waits"
    __table_args__ = (
        Index("uq_waits_open", "workspace_id", "workflow_id", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    engagement_id: str | None = Field(default=None, index=True)
    workflow_id: str = Field(index=True)
    """Who waits: a Temporal workflow id such as `proposal/pro_…`."""
    key: str
    """Names the wait within its workflow; registering it again changes it."""
    kind: str = "event"
    """`event`, `timer`, `approval` or `repair`."""
    what: str
    """In words, for members: "Ada to sign the proposal"."""
    client_what: str = ""
    """The same for the client; empty when it does not concern them."""
    whom: str
    """`client`, `us`, `third_party` or `calendar`."""
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    then_what: str = ""
    """What happens when `until` passes: "a reminder goes out"."""
    subject_kind: str = ""
    subject_id: str = Field(default="", index=True)
    ended_by: list[str] = Field(default_factory=list, sa_type=JSON)
    """Event types that close it, when they concern its subject, or its engagement if it has no subject."""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    can_skip: bool = True
    """Whether a person may leave the stuck step out."""
    duty: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """What is stuck: `Duty` in models/types/waits.py."""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    closed_by: str = ""
    """The event id or the actor that ended it."""


class SkippedDuty(WorkspaceRow, table=True):
    """Something that a person has decided will not be done. `created_at` is when; it is never taken back."""

    __tablename__ = "skipped_duties"
    __table_args__ = (UniqueConstraint("workspace_id", "subject_id", "action", "index"),)

    workflow_id: str
    subject_id: str = Field(index=True)
    action: str
    index: int = 0
    wait_id: str
    """The repair wait that was answered."""
    skipped_by: str
    """The actor."""
