"""What a project template says, and which dates follow from the day a project starts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from models.rules.working_time import add_working_days, is_working_day
from models.types.errors import Invalid
from models.types.projects import BoardPlan, GroupPlan, Progress, TaskPlan

MAX_TASKS = 500
MAX_DUE_IN_DAYS = 1500


def due_on(anchor: date, due_in_days: int | None, holidays: Collection[date] = frozenset()) -> date | None:
    """The working day that is so many working days after the start; None stays None.

    0 is the start itself, or the next working day when it is free.
    """
    return None if due_in_days is None else add_working_days(anchor, due_in_days, holidays)


def moved_due_on(due: date, old_anchor: date, new_anchor: date, holidays: Collection[date] = frozenset()) -> date:
    """A due date moved with its project's start: as many working days from the new one as it was from the old."""
    return add_working_days(new_anchor, working_days_between(old_anchor, due, holidays), holidays)


def working_days_between(start: date, end: date, holidays: Collection[date] = frozenset()) -> int:
    """How many working days lie after the start up to and including the end; negative when the end is before."""
    step, day, counted = timedelta(days=1 if end >= start else -1), start, 0
    while day != end:
        day += step
        counted += is_working_day(day, holidays)
    return counted if end >= start else -counted


def progress_of(completed: Iterable[bool]) -> Progress:
    """Progress over tasks; each is given as whether it is completed."""
    listed = list(completed)
    return Progress(done=sum(listed), total=len(listed))


def read_structure(structure: Mapping[str, Any]) -> tuple[BoardPlan, ...]:
    """A template's stored structure as plans. Raises Invalid, with the place, for what cannot be a structure."""
    boards = tuple(_board(board) for board in _list(structure, "boards"))
    count = sum(len(group.tasks) for board in boards for group in board.groups)
    if count > MAX_TASKS:
        raise Invalid(f"A template holds {MAX_TASKS} tasks at most; this one has {count}.", field="structure")
    return boards


def write_structure(boards: Iterable[BoardPlan]) -> dict[str, Any]:
    """Plans as they are stored; `read_structure` gives them back."""
    return {
        "boards": [
            {
                "name": board.name,
                "is_shared": board.is_shared,
                "groups": [{"name": group.name, "tasks": [_stored(task) for task in group.tasks]} for group in board.groups],
            }
            for board in boards
        ]
    }


def _board(board: Mapping[str, Any]) -> BoardPlan:
    groups = tuple(
        GroupPlan(_named(group, "group"), tuple(_task(task) for task in _list(group, "tasks")))
        for group in _list(board, "groups")
    )
    return BoardPlan(_named(board, "board"), bool(board.get("is_shared", False)), groups)


def _task(task: Mapping[str, Any]) -> TaskPlan:
    due_in_days = task.get("due_in_days")
    if due_in_days is not None and not (isinstance(due_in_days, int) and abs(due_in_days) <= MAX_DUE_IN_DAYS):
        raise Invalid(f"A due date is a number of working days, at most {MAX_DUE_IN_DAYS}.", field="structure")
    return TaskPlan(
        title=_named(task, "task", key="title"),
        description=str(task.get("description") or ""),
        due_in_days=due_in_days,
        role=str(task.get("role") or "").strip(),
        is_shared=bool(task.get("is_shared", False)),
        for_client=bool(task.get("for_client", False)),
        checklist=tuple(str(item).strip() for item in _list(task, "checklist", of=object) if str(item).strip()),
    )


def _stored(task: TaskPlan) -> dict[str, Any]:
    return {
        "title": task.title,
        "description": task.description,
        "due_in_days": task.due_in_days,
        "role": task.role,
        "is_shared": task.is_shared,
        "for_client": task.for_client,
        "checklist": list(task.checklist),
    }


def _named(thing: Mapping[str, Any], noun: str, *, key: str = "name") -> str:
    name = str(thing.get(key) or "").strip()
    if not name:
        raise Invalid(f"A {noun} of the template has no name.", field="structure")
    return name


def _list(thing: Mapping[str, Any], key: str, *, of: type = Mapping) -> list[Any]:
    found = thing.get(key) or []
    if not isinstance(found, list | tuple) or not all(isinstance(one, of) for one in found):
        raise Invalid(f"“{key}” is a list in a template's structure.", field="structure")
    return list(found)
