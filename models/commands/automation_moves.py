"""What a move of one run leaves behind, so that it can be told and undone. The moves themselves are made by the API."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, delete, func, select

from models.commands.events import record
from models.queries.automation_moves import list_effectful_steps, list_moves_of_run
from models.queries.automation_runs import find_called_run, find_step, list_called_runs
from models.rules.automation_plan.records import canonical_json, from_json, to_json
from models.tables.automation_moves import AutomationMove, RunMove
from models.tables.automations import AutomationRun, StepRun
from models.types.automation_changes import MoveStatus
from models.types.automation_plan.states import RunState, WaitKind
from models.types.automations import Json

_SHOWN = ("status", "attempts", "input", "output", "error")


def note_position(session: Session, run: AutomationRun, mark: RunMove, state: RunState, *, now: datetime) -> None:
    """Remember where a run stands, just before it moves."""
    rows = [find_step(session, run.id, token.node_path, token.iteration) for token in state.tokens]
    mark.from_version = run.automation_version
    mark.state = to_json(state) if run.state else {}
    mark.steps = [_snapshot(row) for row in rows if row]
    mark.last_step_id = session.exec(select(func.max(StepRun.id)).where(StepRun.run_id == run.id)).one() or ""
    mark.moved_at = now
    session.add(mark)


def effects_of(session: Session, run_id: str) -> str:
    """Digest of everything that a run has effected: it changes when an action is begun, tried again or done, or a run started."""
    steps: list[Json] = [
        [step.id, step.status, step.attempts, step.ended_at.isoformat() if step.ended_at else None]
        for step in list_effectful_steps(session, run_id)
    ]
    return sha256(canonical_json([*steps, *list_called_runs(session, run_id)]).encode()).hexdigest()


def tell_moved(session: Session, run: AutomationRun, mark: RunMove) -> None:
    """Record that a run moved; its workflow looks where it stands now."""
    settle_mark(session, run, mark, MoveStatus.MOVED)
    _tell(session, run, "automation_run.moved", mark.from_version, mark.to_version)


def settle_mark(session: Session, run: AutomationRun, mark: RunMove, status: MoveStatus, reason: str = "") -> None:
    """The run has done with its mark."""
    mark.status, mark.reason = status.value, reason
    # A newer publication may have left a mark of its own.
    run.move_id = "" if run.move_id == mark.id else run.move_id
    session.add_all([mark, run])
    session.flush()


def reason_to_keep(session: Session, run: AutomationRun, mark: RunMove) -> str:
    """Why a run that moved cannot go back; empty when it can: nothing has happened outside of it since."""
    newer = [one for one, _ in list_moves_of_run(session, run.id) if one.id > mark.id and one.status == MoveStatus.MOVED]
    if newer or run.automation_version != mark.to_version:
        return "It has moved on to another version since."
    if run.finished_at is not None:
        return "It has ended since."
    if effects_of(session, run.id) != mark.effects:
        return "It has done something since."
    if _has_given_up_a_run(session, run, mark):
        return "The run that it waited for was ended, and cannot be waited for again."
    return ""


def _has_given_up_a_run(session: Session, run: AutomationRun, mark: RunMove) -> bool:
    """Whether what a run started before it moved is over with the wait for it: a second one would do everything again."""
    before = from_json(mark.state).waits if mark.state else ()
    still = {wait.id for wait in from_json(run.state).waits} if run.state else set()
    gone = [wait.id for wait in before if wait.kind is WaitKind.SUB and wait.id not in still]
    called = [find_called_run(session, run.id, wait_id) for wait_id in gone]
    return any(one.status == "canceled" for one in called if one)


def position_before(run: AutomationRun, mark: RunMove) -> RunState | None:
    """Where a run stood before it moved; None when it had not begun. Waits opened from now on get new ids all the same."""
    if not mark.state:
        return None
    state = from_json(mark.state)
    opened = int(run.state.get("waits_opened", 0)) if run.state else 0
    return replace(state, waits_opened=max(state.waits_opened, opened))


def put_steps_back(session: Session, run: AutomationRun, mark: RunMove) -> None:
    """Make the rows of a run's steps those it had before it moved; what was written since had no effect."""
    session.exec(delete(StepRun).where(col(StepRun.run_id) == run.id, col(StepRun.id) > mark.last_step_id))
    for told in mark.steps:
        step = find_step(session, run.id, told["node_path"], told["iteration"])
        if step is None:
            continue
        for name in _SHOWN:
            setattr(step, name, told[name])
        step.ended_at = None
        session.add(step)
    session.flush()


def tell_moved_back(session: Session, run: AutomationRun, mark: RunMove) -> None:
    """Record that a run is back on its version; its workflow looks where it stands now."""
    settle_mark(session, run, mark, MoveStatus.UNDONE)
    _tell(session, run, "automation_run.moved_back", mark.to_version, mark.from_version)


def close_move(session: Session, move: AutomationMove, *, by: str, now: datetime) -> None:
    """Note that a move was undone, and by whom."""
    move.undone_at, move.undone_by = now, by
    session.add(move)
    session.flush()


def _tell(session: Session, run: AutomationRun, what: str, from_version: int, to_version: int) -> None:
    record(session, what, run.id, engagement_id=run.engagement_id, from_version=from_version, to_version=to_version)


def _snapshot(step: StepRun) -> dict[str, Any]:
    shown = {name: getattr(step, name) for name in _SHOWN}
    return {"node_path": step.node_path, "iteration": step.iteration, **shown}
