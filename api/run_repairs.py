"""Dealing with stuck runs, one or many: each in its own transaction, so that one that cannot be helped holds up no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from api.automation_authors import require_reach
from api.automation_runs import intervene
from api.deps import Call
from models.commands.automation_runs import cancel_run, plan_of, state_of
from models.queries.automation_runs import get_run, lock_run
from models.queries.work_calendars import work_calendar
from models.rules.automation_plan.moves import has_node, node_at, token_at
from models.rules.automation_plan.repairs import last_input
from models.tables.automations import AutomationRun
from models.types.automation_plan.happenings import Happened, InputGiven, RetryAsked, Skipped
from models.types.automation_plan.states import Token, TokenStatus
from models.types.automations import Json, NodeKind
from models.types.errors import DomainError, NotFound, Refused
from models.types.input_fields import LastInput


class Repair(StrEnum):
    """What to do with a stuck run."""

    RETRY = "retry"
    SKIP = "skip"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What came of it."""

    run_id: str
    is_done: bool
    detail: str = ""
    """Why it was not possible."""


@dataclass(frozen=True, slots=True)
class StuckAction:
    """An action that a run is stuck at."""

    run: AutomationRun
    action: str
    last: LastInput
    error: str


def stuck_action(call: Call, run_id: str, node_path: str, iteration: int) -> StuckAction:
    """The action that a run is stuck at, for whoever may do by hand what it does.

    Raises NotFound when the run has no such action, Refused when it is not stuck there, Forbidden.
    """
    run = get_run(call.session, run_id)
    plan = plan_of(call.session, run)
    action = _action_at(call, run, node_path)
    state = state_of(run, plan)
    token = token_at(state, node_path, iteration)
    if run.finished_at is not None or token is None or token.status not in (TokenStatus.PARKED, TokenStatus.RETRYING):
        raise Refused("This step is over already. Reload to see where the run stands.")
    last = last_input(plan, state, token, call.now, work_calendar(call.session, now=call.now))
    return StuckAction(run, action, last, token.error or "")


def give_input(call: Call, run_id: str, node_path: str, iteration: int, given: Mapping[str, Json]) -> None:
    """Do a stuck action with another input. What does not fit is stuck again.

    Raises NotFound when the run has no such action, Refused when it stands elsewhere, and Forbidden for whoever may not do by
    hand what the action does: what they type is done in the automation's name.
    """
    _action_at(call, get_run(call.session, run_id), node_path)
    intervene(call, run_id, InputGiven(node_path, given, iteration))


def _action_at(call: Call, run: AutomationRun, node_path: str) -> str:
    plan = plan_of(call.session, run)
    node = node_at(plan, node_path) if has_node(plan, node_path) else {"kind": ""}
    if node["kind"] != NodeKind.ACTION:
        raise NotFound("This run has no such action.")
    action = str(node["action"])
    require_reach(call, [{"kind": NodeKind.ACTION, "settings": {"action": action}}])
    return action


def repair_all(call: Call, run_ids: list[str], repair: Repair) -> list[Repaired]:
    """Deal with these runs, in this order. One that is not stuck any more is left as it is, and said to be."""
    return [_repair_one(call, run_id, repair) for run_id in dict.fromkeys(run_ids)]


def _repair_one(call: Call, run_id: str, repair: Repair) -> Repaired:
    try:
        with call.open(writes=True):
            _repair(call, run_id, repair)
    except DomainError as error:
        return Repaired(run_id, is_done=False, detail=error.detail)
    return Repaired(run_id, is_done=True)


def _repair(call: Call, run_id: str, repair: Repair) -> None:
    run = lock_run(call.session, run_id)
    stuck = [token for token in state_of(run, plan_of(call.session, run)).tokens if token.status is TokenStatus.PARKED]
    if not stuck or run.finished_at is not None:
        raise Refused("This run is not stuck any more.")
    if repair is Repair.STOP:
        cancel_run(call.session, run, reason=f"Stopped by {call.principal.name or call.actor}.", now=call.now)
        return
    for token in stuck:
        intervene(call, run_id, _happened(token, repair))


def _happened(token: Token, repair: Repair) -> Happened:
    if repair is Repair.RETRY:
        return RetryAsked(token.node_path, token.iteration)
    return Skipped(token.node_path, token.iteration)
