"""Reading moves of runs between versions of their automation."""

from typing import Any

from sqlmodel import Session, col, func, select

from models.queries.automation_runs import runs_statement
from models.tables.automation_moves import AutomationMove, RunMove
from models.tables.automations import AutomationRun, StepRun
from models.types.errors import NotFound

EFFECTFUL = ("action", "approval", "sub_automation")
"""Kinds of steps that leave something outside of the run when they are done."""


def get_move(session: Session, move_id: str) -> AutomationMove:
    """One move. Raises NotFound."""
    move = session.get(AutomationMove, move_id)
    if move is None:
        raise NotFound("There is no such move.")
    return move


def find_last_move(session: Session, automation_id: str) -> AutomationMove | None:
    """The newest move of an automation's runs, or None."""
    move: AutomationMove | None = session.exec(
        moves_statement(automation_id).order_by(col(AutomationMove.id).desc()).limit(1)
    ).first()
    return move


def moves_statement(automation_id: str) -> Any:
    """A select of an automation's moves."""
    return select(AutomationMove).where(AutomationMove.automation_id == automation_id)


def list_run_moves(session: Session, move_id: str, *, status: str | None = None, limit: int | None = None) -> list[RunMove]:
    """What became of each run in a move, in the order of the runs."""
    wanted = select(RunMove).where(RunMove.move_id == move_id)
    if status:
        wanted = wanted.where(RunMove.status == status)
    return list(session.exec(wanted.order_by(col(RunMove.id)).limit(limit)))


def count_run_moves(session: Session, move_id: str) -> dict[str, int]:
    """Status to how many runs of a move have it."""
    wanted = select(RunMove.status, func.count()).where(RunMove.move_id == move_id).group_by(col(RunMove.status))
    return dict(session.exec(wanted).all())


def list_moves_of_run(session: Session, run_id: str) -> list[tuple[RunMove, AutomationMove]]:
    """Every move that a run was to make, oldest first, with the publication it belongs to."""
    wanted = select(RunMove, AutomationMove).join(AutomationMove, col(RunMove.move_id) == col(AutomationMove.id))
    return list(session.exec(wanted.where(RunMove.run_id == run_id).order_by(col(RunMove.id))))


def list_live_runs(session: Session, automation_id: str) -> list[AutomationRun]:
    """The runs of an automation that are not over, oldest first."""
    return list(session.exec(runs_statement(automation_id=automation_id, status="live").order_by(AutomationRun.id)))


def count_live_by_version(session: Session, automation_id: str) -> dict[int, int]:
    """Version to how many of its runs are not over."""
    live = runs_statement(automation_id=automation_id, status="live").subquery()
    wanted = select(live.c.automation_version, func.count()).group_by(live.c.automation_version)
    return dict(session.exec(wanted).all())


def list_effectful_steps(session: Session, run_id: str) -> list[StepRun]:
    """The steps of a run that leave something outside of it, in the order in which they began."""
    wanted = select(StepRun).where(StepRun.run_id == run_id, col(StepRun.kind).in_(EFFECTFUL))
    return list(session.exec(wanted.order_by(col(StepRun.id))))
