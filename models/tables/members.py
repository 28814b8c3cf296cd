"""People of the studio, and how anybody gets in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import Archivable, Row, UtcDateTime, WorkspaceRow


class Member(WorkspaceRow, Archivable, table=True):
    """A person of the studio."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("workspace_id", "email_norm"),)

    name: str
    email: str
    email_norm: str = Field(index=True)
    password_hash: str = ""
    role: str = "member"
    """`owner` or `member`."""
    title: str = ""
    timezone: str = "UTC"
    rate_minor_per_hour: int | None = None
    cost_minor_per_hour: int | None = None
    weekly_hours: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """As on the workspace; empty follows the workspace."""
    wants_alerts: bool = True
    """Whether what needs them, such as a stuck run, reaches them by mail too."""


class Login(Row, table=True):
    """A signed-in browser. The cookie holds the token, the row only its digest."""

    __tablename__ = "logins"

    workspace_id: str = Field(index=True)
    door: str
    """`member` or `portal`."""
    person_id: str = Field(index=True)
    """A member at the member door, a contact at the portal."""
    token_digest: str = Field(unique=True)
    agent: str = ""
    address: str = ""
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OneTimeLink(Row, table=True):
    """A link that works once: a portal invitation, a portal log-in, a password reset."""

    __tablename__ = "one_time_links"

    workspace_id: str = Field(index=True)
    kind: str
    """`portal` or `password`."""
    person_id: str = Field(index=True)
    token_digest: str = Field(unique=True)
    then_path: str = ""
    """Where to go after entering, relative."""
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(Row, table=True):
    """A key for programs, with scopes such as `invoices:read`; `*` is everything."""

    __tablename__ = "api_tokens"

    workspace_id: str = Field(index=True)
    name: str
    token_digest: str = Field(unique=True)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    created_by: str = ""
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CapabilityLink(Row, table=True):
    """The right of one recipient to one document.

    The token is derived from the id and the secret key, so it can be mailed again; only its digest is stored.
    """

    __tablename__ = "capability_links"

    workspace_id: str = Field(index=True)
    kind: str
    """`proposal`, `invoice`, `booking` or `contract`."""
    subject_id: str = Field(index=True)
    contact_id: str | None = None
    role: str = "signer"
    """`signer`, `viewer` or `payer`."""
    token_digest: str = Field(unique=True)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
