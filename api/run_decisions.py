"""What people decide about a step of a run: yes or no, that others shall say, or that the run goes on without it."""

from collections.abc import Sequence

from api.automation_approvals import check_asked, delegates, may_skip
from api.automation_runs import intervene
from api.deps import Call
from models.queries.automation_runs import lock_run
from models.types.automation_plan.happenings import ApprovalDelegated, ApprovalGiven, Skipped
from models.types.errors import Forbidden


def decide(call: Call, run_id: str, wait_id: str, decision: str, note: str) -> None:
    """Give the caller's decision on what a run asks approval for.

    Raises Forbidden for somebody who was not asked, Refused when it is decided already, Invalid for another decision.
    """
    check_asked(call, run_id, wait_id)
    intervene(call, run_id, ApprovalGiven(wait_id, decision, call.actor, note))


def delegate(call: Call, run_id: str, wait_id: str, to: Sequence[str]) -> None:
    """Let other members decide in the place of the caller, who was asked. to: their ids.

    Raises Forbidden for somebody who was not asked, Invalid for people who cannot decide, Refused when it is decided already.
    """
    check_asked(call, run_id, wait_id)
    intervene(call, run_id, ApprovalDelegated(wait_id, call.actor, delegates(call, to)))


def skip(call: Call, run_id: str, asked: Skipped) -> None:
    """Let a run go on without a step.

    Raises Refused when the step is not there any more, Invalid for a way out that it has not, Forbidden for an approval that is
    for others to give.
    """
    if not may_skip(call, lock_run(call.session, run_id), asked.node_path, asked.iteration):
        raise Forbidden("This approval is asked of somebody else.")
    intervene(call, run_id, asked)
