"""Proposals as JSON: what comes in, what goes out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.idempotency import Confidential
from models.queries.evidence import first_broken, list_evidence
from models.queries.proposals import list_line_items, totals_of
from models.rules.proposals import deposit_of
from models.tables.proposals import Proposal, ProposalLineItem
from models.types.proposals import ProposalLine, ProposalStatus
from models.types.retainers import BillingTime, Rhythm

_Currency = Field(default=None, pattern="^[A-Z]{3}$", examples=["EUR"])


class In(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer, read from a row."""

    model_config = ConfigDict(from_attributes=True)


class BlockIn(In):
    """A part of the text. `prices` is where the price table stands."""

    kind: Literal["text", "terms", "prices", "signature", "scheduler"] = Field(examples=["text"])
    markdown: str = Field(default="", max_length=100_000, examples=["## What we will do\n\nA new website in six weeks."])

    def as_stored(self) -> dict[str, str]:
        has_text = self.kind in ("text", "terms")
        return {"kind": self.kind, "markdown": self.markdown} if has_text else {"kind": self.kind}


class HoursTermsIn(In):
    """The hours that each period brings."""

    included_seconds: int = Field(default=0, ge=0, examples=[14400])
    rolls_over: bool = False
    overage_rate_minor_per_hour: int = Field(default=0, ge=0, examples=[12000])


class RetainerTermsIn(In):
    """How a recurring line repeats, and the hours it brings; the unit price is per period."""

    rhythm: Rhythm = Field(default=Rhythm.MONTHS, examples=["months"])
    every: int = Field(default=1, ge=1, le=24)
    billing: BillingTime = BillingTime.ADVANCE
    hours: HoursTermsIn = Field(default_factory=HoursTermsIn)
    collect: Literal["send", "charge"] = "send"


class LineItemIn(In):
    """A row of the price table. An `id` keeps the row that is there."""

    id: str | None = None
    kind: Literal["fixed", "hourly", "recurring", "discount"] = Field(default="fixed", examples=["fixed"])
    description: str = Field(min_length=1, max_length=2000, examples=["Design\nThree rounds, desktop and phone"])
    quantity_milli: int = Field(default=1000, ge=0, le=10**9, examples=[1000])
    unit_price_minor: int = Field(default=0, ge=-(10**12), le=10**12, examples=[320000])
    tax_rates_mpct: list[int] | None = Field(default=None, examples=[[19000]])
    """Thousandths of a percent; left out: the workspace's own tax."""
    discount_bps: int = Field(default=0, ge=0, le=10_000)
    is_optional: bool = False
    is_selected: bool = True
    retainer_terms: RetainerTermsIn | None = None


class LineItemOut(Out):
    """A row of the price table."""

    id: str
    position: int
    kind: str
    description: str
    quantity_milli: int
    unit_price_minor: int
    tax_rates_mpct: list[int]
    discount_bps: int
    is_optional: bool
    is_selected: bool
    retainer_terms: dict[str, Any]


class ProposalIn(In):
    """A new proposal. What is left out comes from the template, else from the engagement."""

    engagement_id: str = Field(examples=["eng_01k7…"])
    contact_id: str | None = None
    template_id: str | None = Field(default=None, examples=["prt_01k7…"])
    title: str | None = Field(default=None, min_length=1, max_length=200, examples=["A new website for Byron Mills"])
    blocks: list[BlockIn] | None = Field(default=None, max_length=100)
    line_items: list[LineItemIn] | None = Field(default=None, max_length=200)
    currency: str | None = _Currency
    prices_include_tax: bool | None = None
    tax_rounding: Literal["document", "line"] | None = None
    discount_bps: int | None = Field(default=None, ge=0, le=10_000)
    deposit_bps: int | None = Field(default=None, ge=0, le=10_000, examples=[3000])
    expires_at: AwareDatetime | None = Field(default=None, examples=["2026-12-04T16:00:00Z"])
    reminder_days: list[int] | None = Field(default=None, max_length=20, examples=[[2, 5]])
    contract_template_id: str | None = None
    scheduler_id: str | None = None
    project_template_id: str | None = None


class VersionIn(In):
    """The version the caller saw; leave it out to act on whatever is there."""

    version: int | None = Field(default=None, examples=[3])


