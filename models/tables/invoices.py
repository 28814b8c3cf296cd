"""Demands for payment."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import UtcDateTime, Versioned, WorkspaceRow


class Invoice(WorkspaceRow, Versioned, table=True):
    """A draft until issued; then it has a number and never changes."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("workspace_id", "series", "counter"),
        UniqueConstraint("retainer_id", "period_index"),
        UniqueConstraint("proposal_id", "schedule_part"),
    )

    engagement_id: str | None = Field(default=None, index=True)
    project_id: str | None = Field(default=None, index=True)
    contact_id: str = Field(foreign_key="contacts.id", index=True)
    company_id: str | None = Field(default=None, index=True)
    kind: str = "standard"
    """`standard`, `deposit`, `retainer` or `credit_note`."""
    proposal_id: str | None = None
    schedule_part: int | None = None
    """Which part of the proposal's payment schedule: 0 for the deposit."""
    retainer_id: str | None = Field(default=None, index=True)
    period_index: int | None = None
    credits_invoice_id: str | None = None
    """On a credit note: the invoice it corrects."""
    status: str = Field(default="draft", index=True)
    """`draft`, `open`, `paid`, `void` or `uncollectible`."""
    series: str = ""
    counter: int | None = None
    number: str | None = Field(default=None, index=True)
    """Taken at issue, gapless per series."""
    currency: str = "EUR"
    prices_include_tax: bool = False
    tax_rounding: str = "document"
    discount_bps: int = 0
    subtotal_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0
    paid_minor: int = 0
    """What was received for this invoice and not given back; derived from the ledger in the transaction that posts to it."""
    credited_minor: int = 0
    """By credit notes; derived like paid_minor."""
    totals: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The money function's output, frozen at issue; the only numbers ever shown."""
    parties: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Frozen at issue: {"from": [lines], "to": [lines]}, names and addresses as they were."""
    purchase_order: str = ""
    notes: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    due_days: int = 14
    reminder_days: list[int] = Field(default_factory=list, sa_type=JSON)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_count: int = 0
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Up to when reminders are settled: the last one sent, or the last one passed over."""
    reminded_count: int = 0
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    pdf_file_id: str | None = None


class InvoiceLineItem(WorkspaceRow, table=True):
    """One line."""

    __tablename__ = "invoice_line_items"

    invoice_id: str = Field(foreign_key="invoices.id", index=True)
    position: int
    kind: str = "fixed"
    """`fixed`, `hourly`, `recurring`, `discount` or `deposit`."""
    description: str
    quantity_milli: int = 1000
    unit_price_minor: int = 0
    amount_minor: int | None = None
    """For lines priced from seconds × rate: the exact price; otherwise computed from quantity and unit price."""
    seconds: int | None = None
    tax_rates_mpct: list[int] = Field(default_factory=list, sa_type=JSON)
    discount_bps: int = 0
    tax_included: bool | None = None
    """Whether this price includes its taxes; None follows the document."""
    source_id: str | None = Field(default=None, index=True)
    """The invoice line that it credits, or the deposit invoice that it sets off."""


class NumberSeries(WorkspaceRow, table=True):
    """The counter of a series of document numbers, advanced in the issuing transaction."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("workspace_id", "series"),)

    series: str
    last_number: int = 0
