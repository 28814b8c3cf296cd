from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.rules.dates import local_date
from models.rules.retainers import (
    TRANSITIONS,
    adjustment_minor,
    billing_plan,
    can_bill,
    has_period,
    is_billed,
    next_billing,
    next_invoices,
    period,
    period_amount,
    period_charge,
    period_included_seconds,
    period_on,
    periods_due,
    terms_paused_from,
    terms_priced_from,
    terms_resumed_on,
)
from models.types.errors import Invalid
from models.types.retainers import (
    BillingTime,
    HoursTerms,
    MissedPolicy,
    Pause,
    Proration,
    RetainerStatus,
    RetainerTerms,
    Rhythm,
)


def terms(anchor_on=date(2023, 1, 31), zone="Europe/Berlin", amount_minor=310_000, **more):
    return RetainerTerms(anchor_on, zone, amount_minor, "EUR", **more)


def starts(retainer, count):
    return [period(n, retainer).starts_on for n in range(count)]


def at(day, zone="Europe/Berlin", hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_twenty_four_months_from_the_31st():
    found = [(day.month, day.day) for day in starts(terms(date(2023, 1, 31)), 25)]
    year_one = [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31)]
    year_two = [(1, 31), (2, 29), *year_one[2:]]
    assert found == [*year_one, *year_two, (1, 31)]


@pytest.mark.parametrize(
    ("retainer", "days"),
    [
        (terms(date(2026, 1, 5), rhythm=Rhythm.WEEKS, every=2), ["2026-01-05", "2026-01-19", "2026-02-02"]),
        (
            terms(date(2024, 2, 29), rhythm=Rhythm.MONTHS, every=12),
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
        ),
        (terms(date(2026, 1, 31), rhythm=Rhythm.MONTHS, every=3), ["2026-01-31", "2026-04-30", "2026-07-31"]),
        (terms(date(2026, 1, 20), rhythm=Rhythm.CALENDAR_MONTHS), ["2026-01-20", "2026-02-01", "2026-03-01"]),
        (terms(date(2026, 1, 20), rhythm=Rhythm.CALENDAR_MONTHS, every=3), ["2026-01-20", "2026-04-01", "2026-07-01"]),
        (terms(date(2026, 1, 1), rhythm=Rhythm.HALF_MONTHS), ["2026-01-01", "2026-01-16", "2026-02-01", "2026-02-16"]),
        (terms(date(2026, 12, 20), rhythm=Rhythm.HALF_MONTHS), ["2026-12-20", "2027-01-01", "2027-01-16"]),
        (terms(date(2026, 1, 10), rhythm=Rhythm.LAST_WORKDAY), ["2026-01-10", "2026-01-30", "2026-02-27", "2026-03-31"]),
        (terms(date(2026, 1, 30), rhythm=Rhythm.LAST_WORKDAY), ["2026-01-30", "2026-02-27", "2026-03-31"]),
        (terms(date(2026, 1, 31), rhythm=Rhythm.LAST_WORKDAY), ["2026-01-31", "2026-02-27", "2026-03-31"]),
        (
            terms(date(2026, 11, 30), rhythm=Rhythm.LAST_WORKDAY, holidays=(date(2026, 12, 31),)),
            ["2026-11-30", "2026-12-30", "2027-01-29"],
        ),
    ],
)
def test_rhythms(retainer, days):
    assert [day.isoformat() for day in starts(retainer, len(days))] == days


@pytest.mark.parametrize(
    ("zone", "anchor_on", "bills_at"),
    [
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Pacific/Tongatapu", date(2026, 5, 1), datetime(2026, 4, 30, 11, tzinfo=UTC)),  # UTC+13
        ("Pacific/Auckland", date(2026, 1, 1), datetime(2025, 12, 31, 11, tzinfo=UTC)),
        ("America/Los_Angeles", date(2026, 5, 1), datetime(2026, 5, 1, 7, tzinfo=UTC)),
        ("Africa/Cairo", date(2026, 4, 24), datetime(2026, 4, 23, 22, tzinfo=UTC)),  # the midnight that does not exist
    ],
)
def test_periods_begin_with_the_day_of_the_billing_zone(zone, anchor_on, bills_at):
    first = period(0, terms(anchor_on, zone))
    assert first.bills_at == first.starts_at == bills_at
    assert local_date(first.ends_at, zone) == first.ends_on
    assert periods_due(terms(anchor_on, zone), 0, bills_at - timedelta(microseconds=1)) == []
    assert [due.index for due in periods_due(terms(anchor_on, zone), 0, bills_at)] == [0]


def test_arrears_bill_at_the_end_and_a_term_cuts_the_last_period_short():
    retainer = terms(date(2026, 1, 1), billing=BillingTime.ARREARS, ends_on=date(2026, 2, 15))
    assert local_date(period(0, retainer).bills_at, "Europe/Berlin") == date(2026, 2, 1)
    last = period(1, retainer)
    assert (last.ends_on, period_amount(last, retainer)) == (date(2026, 2, 15), 155_000)
    assert not has_period(2, retainer)
    with pytest.raises(Invalid):
        period(2, retainer)
    assert [due.index for due in periods_due(retainer, 0, at(date(2030, 1, 1)))] == [0, 1]


