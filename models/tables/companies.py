"""Who a contact works for."""

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from models.tables.rows import Archivable, Versioned, WorkspaceRow


class Company(WorkspaceRow, Versioned, Archivable, table=True):
    """A client's company and its terms of trade."""

    __tablename__ = "companies"

    name: str
    name_norm: str = Field(index=True)
    domain: str = ""
    address: str = ""
    tax_id: str = ""
    currency: str | None = None
    invoice_due_days: int | None = None
    rounding: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """How time is rounded at billing: {"mode": "up", "increment_seconds": 900, "per": "entry"}; empty for none."""
