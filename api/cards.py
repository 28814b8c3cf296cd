"""Tasks as the pages show them: on a board, in a list, at the client's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from models.queries.files import list_files_of
from models.queries.people import names_of_actors, names_of_people
from models.queries.tasks import count_comments, list_comments, list_tasks_of_group, seconds_of_tasks
from models.rules.tasks import done_of, is_overdue
from models.tables.files import File
from models.tables.tasks import Task, TaskGroup
from models.types.tasks import TaskStatus


@dataclass(frozen=True, slots=True)
class Card:
    """One task on a board or in a list."""

    id: str
    title: str
    is_done: bool
    group_id: str | None
    assignee: str | None
    due_on: date | None
    is_overdue: bool
    is_shared: bool
    is_for_client: bool
    comments: int
    ticked: int
    items: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a board with its cards from the top."""

    id: str
    name: str
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is shown."""

    who: str
    is_client: bool
    body: str
    is_shared: bool
    at: datetime


def cards_of(session: Session, tasks: Sequence[Task], *, today: date, only_shared: bool = False) -> list[Card]:
    """Cards in the order of the tasks. only_shared: count what the client may see."""
    ids = [task.id for task in tasks]
    names = names_of_people(session, [task.assignee_id for task in tasks])
    comments = count_comments(session, ids, only_shared=only_shared)
    seconds = seconds_of_tasks(session, ids)
    return [_card(task, names, comments.get(task.id, 0), seconds.get(task.id, 0), today) for task in tasks]


def columns_of(session: Session, groups: Sequence[TaskGroup], *, today: date) -> list[Column]:
    """The columns with their cards, in order."""
    tasks = {group.id: list_tasks_of_group(session, group.id) for group in groups}
    cards = {card.id: card for card in cards_of(session, [task for column in tasks.values() for task in column], today=today)}
    return [Column(group.id, group.name, [cards[task.id] for task in tasks[group.id]]) for group in groups]


def talk_about(session: Session, subject_id: str, *, only_shared: bool = False) -> list[Said]:
    """What was said about a thing, the oldest first."""
    comments = list_comments(session, subject_id, only_shared=only_shared)
    names = names_of_actors(session, [comment.author for comment in comments])
    return [
        Said(
            who=names[comment.author],
            is_client=comment.author.startswith("contact:"),
            body=comment.body,
            is_shared=comment.is_shared,
            at=comment.created_at,
        )
        for comment in comments
    ]


def files_of(session: Session, subject_id: str, *, only_shared: bool = False) -> list[File]:
    """The files of a task, the oldest first. only_shared: those that the client may see."""
    return [file for file in list_files_of(session, subject_id) if file.is_shared or not only_shared]


def _card(task: Task, names: dict[str, str], comments: int, seconds: int, today: date) -> Card:
    ticked, items = done_of(task.checklist)
    return Card(
        id=task.id,
        title=task.title,
        is_done=task.status == TaskStatus.COMPLETED,
        group_id=task.group_id,
        assignee=names.get(task.assignee_id or ""),
        due_on=task.due_on,
        is_overdue=is_overdue(task.due_on, task.status, today=today),
        is_shared=task.is_shared,
        is_for_client=task.is_for_client,
        comments=comments,
        ticked=ticked,
        items=items,
        seconds=seconds,
    )
