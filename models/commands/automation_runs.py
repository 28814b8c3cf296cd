"""What a turn of a run leaves behind: its position, its steps, its waits. The turns themselves are taken by the API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.commands.automation_calls import give_up_called_runs
from models.commands.events import record, record_facts
from models.commands.notifications import notify_responsible
from models.commands.run_queues import has_begun, next_in_queue
from models.commands.run_waits import show_waits
from models.db import scope_of
from models.ids import new_id
from models.queries.automation_runs import list_steps, runs_statement
from models.queries.automations import get_automation, get_version
from models.queries.work_calendars import work_calendar
from models.rules.automation_plan.interpreter import advance, initial_state
from models.rules.automation_plan.moves import token_at
from models.rules.automation_plan.records import from_json, plan_from_json, preview, to_json
from models.tables.automations import AutomationRun, StepRun
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.types.alerts import Alert, AlertKind
from models.types.automation_plan.commands import Command, Park, RecordStep
from models.types.automation_plan.happenings import ActionDone, Canceled, Happened
from models.types.automation_plan.states import FINAL, RunState, StepStatus
from models.types.automations import Json, Plan

_ENDED = frozenset({StepStatus.DONE, StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELED})


def plan_of(session: Session, run: AutomationRun) -> Plan:
    """The plan a run is pinned to. Raises Invalid when it was tampered with."""
    return plan_from_json(get_version(session, run.automation_id, run.automation_version).plan)


def state_of(run: AutomationRun, plan: Plan) -> RunState:
    """Where a run stands; at the very beginning when it has not started."""
    return from_json(run.state) if run.state else initial_state(plan)


def label_of(drawing: Mapping[str, Any], node_path: str) -> str:
    """What the author called a step; its id when they did not name it."""
    node_id = node_path.rpartition("/")[2].partition("[")[0]
    labels = {node.get("id"): node.get("label") for node in drawing.get("nodes", [])}
    return str(labels.get(node_id) or node_id)


def write_step(session: Session, run: AutomationRun, told: RecordStep, *, now: datetime) -> StepRun:
    """What a node did, over the row it has; what the interpreter says nothing about stays. save_position keeps it."""
    steps = _steps_of(session, run)
    step = steps.get((told.node_path, told.iteration))
    if step is None:
        step = steps[told.node_path, told.iteration] = _new_step(run, told, now)
    step.status, step.attempts, step.error = told.status.value, told.attempt, told.error or ""
    step.input = _shown(told.input_preview, step.input)
    step.output = _shown(told.output_preview, step.output)
    step.ended_at = now if told.status in _ENDED else None
    return step


def _new_step(run: AutomationRun, told: RecordStep, now: datetime) -> StepRun:
    """A row that is written with the run's position: many a step begins and ends within one turn."""
    return StepRun(
        id=new_id("stp"),
        workspace_id=run.workspace_id,
        run_id=run.id,
        node_path=told.node_path,
        iteration=told.iteration,
        input={},
        output={},
        created_at=now,
    )


def note_done_after_all(session: Session, run: AutomationRun, state: RunState, happened: Happened, *, now: datetime) -> None:
    """Let the row of an action that the run had given up say that it was performed. Nothing else follows; twice is once."""
    if not isinstance(happened, ActionDone) or token_at(state, happened.node_path, happened.iteration) is not None:
        return
    step = _steps_of(session, run).get((happened.node_path, happened.iteration))
    if step is not None and step.status == StepStatus.CANCELED:
        step.status, step.output, step.ended_at = StepStatus.DONE.value, _shown(preview(happened.output), step.output), now
        session.add(step)


def _steps_of(session: Session, run: AutomationRun) -> dict[tuple[str, int], StepRun]:
    """The rows of a run's steps, read once in a session: a turn writes many of them, several times over."""
    known = _known_steps(session)
    if run.id not in known:
        rows = list_steps(session, run.id) if run.state else []  # one that has not begun has none
        known[run.id] = {(row.node_path, row.iteration): row for row in rows}
    return known[run.id]


def _known_steps(session: Session) -> dict[str, dict[tuple[str, int], StepRun]]:
    known: dict[str, dict[tuple[str, int], StepRun]] = session.info.setdefault("steps", {})
    return known


def _shown(preview: Json, before: dict[str, Json]) -> dict[str, Json]:
    if preview is None:
        return before
    return preview if isinstance(preview, dict) else {"value": preview}


