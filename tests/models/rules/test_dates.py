from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from models.rules.dates import (
    add_months,
    day_bounds,
    elapsed_seconds,
    last_workday_of_month,
    local_date,
    local_instant,
    start_of_day,
)
from models.types.errors import Invalid
from models.types.zones import zone_info


def utc(*parts):
    year, month, day, *clock = parts
    hour, minute = [*clock, 0, 0][:2]
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "minute", "zone", "instant"),
    [
        (date(2026, 1, 15), 540, "Europe/Berlin", utc(2026, 1, 15, 8)),
        (date(2026, 7, 15), 540, "Europe/Berlin", utc(2026, 7, 15, 7)),
        (date(2026, 3, 29), 150, "Europe/Berlin", utc(2026, 3, 29, 1, 30)),  # 02:30 is skipped: 03:30 summer time
        (date(2026, 10, 25), 150, "Europe/Berlin", utc(2026, 10, 25, 0, 30)),  # 02:30 comes twice: the first
        (date(2026, 10, 4), 135, "Australia/Lord_Howe", utc(2026, 10, 3, 15, 45)),  # skipped by half an hour
        (date(2026, 1, 1), 0, "Pacific/Apia", utc(2025, 12, 31, 11)),
        (date(2026, 1, 1), 1440, "Asia/Kolkata", utc(2026, 1, 1, 18, 30)),
    ],
)
def test_wall_times_become_instants(day, minute, zone, instant):
    assert local_instant(day, minute, zone) == instant


def test_a_day_without_midnight_begins_when_it_begins():
    start, end = day_bounds(date(2026, 4, 24), "Africa/Cairo")  # clocks go from 00:00 to 01:00
    assert start.astimezone(ZoneInfo("Africa/Cairo")).hour == 1
    assert elapsed_seconds(start, end) == 23 * 3600
    assert local_date(start, "Africa/Cairo") == date(2026, 4, 24)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_days_have_as_many_hours_as_they_have(day, hours):
    start, end = day_bounds(day, "Europe/Berlin")
    assert elapsed_seconds(start, end) == hours * 3600


def test_elapsed_time_ignores_what_the_clocks_did():
    zone = ZoneInfo("Europe/Berlin")
    assert elapsed_seconds(datetime(2026, 10, 25, 1, tzinfo=zone), datetime(2026, 10, 25, 4, tzinfo=zone)) == 4 * 3600


@pytest.mark.parametrize(
    ("months", "day"),
    [(1, date(2023, 2, 28)), (2, date(2023, 3, 31)), (3, date(2023, 4, 30)), (13, date(2024, 2, 29)), (-2, date(2022, 11, 30))],
)
def test_the_31st_is_clamped_and_never_lost(months, day):
    assert add_months(date(2023, 1, 31), months) == day


def test_last_workdays():
    assert last_workday_of_month(date(2026, 5, 1)) == date(2026, 5, 29)
    assert last_workday_of_month(date(2026, 12, 1), {date(2026, 12, 31)}) == date(2026, 12, 30)
    assert last_workday_of_month(date(2026, 2, 1), {date(2026, 2, day) for day in range(1, 29)}) == date(2026, 2, 28)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "Europe"])
def test_zones_that_do_not_exist_are_refused(zone):
    with pytest.raises(Invalid):
        zone_info(zone)
    with pytest.raises(Invalid):
        start_of_day(date(2026, 1, 1), zone)
