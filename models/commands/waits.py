"""Waits: registered by those who wait, closed by what ends them."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session, col, select

from models.commands.events import close_wait, record
from models.commands.skips import skip_duty
from models.db import workspace_id_of
from models.ids import new_id
from models.tables.waits import Wait
from models.types.errors import Invalid, Refused
from models.types.waits import Duty, WaitInput, WaitKind


def register_wait(session: Session, wanted: WaitInput, *, now: datetime) -> Wait:
    """Show a wait. The same workflow and key again changes the open wait and keeps its `since`."""
    wait = find_open_wait(session, wanted.workflow_id, wanted.key)
    if wait is None:
        wait = Wait(
            id=new_id("wai"),
            workspace_id=workspace_id_of(session),
            workflow_id=wanted.workflow_id,
            key=wanted.key,
            what=wanted.what,
            whom=wanted.whom,
            since=now,
        )
        session.add(wait)
    if wait.what != wanted.what:
        wait.since = now
    for name in ("engagement_id", "kind", "what", "client_what", "whom", "then_what", "subject_kind", "subject_id", "can_skip"):
        setattr(wait, name, getattr(wanted, name))
    wait.until = datetime.fromisoformat(wanted.until) if wanted.until else None
    wait.ended_by = list(wanted.ended_by)
    wait.detail = dict(wanted.detail)
    wait.duty = asdict(wanted.duty) if wanted.duty else None
    return wait


def find_open_wait(session: Session, workflow_id: str, key: str) -> Wait | None:
    """The open wait of a workflow by its key, or None."""
    return session.exec(
        select(Wait).where(Wait.workflow_id == workflow_id, Wait.key == key, col(Wait.closed_at).is_(None))
    ).one_or_none()


def close_waits(session: Session, workflow_id: str, key: str, *, closed_by: str, now: datetime) -> int:
    """Close one open wait of a workflow, or all with key "*"; the number closed."""
    statement = select(Wait).where(Wait.workflow_id == workflow_id, col(Wait.closed_at).is_(None))
    if key != "*":
        statement = statement.where(Wait.key == key)
    waits = session.exec(statement).all()
    for wait in waits:
        close_wait(wait, closed_by=closed_by, at=now)
    return len(waits)


def repair_wait(session: Session, wait: Wait, action: str, *, actor: str, now: datetime) -> None:
    """Decide on a stuck step: `retry` it or `skip` it. Its workflow hears of it; a skip is on record, with who and when.

    Raises Refused when the wait is over, is not a stuck step, or is one that cannot be skipped; Invalid for another action.
    """
    if action not in ("retry", "skip"):
        raise Invalid("A stuck step can be retried or skipped.", field="action")
    if wait.closed_at is not None or wait.kind != WaitKind.REPAIR:
        raise Refused("This step is not stuck any more.")
    if action == "skip" and not wait.can_skip:
        raise Refused("Without this step nothing can go on, so it cannot be skipped. Mend the cause, then try it again.")
    close_wait(wait, closed_by=actor, at=now)
    wait.detail = {**wait.detail, "decided": action}
    if action == "skip" and wait.duty is not None:
        skip_duty(session, wait, Duty(**wait.duty), actor=actor, now=now)
    record(
        session,
        "wait.repaired",
        wait.id,
        engagement_id=wait.engagement_id,
        action=action,
        workflow_id=wait.workflow_id,
        key=wait.key,
    )
