"""Boards and their columns."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.tasks import get_board, list_tasks_of_group
from models.tables.projects import Project
from models.tables.tasks import TaskBoard, TaskGroup
from models.types.errors import Invalid, Refused

FIRST_GROUPS = ("To do", "Doing", "Done")


def add_board(
    session: Session, project: Project, *, name: str, is_shared: bool = False, groups: tuple[str, ...] = FIRST_GROUPS
) -> TaskBoard:
    """Add a board with columns at the end of a project's boards; private unless shared. Raises Invalid without a name."""
    board = TaskBoard(
        id=new_id("brd"),
        workspace_id=workspace_id_of(session),
        project_id=project.id,
        name=_named(name),
        position=_next(session, TaskBoard, col(TaskBoard.project_id) == project.id),
        is_shared=is_shared,
    )
    session.add(board)
    session.flush()
    for position, group in enumerate(groups):
        _add_group(session, board, group, position)
    record(session, "task_board.added", board.id, engagement_id=project.engagement_id, project_id=project.id)
    return board


def change_board(session: Session, board: TaskBoard, *, name: str | None = None, is_shared: bool | None = None) -> TaskBoard:
    """Rename a board, or share it with the client, or make it private; what is None stays."""
    board.name = board.name if name is None else _named(name)
    board.is_shared = board.is_shared if is_shared is None else is_shared
    session.add(board)
    _record_change(session, board)
    return board


def archive_board(session: Session, board: TaskBoard, *, now: datetime) -> TaskBoard:
    """Put a board away. Raises Refused while tasks stand on it."""
    groups = session.exec(select(TaskGroup).where(TaskGroup.board_id == board.id)).all()
    if any(list_tasks_of_group(session, group.id) for group in groups):
        raise Refused("Move or archive the tasks of this board first.")
    if board.archived_at is None:
        board.archived_at = now
        session.add(board)
        project = session.get_one(Project, board.project_id)
        record(session, "task_board.archived", board.id, engagement_id=project.engagement_id, project_id=project.id)
    return board


def unarchive_board(session: Session, board: TaskBoard) -> TaskBoard:
    """Bring a board back to its place. Twice is once."""
    if board.archived_at is not None:
        board.archived_at = None
        session.add(board)
        project = session.get_one(Project, board.project_id)
        record(session, "task_board.unarchived", board.id, engagement_id=project.engagement_id, project_id=project.id)
    return board


def add_group(session: Session, board: TaskBoard, *, name: str) -> TaskGroup:
    """Add a column at the right end of a board."""
    group = _add_group(session, board, _named(name), _next(session, TaskGroup, col(TaskGroup.board_id) == board.id))
    _record_change(session, board)
    return group


def change_group(session: Session, group: TaskGroup, *, name: str | None = None, position: int | None = None) -> TaskGroup:
    """Rename a column, or move it to a place among the columns of its board, 0 being the left end."""
    group.name = group.name if name is None else _named(name)
    if position is not None:
        statement = select(TaskGroup).where(TaskGroup.board_id == group.board_id, TaskGroup.id != group.id)
        columns = list(session.exec(statement.order_by(col(TaskGroup.position), col(TaskGroup.id))).all())
        columns.insert(max(0, min(position, len(columns))), group)
        for place, column in enumerate(columns):
            column.position = place
    session.add(group)
    _record_change(session, get_board(session, group.board_id))
    return group


def archive_group(session: Session, group: TaskGroup, *, now: datetime) -> TaskGroup:
    """Put a column away. Raises Refused while tasks stand in it."""
    if list_tasks_of_group(session, group.id):
        raise Refused("Move or archive the tasks of this column first.")
    group.archived_at = group.archived_at or now
    session.add(group)
    _record_change(session, get_board(session, group.board_id))
    return group


def unarchive_group(session: Session, group: TaskGroup) -> TaskGroup:
    """Bring a column back to its place. Twice is once."""
    if group.archived_at is not None:
        group.archived_at = None
        session.add(group)
        _record_change(session, get_board(session, group.board_id))
    return group


def _add_group(session: Session, board: TaskBoard, name: str, position: int) -> TaskGroup:
    group = TaskGroup(id=new_id("grp"), workspace_id=board.workspace_id, board_id=board.id, name=name, position=position)
    session.add(group)
    session.flush()
    return group


def _record_change(session: Session, board: TaskBoard) -> None:
    project = session.get_one(Project, board.project_id)
    record(session, "task_board.changed", board.id, engagement_id=project.engagement_id, project_id=project.id)


def _next(session: Session, table: type[TaskBoard] | type[TaskGroup], among: object) -> int:
    highest = session.exec(select(func.max(table.position)).where(among)).one()  # type: ignore[arg-type]  # a condition
    return 0 if highest is None else int(highest) + 1


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid("Give it a name.", field="name")
    return name.strip()
