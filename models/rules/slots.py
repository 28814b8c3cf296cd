"""When a call can be booked: working hours, less busy times with buffers, notice, caps and holidays.

An instant is open when the host's clock then shows a working time. So an hour that comes twice is offered twice,
a skipped hour never, and slots start where the clock stands on the grid, in any zone.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import ceil, floor

from models.rules.dates import MINUTES_PER_DAY, day_bounds, local_date, start_of_day
from models.types.errors import Invalid
from models.types.slots import Busy, DayOverride, SlotTerms, WorkingHours
from models.types.zones import zone_info

_Stretch = tuple[int, int]  # half-open, in seconds since 1970
_LONGEST_HORIZON_DAYS = 400


def open_slots(
    terms: SlotTerms,
    *,
    busy: Iterable[Busy],
    now: datetime,
    booked: Iterable[Busy] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[datetime]:
    """The start of every slot that can be booked now, in UTC, earliest first.

    busy: from calendars. booked: live bookings with this host; they block like busy times, keep their own buffers, and count
    towards the daily cap, so give those of whole days. since, until: only starts in this stretch, the end exclusive.
    Raises Invalid for a zone, duration, step or horizon that cannot be.
    """
    _check(terms)
    opens, closes = _window(terms, now, since, until)
    if opens >= closes:
        return []
    taken = list(booked)
    full = _full_days(terms, taken)
    duration = terms.duration_minutes * 60
    starts: set[int] = set()
    regions: list[_Stretch] = []
    for day in _days(terms, opens, closes + timedelta(seconds=duration)):
        on_grid, working = _offered(terms, day)
        starts.update(() if day in full else on_grid)
        regions += working
    free = _inside(sorted(starts), duration, _merged(regions, touching=True))
    wanted = (ceil(opens.timestamp()), closes.timestamp())
    blocked = _merged(_blocked(terms, busy, taken), touching=False)
    return [datetime.fromtimestamp(start, UTC) for start in _outside(free, blocked) if wanted[0] <= start < wanted[1]]


def is_slot_open(
    terms: SlotTerms, starts_at: datetime, *, busy: Iterable[Busy], now: datetime, booked: Iterable[Busy] = ()
) -> bool:
    """Whether exactly this start can be booked now; asked again, under the host's lock, when somebody books."""
    end = starts_at + timedelta(seconds=1)
    return starts_at in open_slots(terms, busy=busy, booked=booked, now=now, since=starts_at, until=end)


def nearest_slots(slots: Sequence[datetime], wanted: datetime, count: int = 3) -> list[datetime]:
    """The open slots closest to one that is gone, earliest first."""
    return sorted(sorted(slots, key=lambda slot: (abs(slot - wanted), slot))[:count])


def slots_by_day(slots: Iterable[datetime], zone: str) -> dict[date, list[datetime]]:
    """Slots under the days of the guest's calendar, in order."""
    days: dict[date, list[datetime]] = {}
    for slot in slots:
        days.setdefault(local_date(slot, zone), []).append(slot)
    return days


def weekly_hours(hours: Mapping[str, Sequence[Sequence[str]]]) -> tuple[WorkingHours, ...]:
    """Working hours as stored, `{"0": [["09:00", "17:00"]]}` with 0 = Monday. Raises Invalid for anything else."""
    weekly = []
    for weekday, spans in hours.items():
        if weekday not in set("0123456"):
            raise Invalid("Weekdays are 0 for Monday to 6 for Sunday.", field="weekly_hours")
        weekly += [WorkingHours(int(weekday), start, end) for start, end in _spans(spans)]
    return tuple(weekly)


def day_overrides(overrides: Mapping[str, Sequence[Sequence[str]]]) -> tuple[DayOverride, ...]:
    """Overrides as stored, `{"2026-12-24": [["09:00", "12:00"]]}`; an empty list is a day off. Raises Invalid otherwise."""
    try:
        return tuple(DayOverride(date.fromisoformat(day), tuple(_spans(spans))) for day, spans in overrides.items())
    except ValueError as error:
        raise Invalid("Write dates like 2026-12-24.", field="overrides") from error


def _spans(spans: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    found = []
    for span in spans:
        if len(span) != 2:
            raise Invalid("Hours are pairs of start and end.", field="hours")
        start, end = (_minute(text) for text in span)
        if start >= end:
            raise Invalid("Hours end after they start; past midnight they continue on the next day.", field="hours")
        found.append((start, end))
    return found


def _minute(text: str) -> int:
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit() and len(minutes) == 2):
        raise Invalid(f"“{text}” is not a time of day. Write it like 09:30.", field="hours")
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > MINUTES_PER_DAY:
        raise Invalid(f"“{text}” is not a time of day. Write it like 09:30.", field="hours")
    return minute


