"""Invoices as JSON: what comes in, what goes out. Amounts are minor units of the invoice's currency."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from models.queries.invoices import list_lines, stored_sums, totals_of
from models.rules.dates import local_date
from models.rules.invoices import amount_due, invoice_standing
from models.tables.invoices import Invoice, InvoiceLineItem
from models.types.invoices import InvoiceStanding, InvoiceStatus, InvoiceTerms, TimeSelection
from models.types.line_items import LineItem, LineItemKind
from models.types.time_entries import EntryGrouping, RoundingMode, RoundingScope, TimeRounding

_Currency = Field(default=None, pattern="^[A-Z]{3}$", examples=["EUR"])
_LARGEST = 10**12


class In(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer, read from a row."""

    model_config = ConfigDict(from_attributes=True)


class VersionIn(In):
    """The version the caller saw; leave it out to act on whatever is there."""

    version: int | None = Field(default=None, examples=[3])


class ActionIn(In):
    """Which of a series is meant, such as the second reminder; sent by the workflow."""

    index: int = Field(default=0, ge=0, examples=[1])


class LineIn(In):
    """One line."""

    kind: Literal["fixed", "hourly", "recurring", "discount"] = Field(default="fixed", examples=["fixed"])
    description: str = Field(min_length=1, max_length=2000, examples=["Design of the website"])
    quantity_milli: int = Field(default=1000, ge=0, le=10**9, examples=[1500])
    """Thousandths: 1.5 is 1500."""
    unit_price_minor: int = Field(default=0, ge=-_LARGEST, le=_LARGEST, examples=[320000])
    """Per unit or hour. On a discount: what it takes off, positive."""
    tax_rates_mpct: list[int] | None = Field(default=None, max_length=4, examples=[[19000]])
    """Thousandths of a percent; left out: the workspace's own tax."""
    discount_bps: int = Field(default=0, ge=0, le=10_000)

    def as_item(self, default_tax_mpct: int) -> LineItem:
        own = ([default_tax_mpct] if default_tax_mpct else []) if self.tax_rates_mpct is None else self.tax_rates_mpct
        return LineItem(
            LineItemKind(self.kind),
            self.description,
            self.unit_price_minor,
            quantity_milli=self.quantity_milli,
            tax_rates_mpct=() if self.kind == "discount" else tuple(own),
            discount_bps=self.discount_bps,
        )


class LineChange(VersionIn):
    """What to change in a line; what is left out stays."""

    description: str = Field(default="", min_length=1, max_length=2000, examples=["Design of the website"])
    quantity_milli: int = Field(default=1000, ge=0, le=10**9)
    unit_price_minor: int = Field(default=0, ge=-_LARGEST, le=_LARGEST)
    tax_rates_mpct: list[int] = Field(default_factory=list, max_length=4)
    discount_bps: int = Field(default=0, ge=0, le=10_000)
    position: int = Field(default=0, ge=0)


class TermsIn(In):
    """How an invoice is priced and paid; what is left out comes from the client's company, else from the workspace."""

    due_days: int | None = Field(default=None, ge=0, le=365, examples=[14])
    reminder_days: list[int] | None = Field(default=None, max_length=20, examples=[[3, 7, 14]])
    """Days after the due date on which a reminder goes out; negative is before it."""
    prices_include_tax: bool = False
    tax_rounding: Literal["document", "line"] = "document"
    discount_bps: int = Field(default=0, ge=0, le=10_000)
    purchase_order: str = Field(default="", max_length=200)
    notes: str = Field(default="", max_length=5000)

    @property
    def terms(self) -> InvoiceTerms:
        values = {name: getattr(self, name) for name in TermsIn.model_fields}
        days = self.reminder_days
        return InvoiceTerms(**{**values, "reminder_days": None if days is None else tuple(days)})


class InvoiceIn(TermsIn):
    """A new draft."""

    contact_id: str = Field(examples=["con_01k7w3y6m0"])
    engagement_id: str | None = None
    project_id: str | None = None
    currency: str | None = _Currency
    line_items: list[LineIn] = Field(default_factory=list, max_length=500)


class InvoiceChange(VersionIn):
    """What to change in a draft; what is left out stays."""

    contact_id: str = ""
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    due_days: int = Field(default=14, ge=0, le=365)
    reminder_days: list[int] = Field(default_factory=list, max_length=20)
    prices_include_tax: bool = False
    tax_rounding: Literal["document", "line"] = "document"
    discount_bps: int = Field(default=0, ge=0, le=10_000)
    purchase_order: str = Field(default="", max_length=200)
    notes: str = Field(default="", max_length=5000)


