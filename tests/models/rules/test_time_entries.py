from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.time_entries import (
    group_entries,
    overlapping_pairs,
    overlaps,
    rounded_seconds,
    split_at_midnight,
    time_totals,
    unbilled,
    worked_on,
)
from models.types.errors import Invalid
from models.types.money import Money
from models.types.time_entries import Billing, EntryGrouping, RoundingMode, RoundingScope, TimeRounding, WorkedTime, WorkSpan

DAY = date(2026, 3, 2)


def entry(number, seconds, rate=10_000, **more):
    return WorkedTime(str(number), "mem_1", "Ines", more.pop("day", DAY), seconds, rate, more.pop("currency", "EUR"), **more)


@pytest.mark.parametrize(
    ("mode", "seconds", "billed"),
    [
        (RoundingMode.NEAREST, 14 * 3600 + 1800, 14 * 3600 + 1800),  # 14:30 stays 14:30
        (RoundingMode.NEAREST, 449, 0),
        (RoundingMode.NEAREST, 450, 900),
        (RoundingMode.UP, 1, 900),
        (RoundingMode.UP, 900, 900),
        (RoundingMode.UP, 0, 0),
        (RoundingMode.DOWN, 1799, 900),
    ],
)
def test_rounding_to_quarters(mode, seconds, billed):
    assert rounded_seconds(seconds, TimeRounding(900, mode)) == billed


@given(st.integers(0, 10**6), st.integers(0, 7200), st.sampled_from(list(RoundingMode)))
def test_rounding_twice_is_rounding_once(seconds, step, mode):
    rounding = TimeRounding(step, mode)
    once = rounded_seconds(seconds, rounding)
    assert rounded_seconds(once, rounding) == once
    assert abs(once - seconds) < max(step, 1)


def test_three_times_twenty_minutes():
    entries = [entry(number, 1200, task_id="tsk_1", task_name="Logo") for number in range(3)]
    together = group_entries(entries, EntryGrouping.TASK)
    assert [(line.description, line.seconds, line.amount_minor) for line in together] == [("Logo", 3600, 10_000)]
    apart = group_entries(entries, EntryGrouping.ENTRY)
    assert sum(line.amount_minor for line in apart) == 9999


def test_rounding_per_entry_and_per_sum():
    entries = [entry(number, 600, task_id="t") for number in range(3)]
    per_entry = group_entries(entries, EntryGrouping.TASK, TimeRounding(900, RoundingMode.UP))
    per_sum = group_entries(entries, EntryGrouping.TASK, TimeRounding(900, RoundingMode.UP, RoundingScope.SUM))
    assert [(line.seconds, line.raw_seconds) for line in per_entry + per_sum] == [(2700, 1800), (1800, 1800)]


def test_a_line_has_one_rate():
    lines = group_entries([entry(1, 3600, 10_000), entry(2, 3600, 12_000), entry(3, 3600, 10_000)], EntryGrouping.PERSON)
    assert [(line.entry_ids, line.amount_minor) for line in lines] == [(("1", "3"), 20_000), (("2",), 12_000)]


def test_descriptions_for_each_grouping():
    one = entry(1, 60, task_id="t", task_name="Logo", project_id="p", project_name="Brand", note="sketches")
    assert {by.value: group_entries([one], by)[0].description for by in EntryGrouping} == {
        "entry": "Logo: sketches",
        "task": "Logo",
        "person": "Ines",
        "day": "2026-03-02",
        "project": "Brand",
        "one": "Brand",
    }
    assert group_entries([entry(2, 60)], EntryGrouping.TASK)[0].description == "Work"


def test_two_currencies_do_not_share_an_invoice():
    with pytest.raises(Invalid, match="currency"):
        group_entries([entry(1, 60), entry(2, 60, currency="USD")], EntryGrouping.DAY)


