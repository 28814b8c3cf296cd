"""Instants as people say them."""

from datetime import UTC, datetime, timedelta

import pytest

from api.threads import consequence
from api.web.formats import near, near_until

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)  # a Thursday
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(hours=1), "today 15:00"),
        (timedelta(hours=17), "yesterday 23:00"),
        (timedelta(days=2), "Tuesday 16:00"),
        (timedelta(days=12), "14 Nov"),
        (timedelta(days=400), "22 Oct 2025"),
    ],
)
def test_since(before, said):
    assert near(NOW - before, BERLIN, NOW) == said


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(hours=1), "Today at 17:00 CET"),
        (timedelta(days=1), "Tomorrow at 16:00 CET"),
        (timedelta(days=4), "On Monday 16:00 CET"),
        (timedelta(days=9), "On 5 Dec at 16:00 CET"),
    ],
)
def test_until(ahead, said):
    assert near_until(NOW + ahead, BERLIN, NOW) == said


@pytest.mark.parametrize(
    ("until", "then", "said"),
    [
        (NOW + timedelta(days=4), "a reminder goes out", "On Monday 16:00 CET a reminder goes out."),
        (NOW + timedelta(days=4), "The proposal expires.", "On Monday 16:00 CET the proposal expires."),
        (NOW + timedelta(days=4), "Ada is asked again", "On Monday 16:00 CET Ada is asked again."),
        (None, "the invoice is sent", "Then the invoice is sent."),
        (NOW + timedelta(days=4), "", "On Monday 16:00 CET at the latest."),
        (None, "", None),
    ],
)
def test_what_happens_next(until, then, said):
    assert consequence(until, then, zone=BERLIN, now=NOW) == said
