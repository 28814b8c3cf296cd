from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.working_time import (
    add_working_days,
    add_working_seconds,
    after_quiet_hours,
    is_working_day,
    local_time_on,
    next_working_moment,
)
from models.types.errors import Invalid
from models.types.working_time import WorkCalendar

BERLIN = "Europe/Berlin"
OFFICE = WorkCalendar().hours
GOOD_FRIDAY, EASTER_MONDAY = date(2026, 4, 3), date(2026, 4, 6)
NIGHT = (time(20), time(8))


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2026, 3, 2), 2, date(2026, 3, 4)),
        (date(2026, 3, 6), 2, date(2026, 3, 10)),
        (date(2026, 3, 7), 2, date(2026, 3, 10)),
        (date(2026, 3, 7), 0, date(2026, 3, 9)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 9), -1, date(2026, 3, 6)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
        (date(2026, 4, 7), -1, date(2026, 4, 2)),
        (date(2028, 2, 28), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
    ],
    ids=["week", "over-weekend", "from-saturday", "zero-free", "zero", "back", "easter", "easter-back", "leap", "new-year"],
)
def test_working_days_skip_weekends_and_holidays(start, n, expected):
    assert add_working_days(start, n, {GOOD_FRIDAY, EASTER_MONDAY}) == expected


def test_a_weekend_may_lie_elsewhere():
    assert add_working_days(date(2026, 3, 5), 1, weekend={4, 5}) == date(2026, 3, 8)


def test_a_week_without_work_is_refused():
    with pytest.raises(Invalid):
        add_working_days(date(2026, 3, 5), 1, weekend=set(range(7)))


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-300, 300), st.sets(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
)
def test_working_days_count_what_lies_between(start, n, holidays):
    end = add_working_days(start, n, holidays)
    assert is_working_day(end, holidays)
    low, high = (start + timedelta(days=1), end) if n >= 0 else (end, start - timedelta(days=1))
    between = [low + timedelta(days=step) for step in range((high - low).days + 1)]
    assert n == 0 or sum(is_working_day(day, holidays) for day in between) == abs(n)


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        (date(2026, 3, 28), time(9), datetime(2026, 3, 28, 8, tzinfo=UTC)),
        (date(2026, 3, 30), time(9), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["winter", "summer", "left-out", "twice"],
)
def test_local_times_across_clock_changes(day, at, expected):
    assert local_time_on(day, at, BERLIN) == expected


def test_an_unknown_zone_is_named():
    with pytest.raises(Invalid, match="Middle/Earth"):
        local_time_on(date(2026, 1, 1), time(9), "Middle/Earth")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (datetime(2026, 3, 2, 16, tzinfo=UTC), datetime(2026, 3, 3, 8, tzinfo=UTC)),
        (datetime(2026, 3, 27, 18, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (datetime(2026, 4, 2, 18, tzinfo=UTC), datetime(2026, 4, 7, 7, tzinfo=UTC)),
    ],
    ids=["inside", "closing-time", "over-the-clock-change", "easter"],
)
def test_the_next_working_moment(at, expected):
    assert next_working_moment(at, BERLIN, OFFICE, {GOOD_FRIDAY, EASTER_MONDAY}) == expected


def test_working_seconds_run_only_in_working_hours():
    friday = datetime(2026, 3, 6, 15, tzinfo=UTC)
    assert add_working_seconds(friday, 3 * 3600, "UTC", OFFICE) == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert add_working_seconds(friday, 2 * 3600, "UTC", OFFICE) == datetime(2026, 3, 6, 17, tzinfo=UTC)
    assert add_working_seconds(friday, 0, "UTC", OFFICE) == friday


def test_nobody_at_work_is_refused():
    with pytest.raises(Invalid):
        next_working_moment(datetime(2026, 3, 2, tzinfo=UTC), "UTC", {})


@pytest.mark.parametrize(
    ("at", "quiet", "expected"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=UTC), NIGHT, datetime(2026, 3, 2, 12, tzinfo=UTC)),
        (datetime(2026, 3, 2, 22, tzinfo=UTC), NIGHT, datetime(2026, 3, 3, 7, tzinfo=UTC)),
        (datetime(2026, 3, 3, 2, tzinfo=UTC), NIGHT, datetime(2026, 3, 3, 7, tzinfo=UTC)),
        (datetime(2026, 3, 28, 22, tzinfo=UTC), NIGHT, datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (datetime(2026, 3, 2, 12, tzinfo=UTC), (time(12), time(14)), datetime(2026, 3, 2, 13, tzinfo=UTC)),
        (datetime(2026, 3, 3, 7, tzinfo=UTC), NIGHT, datetime(2026, 3, 3, 7, tzinfo=UTC)),
        (datetime(2026, 3, 2, 22, tzinfo=UTC), None, datetime(2026, 3, 2, 22, tzinfo=UTC)),
    ],
    ids=["day", "evening", "night", "clock-change", "noon", "end-is-loud", "none"],
)
def test_quiet_hours_push_to_their_end(at, quiet, expected):
    assert after_quiet_hours(at, BERLIN, quiet) == expected
