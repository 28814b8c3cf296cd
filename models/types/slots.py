"""What decides when a call can be booked. Minutes of a day are wall time in the host's zone, 0 to 1440, ends exclusive."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class WorkingHours:
    weekday: int
    """0 = Monday."""
    starts_minute: int
    ends_minute: int


@dataclass(frozen=True, slots=True)
class DayOverride:
    """The hours of one date, in place of the weekday's and in spite of holidays."""

    day: date
    spans: tuple[tuple[int, int], ...] = ()
    """(start, end) in minutes of the day; none is a day off."""


@dataclass(frozen=True, slots=True)
class SlotTerms:
    zone: str
    """The host's IANA zone."""
    weekly: tuple[WorkingHours, ...]
    duration_minutes: int
    step_minutes: int
    overrides: tuple[DayOverride, ...] = ()
    holidays: tuple[date, ...] = ()
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    notice_minutes: int = 0
    horizon_days: int = 60
    """Today and so many days more, on the host's calendar."""
    daily_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Busy:
    """A stretch that is taken; aware, the end exclusive."""

    starts_at: datetime
    ends_at: datetime
