"""Retainers: work bought by the period. Dates are days in the billing zone, ends exclusive; amounts are minor units."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class RetainerStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    PAST_DUE = "past_due"
    ENDED = "ended"


class PeriodStatus(StrEnum):
    BILLED = "billed"
    SKIPPED = "skipped"
    MERGED = "merged"
    """On the invoice of a later period."""
    ASKED = "asked"
    """Missed; a person decides whether it is billed."""


class Collection(StrEnum):
    """How the money of a period comes in."""

    SEND = "send"
    CHARGE = "charge"


class Rhythm(StrEnum):
    """What a period is. With all but weeks and months the first period may be a part of one."""

    WEEKS = "weeks"
    MONTHS = "months"
    """From the anchor's day; the 31st becomes the last day of a shorter month and is the 31st again afterwards."""
    CALENDAR_MONTHS = "calendar_months"
    HALF_MONTHS = "half_months"
    """The 1st and the 16th."""
    LAST_WORKDAY = "last_workday"
    """From the last workday of a month."""


class BillingTime(StrEnum):
    ADVANCE = "advance"
    ARREARS = "arrears"


class MissedPolicy(StrEnum):
    """What happens to periods that should have been billed while nothing ran; the newest one due is never missed."""

    BILL = "bill"
    """One invoice each, in order."""
    MERGE = "merge"
    """One invoice for all."""
    SKIP = "skip"
    ASK = "ask"


class Proration(StrEnum):
    DAILY = "daily"
    """By calendar days of the whole period: a thirty-first in March, a twenty-eighth in February."""
    NONE = "none"
    """A period is billed in full, at the price of its first day, or not at all."""


@dataclass(frozen=True, slots=True)
class Pause:
    starts_on: date
    ends_on: date | None = None
    """The first day of work again; None while nobody has said when."""


@dataclass(frozen=True, slots=True)
class PriceStep:
    starts_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class HoursTerms:
    """The bucket of hours that each period brings."""

    included_seconds: int = 0
    rolls_over: bool = False
    rollover_cap_seconds: int | None = None
    """The most that moves into the next period; what is too much is dropped, oldest first."""
    rollover_periods: int | None = None
    """For how many further periods unused hours stay; None is for ever."""
    carries_deficit: bool = False
    """Whether overuse is taken from the next period, rather than billed."""
    overage_rate_minor_per_hour: int = 0
    project_ids: tuple[str, ...] | None = None
    """Whose time is taken from the bucket, and that on no project. None takes all of the engagement's."""


@dataclass(frozen=True, slots=True)
class RetainerTerms:
    """Everything that decides when and how much a retainer bills. Period n follows from the anchor and n alone."""

    anchor_on: date
    zone: str
    """Billing zone, IANA."""
    amount_minor: int
    """Per whole period, until the first price step."""
    currency: str
    rhythm: Rhythm = Rhythm.MONTHS
    every: int = 1
    billing: BillingTime = BillingTime.ADVANCE
    ends_on: date | None = None
    missed: MissedPolicy = MissedPolicy.BILL
    proration: Proration = Proration.DAILY
    minimum_minor: int = 0
    """The least that a billed period costs, overage included."""
    prices: tuple[PriceStep, ...] = ()
    pauses: tuple[Pause, ...] = ()
    skipped: tuple[int, ...] = ()
    """Indexes of periods that are not billed."""
    holidays: tuple[date, ...] = ()
    """For the last workday."""
    hours: HoursTerms = field(default_factory=HoursTerms)


@dataclass(frozen=True, slots=True)
class Period:
    index: int
    starts_on: date
    ends_on: date
    """Exclusive: the next period's first day."""
    starts_at: datetime
    """The first instant of `starts_on` in the billing zone, UTC."""
    ends_at: datetime
    bills_at: datetime
    """When its invoice is due to be made: the start (the first day not paused) or, in arrears, the end."""


class DueAction(StrEnum):
    BILL = "bill"
    SKIP = "skip"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class DuePeriods:
    """One thing to do now: bill these periods on one invoice, record them as skipped, or ask about them."""

    action: DueAction
    periods: tuple[Period, ...]
    amount_minor: int


