"""Boards and groups of a project's tasks."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, ask_first
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.task_boards import (
    FIRST_GROUPS,
    add_board,
    add_group,
    archive_board,
    archive_group,
    change_board,
    change_group,
    unarchive_board,
    unarchive_group,
)
from models.queries.projects import get_project
from models.queries.tasks import boards_matching, get_board, get_group, groups_matching, list_groups
from models.tables.tasks import TaskBoard, TaskGroup

router = Router("task_boards")


class BoardIn(BaseModel):
    """A new board of a project."""

    model_config = ConfigDict(extra="forbid")

    project_id: str = Field(examples=["prj_01k7…"])
    name: str = Field(min_length=1, max_length=100, examples=["Website"])
    is_shared: bool = False
    """Shared with the client; private otherwise."""
    groups: list[str] = Field(default_factory=lambda: list(FIRST_GROUPS), max_length=20)
    """Names of its columns, from the left."""


class BoardChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=100)
    is_shared: bool | None = None


class GroupIn(BaseModel):
    """A new column at the right end."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, examples=["Review"])


class GroupChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=100)
    position: int | None = Field(default=None, ge=0, examples=[0])
    """Its place among the columns, 0 at the left end."""


class GroupOut(BaseModel):
    """A column."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    board_id: str
    name: str
    position: int
    """Its place among the columns, 0 at the left end."""
    archived_at: datetime | None


class BoardOut(BaseModel):
    """A board with the columns in use, from the left."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    project_id: str
    name: str
    position: int
    """Its place among the boards of its project, 0 first."""
    is_shared: bool
    archived_at: datetime | None
    groups: list[GroupOut] = Field(default_factory=list)


@router.get("/task_boards")
def list_task_boards(call: Read, paging: Paging, project_id: str | None = None, is_archived: bool = False) -> Page[BoardOut]:
    """Boards, newest first; those put away only when asked for. `position` is their order in a project."""
    statement = boards_matching(project_id=project_id, is_archived=is_archived)
    page = page_of(call.session, statement, TaskBoard, paging, BoardOut)
    columns = list_groups(call.session, [board.id for board in page.items])
    for board in page.items:
        board.groups = [GroupOut.model_validate(column) for column in columns if column.board_id == board.id]
    return page


@router.post("/task_boards", status_code=201)
def create_board(body: BoardIn, call: Write) -> BoardOut:
    """Add a board; private unless shared."""
    project = get_project(call.session, body.project_id)
    return _shape(call, add_board(call.session, project, name=body.name, is_shared=body.is_shared, groups=tuple(body.groups)))


@router.get("/task_boards/{board_id}")
def show_board(board_id: str, call: Read) -> BoardOut:
    """One board."""
    return _shape(call, get_board(call.session, board_id))


@router.patch("/task_boards/{board_id}")
def update_board(board_id: str, body: BoardChange, call: Write) -> BoardOut:
    """Rename a board, share it with the client, or make it private."""
    board = get_board(call.session, board_id)
    return _shape(call, change_board(call.session, board, name=body.name, is_shared=body.is_shared))


@router.post("/task_boards/{board_id}/archive")
def create_board_archive(board_id: str, call: Write, is_sure: IsSure = False) -> BoardOut:
    """Put a board away; refused while tasks stand on it."""
    ask_first(call, board_id, is_sure=is_sure)
    return _shape(call, archive_board(call.session, get_board(call.session, board_id), now=call.now))


@router.delete("/task_boards/{board_id}/archive")
def delete_board_archive(board_id: str, call: Write) -> BoardOut:
    """Bring a board back."""
    return _shape(call, unarchive_board(call.session, get_board(call.session, board_id)))


@router.post("/task_boards/{board_id}/groups", status_code=201)
def create_group(board_id: str, body: GroupIn, call: Write) -> GroupOut:
    """Add a column."""
    return _shape_group(call, add_group(call.session, get_board(call.session, board_id), name=body.name))


@router.get("/task_groups")
def list_task_groups(call: Read, paging: Paging, board_id: str | None = None, is_archived: bool = False) -> Page[GroupOut]:
    """Columns, newest first; those put away only when asked for. `position` is their order on a board."""
    statement = groups_matching(board_id=board_id, is_archived=is_archived)
    return page_of(call.session, statement, TaskGroup, paging, GroupOut)


@router.get("/task_groups/{group_id}")
def show_group(group_id: str, call: Read) -> GroupOut:
    """One column."""
    return _shape_group(call, get_group(call.session, group_id))


@router.patch("/task_groups/{group_id}")
def update_group(group_id: str, body: GroupChange, call: Write) -> GroupOut:
    """Rename a column, or move it."""
    group = get_group(call.session, group_id)
    return _shape_group(call, change_group(call.session, group, name=body.name, position=body.position))


@router.post("/task_groups/{group_id}/archive")
def create_group_archive(group_id: str, call: Write, is_sure: IsSure = False) -> GroupOut:
    """Put a column away; refused while tasks stand in it."""
    ask_first(call, group_id, is_sure=is_sure)
    return _shape_group(call, archive_group(call.session, get_group(call.session, group_id), now=call.now))


@router.delete("/task_groups/{group_id}/archive")
def delete_group_archive(group_id: str, call: Write) -> GroupOut:
    """Bring a column back."""
    return _shape_group(call, unarchive_group(call.session, get_group(call.session, group_id)))


def _shape(call: Call, board: TaskBoard) -> BoardOut:
    call.session.flush()
    shown = BoardOut.model_validate(board)
    shown.groups = [GroupOut.model_validate(group) for group in list_groups(call.session, [board.id])]
    return shown


def _shape_group(call: Call, group: TaskGroup) -> GroupOut:
    call.session.flush()
    return GroupOut.model_validate(group)
