"""The shapes of retainers as the API takes and gives them."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Call
from api.retainers import PeriodProof
from models.queries.retainers import terms_of
from models.rules.retainers import next_invoices
from models.tables.retainers import Retainer
from models.types.retainers import BillingTime, Collection, MissedPolicy, Proration, Rhythm, UpcomingInvoice


class In(BaseModel):
    """What comes in: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class VersionIn(In):
    version: int | None = Field(default=None, examples=[3])
    """The version that the caller saw; another one is refused."""


class HoursIn(In):
    """The bucket of hours that each period brings."""

    included_seconds: int = Field(default=0, ge=0, examples=[36000])
    rolls_over: bool = False
    rollover_cap_seconds: int | None = Field(default=None, ge=0)
    rollover_periods: int | None = Field(default=None, ge=0)
    carries_deficit: bool = False
    overage_rate_minor_per_hour: int = Field(default=0, ge=0, examples=[9500])
    project_ids: list[str] | None = None
    """Whose time is taken from the bucket, and that on no project; null takes all of the engagement's."""


class TermsIn(In):
    """The rhythm and the fee."""

    anchor_on: date = Field(examples=["2027-01-31"])
    zone: str | None = Field(default=None, examples=["Europe/Berlin"])
    """The billing zone; by default the workspace's."""
    amount_minor: int = Field(ge=0, examples=[120000])
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", examples=["EUR"])
    rhythm: Rhythm = Rhythm.MONTHS
    every: int = Field(default=1, ge=1, le=120)
    billing: BillingTime = BillingTime.ADVANCE
    ends_on: date | None = None
    missed: MissedPolicy = MissedPolicy.BILL
    proration: Proration = Proration.DAILY
    minimum_minor: int = Field(default=0, ge=0)
    hours: HoursIn = Field(default_factory=HoursIn)


class RetainerIn(In):
    """An agreement to start."""

    engagement_id: str = Field(examples=["eng_01k7w3y6m0"])
    contact_id: str | None = Field(default=None, examples=["con_01k7w3y6m0"])
    """Who is billed; by default the engagement's client."""
    name: str = Field(min_length=1, max_length=200, examples=["Care plan"])
    terms: TermsIn
    tax_rates_mpct: list[int] | None = Field(default=None, examples=[[19000]])
    """By default the workspace's tax."""
    prices_include_tax: bool = False
    collect: Collection = Collection.SEND
    review_days: int = Field(default=0, ge=0, le=90)
    bills_past: bool = False
    """Whether periods that are over already are billed too."""


class RetainerChangesIn(VersionIn):
    """What may change at any time."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    collect: Collection | None = None
    review_days: int | None = Field(default=None, ge=0, le=90)
    saved_method_id: str | None = None
    project_ids: list[str] | None = None


class PauseIn(VersionIn):
    """A pause: from today until somebody resumes, or, with days, a planned one."""

    starts_on: date | None = Field(default=None, examples=["2027-08-01"])
    ends_on: date | None = Field(default=None, examples=["2027-09-01"])
    """The first day of work again."""


class EndIn(VersionIn):
    ends_on: date | None = Field(default=None, examples=["2027-12-31"])
    """The first day that no longer belongs to it; by default today."""


class SkipIn(VersionIn):
    index: int | None = Field(default=None, ge=0)
    """By default the next period."""


class PriceIn(VersionIn):
    starts_on: date = Field(examples=["2027-07-01"])
    amount_minor: int = Field(ge=0, examples=[135000])


class PeriodIn(In):
    index: int = Field(ge=0, examples=[4])
    """Which period, counted from 0."""


class DecisionIn(In):
    is_billed: bool


class ChargeIn(In):
    """The try that the workflow counts, or a period to be charged now."""

    index: int | None = Field(default=None, ge=0)
    period_index: int | None = Field(default=None, ge=0, examples=[4])


class UpcomingOut(BaseModel):
    """An invoice to come."""

    index: int
    starts_on: date
    ends_on: date
    """Exclusive."""
    bills_on: date
    amount_minor: int


class RetainerOut(BaseModel):
    """A retainer."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    engagement_id: str
    contact_id: str
    source: str | None
    name: str
    status: str
    currency: str
    amount_minor: int
    tax_rates_mpct: list[int]
    prices_include_tax: bool
    collect: str
    review_days: int
    saved_method_id: str | None
    anchor_on: date
    timezone: str
    next_index: int
    terms: dict[str, Any]
    paused_at: datetime | None
    ended_at: datetime | None
    version: int


class RetainerDetail(RetainerOut):
    """A retainer with its next invoices."""

    next_invoices: list[UpcomingOut] = []


class AttemptOut(BaseModel):
    """One try to take the money of a period."""

    id: str
    key: str
    attempt: int
    status: str
    amount_minor: int
    currency: str
    failure: str


class PeriodOut(BaseModel):
    """A period that was dealt with, with the proof of how."""

    index: int
    starts_on: date
    ends_on: date
    """Exclusive."""
    status: str
    key: str
    invoice_id: str | None
    invoice_number: str | None
    invoice_status: str | None
    total_minor: int | None
    attempts: list[AttemptOut]
    postings: list[str]


class HoursOut(BaseModel):
    """The hours of one period, in seconds."""

    index: int
    starts_on: date
    ends_on: date
    included_seconds: int
    rolled_in_seconds: int
    available_seconds: int
    used_seconds: int
    left_seconds: int
    overage_seconds: int
    rolled_out_seconds: int
    expired_seconds: int
    deficit_out_seconds: int
    is_settled: bool


class PausePreviewOut(BaseModel):
    """What a pause would do."""

    dropped: list[UpcomingOut]
    changed: list[UpcomingOut]
    following: UpcomingOut | None


def upcoming_out(one: UpcomingInvoice) -> UpcomingOut:
    period = one.period
    return UpcomingOut(
        index=period.index,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        bills_on=one.bills_on,
        amount_minor=one.amount_minor,
    )


def detail_of(call: Call, retainer: Retainer) -> RetainerDetail:
    """A retainer as it is after the changes so far."""
    call.session.flush()
    shown = RetainerDetail.model_validate(retainer)
    if retainer.status not in ("paused", "ended"):
        coming = next_invoices(terms_of(retainer), since_index=retainer.next_index)
        shown.next_invoices = [upcoming_out(one) for one in coming]
    return shown


def period_out(proof: PeriodProof) -> PeriodOut:
    row, invoice = proof.row, proof.invoice
    return PeriodOut(
        index=row.index,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        status=row.status,
        key=proof.key,
        invoice_id=row.invoice_id,
        invoice_number=invoice.number if invoice else None,
        invoice_status=invoice.status if invoice else None,
        total_minor=invoice.total_minor if invoice else None,
        attempts=[AttemptOut(key=one.key, **_columns(one.payment)) for one in proof.attempts],
        postings=list(proof.postings),
    )


def _columns(payment: Any) -> dict[str, Any]:
    return {name: getattr(payment, name) for name in AttemptOut.model_fields if name != "key"}
