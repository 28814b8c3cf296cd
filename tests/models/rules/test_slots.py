from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from models.rules.slots import day_overrides, is_slot_open, nearest_slots, open_slots, slots_by_day, weekly_hours
from models.types.errors import Invalid
from models.types.slots import Busy, DayOverride, SlotTerms, WorkingHours

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "America/Chicago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Cairo",
    "America/Havana",
    "Pacific/Apia",
]


def every_day(start="09:00", end="17:00"):
    return weekly_hours({str(weekday): [[start, end]] for weekday in range(7)})


def terms(zone="Europe/Berlin", weekly=None, *, duration=60, step=60, **more):
    return SlotTerms(zone, every_day() if weekly is None else weekly, duration, step, **more)


def local(zone, year, month, day, hour, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def offered(slot_terms, day, *, busy=(), booked=(), now=None):
    """The wall times offered on one of the host's days."""
    zone = ZoneInfo(slot_terms.zone)
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    found = open_slots(slot_terms, busy=busy, booked=booked, now=now or start - timedelta(days=1), since=start, until=end)
    return [f"{slot.astimezone(zone):%H:%M}" for slot in found]


@pytest.mark.parametrize(
    ("zone", "start", "days"),
    [
        ("America/Chicago", "07:30", [date(2022, 11, 1), date(2022, 11, 6), date(2022, 11, 8)]),  # calcom#4702
        (
            "America/New_York",
            "09:00",
            [date(2023, 11, 4), date(2023, 11, 5), date(2023, 12, 1)],
        ),  # calcom#10517
        ("America/Toronto", "12:30", [date(2023, 3, 11), date(2023, 3, 12), date(2023, 11, 5)]),  # calcom#6217
        ("Asia/Kolkata", "07:30", [date(2023, 7, 14)]),  # calcom#10136
        ("America/New_York", "13:00", [date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)]),  # calcom#30021
        ("Europe/Berlin", "13:00", [date(2022, 10, 18), date(2022, 10, 30), date(2023, 1, 31)]),  # calcom#4753
    ],
)
def test_the_day_begins_at_the_same_wall_time_on_both_sides_of_a_change(zone, start, days):
    hours = every_day(start, "18:00")
    for day in days:
        found = offered(terms(zone, hours), day)
        assert found[0] == start
        assert found[-1] <= "17:00"


def test_a_skipped_hour_is_not_offered_and_a_repeated_one_is_offered_twice():
    night = terms(weekly=every_day("01:00", "05:00"), step=30, duration=30)
    assert offered(night, date(2026, 3, 29)) == ["01:00", "01:30", "03:00", "03:30", "04:00", "04:30"]
    assert offered(night, date(2026, 10, 25)).count("02:30") == 2


def test_half_an_hour_of_change_keeps_the_grid():
    night = terms("Australia/Lord_Howe", every_day("00:00", "06:00"))
    assert offered(night, date(2026, 10, 4)) == ["00:00", "01:00", "03:00", "04:00", "05:00"]
    assert offered(night, date(2026, 4, 5)) == ["00:00", "01:00", "02:00", "03:00", "04:00", "05:00"]


def test_slots_may_cross_midnight_where_the_hours_do():
    around = weekly_hours({"0": [["22:00", "24:00"]], "1": [["00:00", "01:00"]]})
    assert offered(terms(weekly=around, duration=120), date(2026, 5, 4)) == ["22:00", "23:00"]


def test_buffers_keep_their_distance_from_busy_times():
    day = date(2026, 5, 4)
    busy = [Busy(local("Europe/Berlin", 2026, 5, 4, 12), local("Europe/Berlin", 2026, 5, 4, 13))]
    plain = terms(duration=30, step=30)
    around = terms(duration=30, step=30, buffer_before_minutes=15, buffer_after_minutes=30)
    gone = set(offered(plain, day)) - set(offered(plain, day, busy=busy))
    assert gone == {"12:00", "12:30"}
    gone = set(offered(plain, day)) - set(offered(around, day, busy=busy))
    assert gone == {"11:30", "12:00", "12:30", "13:00"}


