"""Reminder series of proposals and invoices: steps relative to a day, and the moments they come to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReminderAnchor(StrEnum):
    SENT = "sent"
    EXPIRY = "expiry"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class ReminderStep:
    anchor: ReminderAnchor
    offset_days: int
    """After the anchor's day; negative is before it."""
    minute_of_day: int = 540
    """Local time of sending, 540 = 09:00."""


@dataclass(frozen=True, slots=True)
class ReminderDue:
    step: int
    """Index in the schedule."""
    at: datetime
    """Aware, UTC."""
