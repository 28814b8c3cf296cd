"""Order within a column, and what is late."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from models.types.tasks import TaskStatus

SPACING = 1024.0
TIGHTEST = 0.001
"""Closer neighbours are spread out again: a middle needs room, and doubles run out of it after some fifty halvings."""


def position_between(before: float | None, after: float | None) -> float | None:
    """The position of a card put between two neighbours; None when they are so close that the column is to be spaced anew.

    before: the position of the card above, None at the top. after: of the card below, None at the bottom.
    """
    if before is None and after is None:
        return SPACING
    if before is None:
        return (after or 0.0) - SPACING
    if after is None:
        return before + SPACING
    return (before + after) / 2 if after - before > TIGHTEST else None


def spaced_positions(count: int) -> list[float]:
    """Evenly spaced positions for a whole column, in order."""
    return [SPACING * (index + 1) for index in range(count)]


def is_overdue(due_on: date | None, status: str, *, today: date) -> bool:
    """Whether a task should have been done before today."""
    return due_on is not None and status == TaskStatus.OPEN and due_on < today


def new_checklist(texts: Iterable[str]) -> list[dict[str, Any]]:
    """A checklist with nothing ticked; empty lines are left out."""
    return [{"text": text.strip(), "done": False} for text in texts if text.strip()]


def edited_checklist(texts: Iterable[str], before: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A checklist with new lines, where lines that were there and ticked stay ticked."""
    ticked = {str(item["text"]) for item in before if item.get("done")}
    return [{**item, "done": item["text"] in ticked} for item in new_checklist(texts)]


def done_of(checklist: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """How many items are ticked, of how many."""
    ticks = [bool(item.get("done")) for item in checklist]
    return sum(ticks), len(ticks)


def is_visible_to_client(*, is_shared: bool, is_for_client: bool, is_board_shared: bool | None) -> bool:
    """Whether a task is on the client's side: for the client to do, or shared and not on a private board.

    is_board_shared: None for a task that stands on no board.
    """
    return is_for_client or (is_shared and is_board_shared is not False)
