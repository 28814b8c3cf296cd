"""What runs ask approval for: people are asked and reminded, decide, or let others decide."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.commands.automation_runs import label_of, plan_of, state_of
from models.commands.notifications import notify, notify_responsible
from models.queries.automation_runs import lock_run
from models.queries.automations import get_automation
from models.queries.members import list_members_asked
from models.rules.automation_plan.moves import token_at, wait_of
from models.types.automation_plan.commands import AskApproval, RemindApprovers
from models.types.automation_plan.states import WaitKind
from models.types.errors import Forbidden, Invalid
from models.types.members import MemberRole

if TYPE_CHECKING:
    from api.automation_runs import Turn
    from api.deps import Call

_LONGEST = 500


def ask(turn: "Turn", asked: AskApproval) -> None:
    """Tell those who are newly asked; the owners, when none of them is a member any more. Once per person and wait."""
    label = label_of(turn.drawing, asked.node_path)
    text = asked.message or f"“{get_automation(turn.session, turn.run.automation_id).name}” asks for your approval: {label}"
    _tell(turn, asked.newly, text, key=f"{asked.wait_id}:asked")


def remind(turn: "Turn", reminder: RemindApprovers) -> None:
    """Tell all who are asked once more. Once per person, wait and reminder."""
    label = label_of(turn.drawing, reminder.node_path)
    text = f"Still waiting for your approval: {reminder.message or label}"
    _tell(turn, reminder.approvers, text, key=f"{reminder.wait_id}:reminder:{reminder.number}")


def check_asked(call: "Call", run_id: str, wait_id: str) -> None:
    """Raise Forbidden when the caller is not asked what a run waits for; an owner counts as asked when nobody else is left.

    A wait that is over is left to the run, which says so.
    """
    run = lock_run(call.session, run_id)
    state = state_of(run, plan_of(call.session, run))
    wait = wait_of(state, wait_id)
    if wait is None or wait.kind is not WaitKind.APPROVAL:
        return
    token = token_at(state, wait.node_path, wait.iteration)
    asked = token.input["approvers"] if token else []
    is_asked = bool({f"role:{call.principal.role}", call.actor} & set(asked))
    is_last = call.principal.role == MemberRole.OWNER and not list_members_asked(call.session, asked)
    if not is_asked and not is_last:
        raise Forbidden("This approval is asked of somebody else.")


def delegates(call: "Call", member_ids: Sequence[str]) -> tuple[str, ...]:
    """The members who are to decide, as a plan names them. Raises Invalid when one of them is nobody who may."""
    named = tuple(f"member:{member_id}" for member_id in dict.fromkeys(member_ids))
    if not named or len(list_members_asked(call.session, named)) < len(named):
        raise Invalid("Choose somebody of your team who can decide.", field="to")
    return named


def _tell(turn: "Turn", approvers: Sequence[str], text: str, *, key: str) -> None:
    told = {"href": f"/automation_runs/{turn.run.id}", "key": f"{turn.run.id}:{key}"}
    members = list_members_asked(turn.session, approvers)
    for member in members:
        notify(turn.session, member.id, text[:_LONGEST], engagement_id=turn.run.engagement_id, **told)
    if approvers and not members:
        notify_responsible(turn.session, None, text[:_LONGEST], engagement_id=turn.run.engagement_id, **told)
