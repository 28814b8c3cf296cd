"""Worked time: whose day it was, what overlaps, how it is rounded and what it comes to. Rounding happens at billing only."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from models.rules.dates import local_date, start_of_day
from models.rules.line_items import amount_for_seconds
from models.types.errors import Invalid
from models.types.money import Money
from models.types.time_entries import (
    Billing,
    EntryGrouping,
    GroupedLine,
    RoundingMode,
    RoundingScope,
    TimeRounding,
    TimeTotals,
    WorkedTime,
    WorkSpan,
)

_NO_ROUNDING = TimeRounding()
_FOREVER = datetime.max.replace(tzinfo=UTC)


def worked_on(started_at: datetime, zone: str) -> date:
    """The day an entry belongs to: the worker's own calendar day at its start."""
    return local_date(started_at, zone)


def split_at_midnight(started_at: datetime, stopped_at: datetime, zone: str) -> list[tuple[date, datetime, datetime]]:
    """A stretch cut at each local midnight: (day, start, end) in UTC, in order, without gaps.

    Raises Invalid when it ends before it starts.
    """
    start, stop = started_at.astimezone(UTC), stopped_at.astimezone(UTC)
    if stop < start:
        raise Invalid("Time cannot end before it starts.", field="stopped_at")
    pieces: list[tuple[date, datetime, datetime]] = []
    while start < stop:
        day = local_date(start, zone)
        end = min(stop, start_of_day(day + timedelta(days=1), zone))
        pieces.append((day, start, end))
        start = end
    return pieces


def rounded_seconds(seconds: int, rounding: TimeRounding) -> int:
    """Seconds as billed. Exact multiples stay, so rounding twice changes nothing; halfway goes up."""
    step = rounding.increment_seconds
    if step <= 0:
        return seconds
    if rounding.mode == RoundingMode.UP:
        return -(-seconds // step) * step
    if rounding.mode == RoundingMode.DOWN:
        return seconds // step * step
    return (2 * seconds + step) // (2 * step) * step


def unbilled(entries: Iterable[WorkedTime]) -> list[WorkedTime]:
    """The entries that may go on an invoice: billable or overage, and on no live invoice line."""
    return [entry for entry in entries if is_charged(entry.billing) and entry.invoice_line_item_id is None]


def is_charged(billing: Billing) -> bool:
    """Whether the client pays for it by the hour."""
    return billing in {Billing.BILLABLE, Billing.OVERAGE}


def group_entries(entries: Sequence[WorkedTime], by: EntryGrouping, rounding: TimeRounding = _NO_ROUNDING) -> list[GroupedLine]:
    """Invoice lines in the order in which their first entries come; each has one rate and is priced once.

    Every entry given is on exactly one line. Raises Invalid when the entries are in several currencies.
    """
    if len({entry.currency for entry in entries}) > 1:
        raise Invalid("An invoice is in one currency; this time was recorded in several.", field="currency")
    groups: dict[tuple[object, int], list[WorkedTime]] = {}
    for entry in entries:
        groups.setdefault((_GROUP_KEYS[by](entry), entry.rate_minor_per_hour), []).append(entry)
    return [_line(group, by, rounding) for group in groups.values()]


def time_totals(entries: Iterable[WorkedTime]) -> TimeTotals:
    """The sums of a timesheet. Money is priced once for each rate, like an invoice grouped by nothing else."""
    listed = list(entries)
    charged = [entry for entry in listed if is_charged(entry.billing)]
    return TimeTotals(
        seconds=sum(entry.seconds for entry in listed),
        billable_seconds=sum(entry.seconds for entry in charged),
        amounts=_priced(charged, lambda entry: entry.rate_minor_per_hour),
        costs=_priced(listed, lambda entry: entry.cost_minor_per_hour),
    )


def overlaps(one: WorkSpan, other: WorkSpan) -> bool:
    """Whether two stretches claim the same time, to the minute: stopping and starting within one minute does not count."""
    return _minute(one.started_at) < _stop(other) and _minute(other.started_at) < _stop(one)


def overlapping_pairs(spans: Iterable[WorkSpan]) -> list[tuple[str, str]]:
    """The ids of all pairs that overlap, the earlier start first."""
    pairs: list[tuple[str, str]] = []
    live: list[WorkSpan] = []
    for span in sorted(spans, key=lambda span: (span.started_at, span.id)):
        live = [earlier for earlier in live if _stop(earlier) > _minute(span.started_at)]
        pairs += [(earlier.id, span.id) for earlier in live if overlaps(earlier, span)]
        live.append(span)
    return pairs


_GROUP_KEYS: dict[EntryGrouping, Callable[[WorkedTime], object]] = {
    EntryGrouping.ENTRY: lambda entry: entry.id,
    EntryGrouping.TASK: lambda entry: entry.task_id or ("note", entry.note),
    EntryGrouping.PERSON: lambda entry: entry.member_id,
    EntryGrouping.DAY: lambda entry: entry.local_day,
    EntryGrouping.PROJECT: lambda entry: entry.project_id,
    EntryGrouping.ONE: lambda entry: "",
}


def _line(group: Sequence[WorkedTime], by: EntryGrouping, rounding: TimeRounding) -> GroupedLine:
    raw = sum(entry.seconds for entry in group)
    if rounding.scope == RoundingScope.SUM:
        seconds = rounded_seconds(raw, rounding)
    else:
        seconds = sum(rounded_seconds(entry.seconds, rounding) for entry in group)
    first = group[0]
    return GroupedLine(
        entry_ids=tuple(entry.id for entry in group),
        description=_description(first, by),
        day=first.local_day if by in {EntryGrouping.ENTRY, EntryGrouping.DAY} else None,
        seconds=seconds,
        raw_seconds=raw,
        rate_minor_per_hour=first.rate_minor_per_hour,
        currency=first.currency,
        amount_minor=amount_for_seconds(seconds, first.rate_minor_per_hour),
    )


def _description(entry: WorkedTime, by: EntryGrouping) -> str:
    task = entry.task_name or entry.note or entry.project_name or "Work"
    if by == EntryGrouping.ENTRY and entry.task_name and entry.note:
        return f"{entry.task_name}: {entry.note}"
    by_grouping = {
        EntryGrouping.PERSON: entry.member_name,
        EntryGrouping.DAY: entry.local_day.isoformat(),
        EntryGrouping.PROJECT: entry.project_name or "Work",
        EntryGrouping.ONE: entry.project_name or "Work",
    }
    return by_grouping.get(by, task)


def _priced(entries: Iterable[WorkedTime], rate_of: Callable[[WorkedTime], int]) -> tuple[Money, ...]:
    seconds: dict[tuple[str, int], int] = {}
    for entry in entries:
        key = (entry.currency, rate_of(entry))
        seconds[key] = seconds.get(key, 0) + entry.seconds
    sums: dict[str, int] = {}
    for (currency, rate), worked in seconds.items():
        sums[currency] = sums.get(currency, 0) + amount_for_seconds(worked, rate)
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _stop(span: WorkSpan) -> datetime:
    return _FOREVER if span.stopped_at is None else _minute(span.stopped_at)
