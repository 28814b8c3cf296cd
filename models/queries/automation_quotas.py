"""How many more runs of automations a workspace may begin now, and who waits for that."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.tables.automations import Automation, AutomationRun
from models.tables.workspaces import Workspace

_AT_WORK = ("requested", "running")
_MINUTE = timedelta(minutes=1)


def room_for_runs(session: Session, workspace_id: str, *, now: datetime) -> int:
    """How many runs a workspace may begin now by both of its quotas; not negative.

    Counted without a lock: transactions at the same moment may go over it by as many as they are.
    """
    workspace = session.get_one(Workspace, workspace_id)
    at_work = select(AutomationRun.id).where(AutomationRun.workspace_id == workspace_id, col(AutomationRun.status).in_(_AT_WORK))
    begun = select(AutomationRun.id).where(
        AutomationRun.workspace_id == workspace_id, col(AutomationRun.begun_at) > now - _MINUTE
    )
    limits = ((workspace.runs_in_flight, at_work), (workspace.runs_per_minute, begun))
    # No more rows are counted than matter.
    left = (
        limit - session.exec(select(func.count()).select_from(statement.limit(limit).subquery())).one()
        for limit, statement in limits
    )
    return max(0, min(left))


def list_held_back(session: Session, workspace_id: str, *, limit: int) -> list[AutomationRun]:
    """The runs that wait for the quota, oldest first; not those of automations that are off."""
    statement = (
        select(AutomationRun)
        .join(Automation, col(Automation.id) == col(AutomationRun.automation_id))
        .where(
            AutomationRun.workspace_id == workspace_id,
            AutomationRun.status == "queued",
            AutomationRun.queued_for == "quota",
            Automation.status == "published",
        )
    )
    return list(session.exec(statement.order_by(col(AutomationRun.id)).limit(limit).with_for_update(of=AutomationRun)))


def list_queued(session: Session, automation_id: str) -> list[AutomationRun]:
    """The runs of an automation that have not begun, for whatever reason."""
    statement = select(AutomationRun).where(AutomationRun.automation_id == automation_id, AutomationRun.status == "queued")
    return list(session.exec(statement.order_by(col(AutomationRun.id))))


def workspaces_with_room(session: Session, *, now: datetime) -> dict[str, int]:
    """Workspace to how many of the runs that it holds back may begin now; only those with any."""
    held = (
        select(AutomationRun.workspace_id).where(AutomationRun.status == "queued", AutomationRun.queued_for == "quota").distinct()
    )
    found = {workspace_id: room_for_runs(session, workspace_id, now=now) for workspace_id in session.exec(held)}
    return {workspace_id: room for workspace_id, room in found.items() if room}
