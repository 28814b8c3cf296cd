"""A week as it is typed."""

import pytest

from models.rules.working_hours import checked_week, spans_of, spoken_day
from models.types.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("9-17", [["09:00", "17:00"]]),
        ("13:00 – 17:30, 9 to 12", [["09:00", "12:00"], ["13:00", "17:30"]]),
        ("", []),
        ("20:00-24:00", [["20:00", "24:00"]]),
    ],
)
def test_a_day_is_read_as_people_write_it(typed, spans):
    assert spans_of(typed, "Monday") == spans


@pytest.mark.parametrize("typed", ["nine to five", "17-9", "9-12, 11-15", "9-25", "9:70-10"])
def test_what_cannot_be_is_refused_by_day(typed):
    with pytest.raises(Invalid, match=r"^Monday"):
        spans_of(typed, "Monday")


def test_a_day_survives_being_shown_and_typed_again():
    spans = [["09:00", "12:00"], ["13:00", "17:30"]]

    assert spans_of(spoken_day(spans), "Monday") == spans


def test_an_unknown_weekday_is_refused():
    with pytest.raises(Invalid):
        checked_week({"7": [["09:00", "17:00"]]})
