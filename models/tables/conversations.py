"""The inbox: channels of the team, talks with clients."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, WorkspaceRow


class Conversation(WorkspaceRow, Archivable, table=True):
    """A channel of the team (`channel`) or a talk with a client (`client`), tied to what it is about."""

    __tablename__ = "conversations"

    kind: str = "client"
    name: str = ""
    contact_id: str | None = Field(default=None, index=True)
    engagement_id: str | None = Field(default=None, index=True)
    subject_kind: str = ""
    """`proposal`, `invoice`, … when it began on a document."""
    subject_id: str = Field(default="", index=True)
    assignee_id: str | None = None
    last_message_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    is_waiting_on_us: bool = False


class Message(WorkspaceRow, table=True):
    """One thing said."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    conversation_id: str = Field(foreign_key="conversations.id", index=True)
    author: str
    """An actor: `member:…`, `contact:…`, `automation:…`."""
    author_name: str = ""
    body: str
    via: str = "app"
    """`app`, `portal`, `mail` or `automation`."""
    key: str
    """What makes a repeat the same message: an idempotency key or a mail's Message-ID."""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Notification(WorkspaceRow, table=True):
    """Something a member should see."""

    __tablename__ = "notifications"
    __table_args__ = (UniqueConstraint("workspace_id", "key"), Index("ix_notifications_topic", "member_id", "topic", "id"))

    member_id: str = Field(index=True)
    text: str
    href: str = ""
    engagement_id: str | None = None
    key: str
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    alert: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """`kind` and the facts of the mail about it; empty for a notice that is not worth one."""
    topic: str = ""
    """Notices of one topic are mailed together; empty: alone."""
    mail_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When the mail about it is due; None when none is owed any more."""
    mailed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
