"""How many more runs of automations a workspace may begin now, and who waits for that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, bindparam
from sqlmodel import Session, col, func, or_, select

from models.db import NAMES_ITS_WORKSPACE
from models.tables.automations import Automation, AutomationRun
from models.tables.rows import UtcDateTime
from models.tables.workspaces import Workspace

_MINUTE = timedelta(minutes=1)
_OWN = col(AutomationRun.workspace_id) == bindparam("workspace_id", type_=String)
_AT_WORK = or_(col(AutomationRun.status) == "requested", col(AutomationRun.status) == "running")
_BEGUN = col(AutomationRun.begun_at) > bindparam("since", type_=UtcDateTime)


def _counted(of: Any, limit: str) -> Any:
    """How many there are; no more are counted than matter."""
    some = select(AutomationRun.id).where(_OWN, of).limit(bindparam(limit, type_=Integer)).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


_LOAD = select(_counted(_AT_WORK, "most_at_work"), _counted(_BEGUN, "most_begun")).execution_options(**NAMES_ITS_WORKSPACE)


def room_for_runs(session: Session, workspace_id: str, *, now: datetime) -> int:
    """How many runs a workspace may begin now by both of its quotas; not negative.

    Counted without a lock: transactions at the same moment may go over it by as many as they are.
    """
    workspace = session.get_one(Workspace, workspace_id)
    at_once, a_minute = workspace.runs_in_flight, workspace.runs_per_minute
    marks = {"workspace_id": workspace_id, "since": now - _MINUTE, "most_at_work": at_once, "most_begun": a_minute}
    at_work, begun = session.execute(_LOAD, marks).one()
    return max(0, min(at_once - int(at_work), a_minute - int(begun)))


def list_held_back(session: Session, workspace_id: str, *, limit: int) -> list[AutomationRun]:
    """The runs that wait for the quota, oldest first; not those of automations that are off."""
    statement = _held_back(select(AutomationRun), workspace_id).order_by(col(AutomationRun.id)).limit(limit)
    return list(session.exec(statement.with_for_update(of=AutomationRun)))


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The runs that wait for the quota."""

    count: int
    next_at: datetime | None
    """When about the first of them begins; None when another run has to come to a wait or its end first."""


def held_back(session: Session, workspace_id: str, *, now: datetime, automation_id: str | None = None) -> HeldBack:
    """How many runs of a workspace, or of one automation, wait for the quota, and when about the first of them begins."""
    own = _held_back(select(func.count(), func.min(AutomationRun.id)), workspace_id)
    count, first = session.exec(own.where(AutomationRun.automation_id == automation_id) if automation_id else own).one()
    if not count:
        return HeldBack(0, None)
    before = session.exec(_held_back(select(func.count()), workspace_id).where(col(AutomationRun.id) < first)).one()
    return HeldBack(count, _turn_comes(session, workspace_id, before, now))


def _held_back(statement: Any, workspace_id: str) -> Any:
    return (
        statement.select_from(AutomationRun)
        .join(Automation, col(Automation.id) == col(AutomationRun.automation_id))
        .where(
            AutomationRun.workspace_id == workspace_id,
            AutomationRun.status == "queued",
            AutomationRun.queued_for == "quota",
            Automation.status == "published",
        )
    )


def _turn_comes(session: Session, workspace_id: str, before: int, now: datetime) -> datetime | None:
    """When about a run may begin that so many others are before."""
    workspace = session.get_one(Workspace, workspace_id)
    own = select(func.count()).select_from(AutomationRun).where(AutomationRun.workspace_id == workspace_id)
    if session.exec(own.where(_AT_WORK)).one() >= workspace.runs_in_flight:
        return None
    minutes, place = divmod(before, max(1, workspace.runs_per_minute))
    begun = select(AutomationRun.begun_at).where(
        AutomationRun.workspace_id == workspace_id, col(AutomationRun.begun_at) > now - _MINUTE
    )
    # The one that has to be a minute old before there is room for this.
    leaver = begun.order_by(col(AutomationRun.begun_at).desc()).offset(max(0, workspace.runs_per_minute - 1 - place)).limit(1)
    leaves = session.exec(leaver).one_or_none()
    return (leaves + _MINUTE if leaves else now) + minutes * _MINUTE


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
