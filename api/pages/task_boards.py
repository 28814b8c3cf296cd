"""Boards and columns of a project, as its board page changes them."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from api.deps import Write
from api.render import redirect
from api.routing import Router
from models.commands.task_boards import add_board, add_group, archive_board, archive_group, change_board, change_group
from models.queries.projects import get_project
from models.queries.tasks import get_board, get_group
from models.types.principals import Door

router = Router("task_boards", Door.MEMBER, prefix="")


@router.post("/projects/{project_id}/task_boards")
def create(
    project_id: str, call: Write, name: Annotated[str, Form()] = "", is_shared: Annotated[bool, Form()] = False
) -> Response:
    """Add a board with three columns."""
    board = add_board(call.session, get_project(call.session, project_id), name=name, is_shared=is_shared)
    return redirect(call, f"/projects/{project_id}?board={board.id}", flash="Board added")


@router.post("/task_boards/{board_id}")
def update(board_id: str, call: Write, name: Annotated[str, Form()] = "", is_shared: Annotated[bool, Form()] = False) -> Response:
    """Rename the board, share it with the client, or make it private."""
    board = get_board(call.session, board_id)
    was_shared = board.is_shared
    change_board(call.session, board, name=name, is_shared=is_shared)
    said = {True: "The client sees this board now: those of its tasks that are shared.", False: "The board is private now."}
    flash = said[is_shared] if is_shared != was_shared else "Saved"
    return redirect(call, f"/projects/{board.project_id}?board={board.id}", flash=flash)


@router.post("/task_boards/{board_id}/archive")
def create_archive(board_id: str, call: Write) -> Response:
    """Put an empty board away."""
    board = archive_board(call.session, get_board(call.session, board_id), now=call.now)
    return redirect(call, f"/projects/{board.project_id}", flash="The board is put away.")


@router.post("/task_boards/{board_id}/groups")
def create_group(board_id: str, call: Write, name: Annotated[str, Form()] = "") -> Response:
    """Add a column."""
    board = get_board(call.session, board_id)
    add_group(call.session, board, name=name)
    return redirect(call, f"/projects/{board.project_id}?board={board.id}", flash="Column added")


@router.post("/task_groups/{group_id}")
def update_group(group_id: str, call: Write, name: Annotated[str, Form()] = "") -> Response:
    """Rename a column."""
    group = change_group(call.session, get_group(call.session, group_id), name=name)
    board = get_board(call.session, group.board_id)
    return redirect(call, f"/projects/{board.project_id}?board={board.id}", flash="Saved")


@router.post("/task_groups/{group_id}/archive")
def create_group_archive(group_id: str, call: Write) -> Response:
    """Put an empty column away."""
    group = archive_group(call.session, get_group(call.session, group_id), now=call.now)
    board = get_board(call.session, group.board_id)
    return redirect(call, f"/projects/{board.project_id}?board={board.id}", flash="The column is put away.")
