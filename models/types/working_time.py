"""When people work: the zone, the free days, the hours and the quiet of a workspace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

Span = tuple[time, time]
"""From (included) to (excluded), local time. In quiet hours `to` may lie before `from`: over midnight."""

Hours = Mapping[int, tuple[Span, ...]]
"""Weekday (Monday 0) to the spans worked on it, in order. A weekday that is absent is free."""

OFFICE_SPAN: Span = (time(9), time(17))
QUIET_SPAN: Span = (time(20), time(8))
"""The quiet hours of a workspace: nobody is written to at night."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As settings name them, in the order of their numbers."""


def _office_hours() -> Hours:
    return {weekday: (OFFICE_SPAN,) for weekday in range(5)}


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working time of a workspace, as far as an automation needs it."""

    zone: str = "UTC"
    """IANA name."""
    weekend: frozenset[int] = frozenset({5, 6})
    """Weekdays off, Monday 0."""
    holidays: frozenset[date] = frozenset()
    hours: Hours = field(default_factory=_office_hours)
    quiet: Span | None = None
    """No message to a client leaves in this span; over midnight when `to` is before `from`."""
