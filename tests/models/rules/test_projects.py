"""Template structures and dates that follow the start."""

from datetime import date

import pytest

from models.rules.projects import due_on, moved_due_on, progress_of, read_structure, working_days_between, write_structure
from models.types.errors import Invalid

FRIDAY = date(2026, 4, 3)
GOOD_FRIDAY_AND_EASTER_MONDAY = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
TEXTS = {"title": "Send texts", "due_in_days": 5, "role": "client", "for_client": True, "checklist": ["About us"]}
STRUCTURE = {"boards": [{"name": "Website", "is_shared": True, "groups": [{"name": "To do", "tasks": [TEXTS]}]}]}


def with_tasks(*tasks):
    return {"boards": [{"name": "A", "groups": [{"name": "B", "tasks": list(tasks)}]}]}


@pytest.mark.parametrize(
    ("anchor", "days", "holidays", "expected"),
    [
        pytest.param(date(2026, 11, 23), 0, (), date(2026, 11, 23), id="the start itself"),
        pytest.param(date(2026, 11, 28), 0, (), date(2026, 11, 30), id="a Saturday start waits for Monday"),
        pytest.param(date(2026, 11, 23), 5, (), date(2026, 11, 30), id="five working days are a week"),
        pytest.param(date(2026, 4, 2), 1, GOOD_FRIDAY_AND_EASTER_MONDAY, date(2026, 4, 7), id="over Easter"),
        pytest.param(date(2028, 2, 28), 1, (), date(2028, 2, 29), id="leap day"),
        pytest.param(date(2026, 11, 23), None, (), None, id="no due date"),
    ],
)
def test_due_dates_skip_weekends_and_holidays(anchor, days, holidays, expected):
    assert due_on(anchor, days, holidays) == expected


@pytest.mark.parametrize(
    ("due", "moved"),
    [
        pytest.param(date(2026, 11, 23), date(2026, 12, 2), id="due at the start"),
        pytest.param(date(2026, 11, 30), date(2026, 12, 9), id="a week after"),
        pytest.param(date(2026, 11, 20), date(2026, 12, 1), id="the working day before the start"),
    ],
)
def test_a_due_date_keeps_its_distance_from_the_start(due, moved):
    assert moved_due_on(due, date(2026, 11, 23), date(2026, 12, 2)) == moved


def test_moving_there_and_back_changes_nothing():
    for days in range(-5, 40):
        due = due_on(date(2026, 3, 2), days, GOOD_FRIDAY_AND_EASTER_MONDAY)
        assert due is not None
        there = moved_due_on(due, date(2026, 3, 2), date(2026, 3, 19), GOOD_FRIDAY_AND_EASTER_MONDAY)
        assert moved_due_on(there, date(2026, 3, 19), date(2026, 3, 2), GOOD_FRIDAY_AND_EASTER_MONDAY) == due


def test_working_days_are_counted_without_the_start():
    assert working_days_between(date(2026, 11, 20), date(2026, 11, 23)) == 1
    assert working_days_between(date(2026, 11, 23), date(2026, 11, 20)) == -1
    assert working_days_between(FRIDAY, FRIDAY) == 0


def test_a_structure_survives_being_read_and_written():
    boards = read_structure(STRUCTURE)

    assert boards[0].is_shared
    assert boards[0].groups[0].tasks[0].checklist == ("About us",)
    assert read_structure(write_structure(boards)) == boards


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"boards": "none"}, id="boards are no list"),
        pytest.param({"boards": [{"groups": []}]}, id="nameless board"),
        pytest.param(with_tasks({"title": " "}), id="nameless task"),
        pytest.param(with_tasks({"title": "C", "due_in_days": "soon"}), id="due soon"),
        pytest.param(with_tasks(*[{"title": "C"}] * 501), id="too many tasks"),
    ],
)
def test_a_broken_structure_is_invalid(broken):
    with pytest.raises(Invalid):
        read_structure(broken)


def test_progress_is_only_whole_when_all_is_done():
    assert progress_of([True] * 199 + [False]).percent == 99
    assert progress_of([True]).percent == 100
    assert progress_of([]).percent == 0
