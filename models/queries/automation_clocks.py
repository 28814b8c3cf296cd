"""Reading the clocks of automations: which there are, what they wait for, and the dates of records."""

from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from models.db import workspace_id_of
from models.queries.automation_records import engagement_of, table_of
from models.queries.retainers import terms_of
from models.rules.automation_clock import TIMED, clock_schedule, is_void
from models.rules.retainers import has_period, period
from models.tables.automation_clocks import AutomationClock, AutomationDate
from models.tables.automations import Automation, AutomationVersion
from models.tables.engagements import Engagement
from models.tables.retainers import Retainer
from models.tables.workspaces import Workspace
from models.types.automation_dates import DATE_FIELDS
from models.types.calls import Schedule

_PERIODS_BACK, _PERIODS_AHEAD = 3, 2


def find_clock(session: Session, automation_id: str) -> AutomationClock | None:
    """The clock of an automation; None when it has never had one."""
    return session.exec(select(AutomationClock).where(AutomationClock.automation_id == automation_id)).one_or_none()


def list_dated(session: Session, noun: str) -> list[tuple[Automation, AutomationVersion]]:
    """The published automations that dates of a noun start, each with its published version."""
    names = [name for name, field in DATE_FIELDS.items() if field.noun == noun]
    if not names:
        return []
    statement = (
        select(Automation, AutomationVersion)
        .join(AutomationVersion, col(AutomationVersion.automation_id) == Automation.id)
        .where(
            Automation.status == "published",
            Automation.trigger_kind == "date",
            col(Automation.trigger_type).in_(names),
            col(AutomationVersion.number) == col(Automation.published_version),
        )
    )
    return list(session.exec(statement.order_by(Automation.id)))


def list_dates(session: Session, automation_id: str, subject_id: str) -> list[AutomationDate]:
    """What an automation knows of one record's dates."""
    statement = select(AutomationDate).where(
        AutomationDate.automation_id == automation_id, AutomationDate.subject_id == subject_id
    )
    return list(session.exec(statement.order_by(AutomationDate.id)))


def list_due_dates(session: Session, automation_id: str, *, now: datetime, limit: int) -> list[AutomationDate]:
    """The dates that are due, in the order in which they became so."""
    due = select(AutomationDate).where(
        AutomationDate.automation_id == automation_id, AutomationDate.status == "pending", AutomationDate.fires_at <= now
    )
    return list(session.exec(due.order_by(col(AutomationDate.fires_at), col(AutomationDate.id)).limit(limit)))


def dates_statement(automation_id: str, *, status: str = "pending") -> Any:
    """A select of an automation's dates."""
    return select(AutomationDate).where(AutomationDate.automation_id == automation_id, AutomationDate.status == status)


def list_rows_after(session: Session, noun: str, last_id: str, *, limit: int) -> list[Any]:
    """The next records of a noun in the order of their ids."""
    table: Any = table_of(noun)
    return list(session.exec(select(table).where(table.id > last_id).order_by(table.id).limit(limit)))


def schedule_of_clock(session: Session, automation: Automation, version: AutomationVersion | None) -> Schedule:
    """When the automation starts next by the clock; over when it does not."""
    clock = find_clock(session, automation.id)
    if clock is None or version is None or automation.status != "published" or version.plan["trigger"]["kind"] not in TIMED:
        return Schedule(is_over=True)
    first = session.exec(
        select(func.min(AutomationDate.fires_at)).where(
            AutomationDate.automation_id == automation.id, AutomationDate.status == "pending"
        )
    ).one()
    return clock_schedule(
        version.plan["trigger"],
        name=automation.name,
        beats=clock.beats,
        last_at=clock.last_at,
        first_date=_utc(first),
        is_filled=clock.filled_to is None,
        zone=session.get_one(Workspace, workspace_id_of(session)).timezone,
    )


def dates_of(session: Session, field: str, row: Any) -> list[str]:
    """The dates of a record that a date trigger may wait for, as ISO 8601: mostly one; none while it means nothing."""
    if is_void(field, getattr(row, "status", None)) or getattr(row, "archived_at", None) or _is_put_away(session, field, row):
        return []
    if isinstance(row, Retainer) and DATE_FIELDS[field].column == "next_period_on":
        return _period_starts(row)
    value = getattr(row, DATE_FIELDS[field].column)
    return [value.isoformat()] if isinstance(value, date) else []


def _is_put_away(session: Session, field: str, row: Any) -> bool:
    """Whether the engagement of a record is put away: then its calls, invoices and tasks start nothing."""
    engagement_id = engagement_of(DATE_FIELDS[field].noun, row)
    engagement = session.get(Engagement, engagement_id) if engagement_id else None
    return engagement is not None and engagement.archived_at is not None


def _period_starts(retainer: Retainer) -> list[str]:
    """The first days of the periods around now: also past ones, for what is due some days after."""
    terms, near = terms_of(retainer), retainer.next_index
    indexes = range(max(retainer.first_index, near - _PERIODS_BACK), near + _PERIODS_AHEAD + 1)
    return [period(index, terms).starts_on.isoformat() for index in indexes if has_period(index, terms)]


def _utc(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
