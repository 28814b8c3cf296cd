"""Invoices: their states, and what happens when they are not paid."""

from dataclasses import dataclass
from enum import StrEnum


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
