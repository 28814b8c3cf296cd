from datetime import UTC, date, datetime, timedelta

import pytest

from models.rules.proposals import (
    TRANSITIONS,
    can_accept,
    can_edit,
    can_revise,
    can_send,
    can_withdraw,
    decision_refusal,
    expiry_instant,
    is_expired,
    next_reminder,
)
from models.rules.reminders import reminder_steps
from models.rules.statuses import can_move, check_move
from models.types.errors import Refused
from models.types.proposals import ProposalStatus as S
from models.types.reminders import ReminderAnchor, ReminderStep

NOON = datetime(2026, 3, 27, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)


def test_expiry_is_sharp_to_the_millisecond():
    assert not is_expired(NOON, NOON - MS)
    assert is_expired(NOON, NOON)
    assert is_expired(NOON, NOON + MS)
    assert not is_expired(None, NOON)
    assert can_accept(S.SENT, expires_at=NOON, now=NOON - MS)
    assert not can_accept(S.SENT, expires_at=NOON, now=NOON)


def test_good_through_a_day_means_until_its_local_midnight():
    assert expiry_instant(date(2026, 3, 28), "Europe/Berlin") == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert expiry_instant(date(2026, 3, 29), "Europe/Berlin") == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "version", "words"),
    [
        (S.DRAFT, 2, "not been sent"),
        (S.ACCEPTED, 2, "accepted"),
        (S.DECLINED, 2, "declined"),
        (S.WITHDRAWN, 2, "withdrawn"),
        (S.EXPIRED, 2, "expired"),
        (S.SENT, 1, "newer"),
        (S.SUPERSEDED, 2, "newer"),
    ],
)
def test_refusals_say_why(status, version, words):
    refusal = decision_refusal(status, expires_at=None, now=NOON, version=version, current_version=2)
    assert refusal is not None
    assert words in refusal


def test_what_each_status_allows():
    assert [status for status in S if can_edit(status)] == [S.DRAFT]
    assert [status for status in S if can_send(status)] == [S.DRAFT]
    assert [status for status in S if can_withdraw(status)] == [S.DRAFT, S.SENT, S.EXPIRED]
    assert [status for status in S if can_revise(status)] == [S.SENT, S.DECLINED, S.EXPIRED, S.WITHDRAWN]
    assert not any(can_move(TRANSITIONS, S.ACCEPTED, to) for to in S)
    with pytest.raises(Refused, match="A proposal that is accepted cannot become declined"):
        check_move(TRANSITIONS, S.ACCEPTED, S.DECLINED, noun="proposal")


def reminder(at, status=S.SENT, now=None, expires_at=None):
    schedule = [*reminder_steps(ReminderAnchor.SENT, [2, 5]), ReminderStep(ReminderAnchor.EXPIRY, -1, 600)]
    return next_reminder(at, schedule, sent_at=NOON, expires_at=expires_at, zone="Europe/Berlin", status=status, now=now)


def test_reminders_come_at_nine_local_time_across_the_change_of_clocks():
    first = reminder(NOON)
    assert first.at == datetime(2026, 3, 29, 7, tzinfo=UTC)
    second = reminder(first.at)
    assert (second.step, second.at) == (1, datetime(2026, 4, 1, 7, tzinfo=UTC))
    assert reminder(second.at) is None


def test_reminders_stop_with_the_decision_and_never_follow_the_expiry():
    for status in set(S) - {S.SENT}:
        assert reminder(NOON, status) is None
    expires_at = expiry_instant(date(2026, 3, 31), "Europe/Berlin")
    assert [reminder(NOON, expires_at=expires_at).step, reminder(reminder(NOON).at, expires_at=expires_at).step] == [0, 2]
    last = datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert reminder(last, expires_at=expires_at) is None


def test_missed_reminders_become_one():
    late = reminder(NOON, now=NOON + timedelta(days=30))
    assert late.step == 1