def save_position(session: Session, run: AutomationRun, state: RunState, plan: Plan, *, now: datetime) -> None:
    """Keep where a run stands, show what it waits for, and say so when it came to its end."""
    is_ending = state.status in FINAL and run.finished_at is None
    run.finished_at = now if is_ending else run.finished_at
    has_waited = bool(run.state.get("waits"))
    run.state = to_json(state)
    run.status = state.status.value
    run.next_wake_at = min((wait.at for wait in state.waits if wait.at), default=None)
    stuck = [{"node": token.node_path, "message": token.error} for token in state.tokens if token.error]
    run.error = stuck[0] if stuck else {}
    session.add_all([run, *_known_steps(session).get(run.id, {}).values()])
    show_waits(session, run, state, plan, has_waited=has_waited, now=now)
    if is_ending:
        _finish(session, run, now)


def _finish(session: Session, run: AutomationRun, now: datetime) -> None:
    payload = {"automation_id": run.automation_id, "status": run.status}
    record(session, "automation_run.finished", run.id, engagement_id=run.engagement_id, **payload)
    record_facts(session, next_in_queue(session, run, now=now))


def announce_parked(session: Session, run: AutomationRun, parked: Park, label: str, *, wait_id: str, now: datetime) -> None:
    """Tell the owner that a step is stuck, also by mail: which automation, which step, for whom, and why."""
    automation = get_automation(session, run.automation_id)
    engagement = session.get(Engagement, run.engagement_id) if run.engagement_id else None
    client = client_of(session, run)
    about = f" for {client}" if client else ""
    text = f"“{automation.name}”{about} is stuck at “{label}”: {parked.error}"
    facts = {"automation_id": automation.id, "automation": automation.name, "client": client, "step": label}
    alert = Alert(AlertKind.STUCK, now, {**facts, "reason": parked.error, "run_id": run.id}, topic=f"stuck:{automation.id}")
    notify_responsible(
        session,
        engagement.owner_id if engagement else None,
        text[:500],
        href=f"/automation_runs/{run.id}",
        key=f"{wait_id}:parked",
        engagement_id=run.engagement_id,
        alert=alert,
    )
    record(session, "automation_run.parked", run.id, engagement_id=run.engagement_id, automation_id=run.automation_id)


def client_of(session: Session, run: AutomationRun) -> str:
    """The name of the client a run is about; empty when it is about nobody."""
    contact_id = run.trigger.get("contact_id")
    contact = session.get(Contact, contact_id) if contact_id else None
    return contact.name if contact else ""


def cancel_run(session: Session, run: AutomationRun, *, reason: str, now: datetime) -> None:
    """End a run where it stands: every wait is closed, nothing more is done. Canceling a run that is over changes nothing."""
    if run.finished_at is not None:
        return
    plan = plan_of(session, run)
    state, commands = advance(plan, state_of(run, plan), Canceled(reason), now, work_calendar(session, now=now))
    run.queued_for = ""
    write_steps(session, run, commands, now=now)
    give_up_called_runs(session, run, commands, now=now)
    save_position(session, run, state, plan, now=now)
    record(session, "automation_run.canceled", run.id, engagement_id=run.engagement_id)


def write_steps(session: Session, run: AutomationRun, commands: tuple[Command, ...], *, now: datetime) -> None:
    """Write the rows of all steps that a turn tells of."""
    for command in commands:
        if isinstance(command, RecordStep):
            write_step(session, run, command, now=now)


def cancel_runs(session: Session, engagement_id: str, *, reason: str, now: datetime) -> int:
    """End every live run about an engagement, such as one that is put away; how many there were."""
    live = session.exec(runs_statement(engagement_id=engagement_id, status="live").order_by(AutomationRun.id)).all()
    return cancel_others(session, live, reason=reason, now=now)


def cancel_others(session: Session, runs: Sequence[AutomationRun], *, reason: str, now: datetime) -> int:
    """End these runs, without the one whose own step does it: that is in the middle of its turn. How many there were."""
    runs = [run for run in runs if run.id != scope_of(session).cause.run_id]
    for run in runs:
        cancel_run(session, run, reason=reason, now=now)
    return len(runs)


def cancel_queued_runs(session: Session, automation_id: str, *, reason: str, now: datetime) -> int:
    """End the runs of an automation that is off and that have not begun; how many there were."""
    live = session.exec(runs_statement(automation_id=automation_id, status="live").order_by(AutomationRun.id)).all()
    runs = [run for run in live if not has_begun(run)]
    for run in runs:
        cancel_run(session, run, reason=reason, now=now)
    return len(runs)
