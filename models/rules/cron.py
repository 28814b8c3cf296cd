"""Schedules written as five fields: minute, hour, day of the month, month, day of the week.

Fields are read as POSIX crontab has them, with `*`, lists, spans, steps and English names: when both the day of the month and
the day of the week are given, either will do. Clock changes are heeded as Vixie cron heeds them: a time that the change leaves
out is made up for once, right after the gap, and one that occurs twice happens the first time only. A schedule for every hour
(`*` or `*/n` as its hour) follows elapsed time instead: it neither makes up for hours that never were nor leaves out one that
is there twice.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from models.types.errors import Invalid
from models.types.zones import zone_info

Field = frozenset[int]

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = {name: number for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun"), 1)}
_MONTHS |= {name: number for number, name in enumerate(("jul", "aug", "sep", "oct", "nov", "dec"), 7)}
_WEEKDAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_WORDS: tuple[dict[str, int], ...] = ({}, {}, {}, _MONTHS, _WEEKDAYS)
_SEARCH_DAYS = 366 * 9
"""Longer than any leap day is away; a schedule that does not come up in that time never does."""


def is_cron(text: str) -> bool:
    """Whether a text is a schedule that comes up some day: the 30th of February does not."""
    try:
        return next_occurrence(text, datetime(2024, 1, 1, tzinfo=UTC), "UTC") is not None
    except Invalid:
        return False


def next_occurrence(cron: str, after: datetime, zone: str) -> datetime | None:
    """The first moment of a schedule after another, in UTC; None when it never comes.

    after: aware. zone: whose clocks the schedule is written for. Raises Invalid for a text that is no schedule, or no zone.
    """
    fields = _parsed(cron)
    minutes, hours, _, months, _ = fields
    follows_elapsed_time = cron.split()[1].startswith("*")
    start = after.astimezone(zone_info(zone)).date() - timedelta(days=1)
    for day in (start + timedelta(days=ahead) for ahead in range(_SEARCH_DAYS)):
        if day.month not in months or not _is_on(day, fields, cron):
            continue
        times = (time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes))
        coming = [at for shown in times for at in _moments(day, shown, zone, follows_elapsed_time) if at > after]
        if coming:
            return min(coming)
    return None


def occurrences(cron: str, after: datetime, until: datetime, zone: str) -> Iterator[datetime]:
    """Every moment of a schedule after one moment and not after another, in order. Raises Invalid as next_occurrence does."""
    fields = _parsed(cron)
    minutes, hours, _, months, _ = fields
    follows_elapsed_time = cron.split()[1].startswith("*")
    zone_of = zone_info(zone)
    day, last = after.astimezone(zone_of).date() - timedelta(days=1), until.astimezone(zone_of).date() + timedelta(days=1)
    while day <= last:
        if day.month in months and _is_on(day, fields, cron):
            times = (time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes))
            moments = sorted(at for shown in times for at in _moments(day, shown, zone, follows_elapsed_time))
            yield from (at for at in moments if after < at <= until)
        day += timedelta(days=1)


def latest_due(cron: str, after: datetime, until: datetime, zone: str) -> tuple[datetime | None, int]:
    """The last moment of a schedule after one moment and not after another, and how many there were."""
    due, count = None, 0
    while (coming := next_occurrence(cron, due or after, zone)) is not None and coming <= until:
        due, count = coming, count + 1
    return due, count


def _moments(day: date, shown: time, zone: str, follows_elapsed_time: bool) -> Iterator[datetime]:
    """When clocks show a time on a day: mostly once; twice or never when clocks are changed just then."""
    first = datetime.combine(day, shown, tzinfo=zone_info(zone))
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        yield first.astimezone(UTC)
    elif first.utcoffset() > second.utcoffset():  # type: ignore[operator]  # a zone always has an offset
        yield first.astimezone(UTC)
        if follows_elapsed_time:
            yield second.astimezone(UTC)
    elif not follows_elapsed_time:
        yield _gap_end(first, second)


def _gap_end(before: datetime, after: datetime) -> datetime:
    """The moment at which clocks were put forward over a time. before, after: the time read with either offset."""
    low, high = after.astimezone(UTC), before.astimezone(UTC)
    offset = before.utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        is_before = middle.astimezone(before.tzinfo).utcoffset() == offset
        low, high = (middle, high) if is_before else (low, middle)
    return high.replace(second=0, microsecond=0)


def _is_on(day: date, fields: tuple[Field, ...], cron: str) -> bool:
    _, _, days, _, weekdays = fields
    _, _, said_day, _, said_weekday = cron.split()
    is_day, is_weekday = day.day in days, day.isoweekday() % 7 in weekdays
    if said_day.startswith("*") or said_weekday.startswith("*"):
        return is_day and is_weekday
    return is_day or is_weekday


def _parsed(cron: str) -> tuple[Field, Field, Field, Field, Field]:
    parts = cron.lower().split()
    if len(parts) != 5:
        raise Invalid("A schedule has five fields: minute, hour, day, month and weekday.", field="cron")
    found = [_field(part, *_RANGES[place], _WORDS[place]) for place, part in enumerate(parts)]
    weekdays = frozenset(number % 7 for number in found[4])
    return found[0], found[1], found[2], found[3], weekdays


def _field(part: str, low: int, high: int, words: dict[str, int]) -> Field:
    return frozenset(number for item in part.split(",") for number in _item(item, low, high, words))


def _item(item: str, low: int, high: int, words: dict[str, int]) -> range:
    span, slash, step_text = item.partition("/")
    first_text, dash, last_text = span.partition("-")
    step = _number(step_text, {}, 1, high) if slash else 1
    if span == "*":
        return range(low, high + 1, step)
    first = _number(first_text, words, low, high)
    last = _number(last_text, words, low, high) if dash else (high if slash else first)
    if last < first:
        raise Invalid(f"“{item[:20]}” runs backwards.", field="cron")
    return range(first, last + 1, step)


def _number(text: str, words: dict[str, int], low: int, high: int) -> int:
    number = words.get(text, int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1)
    if not low <= number <= high:
        raise Invalid(f"“{text[:20]}” is not between {low} and {high}.", field="cron")
    return number
