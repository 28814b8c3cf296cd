"""Dealing with stuck runs, one or many: each in its own transaction, so that one that cannot be helped holds up no other."""

from dataclasses import dataclass
from enum import StrEnum

from api.automation_runs import intervene
from api.deps import Call
from models.commands.automation_runs import cancel_run, plan_of, state_of
from models.queries.automation_runs import lock_run
from models.types.automation_plan.happenings import Happened, RetryAsked, Skipped
from models.types.automation_plan.states import Token, TokenStatus
from models.types.errors import DomainError, Refused


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
