"""Actions that are performed in a call of their own: slow ones, and quick ones that a long turn left over."""

from api.actions import catalogue
from api.automation_failures import failed
from api.automation_runs import Turn, take_turn
from api.deps import Call
from models.commands.automation_runs import plan_of
from models.queries.automation_runs import get_run, lock_run
from models.rules.automation_plan.moves import token_at
from models.types.automation_plan.commands import PerformAction
from models.types.automation_plan.happenings import ActionDone, Happened
from models.types.automation_plan.states import TokenStatus
from models.types.automation_runs import RunPosition


def perform_effect(call: Call, run_id: str, node_path: str, iteration: int, attempt: int) -> RunPosition:
    """Do one slow action with no transaction open, or a quick one that a long turn left over; carry the run on with the result.

    An attempt that the run is not waiting for any more is not made.
    """
    with call.open(writes=False):
        run = get_run(call.session, run_id)
        turn = Turn(call, run, plan_of(call.session, run))
        token = token_at(turn.state, node_path, iteration)
        if token is None or token.status is not TokenStatus.PERFORMING or token.attempt != attempt:
            return turn.position()
        action, given = turn.node(node_path)["action"], dict(token.input or {})
        context, scope = turn.context(f"{node_path}:{iteration}"), turn.scope
    if not catalogue.is_slow(action):
        with call.open(writes=True):
            return _take_left_over(call, run_id, node_path, iteration, attempt)
    call.act_because(scope.cause, actor=scope.actor)
    try:
        happened: Happened = ActionDone(node_path, catalogue.perform(context, action, given), iteration)
    except Exception as error:
        happened = failed(node_path, iteration, attempt, error)
    with call.open(writes=True):
        return take_turn(call, run_id, happened)


def _take_left_over(call: Call, run_id: str, node_path: str, iteration: int, attempt: int) -> RunPosition:
    run = lock_run(call.session, run_id)
    turn = Turn(call, run, plan_of(call.session, run))
    token = token_at(turn.state, node_path, iteration)
    if token is None or token.status is not TokenStatus.PERFORMING or token.attempt != attempt:
        return turn.position()
    suffix, node = f"{node_path}:{iteration}", turn.node(node_path)
    asked = PerformAction(node_path, iteration, node["action"], token.input, suffix, attempt, node["timeout_seconds"])
    return take_turn(call, run_id, turn.perform(asked))
