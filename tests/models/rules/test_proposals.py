from dataclasses import replace
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
    proposal_schedule,
)
from models.rules.reminders import reminder_steps
from models.rules.statuses import can_move, check_move
from models.types.errors import Refused
from models.types.proposals import FollowUpFacts
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


ENDS = expiry_instant(date(2026, 4, 3), "Europe/Berlin")
SENT = FollowUpFacts(
    status=S.SENT,
    client="Ada",
    zone="Europe/Berlin",
    sent_at=NOON,
    expires_at=ENDS,
    reminder_days=(2, 5),
    is_delivered=True,
)
FIRST, SECOND = datetime(2026, 3, 29, 7, tzinfo=UTC), datetime(2026, 4, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "now", "action", "wake_at", "index"),
    [
        ({"is_delivered": False}, NOON, "deliver", NOON, 0),
        ({}, NOON, "remind", FIRST, 1),
        ({"reminded": frozenset({0})}, FIRST, "remind", SECOND, 2),
        ({"reminded": frozenset({0})}, FIRST - MS, "remind", SECOND, 2),
        ({"reminded": frozenset({0, 1})}, SECOND, "expire", ENDS, 0),
        ({}, SECOND + MS, "remind", SECOND, 2),
        ({"reminded": frozenset({1})}, SECOND + MS, "expire", ENDS, 0),
        ({"reminder_days": ()}, NOON, "expire", ENDS, 0),
        ({"reminder_days": (9,)}, NOON, "expire", ENDS, 0),
        ({"can_be_mailed": False, "is_delivered": False}, NOON, "expire", ENDS, 0),
        ({"expires_at": None, "reminded": frozenset({0, 1})}, SECOND, "expire", None, 0),
        ({"is_delivered": False}, ENDS, "expire", ENDS, 0),
        ({}, ENDS - MS, "remind", SECOND, 2),
    ],
)
def test_what_is_due_next(changes, now, action, wake_at, index):
    due = proposal_schedule(replace(SENT, **changes), now=now)
    assert (due.action, due.wake_at, due.index) == (action, wake_at.isoformat() if wake_at else None, index)


def test_the_wait_is_said_in_words_and_ended_by_every_decision():
    due = proposal_schedule(SENT, now=NOON)
    assert (due.what, due.whom, due.client_what) == ("Ada to sign the proposal", "client", "Read and sign the proposal")
    assert due.then_what == "a reminder goes out"
    assert set(due.ended_by) == {f"proposal.{status}" for status in set(S) - {S.DRAFT, S.SENT}}
    assert proposal_schedule(replace(SENT, reminder_days=()), now=NOON).then_what == "the proposal expires"


@pytest.mark.parametrize("status", sorted(set(S) - {S.SENT}))
def test_nothing_is_due_when_it_is_decided(status):
    assert proposal_schedule(replace(SENT, status=status), now=NOON).is_over


@pytest.mark.parametrize("late_by", [timedelta(), timedelta(days=1), timedelta(days=30)])
def test_the_follow_up_ends_and_never_does_the_same_twice(late_by):
    facts, now, done = replace(SENT, is_delivered=False), NOON, []
    while not (due := proposal_schedule(facts, now=now)).is_over:
        assert due.wake_at is not None
        now = max(now, datetime.fromisoformat(due.wake_at)) + late_by
        done.append((due.action, due.index))
        facts = {
            "deliver": replace(facts, is_delivered=True),
            "remind": replace(facts, reminded=facts.reminded | {due.index - 1}),
            "expire": replace(facts, status=S.EXPIRED),
        }[due.action]
        assert len(done) < 9
    assert len(done) == len(set(done))
    assert done[-1] == ("expire", 0)