class ProposalChange(VersionIn):
    """What to change in a draft; what is left out stays."""

    title: str = Field(default="", min_length=1, max_length=200, examples=["A new website for Byron Mills"])
    blocks: list[BlockIn] | None = Field(default=None, max_length=100)
    line_items: list[LineItemIn] | None = Field(default=None, max_length=200)
    currency: str = Field(default="", pattern="^[A-Z]{3}$", examples=["EUR"])
    prices_include_tax: bool = False
    tax_rounding: Literal["document", "line"] = "document"
    discount_bps: int = Field(default=0, ge=0, le=10_000)
    deposit_bps: int = Field(default=0, ge=0, le=10_000)
    expires_at: AwareDatetime | None = None
    reminder_days: list[int] = Field(default_factory=list, max_length=20)
    contract_template_id: str | None = None
    scheduler_id: str | None = None
    project_template_id: str | None = None


class ReasonIn(VersionIn):
    """Why."""

    reason: str = Field(default="", max_length=2000, examples=["We agreed on something smaller"])


class ActionIn(In):
    """Which of a series is meant; sent by the workflow."""

    index: int = 0


class LinkIn(In):
    """For whom the link is; the client, unless somebody else is named."""

    contact_id: str | None = None
    role: Literal["signer", "viewer"] = "signer"


class LinkOut(Confidential):
    """A recipient's own address of the document."""

    url: str


class ProposalSummaryOut(Out):
    """A proposal in a list."""

    id: str
    engagement_id: str
    contact_id: str
    root_id: str
    number: int
    title: str
    status: ProposalStatus
    currency: str
    total_minor: int
    expires_at: datetime | None
    sent_at: datetime | None
    first_viewed_at: datetime | None
    decided_at: datetime | None
    created_at: datetime
    archived_at: datetime | None
    version: int


class ProposalOut(ProposalSummaryOut):
    """One version of a proposal."""

    blocks: list[dict[str, Any]]
    line_items: list[LineItemOut]
    prices_include_tax: bool
    tax_rounding: str
    discount_bps: int
    deposit_bps: int
    deposit_minor: int
    subtotal_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    recurring_minor: int
    reminder_days: list[int]
    contract_id: str | None
    scheduler_id: str | None
    project_template_id: str | None
    decline_reason: str
    content_sha256: str
    sealed_file_id: str | None


class ViewOut(Out):
    """One visit."""

    id: str
    contact_id: str | None
    address: str
    agent: str
    created_at: datetime


class EvidenceEntryOut(Out):
    """One link of the chain."""

    number: int
    kind: str
    at: datetime
    detail: dict[str, Any]
    previous_hash: str
    hash: str


class EvidenceOut(BaseModel):
    """The evidence of a document. broken_at: the first entry that does not fit, None when the chain is whole."""

    entries: list[EvidenceEntryOut]
    is_whole: bool
    broken_at: int | None


def lines_of(items: Sequence[LineItemIn] | None) -> list[ProposalLine] | None:
    """The rows as the commands take them; None when none were given."""
    return None if items is None else [_line_of(item) for item in items]


def proposal_out(session: Session, proposal: Proposal) -> ProposalOut:
    """A proposal with its rows and figures: frozen ones once sent, those of the moment before."""
    session.flush()
    rows: list[ProposalLineItem] = list_line_items(session, proposal.id)
    totals = totals_of(proposal, rows)
    figures = {
        "deposit_minor": deposit_of(totals, proposal.deposit_bps),
        "discount_minor": totals.discount_minor,
        "net_minor": totals.net_minor,
        "recurring_minor": totals.recurring_minor,
    }
    frozen = {name: proposal.totals.get(name, value) for name, value in figures.items()}
    lines = [LineItemOut.model_validate(row) for row in rows]
    return ProposalOut.model_validate({**proposal.model_dump(), "line_items": lines, **frozen})


def evidence_out(session: Session, subject_id: str) -> EvidenceOut:
    """The evidence of one document, checked."""
    entries = list_evidence(session, subject_id)
    broken = first_broken(entries)
    shown = [EvidenceEntryOut.model_validate(entry) for entry in entries]
    return EvidenceOut(entries=shown, is_whole=broken is None, broken_at=None if broken is None else broken + 1)


def _line_of(item: LineItemIn) -> ProposalLine:
    values = item.model_dump(exclude={"tax_rates_mpct", "retainer_terms"})
    terms = item.retainer_terms or (RetainerTermsIn() if item.kind == "recurring" else None)
    return ProposalLine(
        **values,
        tax_rates_mpct=None if item.tax_rates_mpct is None else tuple(item.tax_rates_mpct),
        retainer_terms=terms.model_dump(mode="json") if terms else {},
    )