@dataclass(frozen=True, slots=True)
class UpcomingInvoice:
    period: Period
    bills_on: date
    amount_minor: int
    """Without overage, which is not known yet."""


@dataclass(frozen=True, slots=True)
class PeriodCharge:
    """What one period costs, before tax."""

    base_minor: int
    overage_minor: int
    shortfall_minor: int
    """Up to the agreed minimum."""
    total_minor: int


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """The hours of one period as they were worked."""

    index: int
    used_seconds: int
    top_up_seconds: int = 0
    """Bought on top; never expires and is used last."""
    included_seconds: int | None = None
    """When the period brought other than the usual hours; None is the terms'."""


@dataclass(frozen=True, slots=True)
class BucketStatement:
    """One period of the bucket. What comes in equals what goes out.

    rolled_in + included + top_up_in + overage + deficit_out = used + deficit_in + rolled_out + expired + top_up_left.
    """

    index: int
    deficit_in_seconds: int
    rolled_in_seconds: int
    included_seconds: int
    top_up_in_seconds: int
    """Left from before and bought in this period."""
    available_seconds: int
    """What may be worked in all; negative when the deficit is larger than the bucket."""
    used_seconds: int
    left_seconds: int
    """Of what is available; never negative."""
    overage_seconds: int
    """Billed."""
    expired_seconds: int
    rolled_out_seconds: int
    top_up_left_seconds: int
    deficit_out_seconds: int


@dataclass(frozen=True, slots=True)
class ReviewedDraft:
    """A period's invoice that is still a draft, and is to be issued by itself."""

    index: int
    drafted_at: datetime


@dataclass(frozen=True, slots=True)
class OwedCharge:
    """A period's issued and unpaid invoice, to be taken from the saved card."""

    index: int
    invoice: str
    """Its number."""
    failures: int = 0
    """Charges of the saved card that are known to have failed."""
    failed_at: datetime | None = None
    """The last of them."""
    is_pending: bool = False
    """A payment is under way: nothing may be tried before its end is known."""


@dataclass(frozen=True, slots=True)
class RetainerState:
    """What the schedule of a retainer depends on."""

    name: str
    status: RetainerStatus
    terms: RetainerTerms
    next_index: int
    """The first period not dealt with yet."""
    collect: Collection = Collection.SEND
    review_days: int = 0
    paused_at: datetime | None = None
    drafts: tuple[ReviewedDraft, ...] = ()
    charges: tuple[OwedCharge, ...] = ()
    """Empty when the client has no saved card. What a person has decided is not charged is not among them."""
    asked: tuple[int, ...] = ()
    """Indexes of missed periods that wait for a decision."""


@dataclass(frozen=True, slots=True)
class RetainerDraft:
    """An agreement about to start."""

    engagement_id: str
    contact_id: str
    name: str
    terms: RetainerTerms
    tax_rates_mpct: tuple[int, ...] = ()
    prices_include_tax: bool = False
    collect: Collection = Collection.SEND
    review_days: int = 0
    source: str | None = None
    """What it comes from; one source starts one retainer."""
    bills_past: bool = False
    """Whether periods that were over before it started are billed too."""


@dataclass(frozen=True, slots=True)
class PausePreview:
    """What a pause does, before it is made."""

    pause: Pause
    dropped: tuple[UpcomingInvoice, ...]
    """Invoices that will not be made; without an end in sight, the next three."""
    changed: tuple[tuple[UpcomingInvoice, UpcomingInvoice], ...]
    """Invoices over less, before and after."""
    following: UpcomingInvoice | None
    """The first one after it; None when it has no end."""


@dataclass(frozen=True, slots=True)
class HoursLine:
    """The hours of one period: what the bucket held, and which work filled it."""

    period: Period
    statement: BucketStatement
    entry_ids: tuple[str, ...]
    is_settled: bool
    """Whether an invoice has stated it; later entries count in the next period."""
