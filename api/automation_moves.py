"""Moving live runs to the version just published, and back: one transaction each, so that none waits for another."""

from api.actions import catalogue
from api.automation_authors import require_reach
from api.automation_runs import Turn
from api.deps import Call
from api.move_marks import follow_move
from models.commands.automation_moves import (
    close_move,
    position_before,
    put_steps_back,
    reason_to_keep,
    settle_mark,
    tell_moved_back,
)
from models.commands.automation_publications import publish_over_live_runs, put_back_in_force
from models.commands.automation_runs import plan_of
from models.commands.run_waits import forgive_calls
from models.queries.automation_moves import get_move, list_run_moves
from models.queries.automation_runs import find_called_run, lock_run
from models.queries.automations import get_automation, get_version
from models.rules.automation_plan.records import plan_from_json
from models.tables.automation_moves import RunMove
from models.types.automation_changes import MoveStatus
from models.types.automation_plan.commands import WaitForEvent
from models.types.automation_plan.happenings import SubFinished
from models.types.automation_plan.states import RunState, WaitKind
from models.types.automation_publications import PublicationWish, Published
from models.types.automations import Drawing, Problem
from models.types.errors import Refused

AT_ONCE = 200
"""Runs moved before the answer; each further one is moved by its own workflow, which is woken by the mark."""


def publish(call: Call, automation_id: str, wish: PublicationWish) -> Published | list[Problem]:
    """Publish the draft and move the live runs as wished; or what keeps it from being published.

    call: a slow one, with no transaction open. Raises as publish_over_live_runs does, and Forbidden for what its author may not.
    """
    with call.open(writes=True):
        automation, author = get_automation(call.session, automation_id), call.principal.name or call.actor
        require_reach(call, Drawing(automation.drawing).nodes)
        made = publish_over_live_runs(call.session, automation, wish, catalogue=catalogue.schemas(), author=author, now=call.now)
    if isinstance(made, Published) and made.move_id:
        make_moves(call, made.move_id)
    return made


def make_moves(call: Call, move_id: str) -> None:
    """Move or stop the runs of a publication that need not wait for anything. call: a slow one, with no transaction open.

    A run that went on meanwhile has followed its mark itself; it is passed over.
    """
    with call.open(writes=False):
        pending = list_run_moves(call.session, move_id, status=MoveStatus.PENDING, limit=AT_ONCE)
        run_ids = [mark.run_id for mark in pending]
    for run_id in run_ids:
        with call.open(writes=True):
            run = lock_run(call.session, run_id)
            if run.move_id:
                turn = Turn(call, run, plan_of(call.session, run))
                forgive_calls(call.session, run, now=call.now)
                follow_move(turn, has_gone_on=False)


def undo_move(call: Call, move_id: str, *, reactivates: bool) -> None:
    """Put every run that moved, and has had no effect since, back where it stood. call: a slow one, no transaction open.

    reactivates: events start the version again that was in force before; the draft stays as it is.
    Raises NotFound, and Refused when it is undone already.
    """
    with call.open(writes=True):
        move = get_move(call.session, move_id)
        if move.undone_at is not None:
            raise Refused("This is undone already.")
        close_move(call.session, move, by=call.principal.name or call.actor, now=call.now)
        if reactivates:
            put_back_in_force(call.session, get_automation(call.session, move.automation_id), move, now=call.now)
        run_ids = [mark.run_id for mark in list_run_moves(call.session, move_id)]
    for run_id in run_ids:
        with call.open(writes=True):
            _put_back(call, run_id, move_id)


def _put_back(call: Call, run_id: str, move_id: str) -> None:
    run = lock_run(call.session, run_id)
    mark = next(one for one in list_run_moves(call.session, move_id) if one.run_id == run_id)
    if mark.status == MoveStatus.PENDING and run.move_id == mark.id:
        settle_mark(call.session, run, mark, MoveStatus.UNDONE, "It had not moved yet.")
    if mark.status != MoveStatus.MOVED:
        return
    reason = reason_to_keep(call.session, run, mark)
    if reason:
        settle_mark(call.session, run, mark, MoveStatus.KEPT, reason)
        return
    _restore(call, Turn(call, run, plan_of(call.session, run)), mark)


def _restore(call: Call, turn: Turn, mark: RunMove) -> None:
    version = get_version(call.session, turn.run.automation_id, mark.from_version)
    plan, state = plan_from_json(version.plan), position_before(turn.run, mark)
    if state is None:
        turn.run.automation_version, turn.run.plan_hash = version.number, plan.hash
    else:
        put_steps_back(call.session, turn.run, mark)
        turn.follow(version, plan, state, _event_waits(state))
        for ended in _ended_runs(turn, state):
            turn.take(turn.completed(ended))
    tell_moved_back(call.session, turn.run, mark)


def _event_waits(state: RunState) -> list[WaitForEvent]:
    """The waits for events anew: one may have come while the run was elsewhere."""
    return [
        WaitForEvent(wait.id, wait.what, wait.match, wait.at, wait.what, wait.node_path, wait.iteration)
        for wait in state.waits
        if wait.kind is WaitKind.EVENT and wait.at
    ]


def _ended_runs(turn: Turn, state: RunState) -> list[SubFinished]:
    """The ends of the runs that are waited for: one may have come while the run was elsewhere."""
    waited_for = [wait.id for wait in state.waits if wait.kind is WaitKind.SUB]
    called = [find_called_run(turn.session, turn.run.id, wait_id) for wait_id in waited_for]
    return [SubFinished(one.parent_wait_id, one.status) for one in called if one and one.finished_at is not None]
