"""What automations show to other services."""

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from models.tables.rows import Archivable, Versioned, WorkspaceRow


class Credential(WorkspaceRow, Versioned, Archivable, table=True):
    """A secret for calls of automations: encrypted, never shown again, sent to its own hosts alone."""

    __tablename__ = "credentials"

    name: str
    kind: str
    """`bearer`, `basic`, `header`, `query` or `hmac`."""
    field_name: str = ""
    """The user name, the header or the query parameter; see CredentialKind."""
    hosts: list[Any] = Field(default_factory=list, sa_type=JSON)
    """The only hosts it is sent to: whoever draws automations cannot have it sent to a place of their own."""
    secret_encrypted: str = ""
    last_four: str = ""
