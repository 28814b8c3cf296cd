"""What may happen to a booked call, and until when."""

from datetime import datetime, timedelta

from models.types.bookings import BookingStatus

_S = BookingStatus
TRANSITIONS: dict[BookingStatus, frozenset[BookingStatus]] = {
    _S.PENDING: frozenset({_S.CONFIRMED, _S.CANCELED}),
    _S.CONFIRMED: frozenset({_S.HELD, _S.CANCELED}),
    _S.HELD: frozenset(),
    _S.CANCELED: frozenset(),
}


def is_live(status: BookingStatus) -> bool:
    """Whether it takes up its slot; a pending booking does."""
    return status in {_S.PENDING, _S.CONFIRMED}


def can_change(status: BookingStatus, *, starts_at: datetime, now: datetime, notice_minutes: int = 0) -> bool:
    """Whether it may be moved or cancelled: it is live, and its start is further away than the notice asks."""
    return is_live(status) and now + timedelta(minutes=notice_minutes) < starts_at


def can_hold(status: BookingStatus, *, starts_at: datetime, now: datetime) -> bool:
    """Whether it may be marked as having taken place: confirmed, and begun."""
    return status == _S.CONFIRMED and starts_at <= now