def test_a_gap_between_busy_times_takes_the_call_that_just_fits():
    morning = [Busy(local("Europe/Berlin", 2026, 5, 4, hour), local("Europe/Berlin", 2026, 5, 4, hour + 1)) for hour in (9, 11)]
    assert offered(terms(), date(2026, 5, 4), busy=morning)[:2] == ["10:00", "12:00"]


def test_booked_calls_keep_their_own_buffers():
    call = [Busy(local("Europe/Berlin", 2026, 5, 4, 12), local("Europe/Berlin", 2026, 5, 4, 13))]
    after_only = terms(duration=30, step=30, buffer_after_minutes=30)
    gone = set(offered(after_only, date(2026, 5, 4))) - set(offered(after_only, date(2026, 5, 4), booked=call))
    assert gone == {"11:30", "12:00", "12:30", "13:00"}


def test_caps_holidays_overrides_and_weekdays():
    monday = date(2026, 5, 4)
    call = Busy(local("Europe/Berlin", 2026, 5, 4, 9), local("Europe/Berlin", 2026, 5, 4, 10))
    assert offered(terms(daily_cap=1), monday, booked=[call]) == []
    assert len(offered(terms(daily_cap=2), monday, booked=[call])) == 7
    assert offered(terms(holidays=(monday,)), monday) == []
    special = terms(holidays=(monday,), overrides=day_overrides({"2026-05-04": [["10:00", "12:00"]], "2026-05-05": []}))
    assert offered(special, monday) == ["10:00", "11:00"]
    assert offered(special, date(2026, 5, 5)) == []
    assert offered(terms(weekly=weekly_hours({"1": [["09:00", "17:00"]]})), monday) == []


def test_notice_and_horizon():
    now = local("Europe/Berlin", 2026, 5, 4, 9, 30)
    slots = open_slots(terms(notice_minutes=90, horizon_days=1), busy=[], now=now)
    assert slots[0] == local("Europe/Berlin", 2026, 5, 4, 11)
    assert slots[-1] == local("Europe/Berlin", 2026, 5, 5, 16)
    just_too_late = open_slots(terms(notice_minutes=90), busy=[], now=now + timedelta(microseconds=1))
    assert just_too_late[0] == local("Europe/Berlin", 2026, 5, 4, 12)


def test_the_check_at_booking_takes_exactly_the_offered_starts():
    now = local("Europe/Berlin", 2026, 5, 4, 8)
    nine = local("Europe/Berlin", 2026, 5, 4, 9)
    assert is_slot_open(terms(), nine, busy=[], now=now)
    assert not is_slot_open(terms(), nine + timedelta(minutes=15), busy=[], now=now)
    assert not is_slot_open(terms(), nine, busy=[], booked=[Busy(nine, nine + timedelta(hours=1))], now=now)
    assert not is_slot_open(terms(), nine, busy=[], now=nine + timedelta(seconds=1))
    assert not is_slot_open(terms(), nine + timedelta(days=90), busy=[], now=now)


def test_alternatives_and_the_guests_calendar():
    slots = open_slots(terms(horizon_days=0), busy=[], now=local("Europe/Berlin", 2026, 5, 4, 8))
    assert nearest_slots(slots, slots[4], 3) == slots[3:6]
    days = slots_by_day(slots, "Asia/Tokyo")
    assert [(day.day, len(found)) for day, found in days.items()] == [(4, 8)]
    assert [day.day for day in slots_by_day(slots, "Pacific/Auckland")] == [4, 5]


@pytest.mark.parametrize(
    "hours", [[["09:00"]], [["17:00", "9:00"]], [["9", "17:00"]], [["09:60", "17:00"]], [["09:00", "24:01"]]]
)
def test_hours_that_cannot_be_are_refused(hours):
    with pytest.raises(Invalid):
        weekly_hours({"0": hours})
    for weekday in ("7", "x", "01"):
        with pytest.raises(Invalid):
            weekly_hours({weekday: []})
    with pytest.raises(Invalid):
        day_overrides({"24.12.2026": []})


@pytest.mark.parametrize(
    "wrong", [{"duration": 0}, {"step": 0}, {"horizon_days": 9999}, {"notice_minutes": -1}, {"zone": "Mars/Base"}]
)
def test_terms_that_cannot_be_are_refused(wrong):
    with pytest.raises(Invalid):
        open_slots(terms(**wrong), busy=[], now=datetime(2026, 5, 4, tzinfo=UTC))


