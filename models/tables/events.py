"""Facts, and who must hear of them: both written in the transaction of the change."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.rows import UtcDateTime, WorkspaceRow


class Event(WorkspaceRow, table=True):
    """A fact that happened; append-only. `created_at` is when."""

    __tablename__ = "events"

    type: str = Field(index=True)
    """From the catalogue in models/types/events.py: `proposal.accepted`."""
    engagement_id: str | None = Field(default=None, index=True)
    contact_id: str | None = Field(default=None, index=True)
    subject_kind: str
    subject_id: str = Field(index=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    actor: str = "system"
    cause: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    is_client_visible: bool = False


class Delivery(SQLModel, table=True):
    """One event for one workflow. Read by state, never by a high-water mark: that loses rows."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "target"),
        Index("ix_deliveries_open", "delivered_at", "target", "seq"),
        Index("ix_deliveries_waiting", "delivered_at", "workspace_id", "seq"),
    )

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)
    )
    workspace_id: str
    event_id: str = Field(foreign_key="events.id")
    target: str
    """A workflow id: `engagement/eng_…`."""
    kind: str = "signal"
    """`signal` a running workflow, or `start` it with the signal when it is not running."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = ""
    """`delivered`, `late` (the workflow had ended) or `dead`."""
    error: str = ""


class IdempotencyKey(SQLModel, table=True):
    """The first answer to a keyed write, stored in the transaction of the change; until then, who is at work on it."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    workspace_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: str
    status_code: int
    """0 until there is an answer."""
    answer: dict[str, Any] | list[Any] | None = Field(default=None, sa_type=JSON)
    claim: str
    """The attempt that is at work, or was the first."""
    claimed_until: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
