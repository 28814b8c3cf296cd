"""Doing a part of a run again: a new run that begins at one of its steps and knows what the steps before it made."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models.commands.automation_runs import cancel_run, plan_of, state_of
from models.commands.automation_starts import requested
from models.commands.events import record_facts
from models.ids import new_id
from models.queries.automation_runs import find_step
from models.rules.automation_plan.moves import has_node
from models.rules.automation_plan.records import to_json
from models.rules.automation_plan.repairs import steps_from
from models.tables.automations import AutomationRun
from models.types.automation_plan.states import RunState, RunStatus, Token
from models.types.errors import Invalid, Refused


def rerun_from(session: Session, run: AutomationRun, node_path: str, *, now: datetime) -> AutomationRun:
    """A new run of the same version about the same record, from a step on; the old one is ended when it is under way.

    What the steps before made is kept, so they are not done again. Raises Invalid when there is no such step, Refused for one
    inside a branch or a loop, or that the run never came to.
    """
    plan = plan_of(session, run)
    if "/" in node_path:
        raise Refused("A step inside a branch or a loop cannot be begun with. Choose the step around it.")
    if not has_node(plan, node_path):
        raise Invalid("There is no such step.", field="node_path")
    state = state_of(run, plan)
    following = set(steps_from(plan, node_path))
    if find_step(session, run.id, node_path, 0) is None:
        raise Refused("The run never came to this step.")
    cancel_run(session, run, reason="It was begun again from one of its steps.", now=now)
    kept = {path: output for path, output in state.outputs.items() if _outermost(path) not in following}
    again = _copy(session, run, now)
    begun = RunState(plan.hash, RunStatus.RUNNING, run.state.get("trigger") or run.trigger, (Token(node_path),), kept)
    again.state = to_json(begun)
    session.add(again)
    session.flush()
    record_facts(session, [requested(again)])
    return again


def _copy(session: Session, run: AutomationRun, now: datetime) -> AutomationRun:
    earlier = col(AutomationRun.event_id).startswith(f"rerun:{run.id}:", autoescape=True)
    number = session.exec(select(func.count()).select_from(AutomationRun).where(earlier)).one() + 1
    key = f"rerun:{run.id}:{number}"
    names = ("workspace_id", "automation_id", "automation_version", "plan_hash", "concurrency_key", "engagement_id")
    about = ("subject_kind", "subject_id", "contact_id", "trigger", "cause")
    same = {name: getattr(run, name) for name in (*names, *about)}
    return AutomationRun(id=new_id("run"), event_id=key, dedupe_key=key, begun_at=now, **same)


def _outermost(path: str) -> str:
    return path.partition("/")[0].partition("[")[0]
