"""A week of working hours, as it is stored and as it is typed."""

import re
from itertools import pairwise

from models.types.errors import Invalid

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPAN = re.compile(r"(\d{1,2})(?::?(\d{2}))?\s*(?:-|–|—|to)\s*(\d{1,2})(?::?(\d{2}))?")

Week = dict[str, list[list[str]]]
"""Weekday number (0 = Monday, as a string) to [start, end] spans of `HH:MM`; 24:00 ends a day."""


def checked_week(week: Week) -> Week:
    """The week with its spans in order, empty days left out. Raises Invalid for an unknown day, a bad time or an overlap."""
    for day in week:
        if day not in {str(number) for number in range(7)}:
            raise Invalid(f"“{day}” is not a weekday from 0 to 6.", field="weekly_hours")
    return {day: _checked_day(spans, WEEKDAYS[int(day)]) for day, spans in sorted(week.items()) if spans}


def spans_of(text: str, weekday: str) -> list[list[str]]:
    """What somebody typed for one day, such as `9-12, 13:00 – 17:30`; an empty list is a day off.

    Raises Invalid, naming the day, when it cannot be read.
    """
    spans = []
    for part in (one.strip() for one in re.split(r"[,;]|\band\b", text) if one.strip()):
        read = _SPAN.fullmatch(part)
        if read is None:
            raise Invalid(f"{weekday}: “{part}” is no stretch of time. Write it as 09:00-17:00.", field="weekly_hours")
        start, start_minute, end, end_minute = read.groups()
        spans.append([f"{int(start):02d}:{start_minute or '00'}", f"{int(end):02d}:{end_minute or '00'}"])
    return _checked_day(spans, weekday)


def spoken_day(spans: list[list[str]]) -> str:
    """The same for people: `09:00-12:00, 13:00-17:30`."""
    return ", ".join(f"{start}-{end}" for start, end in spans)


def _checked_day(spans: list[list[str]], weekday: str) -> list[list[str]]:
    ordered = sorted(spans)
    for span in ordered:
        if len(span) != 2 or not all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", time) for time in span):
            raise Invalid(f"{weekday}: write times as 09:00.", field="weekly_hours")
        if span[0] >= span[1]:
            raise Invalid(f"{weekday}: {span[1]} is not after {span[0]}.", field="weekly_hours")
    if any(one[1] > after[0] for one, after in pairwise(ordered)):
        raise Invalid(f"{weekday}: two stretches overlap.", field="weekly_hours")
    return ordered
