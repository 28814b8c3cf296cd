"""Proposals: their states and how they are to be paid."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
