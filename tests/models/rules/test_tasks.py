"""The order of cards, lateness, checklists."""

from datetime import date

import pytest

from models.rules.tasks import done_of, edited_checklist, is_overdue, new_checklist, position_between, spaced_positions


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, None, id="empty column"),
        pytest.param(None, 0.0, id="top"),
        pytest.param(0.0, None, id="bottom"),
        pytest.param(1024.0, 2048.0, id="between"),
    ],
)
def test_a_card_lands_between_its_neighbours(before, after):
    position = position_between(before, after)
    assert before is None or before < position
    assert after is None or position < after


def test_halving_ends_in_a_wish_for_more_room_before_the_order_is_lost():
    low, high = 0.0, 1024.0
    for _ in range(100):
        middle = position_between(low, high)
        if middle is None:
            break
        assert low < middle < high
        high = middle
    else:
        pytest.fail("never asked for room")


def test_equal_neighbours_ask_for_room():
    assert position_between(5.0, 5.0) is None


def test_spaced_positions_rise():
    assert spaced_positions(3) == sorted(set(spaced_positions(3)))


@pytest.mark.parametrize(
    ("due", "status", "late"),
    [
        pytest.param(date(2026, 11, 22), "open", True, id="yesterday"),
        pytest.param(date(2026, 11, 23), "open", False, id="today"),
        pytest.param(date(2026, 11, 22), "completed", False, id="done"),
        pytest.param(None, "open", False, id="no date"),
    ],
)
def test_overdue_is_open_and_before_today(due, status, late):
    assert is_overdue(due, status, today=date(2026, 11, 23)) is late


def test_editing_a_checklist_keeps_the_ticks():
    before = [{"text": "Logo", "done": True}, {"text": "Texts", "done": False}]
    assert edited_checklist(["Logo", "", "Fonts "], before) == [{"text": "Logo", "done": True}, {"text": "Fonts", "done": False}]
    assert done_of(before) == (1, 2)
    assert new_checklist(["a"]) == [{"text": "a", "done": False}]
