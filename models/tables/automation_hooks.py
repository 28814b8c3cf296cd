"""The doors through which other systems start automations."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from models.tables.rows import UtcDateTime, WorkspaceRow


class AutomationHook(WorkspaceRow, table=True):
    """The address and the secret of one automation. Both are derived from the installation's key and never stored."""

    __tablename__ = "automation_hooks"

    automation_id: str = Field(foreign_key="automations.id", unique=True)
    generation: int = 1
    """Goes into the derivation of the secret: a new one makes another secret. The address stays."""
    token_digest: str = Field(unique=True)
    """Of the last part of the address."""
    proof: str = "signature"
    """How a caller proves to be genuine: `signature` (HMAC over the raw body) or `secret` (the secret in a header)."""
    capture_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until when the next genuine call is taken as a sample and starts nothing."""
    sample: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """The last sample: `{"body", "headers", "query"}`."""
    sampled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_called_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