def _check(terms: SlotTerms) -> None:
    zone_info(terms.zone)
    if terms.duration_minutes < 1 or terms.step_minutes < 1:
        raise Invalid("A call and the steps between starts last at least a minute.", field="duration_minutes")
    if min(terms.buffer_before_minutes, terms.buffer_after_minutes, terms.notice_minutes) < 0:
        raise Invalid("Buffers and notice cannot be negative.", field="notice_minutes")
    if not 0 <= terms.horizon_days <= _LONGEST_HORIZON_DAYS:
        raise Invalid(f"Calls can be offered up to {_LONGEST_HORIZON_DAYS} days ahead.", field="horizon_days")


def _window(terms: SlotTerms, now: datetime, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    last_day = local_date(now, terms.zone) + timedelta(days=terms.horizon_days)
    opens = now + timedelta(minutes=terms.notice_minutes)
    closes = start_of_day(last_day + timedelta(days=1), terms.zone)
    return max(opens, since or opens), min(closes, until or closes)


def _days(terms: SlotTerms, opens: datetime, closes: datetime) -> list[date]:
    first, last = local_date(opens, terms.zone), local_date(closes, terms.zone)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _full_days(terms: SlotTerms, booked: Iterable[Busy]) -> set[date]:
    if terms.daily_cap is None:
        return set()
    counts = Counter(local_date(booking.starts_at, terms.zone) for booking in booked)
    return {day for day, count in counts.items() if count >= terms.daily_cap}


def _offered(terms: SlotTerms, day: date) -> tuple[list[int], list[_Stretch]]:
    """The starts on the grid and the working stretches of one local day."""
    spans = _working_spans(terms, day)
    begin, end = (int(bound.timestamp()) for bound in day_bounds(day, terms.zone))
    if end - begin == MINUTES_PER_DAY * 60:
        starts = [begin + minute * 60 for start, stop in spans for minute in range(start, stop, terms.step_minutes)]
        return starts, [(begin + start * 60, begin + stop * 60) for start, stop in spans]
    # Twice a year the clock jumps; then each minute is looked up. 1,500 look-ups are cheap, and there is nothing to get wrong.
    zone = zone_info(terms.zone)
    starts, working = [], []
    for at in range(begin, end, 60):
        local = datetime.fromtimestamp(at, zone)
        minute = local.hour * 60 + local.minute
        inside = [start for start, stop in spans if start <= minute < stop]
        working += [(at, at + 60)] if inside else []
        starts += [at] if any((minute - start) % terms.step_minutes == 0 for start in inside) else []
    return starts, working


def _working_spans(terms: SlotTerms, day: date) -> list[tuple[int, int]]:
    overrides = [override for override in terms.overrides if override.day == day]
    if overrides:
        return [span for override in overrides for span in override.spans]
    if day in terms.holidays:
        return []
    return [(hours.starts_minute, hours.ends_minute) for hours in terms.weekly if hours.weekday == day.weekday()]


def _blocked(terms: SlotTerms, busy: Iterable[Busy], booked: Iterable[Busy]) -> list[_Stretch]:
    """Where no call may start; the ends themselves are free."""
    before, after = terms.buffer_before_minutes * 60, terms.buffer_after_minutes * 60
    duration = terms.duration_minutes * 60
    # Two calls need the larger of the two buffers between them, whichever comes first.
    margins = [(stretch, after, before) for stretch in busy] + [(call, max(before, after), max(before, after)) for call in booked]
    return [
        (floor(stretch.starts_at.timestamp()) - duration - ahead, ceil(stretch.ends_at.timestamp()) + behind)
        for stretch, ahead, behind in margins
        if stretch.starts_at < stretch.ends_at
    ]


def _merged(stretches: Iterable[_Stretch], *, touching: bool) -> list[_Stretch]:
    merged: list[_Stretch] = []
    for start, end in sorted(stretches):
        if merged and (start < merged[-1][1] or (touching and start == merged[-1][1])):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _inside(starts: Iterable[int], duration: int, regions: Sequence[_Stretch]) -> list[int]:
    begins = [begin for begin, _ in regions]
    found = ((start, bisect_right(begins, start) - 1) for start in starts)
    return [start for start, index in found if index >= 0 and start + duration <= regions[index][1]]


def _outside(starts: Iterable[int], blocked: Sequence[_Stretch]) -> list[int]:
    begins = [begin for begin, _ in blocked]
    found = ((start, bisect_left(begins, start) - 1) for start in starts)
    return [start for start, index in found if index < 0 or start >= blocked[index][1]]
