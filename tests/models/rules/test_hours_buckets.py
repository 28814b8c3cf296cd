from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.hours_buckets import bucket_statement, period_index_for
from models.types.retainers import HoursTerms, PeriodUse, RetainerTerms

H = 3600


def statement(used, *, top_ups=None, cap=None, **more):
    top_ups = top_ups or {}
    terms = HoursTerms(40 * H, rollover_cap_seconds=None if cap is None else cap * H, **more)
    return bucket_statement(terms, [PeriodUse(n, worked * H, top_ups.get(n, 0) * H) for n, worked in enumerate(used)])


def hours(statements, field):
    return [getattr(one, f"{field}_seconds") / H for one in statements]


@pytest.mark.parametrize(
    ("used", "terms", "available"),
    [
        ([30, 0], {"rolls_over": True}, [40, 50]),
        ([30, 0], {"rolls_over": False}, [40, 40]),
        ([20, 0], {"rolls_over": True, "cap": 10}, [40, 50]),
        ([30, 30, 30, 30], {"rolls_over": True}, [40, 50, 60, 70]),
        ([30, 30, 30], {"rolls_over": True, "cap": 15}, [40, 50, 55]),
        ([30, 40, 40, 40], {"rolls_over": True, "rollover_periods": 2}, [40, 50, 50, 50]),
        ([50, 20], {"carries_deficit": True}, [40, 30]),
        ([100, 0, 0], {"carries_deficit": True}, [40, -20, 20]),
        ([50, 20], {}, [40, 40]),
    ],
)
def test_what_may_be_worked(used, terms, available):
    assert hours(statement(used, **terms), "available") == available


def test_unused_hours_expire_after_two_periods_and_oldest_go_first():
    statements = statement([30, 40, 50, 40], rolls_over=True, rollover_periods=2)
    # Period 0 leaves 10; period 1 uses them first, so its own 10 roll on; period 2 uses those.
    assert hours(statements, "expired") == [0, 0, 0, 0]
    assert hours(statements, "rolled_out") == [10, 10, 0, 0]
    idle = statement([30, 0, 0, 0], rolls_over=True, rollover_periods=2)
    assert hours(idle, "expired") == [0, 0, 10, 40]
    assert hours(idle, "available") == [40, 50, 90, 120]


def test_a_cap_drops_the_oldest():
    statements = statement([30, 35, 0], rolls_over=True, cap=12, rollover_periods=2)
    # Period 1 uses the 10 old hours and 25 of its own; of the 15 left 12 roll on.
    assert hours(statements, "expired") == [0, 3, 40]
    assert hours(statements, "rolled_out") == [10, 12, 12]


def test_overuse_is_billed_or_carried_never_both():
    billed, carried = statement([45, 40]), statement([45, 40], carries_deficit=True)
    assert hours(billed, "overage") == [5, 0]
    assert hours(billed, "deficit_out") == [0, 0]
    assert hours(carried, "overage") == [0, 0]
    assert hours(carried, "deficit_out") == [5, 5]
    assert hours(carried, "left") == [0, 0]


def test_top_ups_are_used_last_and_never_expire():
    statements = statement([30, 45, 50, 40], top_ups={0: 8})
    assert hours(statements, "top_up_left") == [8, 3, 0, 0]
    assert hours(statements, "overage") == [0, 0, 7, 0]


def test_hours_left_now():
    assert hours(statement([30, 12], rolls_over=True), "left") == [10, 38]


def test_a_short_period_brings_fewer_hours():
    uses = [PeriodUse(0, 0, included_seconds=15 * H), PeriodUse(1, 0)]
    assert hours(bucket_statement(HoursTerms(40 * H, rolls_over=True), uses), "available") == [15, 55]


def test_late_entries_count_in_the_first_open_period():
    terms = RetainerTerms(date(2026, 1, 31), "Europe/Berlin", 1, "EUR")
    assert period_index_for(date(2026, 2, 27), terms, first_open_index=0) == 0
    assert period_index_for(date(2026, 2, 27), terms, first_open_index=2) == 2
    assert period_index_for(date(2026, 5, 1), terms, first_open_index=2) == 3
    assert period_index_for(date(2026, 1, 1), terms, first_open_index=0) is None


seconds = st.integers(0, 500_000)


@given(
    st.builds(HoursTerms, seconds, st.booleans(), st.none() | seconds, st.none() | st.integers(0, 4), st.booleans()),
    st.lists(st.tuples(seconds, st.just(0) | seconds), max_size=12),
)
def test_no_second_is_lost_or_made(terms, rows):
    previous = None
    for one in bucket_statement(terms, [PeriodUse(n, used, top_up) for n, (used, top_up) in enumerate(rows)]):
        came = one.rolled_in_seconds + one.included_seconds + one.top_up_in_seconds
        went = one.rolled_out_seconds + one.expired_seconds + one.top_up_left_seconds
        assert came + one.overage_seconds + one.deficit_out_seconds == went + one.used_seconds + one.deficit_in_seconds
        assert min(one.overage_seconds, one.expired_seconds, one.rolled_out_seconds, one.top_up_left_seconds) >= 0
        assert terms.rollover_cap_seconds is None or one.rolled_out_seconds <= terms.rollover_cap_seconds
        if previous:
            assert (one.rolled_in_seconds, one.deficit_in_seconds) == (previous.rolled_out_seconds, previous.deficit_out_seconds)
        previous = one
