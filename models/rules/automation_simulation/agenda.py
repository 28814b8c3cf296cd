"""Noting what comes later in a simulated run, and what happens now."""

from datetime import datetime
from heapq import heappush
from typing import Any

from models.types.automation_courses import Course
from models.types.automation_simulations import Entry, EntryKind


def plan(course: Course, at: datetime, item: object) -> None:
    """Let something happen at a moment: a happening, an occurrence, a move of a date, a slow action."""
    stage = course.stage
    stage.serial += 1
    heappush(stage.agenda, (at, stage.serial, course, item))


def entry_of(course: Course, kind: EntryKind, about: Any, **told: Any) -> Entry:
    """An entry of now about the step that a command names. told: further fields of the entry."""
    node_id = node_id_of(about.node_path)
    label = course.ground.labels.get(node_id) or node_id
    return Entry(course.now, kind, course.number, node_path=about.node_path, iteration=about.iteration, label=label, **told)


def node_id_of(node_path: str) -> str:
    """The id of the node at the end of a path."""
    return node_path.rpartition("/")[2].partition("[")[0]
