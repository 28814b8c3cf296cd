"""Reading tasks, and the boards and columns they stand on."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from models.db import workspace_id_of
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.tables.projects import Project, ProjectPerson
from models.tables.tasks import Comment, Task, TaskBoard, TaskGroup
from models.tables.time_entries import TimeEntry
from models.types.errors import NotFound
from models.types.tasks import TaskFilter


def get_task(session: Session, task_id: str) -> Task:
    """One task. Raises NotFound."""
    task = session.get(Task, task_id)
    if task is None or task.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such task.")
    return task


def tasks_matching(wanted: TaskFilter) -> Any:
    """A select of the tasks that fit a filter, in no order."""
    archived = col(Task.archived_at)
    statement = select(Task).where(archived.is_not(None) if wanted.is_archived else archived.is_(None))
    for column, value in (
        (Task.project_id, wanted.project_id),
        (Task.engagement_id, wanted.engagement_id),
        (Task.assignee_id, wanted.assignee_id),
        (Task.status, wanted.status),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if wanted.due_before is not None:
        statement = statement.where(col(Task.due_on) < wanted.due_before)
    if wanted.q:
        statement = statement.where(col(Task.title).icontains(wanted.q, autoescape=True))
    return statement


def list_tasks(session: Session, wanted: TaskFilter) -> list[Task]:
    """The tasks that fit a filter: by due date, those without one last, then by age."""
    ordered = tasks_matching(wanted).order_by(col(Task.due_on).is_(None), col(Task.due_on), col(Task.id))
    return list(session.exec(ordered).all())


def list_tasks_of_group(session: Session, group_id: str) -> list[Task]:
    """The live tasks of a column in their order; ties, which two adders at once may make, break by id for everybody alike."""
    statement = (
        select(Task).where(Task.group_id == group_id, col(Task.archived_at).is_(None)).order_by(col(Task.position), col(Task.id))
    )
    return list(session.exec(statement).all())


def get_board(session: Session, board_id: str) -> TaskBoard:
    """One board. Raises NotFound."""
    board = session.get(TaskBoard, board_id)
    if board is None or board.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such board.")
    return board


def get_group(session: Session, group_id: str) -> TaskGroup:
    """One column of a board. Raises NotFound."""
    group = session.get(TaskGroup, group_id)
    if group is None or group.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such column.")
    return group


def boards_matching(*, project_id: str | None = None, is_archived: bool = False) -> Any:
    """A select of boards, in no order."""
    archived = col(TaskBoard.archived_at)
    statement = select(TaskBoard).where(archived.is_not(None) if is_archived else archived.is_(None))
    return statement if project_id is None else statement.where(TaskBoard.project_id == project_id)


def groups_matching(*, board_id: str | None = None, is_archived: bool = False) -> Any:
    """A select of columns, in no order."""
    archived = col(TaskGroup.archived_at)
    statement = select(TaskGroup).where(archived.is_not(None) if is_archived else archived.is_(None))
    return statement if board_id is None else statement.where(TaskGroup.board_id == board_id)


def list_boards(session: Session, project_id: str) -> list[TaskBoard]:
    """The live boards of a project in their order."""
    statement = select(TaskBoard).where(TaskBoard.project_id == project_id, col(TaskBoard.archived_at).is_(None))
    return list(session.exec(statement.order_by(col(TaskBoard.position), col(TaskBoard.id))).all())


def list_groups(session: Session, board_ids: Sequence[str]) -> list[TaskGroup]:
    """The live columns of boards in their order."""
    statement = select(TaskGroup).where(col(TaskGroup.board_id).in_(board_ids), col(TaskGroup.archived_at).is_(None))
    return list(session.exec(statement.order_by(col(TaskGroup.position), col(TaskGroup.id))).all())


def get_comment(session: Session, comment_id: str) -> Comment:
    """Something that was said. Raises NotFound."""
    comment = session.get(Comment, comment_id)
    if comment is None or comment.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such comment.")
    return comment


def list_comments(session: Session, subject_id: str, *, only_shared: bool = False) -> list[Comment]:
    """What was said about a thing, the oldest first."""
    statement = select(Comment).where(Comment.subject_id == subject_id)
    if only_shared:
        statement = statement.where(col(Comment.is_shared).is_(True))
    return list(session.exec(statement.order_by(col(Comment.id))).all())


def count_comments(session: Session, subject_ids: Sequence[str], *, only_shared: bool = False) -> dict[str, int]:
    """How many comments each thing has; things without any are left out."""
    statement = select(Comment.subject_id, func.count()).where(col(Comment.subject_id).in_(subject_ids))
    if only_shared:
        statement = statement.where(col(Comment.is_shared).is_(True))
    return dict(session.exec(statement.group_by(col(Comment.subject_id))).all())


def seconds_of_tasks(session: Session, task_ids: Sequence[str]) -> dict[str, int]:
    """The finished seconds worked on each task; tasks without any are left out."""
    statement = (
        select(TimeEntry.task_id, func.sum(TimeEntry.seconds))
        .where(col(TimeEntry.task_id).in_(task_ids))
        .group_by(col(TimeEntry.task_id))
    )
    return {task_id: int(seconds or 0) for task_id, seconds in session.exec(statement).all() if task_id}


def find_person(session: Session, person_id: str) -> Member | Contact | None:
    """The member or contact of an id, or None."""
    return (
        session.exec(select(Member).where(Member.id == person_id)).one_or_none()
        or session.exec(select(Contact).where(Contact.id == person_id)).one_or_none()
    )


def list_assignable(session: Session, engagement_id: str | None, project_id: str | None) -> list[Member | Contact]:
    """Who may be given a task: the studio's members, then the client's people in its engagement and project."""
    members = session.exec(select(Member).where(col(Member.archived_at).is_(None)).order_by(col(Member.name))).all()
    contact_ids: set[str] = set()
    engagement = session.get(Engagement, engagement_id) if engagement_id else None
    if engagement is not None:
        contact_ids.add(engagement.contact_id)
    if project_id:
        contact_ids |= set(session.exec(select(ProjectPerson.person_id).where(ProjectPerson.project_id == project_id)).all())
    contacts = session.exec(select(Contact).where(col(Contact.id).in_(contact_ids)).order_by(col(Contact.name))).all()
    return [*members, *contacts]


def engagement_of(session: Session, project_id: str | None) -> str | None:
    """The engagement of a project, or None."""
    project = session.get(Project, project_id) if project_id else None
    return project.engagement_id if project else None
