from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.rules.retainer_changes import pause_preview
from models.rules.retainer_schedules import charge_index, charged_period, period_words, retainer_schedule
from models.rules.retainers import terms_paused_from
from models.types.retainers import (
    BillingTime,
    Collection,
    MissedPolicy,
    OwedCharge,
    Pause,
    RetainerState,
    RetainerStatus,
    RetainerTerms,
    ReviewedDraft,
)

TERMS = RetainerTerms(date(2027, 1, 31), "Europe/Berlin", 120_000, "EUR")


def state(**more):
    return RetainerState(**{"name": "Care plan", "status": RetainerStatus.ACTIVE, "terms": TERMS, "next_index": 0, **more})


def at(year, month, day, hour=12):
    return datetime(year, month, day, hour, tzinfo=UTC)


def due(facts, now):
    return retainer_schedule(facts, now=now, say_money=lambda minor, currency: f"€{minor / 100:,.2f}")


def test_the_next_period_is_waited_for_in_words():
    found = due(state(next_index=1), at(2027, 2, 1))
    assert (found.action, found.index, found.wake_at) == ("bill", 1, "2027-02-27T23:00:00+00:00")
    assert found.what == "the next period on 28 Feb (€1,200.00)"
    assert found.client_what == "Next invoice on 28 Feb"
    assert found.whom == "calendar"


@pytest.mark.parametrize(
    ("policy", "indexes"),
    [(MissedPolicy.BILL, [0, 1, 2]), (MissedPolicy.SKIP, [0, 1, 2]), (MissedPolicy.MERGE, [2]), (MissedPolicy.ASK, [1, 2])],
)
def test_missed_periods_come_in_order_and_the_schedule_moves_on(policy, indexes):
    """After each duty the next index is asked for; nothing is asked for twice, so the workflow cannot spin."""
    now, seen, next_index = at(2027, 4, 1), [], 0
    while (found := due(state(terms=replace(TERMS, missed=policy), next_index=next_index), now)).wake_at <= now.isoformat():
        seen.append(found.index)
        next_index = found.index + 1
    assert seen == indexes
    assert found.index == 3


def test_a_paused_retainer_waits_for_a_person_alone():
    paused = state(status=RetainerStatus.PAUSED, terms=terms_paused_from(TERMS, date(2027, 2, 3)), paused_at=at(2027, 2, 3))
    found = due(replace(paused, drafts=(ReviewedDraft(0, at(2027, 1, 31)),)), at(2027, 8, 1))
    assert (found.action, found.wake_at, found.is_over) == ("", None, False)
    assert found.what == "“Care plan” to be resumed: paused since 3 Feb 2027, nothing is billed"


def test_a_draft_is_issued_after_its_review():
    found = due(state(next_index=1, review_days=3, drafts=(ReviewedDraft(0, at(2027, 1, 31)),)), at(2027, 1, 31))
    assert (found.action, found.index, found.wake_at, found.whom) == ("issue", 0, "2027-02-03T12:00:00+00:00", "us")


def test_a_draft_left_behind_is_issued_at_once_when_there_is_no_review():
    found = due(state(next_index=1, drafts=(ReviewedDraft(0, at(2027, 1, 31)),)), at(2027, 2, 1))
    assert (found.action, found.index) == ("issue", 0)
    assert found.wake_at < at(2027, 2, 1).isoformat()


@pytest.mark.parametrize(("failures", "days"), [(1, 1), (2, 3), (3, 5)])
def test_a_failed_charge_is_tried_again_by_the_calendar(failures, days):
    owed = OwedCharge(0, "INV-0001", failures, failed_at=at(2027, 2, 1))
    found = due(state(next_index=1, collect=Collection.CHARGE, charges=(owed,)), at(2027, 2, 1))
    assert (found.action, found.index) == ("charge", failures + 1)
    assert found.wake_at == (at(2027, 2, 1) + timedelta(days=days)).isoformat()


def test_a_new_invoice_is_charged_at_once():
    found = due(state(next_index=8, collect=Collection.CHARGE, charges=(OwedCharge(7, "INV-0001"),)), at(2027, 9, 1))
    assert (found.action, charged_period(found.index), found.index) == ("charge", 7, charge_index(7, 0))


