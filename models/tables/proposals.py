"""Offers with line items. A change after sending is a new version, a row of its own."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, Versioned, WorkspaceRow


class Proposal(WorkspaceRow, Versioned, Archivable, table=True):
    """One version of an offer."""

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("root_id", "number"),)

    engagement_id: str = Field(foreign_key="engagements.id", index=True)
    contact_id: str = Field(foreign_key="contacts.id", index=True)
    root_id: str = Field(index=True)
    """The first version's id; all versions share it."""
    number: int = 1
    """1 for the first version."""
    title: str
    status: str = Field(default="draft", index=True)
    """`draft`, `sent`, `accepted`, `declined`, `expired`, `withdrawn` or `superseded`."""
    blocks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """In order, each {"kind": "text" | "terms", "markdown": …} or {"kind": "prices" | "signature" | "scheduler" | …}."""
    currency: str = "EUR"
    prices_include_tax: bool = False
    tax_rounding: str = "document"
    discount_bps: int = 0
    subtotal_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0
    totals: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The frozen output of the money function once sent; what page, PDF and mail show."""
    deposit_bps: int = 0
    """Part of the total invoiced at acceptance."""
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminder_days: list[int] = Field(default_factory=lambda: [2, 5], sa_type=JSON)
    """Days after sending."""
    contract_id: str | None = None
    scheduler_id: str | None = None
    project_template_id: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_viewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decline_reason: str = ""
    content_sha256: str = ""
    """Of the bytes shown to the signer, fixed at sending."""
    sealed_file_id: str | None = None


class ProposalLineItem(WorkspaceRow, table=True):
    """One row of the price table."""

    __tablename__ = "proposal_line_items"

    proposal_id: str = Field(foreign_key="proposals.id", index=True)
    position: int
    kind: str = "fixed"
    """`fixed`, `hourly`, `recurring` or `discount`."""
    description: str
    quantity_milli: int = 1000
    unit_price_minor: int = 0
    tax_rates_mpct: list[int] = Field(default_factory=list, sa_type=JSON)
    discount_bps: int = 0
    is_optional: bool = False
    is_selected: bool = True
    retainer_terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """For recurring lines: interval, included hours and the like; see models/types/retainers.py."""


class ProposalView(WorkspaceRow, table=True):
    """Somebody opened the page; recorded by a script on the page, so that scanners do not count."""

    __tablename__ = "proposal_views"

    proposal_id: str = Field(foreign_key="proposals.id", index=True)
    contact_id: str | None = None
    address: str = ""
    agent: str = ""


class ProposalTemplate(WorkspaceRow, Archivable, table=True):
    """What a new proposal starts from."""

    __tablename__ = "proposal_templates"

    name: str
    title: str = ""
    blocks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    line_items: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    deposit_bps: int = 0
    expires_days: int = 14
    reminder_days: list[int] = Field(default_factory=lambda: [2, 5], sa_type=JSON)
    contract_template_id: str | None = None
    scheduler_id: str | None = None
    project_template_id: str | None = None
