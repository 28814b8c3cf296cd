"""What may happen to a booked call, and until when."""

from datetime import datetime, timedelta

from models.types.bookings import BookingFacts, BookingStatus
from models.types.calls import Schedule

REMINDERS_BEFORE = (timedelta(days=1), timedelta(hours=1))
"""How long before the start both sides are reminded."""

_PER_VERSION = 10
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


def booking_schedule(facts: BookingFacts, *, now: datetime) -> Schedule:
    """What is due next for a call: telling both sides of its present version, reminders, recording that it took place."""
    is_past = is_live(facts.status) and facts.ends_at <= now
    if facts.told_sequence < facts.sequence and not is_past:
        return Schedule(action="confirm", wake_at=now.isoformat(), index=facts.sequence)
    if not is_live(facts.status) or facts.is_holding_skipped:
        return Schedule(is_over=True)
    reminder = _next_reminder(facts, now)
    if reminder is not None:
        # The index holds version and reminder: a moved call is reminded of anew.
        index = facts.sequence * _PER_VERSION + facts.reminded + 1
        return _waiting(facts, action="remind", at=reminder, index=index, then_what="a reminder goes to both sides")
    return _waiting(facts, action="hold", at=facts.ends_at, index=0, then_what="the call counts as held")


def _next_reminder(facts: BookingFacts, now: datetime) -> datetime | None:
    """When the next reminder is due, or None.

    One whose time had come before both sides were told of the call is useless and left out; of several that were missed
    while nobody was at work, only the last is sent; none is sent once the call has begun.
    """
    told_at = facts.told_at or now
    moments = [facts.starts_at - before for before in REMINDERS_BEFORE]
    useful = [at for at in moments[facts.reminded :] if at > told_at]
    if facts.starts_at <= now or not useful:
        return None
    missed = [at for at in useful if at <= now]
    return missed[-1] if missed else useful[0]


def reminders_due(starts_at: datetime, *, now: datetime) -> int:
    """How many of a call's reminders have had their time by now, those that came too early to be useful included."""
    return sum(1 for before in REMINDERS_BEFORE if starts_at - before <= now)


def reminded_version(index: int) -> int:
    """The version of the call that a reminder's index belongs to."""
    return index // _PER_VERSION


def _waiting(facts: BookingFacts, *, action: str, at: datetime, index: int, then_what: str) -> Schedule:
    return Schedule(
        action=action,
        wake_at=at.isoformat(),
        index=index,
        what=f"the call with {facts.guest_name} on {facts.when}",
        whom="calendar",
        client_what=f"Your call on {facts.when}",
        then_what=then_what,
        ended_by=("booking.canceled", "booking.held"),
    )
