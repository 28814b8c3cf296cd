"""Doing a part of a run again: a new run that begins at one of its steps and knows what the steps before it made."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models.commands.automation_runs import cancel_run, plan_of, state_of
from models.commands.events import record_facts
from models.commands.run_queues import placed, policy_of, rivals_of_new, take_place
from models.ids import new_id
from models.queries.automation_runs import find_step
from models.rules.automation_plan.moves import has_node
from models.rules.automation_plan.records import to_json
from models.rules.automation_plan.repairs import steps_from
from models.tables.automations import AutomationRun
from models.types.automation_plan.states import RunState, RunStatus, Token
from models.types.automations import ConcurrencyPolicy, Json, Plan
from models.types.errors import Invalid, Refused


def rerun_from(session: Session, run: AutomationRun, node_path: str, *, now: datetime) -> AutomationRun:
    """A new run of the same version about the same record, from a step on; the old one is ended when it is under way.

    What the steps before made is kept, so they are not done again. It takes the place of one under way, also for the run that
    waits for that; otherwise it is queued as any new run. Raises Invalid when there is no such step, Refused for one inside a
    branch or a loop, or that the run never came to, or when the automation leaves out what would run beside another.
    """
    plan = plan_of(session, run)
    if "/" in node_path:
        raise Refused("A step inside a branch or a loop cannot be begun with. Choose the step around it.")
    if not has_node(plan, node_path):
        raise Invalid("There is no such step.", field="node_path")
    if find_step(session, run.id, node_path, 0) is None:
        raise Refused("The run never came to this step.")
    again = _copy(session, run)
    again.state = _state_at(plan, run, node_path)
    _put_in_place(session, run, again, policy_of(plan.trigger), now=now)
    return again


def _put_in_place(
    session: Session, run: AutomationRun, again: AutomationRun, policy: ConcurrencyPolicy, *, now: datetime
) -> None:
    is_under_way = run.finished_at is None and run.status != "canceled"
    rivals = [] if is_under_way else rivals_of_new(session, run.automation_id, run.concurrency_key, policy)
    if rivals and policy == ConcurrencyPolicy.SKIP:
        raise Refused("Another run for the same record is under way, and only one may be at a time. Stop that one first.")
    take_place(session, again, policy, rivals, now=now)
    if is_under_way:
        again.parent_wait_id, run.parent_wait_id = run.parent_wait_id, ""
    # Written before the old one ends: then nothing that is queued begins in its place.
    session.add_all([run, again])
    session.flush()
    cancel_run(session, run, reason="It was begun again from one of its steps.", now=now)
    record_facts(session, placed(session, again, policy, rivals, now=now))


def _state_at(plan: Plan, run: AutomationRun, node_path: str) -> dict[str, Json]:
    """The position of a run that is about to do a step, with what the steps before it made."""
    following = set(steps_from(plan, node_path))
    kept = {path: output for path, output in state_of(run, plan).outputs.items() if _outermost(path) not in following}
    trigger = run.state.get("trigger") or run.trigger
    return to_json(RunState(plan.hash, RunStatus.RUNNING, trigger, (Token(node_path),), kept))


def _copy(session: Session, run: AutomationRun) -> AutomationRun:
    earlier = col(AutomationRun.event_id).startswith(f"rerun:{run.id}:", autoescape=True)
    number = session.exec(select(func.count()).select_from(AutomationRun).where(earlier)).one() + 1
    key = f"rerun:{run.id}:{number}"
    names = ("workspace_id", "automation_id", "automation_version", "plan_hash", "concurrency_key", "engagement_id")
    about = ("subject_kind", "subject_id", "contact_id", "trigger", "cause", "parent_run_id")
    same = {name: getattr(run, name) for name in (*names, *about)}
    return AutomationRun(id=new_id("run"), event_id=key, dedupe_key=key, **same)


def _outermost(path: str) -> str:
    return path.partition("/")[0].partition("[")[0]
