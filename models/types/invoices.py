"""Invoices: their states, and what happens when they are not paid."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.types.line_items import LineItem


class InvoiceStatus(StrEnum):
    """What is stored. Overdue and partly paid are computed, see InvoiceStanding."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


class InvoiceStanding(StrEnum):
    """What is shown."""

    DRAFT = "draft"
    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    OVERDUE = "overdue"
    PAID = "paid"
    OVERPAID = "overpaid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


@dataclass(frozen=True, slots=True)
class InvoiceSums:
    """What the ledger says about one invoice; all in minor units and not negative."""

    total_minor: int
    paid_minor: int = 0
    refunded_minor: int = 0
    credited_minor: int = 0
    """By credit notes, with tax."""


class InvoiceKind(StrEnum):
    STANDARD = "standard"
    DEPOSIT = "deposit"
    RETAINER = "retainer"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class InvoiceTerms:
    """How an invoice is priced and paid; None takes the client's or the workspace's own."""

    due_days: int | None = None
    reminder_days: tuple[int, ...] | None = None
    """Days after the due date."""
    prices_include_tax: bool = False
    tax_rounding: str = "document"
    discount_bps: int = 0
    purchase_order: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceOrigin:
    """What an invoice was made for. A proposal's part and a retainer's period have one invoice at most."""

    project_id: str | None = None
    proposal_id: str | None = None
    schedule_part: int | None = None
    """0 is the deposit."""
    retainer_id: str | None = None
    period_index: int | None = None
    credits_invoice_id: str | None = None


@dataclass(frozen=True, slots=True)
class TimeSelection:
    """Which tracked time goes on an invoice. Days are the workers' own, both inclusive; None does not ask."""

    engagement_id: str | None = None
    project_id: str | None = None
    member_id: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    entry_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line of a draft as its editor gives it back. id: of the row that is there, None for a new one."""

    id: str | None
    item: LineItem


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices are wanted; None does not ask. text: part of the number, or of the client's name."""

    status: str | None = None
    kind: str | None = None
    engagement_id: str | None = None
    contact_id: str | None = None
    project_id: str | None = None
    retainer_id: str | None = None
    overdue_on: date | None = None
    """Only open ones whose last day to pay was before this day."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What the schedule of an invoice depends on."""

    status: str
    kind: str
    label: str
    """Its number."""
    client: str
    """The client's first name."""
    zone: str
    issued_at: datetime
    due_on: date | None
    reminder_days: tuple[int, ...] = ()
    reminded_at: datetime | None = None
    reminded_count: int = 0
    is_sent: bool = False
    has_address: bool = True
    payments_count: int = 0
    """Succeeded ones."""
    receipts_count: int = 0
    asks: tuple["ProviderAsk", ...] = ()
    asked_count: int = 0
    """How often the provider was asked about this invoice, all payments together; only grows."""


@dataclass(frozen=True, slots=True)
class ProviderAsk:
    """A payment of which the provider must be asked."""

    since: datetime
    """When it was asked last, or when the payment began."""
    count: int
    """How often it was asked."""
    is_open: bool = True
    """The money is not certain; otherwise only the fee is not known yet."""


class LateFeeRepeat(StrEnum):
    ONCE = "once"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class LateFeeTerms:
    """A fee for late payment: a flat amount, a share of what is due, or both."""

    flat_minor: int = 0
    share_bps: int = 0
    repeat: LateFeeRepeat = LateFeeRepeat.ONCE
    grace_days: int = 0
    cap_minor: int | None = None
    """All fees of one invoice together; None is no cap."""
