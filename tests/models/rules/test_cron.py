"""When schedules come up, above all around clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.rules.cron import is_cron, latest_due, next_occurrence

BERLIN = ZoneInfo("Europe/Berlin")


def occurrences(cron: str, after: datetime, count: int, zone: str = "Europe/Berlin") -> list[str]:
    found: list[str] = []
    at = after
    for _ in range(count):
        coming = next_occurrence(cron, at, zone)
        assert coming is not None
        at = coming
        found.append(at.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M %z"))
    return found


def test_the_next_occurrence_lies_after_the_moment_asked_about():
    monday = datetime(2026, 3, 2, 9, 0, tzinfo=BERLIN)

    assert occurrences("0 9 * * 1", monday, 2) == ["Mon 09 Mar 09:00 +0100", "Mon 16 Mar 09:00 +0100"]
    assert occurrences("0 9 * * mon-fri", monday - timedelta(minutes=1), 1) == ["Mon 02 Mar 09:00 +0100"]
    assert occurrences("*/20 8-9 1,15 * *", monday, 4)[::3] == ["Sun 15 Mar 08:00 +0100", "Sun 15 Mar 09:00 +0100"]


def test_either_of_two_kinds_of_day_will_do():
    assert occurrences("0 12 13 * 5", datetime(2026, 2, 1, tzinfo=BERLIN), 3) == [
        "Fri 06 Feb 12:00 +0100",
        "Fri 13 Feb 12:00 +0100",
        "Fri 20 Feb 12:00 +0100",
    ]


def test_a_leap_day_is_found_years_ahead():
    assert occurrences("0 0 29 2 *", datetime(2025, 1, 1, tzinfo=UTC), 2, "UTC") == [
        "Tue 29 Feb 00:00 +0000",
        "Sun 29 Feb 00:00 +0000",
    ]
    assert next_occurrence("0 0 29 2 *", datetime(2096, 3, 1, tzinfo=UTC), "UTC") == datetime(2104, 2, 29, tzinfo=UTC)


def test_a_skipped_time_happens_once_right_after_the_gap():
    before = datetime(2026, 3, 28, 12, 0, tzinfo=BERLIN)

    assert occurrences("30 2 * * *", before, 3) == ["Sun 29 Mar 03:00 +0200", "Mon 30 Mar 02:30 +0200", "Tue 31 Mar 02:30 +0200"]
    assert occurrences("*/15 2 * * *", before, 2) == ["Sun 29 Mar 03:00 +0200", "Mon 30 Mar 02:00 +0200"]


def test_a_doubled_time_happens_once():
    before = datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN)

    assert occurrences("30 2 * * *", before, 2) == ["Sun 25 Oct 02:30 +0200", "Mon 26 Oct 02:30 +0100"]


def test_an_hourly_schedule_follows_elapsed_time():
    spring = occurrences("30 * * * *", datetime(2026, 3, 29, 0, 45, tzinfo=BERLIN), 2)
    autumn = occurrences("30 * * * *", datetime(2026, 10, 25, 1, 45, tzinfo=BERLIN), 3)

    assert spring == ["Sun 29 Mar 01:30 +0100", "Sun 29 Mar 03:30 +0200"]
    assert autumn == ["Sun 25 Oct 02:30 +0200", "Sun 25 Oct 02:30 +0100", "Sun 25 Oct 03:30 +0100"]


def test_a_gap_of_half_an_hour_at_midnight_is_a_gap_too():
    assert occurrences("15 2 * * *", datetime(2026, 10, 3, 12, 0, tzinfo=UTC), 1, "Australia/Lord_Howe") == [
        "Sun 04 Oct 02:30 +1100"
    ]


def test_what_was_missed_is_counted_and_comes_once():
    monday = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    assert latest_due("0 9 * * *", monday, monday + timedelta(days=3, hours=1), "UTC") == (monday + timedelta(days=3), 3)
    assert latest_due("0 9 * * *", monday, monday + timedelta(hours=1), "UTC") == (None, 0)


@pytest.mark.parametrize("cron", ["* * * * *", "0 9 * * 1-5", "*/5 0-6,22 1 jan,jul sun", "0 0 29 2 *", "0 9 * * 7"])
def test_these_are_schedules(cron: str):
    assert is_cron(cron)


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "60 * * * *", "*/0 * * * *", "5-1 * * * *", "a * * * *", "0 0 30 2 *", "²3 * * * *"]
)
def test_these_are_none(cron: str):
    assert not is_cron(cron)
