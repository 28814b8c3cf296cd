"""Arithmetic of working days, working hours and local times.

A local time that a clock change leaves out is read with the offset before the change (02:30 becomes 03:30); one that
occurs twice means its first occurrence. Source: RFC 5545, 3.3.5, form 3; the same as `fold=0` of PEP 495.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta

from models.types.errors import Invalid
from models.types.working_time import Hours, Span
from models.types.zones import zone_info

MAX_WORKING_DAYS = 5000
WEEKEND = frozenset({5, 6})
_SEARCH_DAYS = 1100
zone_of = zone_info


def add_working_days(start: date, n: int, holidays: Collection[date] = frozenset(), weekend: Collection[int] = WEEKEND) -> date:
    """The working day that is n working days after a date, or before it when n is negative.

    The start itself is not counted, whether it is a working day or not: two after a Friday and two after the following
    Saturday are both Tuesday. With n = 0 the result is the start, or the next working day when it is free.
    Raises Invalid when every weekday is free, or n is beyond ±5000.
    """
    if len(frozenset(weekend) & frozenset(range(7))) == 7:
        raise Invalid("A week without working days cannot be counted in working days.")
    if abs(n) > MAX_WORKING_DAYS:
        raise Invalid(f"At most {MAX_WORKING_DAYS} working days can be counted.")
    step = timedelta(days=-1 if n < 0 else 1)
    day, left = start, abs(n)
    while left or not is_working_day(day, holidays, weekend):
        day += step
        left -= 1 if left and is_working_day(day, holidays, weekend) else 0
    return day


def is_working_day(day: date, holidays: Collection[date] = frozenset(), weekend: Collection[int] = WEEKEND) -> bool:
    """Whether people work on that date."""
    return day.weekday() not in weekend and day not in holidays


def local_time_on(day: date, at: time, zone: str) -> datetime:
    """The moment, in UTC, when clocks in a zone show a time on a date; see above for clock changes."""
    return datetime.combine(day, at.replace(tzinfo=None), tzinfo=zone_of(zone)).astimezone(UTC)


def next_working_moment(at: datetime, zone: str, hours: Hours, holidays: Collection[date] = frozenset()) -> datetime:
    """The first moment not before `at` that lies in working hours, in UTC.

    The start of a span is inside, its end is not. Raises Invalid when nobody works within three years.
    """
    for begin, end in _working_spans(at, zone, hours, holidays):
        if at < end:
            return max(at, begin).astimezone(UTC)
    raise Invalid("There are no working hours to wait for.")


def add_working_seconds(
    at: datetime, seconds: int, zone: str, hours: Hours, holidays: Collection[date] = frozenset()
) -> datetime:
    """The moment when that many seconds of working hours have passed since `at`, in UTC.

    seconds: not negative; with 0 the next working moment. Raises Invalid when three years do not hold them.
    """
    left = timedelta(seconds=seconds)
    for begin, end in _working_spans(at, zone, hours, holidays):
        start = max(at, begin)
        if start + left < end or (left and start + left == end):
            return (start + left).astimezone(UTC)
        left -= max(end - start, timedelta())
    raise Invalid("There are not enough working hours to wait for.")


def after_quiet_hours(at: datetime, zone: str, quiet: Span | None) -> datetime:
    """The same moment, or the end of the quiet span it falls into, in UTC.

    The start of the span is quiet, its end is not. A span whose end is before its start runs over midnight.
    """
    if quiet is None or quiet[0] == quiet[1]:
        return at.astimezone(UTC)
    begin, end = quiet
    local = at.astimezone(zone_of(zone))
    shown = local.time().replace(tzinfo=None)
    inside = begin <= shown < end if begin < end else shown >= begin or shown < end
    if not inside:
        return at.astimezone(UTC)
    day = local.date() if shown < end else local.date() + timedelta(days=1)
    # In the hour that occurs twice the first `end` may lie behind us; then the quiet is over.
    return max(at.astimezone(UTC), local_time_on(day, end, zone))


def _working_spans(at: datetime, zone: str, hours: Hours, holidays: Collection[date]) -> Iterator[tuple[datetime, datetime]]:
    first = at.astimezone(zone_of(zone)).date()
    for day in (first + timedelta(days=ahead) for ahead in range(_SEARCH_DAYS)):
        if day in holidays:
            continue
        for begin, end in hours.get(day.weekday(), ()):
            yield local_time_on(day, begin, zone), local_time_on(day, end, zone)