@pytest.mark.parametrize(
    ("retainer", "amount"),
    [
        (terms(date(2026, 1, 31)), 310_000),
        (terms(date(2026, 3, 20), rhythm=Rhythm.CALENDAR_MONTHS), 120_000),  # 12 of 31 days
        (terms(date(2026, 2, 20), rhythm=Rhythm.CALENDAR_MONTHS), 99_643),  # 9 of 28 days
        (terms(date(2026, 3, 20), rhythm=Rhythm.CALENDAR_MONTHS, proration=Proration.NONE), 310_000),
        (terms(date(2026, 3, 1), pauses=(Pause(date(2026, 3, 11), date(2026, 3, 21)),)), 210_000),
        (terms(date(2026, 3, 1), pauses=(Pause(date(2026, 3, 11)),), proration=Proration.NONE), 310_000),
        (terms(date(2026, 3, 1), skipped=(0,)), 0),
    ],
)
def test_the_fee_of_the_first_period(retainer, amount):
    assert period_amount(period(0, retainer), retainer) == amount


def test_two_changes_in_one_month_end_at_the_one_right_amount():
    before = terms(date(2026, 3, 1), amount_minor=100_000)
    once = terms_priced_from(before, date(2026, 3, 11), 150_000)
    twice = terms_priced_from(once, date(2026, 3, 21), 200_000)
    march = period(0, before)
    assert period_amount(march, twice) == round((10 * 100_000 + 10 * 150_000 + 11 * 200_000) / 31)
    changes = [adjustment_minor(march, before, once), adjustment_minor(march, once, twice)]
    assert period_amount(march, before) + sum(changes) == period_amount(march, twice)
    assert adjustment_minor(march, twice, before) == -sum(changes)
    april = period(1, twice)
    assert period_amount(april, twice) == 200_000
    assert period_amount(march, replace(twice, proration=Proration.NONE)) == 100_000


@pytest.mark.parametrize(
    ("missed", "plan"),
    [
        (MissedPolicy.BILL, [("bill", [2]), ("bill", [3]), ("bill", [4])]),
        (MissedPolicy.MERGE, [("bill", [2, 3, 4])]),
        (MissedPolicy.SKIP, [("skip", [2]), ("skip", [3]), ("bill", [4])]),
        (MissedPolicy.ASK, [("ask", [2, 3]), ("bill", [4])]),
    ],
)
def test_an_outage_of_three_months(missed, plan):
    retainer = terms(date(2026, 1, 31), missed=missed)
    due = billing_plan(retainer, 2, at(date(2026, 6, 10)))
    assert [(item.action.value, [one.index for one in item.periods]) for item in due] == plan
    assert sum(item.amount_minor for item in due) == 3 * 310_000
    assert [one.starts_on for item in due for one in item.periods] == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    punctual = billing_plan(retainer, 4, at(date(2026, 6, 10)))
    assert [(item.action.value, [one.index for one in item.periods]) for item in punctual] == [("bill", [4])]
    assert billing_plan(retainer, 5, at(date(2026, 6, 10))) == []


def test_a_pause_never_bills_its_backlog():
    running = terms(date(2026, 1, 1))
    paused = terms_paused_from(running, date(2026, 2, 15))
    assert terms_paused_from(paused, date(2026, 3, 1)) == paused
    assert [due.index for due in periods_due(paused, 1, at(date(2026, 12, 1)))] == [1]
    assert next_billing(paused, 2) is None
    resumed = terms_resumed_on(paused, date(2026, 5, 21))
    assert [due.index for due in periods_due(resumed, 2, at(date(2026, 5, 20)))] == []
    due = periods_due(resumed, 2, at(date(2026, 5, 21)))
    assert [(one.index, period_amount(one, resumed)) for one in due] == [(4, 110_000)]  # 11 of May's 31 days
    assert not is_billed(period(3, resumed), resumed)
    assert [one.starts_on for one in periods_due(resumed, 5, at(date(2026, 7, 2)))] == [date(2026, 6, 1), date(2026, 7, 1)]


def test_resuming_on_the_day_of_the_pause_leaves_no_trace():
    running = terms(date(2026, 1, 1))
    assert terms_resumed_on(terms_paused_from(running, date(2026, 2, 15)), date(2026, 2, 15)) == running


def test_without_proration_a_period_that_begins_paused_is_free():
    retainer = terms(date(2026, 1, 1), proration=Proration.NONE, pauses=(Pause(date(2026, 1, 20), date(2026, 2, 10)),))
    assert [one.index for one in periods_due(retainer, 0, at(date(2026, 3, 15)))] == [0, 2]