def test_sixty_days_of_quarters_around_the_clock_are_quick():
    always = terms(weekly=every_day("00:00", "24:00"), duration=30, step=15)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    busy = [Busy(start + timedelta(hours=7 * n), start + timedelta(hours=7 * n + 1)) for n in range(200)]
    assert len(open_slots(always, busy=busy, now=start)) > 4000


def open_at(slot_terms, second, zone):
    """Whether the host's clock shows a working time: the definition, word by word."""
    there = datetime.fromtimestamp(second, zone)
    minute = there.hour * 60 + there.minute
    spans = [span for override in slot_terms.overrides if override.day == there.date() for span in override.spans]
    if not any(override.day == there.date() for override in slot_terms.overrides) and there.date() not in slot_terms.holidays:
        spans = [(hours.starts_minute, hours.ends_minute) for hours in slot_terms.weekly if hours.weekday == there.weekday()]
    return [(minute - start) % slot_terms.step_minutes == 0 for start, end in spans if start <= minute < end]


def slow_slots(slot_terms, busy, now, since, minutes):
    """The oracle: tries every minute and, for each, every minute of the call."""
    zone = ZoneInfo(slot_terms.zone)
    first = int(since.timestamp())
    length = slot_terms.duration_minutes * 60
    state = {second: open_at(slot_terms, second, zone) for second in range(first, first + minutes * 60 + length, 60)}
    before, after = timedelta(minutes=slot_terms.buffer_before_minutes), timedelta(minutes=slot_terms.buffer_after_minutes)
    found = []
    for second in range(first, first + minutes * 60, 60):
        start = datetime.fromtimestamp(second, UTC)
        end = start + timedelta(minutes=slot_terms.duration_minutes)
        works = any(state[second]) and all(
            state[minute] for minute in range(second, second + slot_terms.duration_minutes * 60, 60)
        )
        clear = all(end + after <= taken.starts_at or taken.ends_at <= start - before for taken in busy)
        if works and clear and start >= now + timedelta(minutes=slot_terms.notice_minutes):
            found.append(start)
    return found


changes = st.sampled_from([(3, 28), (10, 24), (3, 7), (10, 31), (4, 4), (10, 3), (4, 23), (6, 1)]).map(
    lambda day: date(2026, *day)
)
spans = st.tuples(st.integers(0, 1439), st.integers(1, 900)).map(lambda pair: (pair[0], min(1440, sum(pair))))
hours = st.builds(lambda weekday, span: WorkingHours(weekday, *span), st.integers(0, 6), spans | st.just((0, 1440)))
weeks = st.lists(hours, min_size=4, max_size=14).map(tuple)


@settings(max_examples=120, deadline=None, phases=(Phase.reuse, Phase.generate))  # shrinking would take minutes
@given(st.data(), st.sampled_from(ZONES), changes, weeks)
def test_slots_equal_those_of_the_slow_oracle(data, zone, around, weekly):
    since = datetime.combine(around, time(), UTC) + timedelta(minutes=data.draw(st.integers(0, 1440)))
    override = st.builds(DayOverride, st.just(around), st.lists(spans, max_size=2).map(tuple))
    slot_terms = SlotTerms(
        zone,
        weekly,
        data.draw(st.integers(1, 180)),
        data.draw(st.integers(1, 45)),
        tuple(data.draw(st.lists(override, max_size=1))),
        tuple(data.draw(st.sets(st.just(around + timedelta(days=1))))),
        buffer_before_minutes=data.draw(st.integers(0, 60)),
        buffer_after_minutes=data.draw(st.integers(0, 60)),
        notice_minutes=data.draw(st.integers(0, 600)),
    )
    offsets = data.draw(st.lists(st.tuples(st.integers(-300, 2500), st.integers(1, 300)), max_size=4))
    busy = [Busy(since + timedelta(minutes=at), since + timedelta(minutes=at + length)) for at, length in offsets]
    now = since - timedelta(minutes=data.draw(st.integers(0, 600)))
    found = open_slots(slot_terms, busy=busy, now=now, since=since, until=since + timedelta(minutes=2000))
    assert found == slow_slots(slot_terms, busy, now, since, 2000)
