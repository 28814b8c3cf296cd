"""Whether everything that should leave the studio leaves it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.db import workspace_id_of
from models.tables.automations import Automation, AutomationRun
from models.tables.emails import Email
from models.tables.events import Delivery

_TROUBLED = ("parked", "failed")


@dataclass(frozen=True, slots=True)
class Backlog:
    """Things of one kind that have not gone out yet. oldest_at: since when; None when there are none."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class TroubledRun:
    """An automation run that stopped before its end."""

    run: AutomationRun
    automation: str


def get_delivery_backlog(session: Session) -> Backlog:
    """Events of this workspace that have not reached their workflow."""
    count, oldest = session.exec(
        select(func.count(), func.min(Delivery.created_at)).where(
            Delivery.workspace_id == workspace_id_of(session), col(Delivery.delivered_at).is_(None)
        )
    ).one()
    return Backlog(count, oldest)


def get_email_backlog(session: Session) -> Backlog:
    """Mails that wait to be sent."""
    count, oldest = session.exec(select(func.count(), func.min(Email.created_at)).where(Email.status == "queued")).one()
    return Backlog(count, oldest)


def list_troubled_emails(session: Session) -> list[Email]:
    """Mails that were refused, or that failed at least once and are tried again; newest first."""
    statement = select(Email).where(
        (col(Email.status) == "refused") | ((col(Email.status) == "queued") & (col(Email.error) != ""))
    )
    return list(session.exec(statement.order_by(col(Email.id).desc()).limit(30)))


def list_dead_deliveries(session: Session) -> list[Delivery]:
    """Events that never reached their workflow, newest first."""
    statement = select(Delivery).where(Delivery.workspace_id == workspace_id_of(session), Delivery.outcome == "dead")
    return list(session.exec(statement.order_by(col(Delivery.seq).desc()).limit(30)))


def list_troubled_runs(session: Session) -> list[TroubledRun]:
    """Automation runs that are parked or failed, newest first."""
    runs = session.exec(
        select(AutomationRun).where(col(AutomationRun.status).in_(_TROUBLED)).order_by(col(AutomationRun.id).desc()).limit(50)
    ).all()
    ids = {run.automation_id for run in runs}
    names = {row.id: row.name for row in session.exec(select(Automation).where(col(Automation.id).in_(ids)))} if ids else {}
    return [TroubledRun(run, names.get(run.automation_id, "An automation that was deleted")) for run in runs]
