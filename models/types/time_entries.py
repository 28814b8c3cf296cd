"""Worked time as the rules see it: raw seconds, a rate, and how both become lines of an invoice."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.types.money import Money


class Billing(StrEnum):
    """Who pays for a stretch of work."""

    BILLABLE = "billable"
    INCLUDED = "included"
    """Paid for by a retainer's hours."""
    OVERAGE = "overage"
    """Beyond a retainer's hours; billed."""
    NON_BILLABLE = "non_billable"


class RoundingMode(StrEnum):
    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


class RoundingScope(StrEnum):
    """What is rounded: each entry, or the sum of each invoice line."""

    ENTRY = "entry"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class TimeRounding:
    """How time is rounded at billing. The raw seconds are never touched."""

    increment_seconds: int = 0
    """900 = a quarter of an hour; 0 does not round."""
    mode: RoundingMode = RoundingMode.NEAREST
    scope: RoundingScope = RoundingScope.ENTRY


class EntryGrouping(StrEnum):
    """What makes one invoice line."""

    ENTRY = "entry"
    TASK = "task"
    PERSON = "person"
    DAY = "day"
    PROJECT = "project"
    ONE = "one"
    """Everything on one line, or one for each rate."""


@dataclass(frozen=True, slots=True)
class WorkedTime:
    """One finished time entry with the names that an invoice line shows."""

    id: str
    member_id: str
    member_name: str
    local_day: date
    """The worker's own calendar day at the start."""
    seconds: int
    rate_minor_per_hour: int
    currency: str
    task_id: str | None = None
    task_name: str = ""
    project_id: str | None = None
    project_name: str = ""
    note: str = ""
    billing: Billing = Billing.BILLABLE
    cost_minor_per_hour: int = 0
    invoice_line_item_id: str | None = None
    """The live invoice line that bills it."""


@dataclass(frozen=True, slots=True)
class GroupedLine:
    """One invoice line made of entries with one rate; priced once, from its seconds."""

    entry_ids: tuple[str, ...]
    description: str
    day: date | None
    """When grouped by entry or day."""
    seconds: int
    """As billed, after rounding."""
    raw_seconds: int
    rate_minor_per_hour: int
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class TimeTotals:
    seconds: int
    billable_seconds: int
    amounts: tuple[Money, ...]
    """One for each currency, by code; billable time only, unrounded seconds."""
    costs: tuple[Money, ...]
    """One for each currency, by code; all time. Shown only with the right to see costs."""


@dataclass(frozen=True, slots=True)
class WorkSpan:
    """When somebody worked. stopped_at: None while the timer runs."""

    id: str
    started_at: datetime
    stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimeEntryFilter:
    """Which time entries are wanted; None does not ask. Days are the workers' own, both inclusive."""

    member_id: str | None = None
    project_id: str | None = None
    task_id: str | None = None
    engagement_id: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    is_billable: bool | None = None
    is_running: bool | None = None
    is_billed: bool | None = None


@dataclass(frozen=True, slots=True)
class WorkPlace:
    """What a stretch of work is for; the most specific one that is named leads to the others."""

    task_id: str | None = None
    project_id: str | None = None
    engagement_id: str | None = None