@given(
    st.lists(
        st.tuples(st.integers(0, 90_000), st.sampled_from([0, 9500, 10_000]), st.sampled_from(["a", "b", None])), max_size=20
    ),
    st.sampled_from(list(EntryGrouping)),
    st.sampled_from([TimeRounding(), TimeRounding(360, RoundingMode.UP), TimeRounding(900, scope=RoundingScope.SUM)]),
)
def test_every_entry_is_on_one_line(rows, by, rounding):
    entries = [entry(number, seconds, rate, task_id=task) for number, (seconds, rate, task) in enumerate(rows)]
    lines = group_entries(entries, by, rounding)
    assert sorted(entry_id for line in lines for entry_id in line.entry_ids) == sorted(one.id for one in entries)
    assert sum(line.raw_seconds for line in lines) == sum(one.seconds for one in entries)


def test_only_free_charged_time_can_be_billed():
    entries = [
        entry(1, 60),
        entry(2, 60, billing=Billing.OVERAGE),
        entry(3, 60, billing=Billing.INCLUDED),
        entry(4, 60, billing=Billing.NON_BILLABLE),
        entry(5, 60, invoice_line_item_id="ili_1"),
    ]
    assert [one.id for one in unbilled(entries)] == ["1", "2"]


def test_totals_price_each_rate_once_and_keep_currencies_apart():
    entries = [entry(number, 1200, cost_minor_per_hour=4000) for number in range(3)]
    entries += [entry(8, 3600, billing=Billing.NON_BILLABLE, cost_minor_per_hour=4000), entry(9, 1800, 20_000, currency="USD")]
    totals = time_totals(entries)
    assert (totals.seconds, totals.billable_seconds) == (9000, 5400)
    assert totals.amounts == (Money(10_000, "EUR"), Money(10_000, "USD"))
    assert totals.costs == (Money(8000, "EUR"), Money(0, "USD"))


def test_the_day_is_the_workers_day():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert worked_on(late, "Europe/Berlin") == date(2026, 3, 3)
    assert worked_on(late, "America/New_York") == date(2026, 3, 2)


def test_splitting_a_night_shift_over_the_change_of_clocks():
    zone = ZoneInfo("Europe/Berlin")
    start, stop = datetime(2026, 10, 24, 22, tzinfo=zone), datetime(2026, 10, 26, 1, tzinfo=zone)
    pieces = split_at_midnight(start, stop, "Europe/Berlin")
    assert [(day.day, (end - begin) / timedelta(hours=1)) for day, begin, end in pieces] == [(24, 2), (25, 25), (26, 1)]
    with pytest.raises(Invalid):
        split_at_midnight(stop, start, "Europe/Berlin")
    assert split_at_midnight(start, start, "Europe/Berlin") == []


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - made aware below
    st.integers(0, 400_000),
    st.sampled_from(["Europe/Berlin", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_pieces_join_without_gaps_and_lie_in_their_day(start, seconds, zone):
    begin = start.replace(tzinfo=UTC)
    stop = begin + timedelta(seconds=seconds)
    pieces = split_at_midnight(begin, stop, zone)
    assert sum((end - first for _, first, end in pieces), timedelta()) == stop - begin
    for day, first, end in pieces:
        assert worked_on(first, zone) == worked_on(end - timedelta(microseconds=1), zone) == day


def span(name, start, stop):
    day = datetime(2026, 3, 2, tzinfo=UTC)
    return WorkSpan(name, day + timedelta(seconds=start), None if stop is None else day + timedelta(seconds=stop))


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ((0, 3600), (3600, 7200), False),
        ((0, 3645), (3605, 7200), False),  # stopped and started within the same minute
        ((0, 3661), (3600, 7200), True),
        ((0, 7200), (600, 660), True),
        ((0, None), (600, 660), True),
        ((0, None), (-600, 0), False),
        ((0, None), (-600, None), True),
    ],
)
def test_overlaps_are_told_to_the_minute(one, other, clash):
    first, second = span("a", *one), span("b", *other)
    assert overlaps(first, second) is overlaps(second, first) is clash
    assert bool(overlapping_pairs([first, second])) is clash


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 4000)), max_size=12))
def test_the_sweep_finds_the_pairs_that_comparison_finds(rows):
    spans = [span(f"{number:02}", start, start + length) for number, (start, length) in enumerate(rows)]
    slow = {frozenset((a.id, b.id)) for a in spans for b in spans if a.id < b.id and overlaps(a, b)}
    assert {frozenset(pair) for pair in overlapping_pairs(spans)} == slow