class RoundingIn(In):
    """How time is rounded; the raw time is never touched."""

    increment_seconds: int = Field(default=0, ge=0, le=86_400, examples=[900])
    mode: RoundingMode = RoundingMode.NEAREST
    scope: RoundingScope = RoundingScope.ENTRY


class TimeIn(In):
    """Which unbilled time, and how it becomes lines. Days are the workers' own, both inclusive."""

    project_id: str | None = None
    member_id: str | None = None
    from_day: date | None = Field(default=None, examples=["2026-11-01"])
    to_day: date | None = Field(default=None, examples=["2026-11-30"])
    time_entry_ids: list[str] | None = Field(default=None, max_length=5000)
    group_by: EntryGrouping = Field(default=EntryGrouping.TASK, examples=["task"])
    rounding: RoundingIn | None = None
    """Left out: as agreed with the client."""

    def selection(self, engagement_id: str | None) -> TimeSelection:
        ids = None if self.time_entry_ids is None else tuple(self.time_entry_ids)
        return TimeSelection(engagement_id, self.project_id, self.member_id, self.from_day, self.to_day, ids)

    @property
    def time_rounding(self) -> TimeRounding | None:
        return None if self.rounding is None else TimeRounding(**self.rounding.model_dump())


class TimeInvoiceIn(TimeIn):
    """A new draft of tracked time. The client is the engagement's, unless named."""

    engagement_id: str | None = Field(default=None, examples=["eng_01k7w3y6m0"])
    contact_id: str | None = None


class LineOut(Out):
    """One line, with what it comes to."""

    id: str
    position: int
    kind: str
    description: str
    quantity_milli: int
    seconds: int | None
    """Tracked time after rounding; it stands in place of the quantity."""
    unit_price_minor: int
    tax_rates_mpct: list[int]
    discount_bps: int
    source_id: str | None
    amount_minor: int
    net_minor: int
    tax_minor: int
    gross_minor: int


class TaxOut(Out):
    """One tax rate of the document."""

    rate_mpct: int
    base_minor: int
    tax_minor: int


class InvoiceSummaryOut(Out):
    """An invoice in a list."""

    id: str
    version: int
    number: str | None
    kind: str
    status: InvoiceStatus
    engagement_id: str | None
    project_id: str | None
    contact_id: str
    company_id: str | None
    proposal_id: str | None
    retainer_id: str | None
    period_index: int | None
    credits_invoice_id: str | None
    currency: str
    total_minor: int
    paid_minor: int
    credited_minor: int
    issued_on: date | None
    due_on: date | None
    sent_at: datetime | None
    paid_at: datetime | None
    created_at: datetime


class InvoiceOut(InvoiceSummaryOut):
    """An invoice with its lines and every figure."""

    standing: InvoiceStanding
    """The status with what follows from dates and payments: `overdue`, `partly_paid`."""
    due_minor: int
    """What is still to pay."""
    subtotal_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    tax_by_rate: list[TaxOut]
    line_items: list[LineOut]
    prices_include_tax: bool
    tax_rounding: str
    discount_bps: int
    purchase_order: str
    notes: str
    due_days: int
    reminder_days: list[int]
    reminded_count: int
    sent_count: int
    pdf_file_id: str | None


def invoice_out(session: Session, invoice: Invoice, *, now: datetime, zone: str) -> InvoiceOut:
    """An invoice as the API shows it."""
    session.flush()
    rows = list_lines(session, invoice)
    totals = totals_of(invoice, rows)
    sums = stored_sums(invoice)
    status = InvoiceStatus(invoice.status)
    return InvoiceOut.model_validate(
        {
            **invoice.model_dump(),
            "standing": invoice_standing(status, sums, due_on=invoice.due_on, today=local_date(now, zone)),
            "due_minor": amount_due(sums) if status in {InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE} else 0,
            "discount_minor": totals.discount_minor,
            "net_minor": totals.net_minor,
            "tax_by_rate": [TaxOut.model_validate(tax) for tax in totals.tax_by_rate],
            "line_items": [_line(row, line) for row, line in zip(rows, totals.lines, strict=True)],
        }
    )


def _line(row: InvoiceLineItem, line: Any) -> LineOut:
    figures = {name: getattr(line, name) for name in ("amount_minor", "net_minor", "tax_minor", "gross_minor")}
    return LineOut.model_validate({**row.model_dump(), **figures})
