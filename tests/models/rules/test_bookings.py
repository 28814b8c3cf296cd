"""What is due next for a call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.rules.bookings import booking_schedule, reminders_due
from models.types.bookings import BookingFacts, BookingStatus

START = datetime(2026, 12, 10, 9, tzinfo=UTC)
BOOKED = datetime(2026, 12, 1, 9, tzinfo=UTC)
FACTS = BookingFacts(
    status=BookingStatus.CONFIRMED,
    starts_at=START,
    ends_at=START + timedelta(minutes=30),
    sequence=0,
    told_sequence=0,
    told_at=BOOKED,
    reminded=0,
    guest_name="Ada",
    when="Thu 10 Dec 2026, 10:00 CET",
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "now", "action", "wake_at", "index"),
    [
        (replace(FACTS, told_sequence=-1, told_at=None), BOOKED, "confirm", BOOKED, 0),
        (FACTS, BOOKED, "remind", START - DAY, 1),
        (replace(FACTS, reminded=1), START - DAY, "remind", START - HOUR, 2),
        (replace(FACTS, reminded=2), START - HOUR, "hold", START + timedelta(minutes=30), 0),
        (replace(FACTS, sequence=1), BOOKED, "confirm", BOOKED, 1),
        (replace(FACTS, sequence=1, told_sequence=1), BOOKED, "remind", START - DAY, 11),
        # Booked half an hour before the start: both reminders would come too late to be of use.
        (replace(FACTS, told_at=START - HOUR / 2), START - HOUR / 2, "hold", START + timedelta(minutes=30), 0),
        # Nobody was at work for a day: the reminders that were missed become one.
        (FACTS, START - timedelta(minutes=10), "remind", START - HOUR, 1),
        # Nobody was at work until after the call: an invitation to it would only confuse.
        (replace(FACTS, told_sequence=-1, told_at=None), START + HOUR, "hold", START + timedelta(minutes=30), 0),
        # Nothing is sent once the call has begun.
        (FACTS, START, "hold", START + timedelta(minutes=30), 0),
    ],
)
def test_what_is_due_next(facts: BookingFacts, now: datetime, action: str, wake_at: datetime, index: int):
    due = booking_schedule(facts, now=now)

    assert (due.action, due.wake_at, due.index) == (action, wake_at.isoformat(), index)


def test_a_cancelled_call_is_told_and_then_over():
    canceled = replace(FACTS, status=BookingStatus.CANCELED, sequence=1)

    assert booking_schedule(canceled, now=BOOKED).action == "confirm"
    assert booking_schedule(replace(canceled, told_sequence=1), now=BOOKED).is_over


def done(facts: BookingFacts, action: str, now: datetime) -> BookingFacts:
    """The facts after an action was carried out."""
    if action == "confirm":
        return replace(facts, told_sequence=facts.sequence, told_at=now)
    if action == "remind":
        return replace(facts, reminded=reminders_due(facts.starts_at, now=now))
    return replace(facts, status=BookingStatus.HELD)


def test_after_each_action_the_schedule_moves_on():
    """The loop of the workflow ends: what was done is not due again."""
    facts, now, seen = replace(FACTS, told_sequence=-1, told_at=None), BOOKED, []
    while not (due := booking_schedule(facts, now=now)).is_over:
        now = max(now, datetime.fromisoformat(due.wake_at or ""))
        seen.append((due.action, due.index))
        facts = done(facts, due.action, now)

    assert seen == [("confirm", 0), ("remind", 1), ("remind", 2), ("hold", 0)]
