"""What a run waits for, as rows: derived from its position, so they always agree with it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.commands.events import close_wait
from models.commands.waits import register_wait
from models.db import scope_of
from models.ids import new_id
from models.queries.automation_runs import list_open_waits, list_subscriptions
from models.queries.automations import get_automation, get_version
from models.queries.followed_records import list_followed
from models.rules.automation_matching import engagement_named
from models.rules.automation_plan.facts import heard_of
from models.rules.automation_plan.moves import node_at
from models.tables.automations import AutomationRun, EventSubscription, FollowedRecord
from models.types.automation_plan.states import FINAL, RunState, Token, TokenStatus, Wait, WaitKind
from models.types.automations import Plan
from models.types.events import CATALOGUE
from models.types.waits import WaitInput, Whom
from models.types.waits import WaitKind as ShownKind
from models.types.workflow_ids import run_workflow_id

STUCK = "step:"
"""What the keys of repair waits of steps begin with; the rest is node path and iteration."""
FAILED_CALL = "repair:"
"""What the keys of repair waits begin with that a workflow registers itself, because a call of it keeps failing."""


def show_waits(session: Session, run: AutomationRun, state: RunState, plan: Plan, *, has_waited: bool, now: datetime) -> None:
    """Make the open waits and the event subscriptions of a run those of its state. has_waited: in its state before."""
    is_waiting = bool(state.waits) or any(token.status is TokenStatus.PARKED for token in state.tokens)
    wanted = {one.key: one for one in _wanted(session, run, state, plan)} if is_waiting else {}
    for wait in list_open_waits(session, run.id):
        # Calls that failed are the workflow's own waits, as long as it lives.
        if wait.key not in wanted and (state.status in FINAL or not wait.key.startswith(FAILED_CALL)):
            close_wait(wait, closed_by=scope_of(session).actor, at=now)
    for one in wanted.values():
        register_wait(session, one, now=now)
    if has_waited or state.waits:
        _subscribe(session, run, {wait.id: wait for wait in state.waits if wait.kind is WaitKind.EVENT})
    if state.heard:
        _follow(session, run, state, plan)
    session.flush()


def forgive_calls(session: Session, run: AutomationRun, *, now: datetime) -> None:
    """Take calls that failed off the repair tray: the workflow is about to try them again."""
    for wait in list_open_waits(session, run.id):
        if wait.key.startswith(FAILED_CALL):
            close_wait(wait, closed_by=scope_of(session).actor, at=now)


def stuck_key(token: Token) -> str:
    """The key of the repair wait of a parked step."""
    return f"{STUCK}{token.node_path}:{token.iteration}"


def _wanted(session: Session, run: AutomationRun, state: RunState, plan: Plan) -> Iterator[WaitInput]:
    automation = get_automation(session, run.automation_id)
    drawing = get_version(session, run.automation_id, run.automation_version).drawing
    labels = {node.get("id"): node.get("label") for node in drawing.get("nodes", [])}
    about: dict[str, Any] = {
        "workspace_id": run.workspace_id,
        "workflow_id": run_workflow_id(run.id),
        "engagement_id": run.engagement_id,
        "subject_kind": "automation_run",
        "subject_id": run.id,
    }
    for wait in state.waits:
        label = _label(labels, wait.node_path)
        follows = labels.get(node_at(plan, wait.node_path)["next"].get("timeout" if wait.kind is WaitKind.EVENT else "ok"))
        until = wait.at.isoformat() if wait.at else None
        shown = _words(wait, automation.name, label, follows)
        yield WaitInput(key=wait.id, until=until, detail={"step": label, "automation": automation.name}, **shown, **about)
    for token in state.tokens:
        if token.status is TokenStatus.PARKED:
            label = _label(labels, token.node_path)
            yield _stuck(token, automation.name, label, about)


def _label(labels: Mapping[Any, Any], node_path: str) -> str:
    node_id = node_path.rpartition("/")[2]
    return str(labels.get(node_id) or node_id)


def _words(wait: Wait, name: str, label: str, follows: str | None) -> dict[str, Any]:
    then = f"“{name}” goes on" + (f" with “{follows}”" if follows else "")
    if wait.kind is WaitKind.EVENT:
        awaited = CATALOGUE[wait.what].says if wait.what in CATALOGUE else wait.what
        what = f"{awaited[0].lower()}{awaited[1:]}"
        return {"kind": ShownKind.EVENT, "whom": Whom.US, "what": f"“{name}” waits until {what}", "then_what": then}
    if wait.kind is WaitKind.APPROVAL:
        due = "Whoever is asked is reminded, others are asked, or it goes on without an answer" if wait.at else ""
        what = f"“{name}” waits for an approval: {label}"
        return {"kind": ShownKind.APPROVAL, "whom": Whom.US, "what": what, "then_what": due}
    if wait.kind is WaitKind.SUB:
        what = f"“{name}” waits until another automation has run: {label}"
        return {"kind": ShownKind.EVENT, "whom": Whom.US, "what": what, "then_what": then}
    what = f"“{name}” tries “{label}” again" if wait.kind is WaitKind.RETRY else f"“{name}” waits: {label}"
    return {"kind": ShownKind.TIMER, "whom": Whom.CALENDAR, "what": what, "then_what": then}


def _stuck(token: Token, name: str, label: str, about: Mapping[str, Any]) -> WaitInput:
    return WaitInput(
        key=stuck_key(token),
        kind=ShownKind.REPAIR,
        what=f"“{name}” is stuck at “{label}”",
        whom=Whom.US,
        then_what="Nothing happens until somebody retries or skips it",
        detail={"reason": token.error or "", "step": label, "automation": name},
        **about,
    )


def _subscribe(session: Session, run: AutomationRun, open_waits: dict[str, Wait]) -> None:
    known = {one.wait_id: one for one in list_subscriptions(session, run.id)}
    for wait_id, row in known.items():
        if wait_id not in open_waits:
            session.delete(row)
    for wait_id, wait in open_waits.items():
        if wait_id not in known:
            session.add(
                EventSubscription(
                    id=new_id("sub"),
                    workspace_id=run.workspace_id,
                    run_id=run.id,
                    wait_id=wait_id,
                    event_type=wait.what,
                    engagement_id=engagement_named(wait.match),
                    match=wait.match or {},
                )
            )


def _follow(session: Session, run: AutomationRun, state: RunState, plan: Plan) -> None:
    """Make the records that a run heard of and follows those of its state; one that is over follows nothing."""
    wanted = {} if state.status in FINAL else heard_of(plan, state)
    known = {one.output_path: one for one in list_followed(session, run.id)}
    for path, row in known.items():
        if path not in wanted or wanted[path]["event_id"] != row.event_id:
            session.delete(row)
    session.flush()
    for path, record in wanted.items():
        if path not in known or known[path].event_id != record["event_id"]:
            session.add(
                FollowedRecord(
                    id=new_id("fol"),
                    workspace_id=run.workspace_id,
                    run_id=run.id,
                    output_path=path,
                    event_id=str(record["event_id"]),
                    subject_id=str(record.get("subject_id") or ""),
                )
            )
