"""How a run heeds the mark that a publication left on it: at the end of one of its turns, or right after the publication."""

from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from models.commands.automation_moves import effects_of, note_position, settle_mark, tell_moved
from models.commands.automation_runs import cancel_run, state_of, write_steps
from models.db import is_unfit
from models.queries.automation_moves import get_move
from models.queries.automations import get_version
from models.rules.automation_moves import left_behind, moved, taken_up
from models.rules.automation_plan.records import plan_from_json
from models.tables.automation_moves import RunMove
from models.types.automation_changes import MoveChoice, MoveStatus
from models.types.automation_plan.states import RunState, TokenStatus
from models.types.errors import DomainError

if TYPE_CHECKING:
    from api.automation_runs import Turn

log = structlog.get_logger("automation_moves")

_BUSY = "An action is being performed; the run moves as soon as that is done."
_ENDED = "It ended before it came to move."
_FAILED = "It could not be moved, for a reason that is our fault; it goes on as before."


def follow_move(turn: "Turn", *, has_gone_on: bool) -> None:
    """Move the run to the version it is marked for, when it is at rest; or stop it, when that was chosen.

    has_gone_on: whether the run has just come to rest here, which is what a move at the next wait waits for.
    A second call finds no mark. What fails is undone alone, and the run stays as it is.
    """
    run, session = turn.run, turn.session
    mark = session.get(RunMove, run.move_id) if run.move_id else None
    if mark is None:
        run.move_id = ""
    elif run.finished_at is not None:
        settle_mark(session, run, mark, MoveStatus.STAYED, _ENDED)
    elif mark.choice == MoveChoice.STOP:
        _stop(turn, mark)
    elif _is_busy(turn.state):
        mark.reason = _BUSY
        session.add(mark)
    elif has_gone_on or not run.state or mark.choice == MoveChoice.NOW:
        _move(turn, mark)


def _is_busy(state: RunState) -> bool:
    return any(token.status is TokenStatus.PERFORMING for token in state.tokens)


def _stop(turn: "Turn", mark: RunMove) -> None:
    move = get_move(turn.session, mark.move_id)
    reason = f"Stopped by {move.author} when version {move.to_version} was published."
    cancel_run(turn.session, turn.run, reason=reason, now=turn.call.now)
    turn.state = state_of(turn.run, turn.plan)
    settle_mark(turn.session, turn.run, mark, MoveStatus.STOPPED, reason)


def _move(turn: "Turn", mark: RunMove) -> None:
    session, run = turn.session, turn.run
    move, version = get_move(session, mark.move_id), get_version(session, run.automation_id, mark.to_version)
    plan, before = plan_from_json(version.plan), (turn.plan, turn.state, turn.drawing)
    try:
        state, commands = moved(turn.plan, plan, turn.state, move.mapping, turn.call.now, turn.calendar)
    except DomainError as error:
        if mark.choice == MoveChoice.NOW or not run.state:
            settle_mark(session, run, mark, MoveStatus.STAYED, error.detail)
        else:
            # It may fit where the run rests next.
            mark.reason = error.detail
            session.add(mark)
        return
    try:
        with session.begin_nested():
            note_position(session, run, mark, turn.state, now=turn.call.now)
            write_steps(session, run, left_behind(turn.state, move.mapping), now=turn.call.now)
            mark.effects = effects_of(session, run.id)
            if run.state:
                turn.follow(version, plan, state, (*taken_up(turn.state, state, move.mapping), *commands))
            else:
                run.automation_version, run.plan_hash = version.number, plan.hash
                turn.plan, turn.state, turn.drawing = plan, state, version.drawing
            tell_moved(session, run, mark)
    except Exception as error:
        if isinstance(error, DBAPIError) and not is_unfit(error):
            raise
        log.exception("a run could not be moved", run_id=run.id, move_id=move.id)
        turn.plan, turn.state, turn.drawing = before
        settle_mark(session, run, mark, MoveStatus.STAYED, _FAILED)
