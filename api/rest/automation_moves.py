"""What became of live runs when a version was published, and the way back."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from api.automation_moves import undo_move
from api.deps import Call, Read, Slow
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.queries.automation_moves import count_run_moves, get_move, list_run_moves, moves_statement
from models.queries.automations import get_automation
from models.tables.automation_moves import AutomationMove

router = Router("automations")

LISTED = 100


class RunMoveOut(BaseModel):
    """What became of one run: `pending`, `moved`, `stayed`, `stopped`, `undone` or `kept`, and why."""

    model_config = ConfigDict(from_attributes=True)

    run_id: str
    choice: str
    status: str
    reason: str
    from_version: int
    to_version: int
    moved_at: datetime | None


class MoveOut(BaseModel):
    """What became of the live runs when a version was published. from_version: in force before, 0 for none."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    automation_id: str
    from_version: int
    to_version: int
    author: str
    created_at: datetime
    undone_at: datetime | None
    undone_by: str


class MoveDetail(MoveOut):
    """A move with its runs. runs: the first hundred. counts: status to number, of all."""

    counts: dict[str, int]
    runs: list[RunMoveOut]


class UndoIn(BaseModel):
    """Whether events shall start the version again that was in force before."""

    model_config = ConfigDict(extra="forbid")

    reactivate: bool = False


@router.get("/automations/{automation_id}/moves")
def list_moves(automation_id: str, call: Read, paging: Paging) -> Page[MoveOut]:
    """What became of live runs at each publication, newest first."""
    get_automation(call.session, automation_id)
    return page_of(call.session, moves_statement(automation_id), AutomationMove, paging, MoveOut)


@router.get("/automation_moves/{move_id}")
def show_move(move_id: str, call: Read) -> MoveDetail:
    """One move with what became of each run."""
    return move_detail(call, get_move(call.session, move_id))


@router.post("/automation_moves/{move_id}/undo")
def create_undo(move_id: str, wanted: UndoIn, call: Slow) -> MoveDetail:
    """Put each run back that moved and has had no effect since; the others are listed as `kept`, with the reason."""
    undo_move(call, move_id, reactivates=wanted.reactivate)
    with call.open(writes=False):
        return move_detail(call, get_move(call.session, move_id))


def move_detail(call: Call, move: AutomationMove) -> MoveDetail:
    """A move as the API answers it."""
    return MoveDetail(
        **MoveOut.model_validate(move).model_dump(),
        counts=count_run_moves(call.session, move.id),
        runs=[RunMoveOut.model_validate(one) for one in list_run_moves(call.session, move.id, limit=LISTED)],
    )
