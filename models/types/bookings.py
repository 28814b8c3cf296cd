"""Bookings: their states, and what their schedule is computed from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BookingStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    HELD = "held"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """What a booking's next duty depends on."""

    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    sequence: int
    """Which version of the booking: 0 when made, one more for every move and for the cancellation."""
    told_sequence: int
    """The last version both sides were told of, or will not be; -1 before the first mail."""
    told_at: datetime | None
    """When they were told of it."""
    reminded: int
    """How many reminders of this version are over, sent or left out."""
    guest_name: str
    when: str
    """The start in words, in the host's zone."""
    is_holding_skipped: bool = False
    """Whether a person has decided that nobody records that it took place."""
