"""Reading the users' rules, their versions, and what a drawing may refer to."""

from typing import Any

from sqlmodel import Session, col, func, select

from models.db import scope_of
from models.queries.event_marks import TYPE
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.types.errors import NotFound

_STARTED = (
    col(Automation.status) == "published",
    col(Automation.trigger_kind) == "event",
    col(Automation.trigger_type) == TYPE,
    col(Automation.archived_at).is_(None),
)
STARTED_AUTOMATIONS = select(Automation).where(*_STARTED)
"""The published automations that an event may start."""


def get_automation(session: Session, automation_id: str) -> Automation:
    """One automation. Raises NotFound."""
    automation = session.get(Automation, automation_id)
    if automation is None:
        raise NotFound("There is no such automation.")
    return automation


def find_automation(session: Session, automation_id: str) -> Automation | None:
    """One automation, or None."""
    return session.get(Automation, automation_id)


def automations_statement(*, status: str | None = None, text: str = "", is_archived: bool = False) -> Any:
    """A select of automations, put-away ones apart."""
    archived = col(Automation.archived_at)
    statement = select(Automation).where(archived.is_not(None) if is_archived else archived.is_(None))
    if status:
        statement = statement.where(Automation.status == status)
    if text:
        statement = statement.where(col(Automation.name).icontains(text, autoescape=True))
    return statement


def get_version(session: Session, automation_id: str, number: int) -> AutomationVersion:
    """What was published under a number; read once in a session, since it never changes. Raises NotFound."""
    known: dict[tuple[str | None, str, int], AutomationVersion] = session.info.setdefault("versions", {})
    key = (scope_of(session).workspace_id, automation_id, number)
    if key not in known:
        known[key] = _read_version(session, automation_id, number)
    return known[key]


def _read_version(session: Session, automation_id: str, number: int) -> AutomationVersion:
    version = session.exec(
        select(AutomationVersion).where(AutomationVersion.automation_id == automation_id, col(AutomationVersion.number) == number)
    ).one_or_none()
    if version is None:
        raise NotFound("There is no such version.")
    return version


def find_published_version(session: Session, automation: Automation) -> AutomationVersion | None:
    """What of an automation is published now; None while it is not."""
    if automation.status != "published" or automation.archived_at is not None:
        return None
    return get_version(session, automation.id, automation.published_version)


def latest_number(session: Session, automation_id: str) -> int:
    """The number of an automation's newest version; 0 before the first."""
    wanted = select(func.max(AutomationVersion.number)).where(AutomationVersion.automation_id == automation_id)
    return session.exec(wanted).one() or 0


def find_version_before(session: Session, automation_id: str, number: int) -> AutomationVersion | None:
    """The version published before one; None before the first."""
    earlier = versions_statement(automation_id).where(col(AutomationVersion.number) < number)
    version: AutomationVersion | None = session.exec(earlier.order_by(col(AutomationVersion.number).desc()).limit(1)).first()
    return version


def find_same_version(session: Session, automation: Automation, plan_hash: str) -> AutomationVersion | None:
    """The version in force (last, when it is off) when it does the same; None when it does something else."""
    if not automation.published_version:
        return None
    version = get_version(session, automation.id, automation.published_version)
    return version if version.plan_hash == plan_hash else None


def versions_statement(automation_id: str) -> Any:
    """A select of an automation's versions."""
    return select(AutomationVersion).where(AutomationVersion.automation_id == automation_id)


def list_versions(session: Session, automation_id: str) -> list[AutomationVersion]:
    """All versions of an automation, newest first."""
    return list(session.exec(versions_statement(automation_id).order_by(col(AutomationVersion.number).desc())))


def list_published(session: Session, event_type: str) -> list[tuple[Automation, AutomationVersion]]:
    """The published automations that an event of this type may start, each with its published version."""
    in_force = col(AutomationVersion.number) == col(Automation.published_version)
    statement = select(Automation, AutomationVersion).where(*_STARTED).params(event_type=event_type)
    joined = statement.join(AutomationVersion, (col(AutomationVersion.automation_id) == Automation.id) & in_force)
    return list(session.exec(joined.order_by(Automation.id)))


def count_runs_by_automation(session: Session) -> dict[str, tuple[int, str]]:
    """Automation id to how many runs it has had and the id of the last; ids are ordered by time."""
    rows = session.exec(
        select(AutomationRun.automation_id, func.count(), func.max(AutomationRun.id)).group_by(col(AutomationRun.automation_id))
    )
    return {automation_id: (count, last_id) for automation_id, count, last_id in rows}
