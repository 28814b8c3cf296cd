"""Proposals: their states, who signs them, and how they are to be paid."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class ProposalStatus(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class PaymentPartKind(StrEnum):
    PERCENT = "percent"
    AMOUNT = "amount"
    REST = "rest"


class PaymentDue(StrEnum):
    ON_ACCEPTANCE = "on_acceptance"
    DAYS_AFTER_ACCEPTANCE = "days_after_acceptance"
    ON_DATE = "on_date"
    AT_MILESTONE = "at_milestone"


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """One part of a payment schedule, as agreed. A deposit is simply the first part."""

    label: str
    kind: PaymentPartKind
    share_bps: int = 0
    amount_minor: int = 0
    due: PaymentDue = PaymentDue.ON_ACCEPTANCE
    due_days: int = 0
    due_on: date | None = None
    milestone: str = ""


@dataclass(frozen=True, slots=True)
class ScheduledPayment:
    part: PaymentPart
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FollowUpFacts:
    """What decides the next thing to do about a sent proposal."""

    status: ProposalStatus
    client: str
    """First name, for sentences."""
    zone: str
    """The studio's, IANA: reminders go out at nine there."""
    sent_at: datetime | None
    expires_at: datetime | None
    reminder_days: tuple[int, ...] = ()
    is_delivered: bool = False
    """Whether the mail with the link is queued, or will not be."""
    can_be_mailed: bool = True
    """Whether the client has an address at all; otherwise the link was handed over by other means."""
    reminded: frozenset[int] = frozenset()
    """Indexes into `reminder_days` of the reminders that are queued, or will not be."""
    is_expiry_skipped: bool = False
    """Whether a person has decided that it does not expire by itself."""


class SignatureKind(StrEnum):
    TYPED = "typed"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Signing:
    """One act of signing, as it reached us."""

    contact_id: str
    name: str
    """As the signer wrote it."""
    email: str
    kind: str
    """`typed` or `drawn`."""
    image: str
    """The typed name, or a drawing as a `data:image/png;base64,` address."""
    consent_text: str
    """The words agreed to, as shown before the signature."""
    has_consented: bool
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class ShownDocuments:
    """Hashes of the bytes that the signer saw: SHA-256, hexadecimal; empty for a document that is not part of it."""

    proposal_sha256: str = ""
    contract_sha256: str = ""


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A row of the price table on its way in. `id` keeps a row that is there; without one it is new."""

    description: str
    unit_price_minor: int = 0
    kind: str = "fixed"
    quantity_milli: int = 1000
    tax_rates_mpct: tuple[int, ...] | None = None
    """None takes the workspace's own tax."""
    discount_bps: int = 0
    is_optional: bool = False
    is_selected: bool = True
    retainer_terms: dict[str, Any] = field(default_factory=dict)
    id: str | None = None