def test_after_the_last_try_a_person_decides_while_the_periods_go_on():
    owed = OwedCharge(0, "INV-0001", 4, failed_at=at(2027, 2, 10))
    late = state(status=RetainerStatus.PAST_DUE, next_index=1, collect=Collection.CHARGE, charges=(owed,))
    found = due(late, at(2027, 2, 11))
    assert (found.action, found.index, found.whom) == ("bill", 1, "us")
    assert found.what == "a decision about INV-0001: the saved card failed 4 times"


def test_nothing_is_charged_while_a_payment_is_under_way():
    owed = OwedCharge(0, "INV-0001", 1, failed_at=at(2027, 2, 1), is_pending=True)
    assert due(state(next_index=1, collect=Collection.CHARGE, charges=(owed,)), at(2027, 2, 20)).action == "bill"


def test_missed_periods_that_wait_for_a_decision_are_shown():
    found = due(state(next_index=3, asked=(0, 1)), at(2027, 4, 2))
    assert (found.whom, found.what) == ("us", "a decision about 2 missed periods of “Care plan”")
    assert (found.action, found.index) == ("bill", 3)


def test_the_end_is_a_duty_of_its_own():
    ending = state(terms=replace(TERMS, ends_on=date(2027, 3, 31)), next_index=2)
    found = due(ending, at(2027, 3, 1))
    assert (found.action, found.index, found.wake_at) == ("bill", 2, "2027-03-30T22:00:00+00:00")


def test_in_arrears_the_last_period_comes_before_the_end():
    terms = replace(TERMS, ends_on=date(2027, 3, 31), billing=BillingTime.ARREARS)
    assert due(state(terms=terms, next_index=1), at(2027, 3, 31)).index == 1
    assert due(state(terms=terms, next_index=2), at(2027, 3, 31)).index == 2


@pytest.mark.parametrize(
    ("open_things", "is_over"),
    [
        ({}, True),
        ({"drafts": (ReviewedDraft(1, at(2027, 3, 1)),)}, False),
        ({"charges": (OwedCharge(1, "INV-0002", is_pending=True),), "collect": Collection.CHARGE}, False),
        ({"charges": (OwedCharge(1, "INV-0002", 4, at(2027, 3, 1)),), "collect": Collection.CHARGE}, False),
        ({"asked": (1,)}, False),
    ],
)
def test_it_is_over_when_it_has_ended_and_nothing_is_open(open_things, is_over):
    assert due(state(status=RetainerStatus.ENDED, next_index=2, **open_things), at(2027, 5, 1)).is_over is is_over


def test_a_pause_in_august_is_shown_before_it_is_made():
    monthly = RetainerTerms(date(2027, 7, 1), "Europe/Berlin", 310_00, "EUR")
    seen = pause_preview(monthly, Pause(date(2027, 7, 25), date(2027, 9, 11)), since_index=1)
    assert [one.bills_on for one in seen.dropped] == [date(2027, 8, 1)]
    assert [(before.amount_minor, after.amount_minor) for before, after in seen.changed] == [(310_00, 206_67)]
    assert seen.following is not None
    assert seen.following.bills_on == date(2027, 9, 11)


def test_a_pause_without_an_end_drops_all_that_follows():
    seen = pause_preview(TERMS, Pause(date(2027, 2, 3)), since_index=1)
    assert [one.bills_on for one in seen.dropped] == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert (seen.changed, seen.following) == ((), None)


@pytest.mark.parametrize(
    ("first", "end", "words"),
    [
        (date(2027, 3, 1), date(2027, 4, 1), "1 Mar – 31 Mar 2027"),
        (date(2027, 12, 16), date(2028, 1, 16), "16 Dec 2027 – 15 Jan 2028"),
        (date(2027, 3, 1), date(2027, 3, 2), "1 Mar 2027"),
    ],
)
def test_periods_are_written_with_both_days(first, end, words):
    assert period_words(first, end) == words