def test_the_next_three_invoices():
    retainer = terms(date(2026, 1, 31), skipped=(2,), prices=())
    retainer = terms_priced_from(retainer, date(2026, 4, 30), 400_000)
    upcoming = next_invoices(retainer, since_index=1)
    assert [(one.period.index, one.bills_on.isoformat(), one.amount_minor) for one in upcoming] == [
        (1, "2026-02-28", 310_000),
        (3, "2026-04-30", 400_000),
        (4, "2026-05-31", 400_000),
    ]
    assert len(next_invoices(replace(retainer, ends_on=date(2026, 4, 1)), since_index=1)) == 1
    arrears = next_invoices(replace(retainer, billing=BillingTime.ARREARS), 1)
    assert arrears[0].bills_on == date(2026, 2, 28)


def test_base_overage_and_minimum():
    hours = HoursTerms(included_seconds=36_000, overage_rate_minor_per_hour=12_000)
    retainer = terms(date(2026, 3, 1), amount_minor=100_000, minimum_minor=120_000, hours=hours)
    march = period(0, retainer)
    assert (period_charge(march, retainer).shortfall_minor, period_charge(march, retainer).total_minor) == (20_000, 120_000)
    over = period_charge(march, retainer, overage_seconds=3 * 3600)
    assert (over.base_minor, over.overage_minor, over.shortfall_minor, over.total_minor) == (100_000, 36_000, 0, 136_000)
    free = period_charge(march, replace(retainer, skipped=(0,)))
    assert free.total_minor == 0


def test_included_hours_are_prorated_like_the_fee():
    retainer = terms(date(2026, 3, 20), rhythm=Rhythm.CALENDAR_MONTHS, hours=HoursTerms(included_seconds=31 * 3600))
    assert [period_included_seconds(period(n, retainer), retainer) for n in (0, 1)] == [12 * 3600, 31 * 3600]
    whole = replace(retainer, proration=Proration.NONE)
    assert period_included_seconds(period(0, whole), whole) == 31 * 3600


def test_statuses():
    assert set(TRANSITIONS) == set(RetainerStatus)
    assert TRANSITIONS[RetainerStatus.ENDED] == frozenset()
    assert [status for status in RetainerStatus if can_bill(status)] == [RetainerStatus.ACTIVE, RetainerStatus.PAST_DUE]


def test_terms_survive_being_stored_as_json():
    retainer = terms(pauses=(Pause(date(2026, 1, 1)),), skipped=(3,), hours=HoursTerms(3600, True), ends_on=date(2027, 1, 1))
    adapter = TypeAdapter(RetainerTerms)
    assert adapter.validate_python(adapter.dump_python(retainer, mode="json")) == retainer


any_terms = st.builds(
    terms,
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.sampled_from(["Europe/Berlin", "Pacific/Tongatapu", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe"]),
    st.integers(0, 10**7),
    rhythm=st.sampled_from(list(Rhythm)),
    every=st.integers(1, 12),
    billing=st.sampled_from(list(BillingTime)),
)


@given(any_terms, st.integers(0, 60))
def test_periods_follow_each_other_without_gap_for_ever(retainer, n):
    one, following = period(n, retainer), period(n + 1, retainer)
    assert one.ends_on == following.starts_on > one.starts_on
    assert one.ends_at == following.starts_at
    assert one.bills_at <= following.bills_at
    assert n == 0 or period_amount(one, retainer) == retainer.amount_minor


@given(any_terms, st.integers(0, 4000))
def test_every_day_lies_in_exactly_one_period(retainer, offset):
    day = retainer.anchor_on + timedelta(days=offset)
    found = period_on(day, retainer)
    assert found is not None
    assert found.starts_on <= day < found.ends_on
    assert period_on(retainer.anchor_on - timedelta(days=1), retainer) is None


@given(any_terms, st.dates(date(2020, 1, 1), date(2032, 1, 1)), st.lists(st.integers(0, 90), max_size=12))
def test_looking_often_or_late_bills_the_same_periods(retainer, last, naps):
    end = at(max(last, retainer.anchor_on))
    now, billed, since = at(retainer.anchor_on), [], 0
    for nap in [*naps, None]:
        now = end if nap is None else min(end, now + timedelta(days=nap))
        for due in periods_due(retainer, since, now):
            billed.append(due.index)
            since = due.index + 1
    assert billed == [due.index for due in periods_due(retainer, 0, end)]
    assert billed == list(range(len(billed)))


@given(any_terms, st.integers(0, 400), st.integers(0, 400))
def test_paused_and_worked_days_share_the_fee(retainer, after, length):
    begins = retainer.anchor_on + timedelta(days=after)
    ends = begins + timedelta(days=length)
    paused = replace(retainer, pauses=(Pause(begins, ends),))
    for n in range(3):
        one = period(n, paused)
        free = period_amount(one, retainer) - period_amount(one, paused)
        assert 0 <= free <= period_amount(one, retainer)
        overlap = max(0, (min(one.ends_on, ends) - max(one.starts_on, begins)).days)
        assert (overlap == 0) <= (free == 0)
        assert is_billed(one, paused) == (overlap < (one.ends_on - one.starts_on).days)
