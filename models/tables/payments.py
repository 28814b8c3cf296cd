"""Money that moves: attempts, receipts, the ledger, and what providers told us."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import Row, UtcDateTime, Versioned, WorkspaceRow


class Payment(WorkspaceRow, Versioned, table=True):
    """One attempt to move money for an invoice. A new attempt needs the former one's confirmed failure."""

    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("invoice_id", "attempt"), UniqueConstraint("provider", "provider_ref"))

    invoice_id: str = Field(foreign_key="invoices.id", index=True)
    attempt: int
    provider: str
    """`stripe`, `paypal`, `square` or `manual`."""
    provider_ref: str | None = None
    """The provider's charge; unique, so one charge is one payment."""
    checkout_ref: str | None = Field(default=None, index=True)
    checkout_url: str = ""
    status: str = Field(default="pending", index=True)
    """`pending`, `succeeded`, `failed`, `canceled` or `unknown`."""
    amount_minor: int
    currency: str
    fee_minor: int = 0
    refunded_minor: int = 0
    failure: str = ""
    method: str = ""
    """In words: "Visa ending 4242"."""
    note: str = ""
    saves_card: bool = False
    """The payer agreed, before the provider's page, that the method is kept."""
    payer_id: str | None = None
    succeeded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reconciled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reconciled_count: int = 0
    """How often the provider was asked what became of it; the pauses grow with it."""


class Receipt(WorkspaceRow, table=True):
    """Proof of one payment, numbered."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("payment_id"),)

    payment_id: str = Field(foreign_key="payments.id")
    invoice_id: str = Field(index=True)
    number: str


class Refund(WorkspaceRow, table=True):
    """Money given back; the sum never exceeds the payment."""

    __tablename__ = "refunds"

    payment_id: str = Field(foreign_key="payments.id", index=True)
    provider_ref: str | None = Field(default=None, unique=True)
    amount_minor: int
    reason: str = ""
    status: str = "pending"


class SavedMethod(WorkspaceRow, table=True):
    """A card kept by the provider with the client's consent; only references here."""

    __tablename__ = "saved_methods"
    __table_args__ = (UniqueConstraint("provider", "method_ref"),)

    contact_id: str = Field(foreign_key="contacts.id", index=True)
    provider: str
    customer_ref: str
    method_ref: str
    label: str = ""
    consented_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LedgerEntry(WorkspaceRow, table=True):
    """One side of a double entry; append-only. The entries of one `posting` sum to zero per currency."""

    __tablename__ = "ledger_entries"
    __table_args__ = (UniqueConstraint("posting", "account"),)

    posting: str = Field(index=True)
    """What caused it: `invoice:inv_…:issued`, `payment:pay_…:succeeded`; see models/rules/ledger.py."""
    account: str
    """`receivable`, `revenue`, `tax`, `cash`, `fees`, `client_credit` or `bad_debt`."""
    amount_minor: int
    """Debit positive, credit negative."""
    currency: str
    invoice_id: str | None = Field(default=None, index=True)
    payment_id: str | None = Field(default=None, index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class WebhookEvent(Row, table=True):
    """What a provider told us, stored before it is understood. Unique, so a repeat is the same row."""

    __tablename__ = "webhook_events"
    __table_args__ = (UniqueConstraint("provider", "account", "event_id"),)

    provider: str
    account: str = ""
    event_id: str
    workspace_id: str | None = None
    """Named by the address it came in at; None for the installation's one account."""
    kind: str = ""
    object_ref: str = Field(default="", index=True)
    """The checkout or charge it is about."""
    body: bytes = Field(default=b"", sa_type=LargeBinary)
    parsed: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    status: str = Field(default="stored", index=True)
    """`stored`, `applied`, `ignored` or `dead`."""
    error: str = ""
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
