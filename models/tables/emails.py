"""Mail that left or will leave. The Message-ID is derived from the key, so a repeat is the same mail."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import UtcDateTime, WorkspaceRow


class Email(WorkspaceRow, table=True):
    """One mail to one recipient."""

    __tablename__ = "emails"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    key: str
    """The business key: `invoice:inv_…:sent`, `{run}:{node}:{iteration}`."""
    message_id: str = Field(index=True)
    template: str = ""
    to_address: str = Field(index=True)
    to_name: str = ""
    subject: str
    html: str = ""
    text: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    attachments: list[str] = Field(default_factory=list, sa_type=JSON)
    """File ids."""
    is_marketing: bool = False
    """Not ordered by the recipient: carries an unsubscribe link, and is not sent to those who used it."""
    invite: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """{"method", "ics"} when the mail carries a calendar invitation."""
    engagement_id: str | None = Field(default=None, index=True)
    contact_id: str | None = Field(default=None, index=True)
    subject_kind: str = ""
    subject_id: str = Field(default="", index=True)
    cause: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    status: str = Field(default="queued", index=True)
    """`queued`, `sent`, `refused`, or `canceled` when what it tells of became pointless before it left."""
    error: str = ""
    attempts: int = 0
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
