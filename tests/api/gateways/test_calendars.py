"""Invites that every calendar takes, busy times that are right across summer time, and nothing free that is unknown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import recurring_ical_events
from icalendar import Calendar

from api.gateways.calendars import (
    build_invite,
    busy_from_feed,
    fetch_busy_caldav,
    fetch_busy_feed,
    list_calendars_caldav,
)
from api.gateways.egress import EgressPolicy
from models.types.calendars import Attendee, CalendarAccessLost, CalendarEvent, CalendarUnavailable, InviteMethod
from tests.api.gateways.test_egress import listener
from tests.standins.radicale_server import PASSWORD, USERNAME, running_radicale

POLICY = EgressPolicy(allowed_networks=("127.0.0.1/32",), connect_seconds=2, total_seconds=10)
EVENT = CalendarEvent(
    uid="bkg_1@birch.example",
    title="Kick-off; with Ada, Łódź",
    starts_at=datetime(2026, 3, 30, 7, 0, tzinfo=UTC),
    ends_at=datetime(2026, 3, 30, 8, 0, tzinfo=UTC),
    zone="Europe/Berlin",
    stamped_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    organizer=Attendee("Birch, Studio", "studio@birch.example"),
    attendees=(Attendee("Ada", "ada@client.example"),),
    description="First call\nbring ideas",
    location="https://meet.example/x",
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def feed(*events, head=""):
    body = "".join(f"BEGIN:VEVENT\nUID:{n}@x\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n" for n, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{head}{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def busy(ics, start, end, **more):
    return [(f"{one.start:%m-%dT%H:%M}", f"{one.end:%m-%dT%H:%M}") for one in busy_from_feed(ics, at(start), at(end), **more)]


def test_an_invite_names_the_meeting_the_people_and_the_zone():
    raw = build_invite(EVENT, method=InviteMethod.REQUEST, sequence=2)
    calendar = Calendar.from_ical(raw)
    [event] = calendar.walk("VEVENT")
    assert (calendar["METHOD"], str(event["UID"]), event["SEQUENCE"], event["STATUS"]) == ("REQUEST", EVENT.uid, 2, "CONFIRMED")
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert b"DTSTART;TZID=Europe/Berlin:20260330T090000" in raw
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (EVENT.starts_at, EVENT.ends_at)
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (EVENT.title, EVENT.description)
    assert (str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]) == ("mailto:studio@birch.example", "Birch, Studio")
    assert (str(event["ATTENDEE"]), event["ATTENDEE"].params["RSVP"]) == ("mailto:ada@client.example", "TRUE")
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def test_the_same_version_is_the_same_bytes():
    first, again = (build_invite(EVENT, method=InviteMethod.REQUEST, sequence=0) for _ in range(2))
    assert first == again


def test_a_cancellation_carries_the_uid_and_takes_the_meeting_away():
    calendar = Calendar.from_ical(build_invite(EVENT, method=InviteMethod.CANCEL, sequence=3))
    [event] = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 3)
    assert str(event["UID"]) == EVENT.uid
    assert "RSVP" not in event["ATTENDEE"].params


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]
)
@pytest.mark.parametrize(
    "day", ["2026-03-29T00:30", "2026-03-29T01:30", "2026-10-25T00:30", "2026-07-01T12:00", "2026-12-31T23:30"]
)
def test_the_moment_survives_every_zone_and_change_of_summer_time(zone, day):
    event = replace(EVENT, zone=zone, starts_at=at(day), ends_at=at(day) + timedelta(minutes=30))
    calendar = Calendar.from_ical(build_invite(event, method=InviteMethod.REQUEST, sequence=0))
    [found] = recurring_ical_events.of(calendar).between(at(day) - timedelta(days=1), at(day) + timedelta(days=1))
    assert (found.start.astimezone(UTC), found.end.astimezone(UTC)) == (event.starts_at, event.ends_at)


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ("DTSTART:20260302T090000Z\nDTEND:20260302T100000Z", [("03-02T09:00", "03-02T10:00")]),
        ("DTSTART:20260302T090000Z\nDURATION:PT45M", [("03-02T09:00", "03-02T09:45")]),
        ("DTSTART;TZID=Europe/Berlin:20260302T090000\nDURATION:PT1H", [("03-02T08:00", "03-02T09:00")]),
        ("DTSTART;TZID=W. Europe Standard Time:20260302T090000\nDURATION:PT1H", [("03-02T08:00", "03-02T09:00")]),
        ("DTSTART:20260302T090000\nDTEND:20260302T100000", [("03-02T14:00", "03-02T15:00")]),
        ("DTSTART;VALUE=DATE:20260303\nDTEND;VALUE=DATE:20260304", [("03-03T05:00", "03-04T05:00")]),
        ("DTSTART;VALUE=DATE:20260303", [("03-03T05:00", "03-04T05:00")]),
        ("DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nSTATUS:CANCELLED", []),
        ("DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nSTATUS:TENTATIVE", [("03-02T09:00", "03-02T10:00")]),
        ("DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        ("DTSTART:20260302T090000Z", []),
        ("DTSTART:20250101T000000Z\nDTEND:20270101T000000Z", [("03-01T00:00", "03-08T00:00")]),
        ("DTSTART:20260301T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260302T090000Z",
         [("03-01T09:00", "03-01T10:00"), ("03-03T09:00", "03-03T10:00")]),
    ],
    ids=["utc", "duration", "zone", "windows zone", "no zone", "all day", "day without end", "free", "cancelled", "tentative",
         "outlook free", "no length", "longer than the range", "recurring with a hole"],
)  # fmt: skip
def test_what_counts_as_busy(event, found):
    """In a calendar of New York; the week of 1 March 2026, UTC."""
    assert busy(feed(event), "2026-03-01T00:00", "2026-03-08T00:00", zone="America/New_York") == found


def test_what_we_know_ourselves_is_left_out():
    ics = feed("DTSTART:20260324T090000Z\nDURATION:PT1H", "DTSTART:20260325T090000Z\nDURATION:PT1H")
    assert busy(ics, "2026-03-23", "2026-04-06", but=["0@x", "9@x"]) == [("03-25T09:00", "03-25T10:00")]


def test_a_weekly_meeting_keeps_its_wall_time_through_summer_time():
    weekly = "DTSTART;TZID=Europe/Berlin:20260316T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"
    assert busy(feed(weekly), "2026-03-16T00:00", "2026-04-07T00:00") == [
        ("03-16T08:00", "03-16T09:00"), ("03-23T08:00", "03-23T09:00"),
        ("03-30T07:00", "03-30T08:00"), ("04-06T07:00", "04-06T08:00"),
    ]  # fmt: skip


def test_one_moved_occurrence_leaves_its_place():
    moved = (
        "DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
        "DTSTART:20260303T150000Z\nDURATION:PT1H\nRECURRENCE-ID:20260303T090000Z",
    )
    ics = feed(*moved).replace(b"1@x", b"0@x")
    assert busy(ics, "2026-03-01T00:00", "2026-03-08T00:00") == [("03-02T09:00", "03-02T10:00"), ("03-03T15:00", "03-03T16:00")]


def test_the_feeds_own_zone_comes_first_and_overlaps_are_joined():
    days = ("DTSTART;VALUE=DATE:20260303", "DTSTART;VALUE=DATE:20260304", "DTSTART:20260303T100000Z\nDURATION:PT30H")
    ics = feed(*days, head="X-WR-TIMEZONE:Asia/Tokyo\n")
    assert busy(ics, "2026-03-01T00:00", "2026-03-08T00:00", zone="America/New_York") == [("03-02T15:00", "03-04T16:00")]


@pytest.mark.parametrize(
    "ics",
    [
        b"",
        b"<html>Please log in</html>",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        feed("DTSTART:20260302T090000Z\nRRULE:FREQ=SOMETIMES"),
        feed("DTSTART:not-a-date"),
        feed("DTSTART;TZID=Mars/Olympus:20260302T090000\nDURATION:PT1H"),
        feed("DTSTART:20260101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"),
        b"BEGIN:VEVENT\r\nDTSTART:20260302T090000Z\r\nEND:VEVENT\r\n",
    ],
    ids=["empty", "login page", "cut off", "bad rule", "bad date", "unknown zone", "flood", "no calendar"],
)
def test_what_cannot_be_read_is_never_free(ics):
    with pytest.raises(CalendarUnavailable, match="unknown until"):
        busy(ics, "2026-03-01T00:00", "2026-03-08T00:00")


def test_a_feed_over_the_wire():
    ics = feed("DTSTART:20260302T090000Z\nDURATION:PT1H")
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ics) + ics
    with listener(answer) as front:
        [found] = fetch_busy_feed(f"http://127.0.0.1:{front.port}/c.ics", at("2026-03-01"), at("2026-03-08"), policy=POLICY)
    assert found.start == at("2026-03-02T09:00")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", CalendarAccessLost),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", CalendarAccessLost),
        (b"HTTP/1.1 302 Go\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", CalendarAccessLost),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", CalendarUnavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", CalendarUnavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nBEGIN:VCAL", CalendarUnavailable),
        (b"", CalendarUnavailable),
    ],
)
def test_a_feed_that_fails_is_never_free(answer, error):
    with listener(answer) as front, pytest.raises(error):
        fetch_busy_feed(f"http://127.0.0.1:{front.port}/c.ics", at("2026-03-01"), at("2026-03-08"), policy=POLICY)


def test_a_feed_inside_is_not_reached():
    with listener() as canary, pytest.raises(CalendarAccessLost):
        fetch_busy_feed(f"webcal://127.0.0.1:{canary.port}/", at("2026-03-01"), at("2026-03-08"), policy=EgressPolicy())
    assert canary.connections == 0


@pytest.fixture(scope="module")
def radicale(tmp_path_factory):
    with running_radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


def caldav_busy(url, password=PASSWORD, policy=POLICY):
    found = fetch_busy_caldav(url, USERNAME, password, at("2026-03-23"), at("2026-04-06"), policy=policy)
    return [(f"{one.start:%m-%dT%H:%M}", f"{one.end:%m-%dT%H:%M}") for one in found]


def test_a_caldav_calendar_tells_its_busy_times(radicale):
    url = radicale.make_calendar("work")
    radicale.put(url, "weekly", "DTSTART;TZID=Europe/Berlin:20260302T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY")
    radicale.put(url, "free", "DTSTART:20260324T090000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT")
    radicale.put(url, "later", "DTSTART:20270324T090000Z\nDURATION:PT1H")
    assert caldav_busy(url) == [("03-23T08:00", "03-23T09:00"), ("03-30T07:00", "03-30T08:00")]
    assert ("work", url) in list_calendars_caldav(radicale.account_url, USERNAME, PASSWORD, policy=POLICY)


def test_a_changed_password_closes_the_calendar(radicale):
    url = radicale.make_calendar("closed")
    radicale.put(url, "one", "DTSTART:20260324T090000Z\nDURATION:PT1H")
    for act in (
        lambda: caldav_busy(url, password="wrong"),
        lambda: list_calendars_caldav(radicale.account_url, USERNAME, "wrong", policy=POLICY),
    ):
        with pytest.raises(CalendarAccessLost):
            act()


def test_a_calendar_that_is_gone_is_not_an_empty_one(radicale):
    url = radicale.make_calendar("gone")
    radicale.delete(url)
    with pytest.raises(CalendarAccessLost):
        caldav_busy(url)
    with pytest.raises(CalendarAccessLost):
        caldav_busy(f"{radicale.account_url}{USERNAME}/")


def test_a_server_that_is_away_or_strange_is_unknown():
    with listener(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") as front, pytest.raises(CalendarUnavailable):
        caldav_busy(f"http://127.0.0.1:{front.port}/ada/calls/")
    with listener(b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n") as front, pytest.raises(CalendarUnavailable):
        caldav_busy(f"http://127.0.0.1:{front.port}/ada/calls/")
    with (
        listener(b"HTTP/1.1 207 Ok\r\nContent-Length: 5\r\n\r\nhello") as front,
        pytest.raises((CalendarUnavailable, CalendarAccessLost)),
    ):
        caldav_busy(f"http://127.0.0.1:{front.port}/ada/calls/")
    with pytest.raises(CalendarUnavailable):
        caldav_busy(f"http://127.0.0.1:{front.port}/ada/calls/")


def test_a_caldav_address_inside_is_not_reached():
    with listener() as canary:
        for url in (f"http://127.0.0.1:{canary.port}/ada/", f"http://localhost:{canary.port}/"):
            with pytest.raises(CalendarAccessLost):
                caldav_busy(url, policy=EgressPolicy())
        assert canary.connections == 0
