"""Boards and their columns."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from models.commands.task_boards import FIRST_GROUPS, add_board, add_group
from models.queries.projects import get_project
from models.queries.tasks import get_board, list_groups


class BoardInput(ActionInput):
    """A new board."""

    name: Annotated[str, Field(title="Name", min_length=1, max_length=200)]
    project_id: Annotated[str | None, picked("Project", "projects", "The one that started the run")] = None
    columns: Annotated[tuple[str, ...], Field(title="Columns", description="From left to right", max_length=20)] = FIRST_GROUPS
    is_shared: Annotated[bool, Field(title="The client sees it")] = False


class BoardOutput(ActionOutput):
    """The board. group_ids: of its columns, from left to right."""

    board_id: str
    project_id: str
    name: str
    group_ids: list[str]


class AddBoard(Action):
    """A board in a project."""

    name = "task_boards.add"
    title = "Add a board"
    icon = "square-kanban"
    docs = "Adds a board with its columns to the project, seen by the team alone unless you share it."
    Input = BoardInput
    Output = BoardOutput
    emits = ("task_board.added",)
    needs = ("task_boards:write",)
    example = sample(name="Launch", columns=["To do", "Doing", "Done"])

    def perform(self, context: ActionContext, given: BoardInput) -> BoardOutput:
        """Add it. A step is done once, so its board is there once."""
        project = get_project(context.session, context.about("project", given.project_id))
        board = add_board(context.session, project, name=given.name, is_shared=given.is_shared, groups=given.columns)
        group_ids = [group.id for group in list_groups(context.session, [board.id])]
        return BoardOutput(board_id=board.id, project_id=project.id, name=board.name, group_ids=group_ids)


class GroupInput(ActionInput):
    """A new column."""

    board_id: Annotated[str, picked("Board", "task_boards")]
    name: Annotated[str, Field(title="Name", min_length=1, max_length=200)]


class GroupOutput(ActionOutput):
    """The column."""

    group_id: str
    board_id: str
    name: str


class AddGroup(Action):
    """A column of a board."""

    name = "task_groups.add"
    title = "Add a column"
    icon = "columns-3"
    docs = "Adds a column at the right end of a board."
    Input = GroupInput
    Output = GroupOutput
    emits = ("task_board.changed",)
    needs = ("task_boards:write",)
    example = sample(board_id="brd_01k7w3y6m0", name="Waiting for the client")

    def perform(self, context: ActionContext, given: GroupInput) -> GroupOutput:
        """Add it. A step is done once, so its column is there once."""
        group = add_group(context.session, get_board(context.session, given.board_id), name=given.name)
        return GroupOutput(group_id=group.id, board_id=group.board_id, name=group.name)
