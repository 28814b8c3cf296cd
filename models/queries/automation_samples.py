"""Recent real records of what starts an automation, as a run would see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.queries.automation_clocks import dates_of
from models.queries.automation_hooks import find_hook
from models.queries.automation_records import event_record, subject_record, table_of, workspace_part
from models.tables.events import Event
from models.types.automation_dates import DATE_FIELDS
from models.types.automations import Json, TriggerKind
from models.types.events import CATALOGUE


@dataclass(frozen=True, slots=True)
class Sample:
    """One record. label: who and what, without the time."""

    label: str
    at: datetime
    record: dict[str, Json]


def list_samples(
    session: Session, kind: str, type: str, *, automation_id: str = "", now: datetime, limit: int = 10
) -> list[Sample]:
    """The newest records that a trigger of this kind would start with, newest first; none for kinds without a past.

    type: of the event, the date field, or the noun of a manual start. automation_id: whose hook may have a sample.
    """
    if kind == TriggerKind.EVENT:
        return list_event_samples(session, type, limit=limit)
    if kind == TriggerKind.DATE and type in DATE_FIELDS:
        return _date_samples(session, type, now, limit)
    if kind == TriggerKind.WEBHOOK:
        return _hook_samples(session, automation_id, now)
    if kind == TriggerKind.SCHEDULE:
        record = subject_record(session, "sample", "schedule", "", None, at=now, missed=0)
        return [Sample("A start by the clock", now, record)]
    if kind == TriggerKind.MANUAL:
        return [_row_sample(session, f"manual:{type}", type, row, now) for row in _newest(session, type, limit)]
    return []


def list_event_samples(session: Session, event_type: str, *, limit: int = 10) -> list[Sample]:
    """The newest events of a type as records, newest first; none for a type that does not exist."""
    statement = select(Event).where(Event.type == event_type).order_by(col(Event.created_at).desc(), col(Event.id).desc())
    return [_sample(session, event) for event in session.exec(statement.limit(limit))]


def _date_samples(session: Session, field: str, now: datetime, limit: int) -> list[Sample]:
    noun = DATE_FIELDS[field].noun
    dated = ((row, dates_of(session, field, row)) for row in _newest(session, noun, 5 * limit))
    return [_row_sample(session, field, noun, row, now, date=dates[0]) for row, dates in dated if dates][:limit]


def _hook_samples(session: Session, automation_id: str, now: datetime) -> list[Sample]:
    hook = find_hook(session, automation_id)
    if hook is None or hook.sample is None:
        return []
    at = hook.sampled_at or now
    about = {"event_id": "sample", "type": "webhook", "at": at.isoformat(), "workspace": workspace_part(session)}
    return [Sample("The sample call", at, {**about, **hook.sample})]


def _row_sample(session: Session, kind: str, noun: str, row: Any, now: datetime, **more: Json) -> Sample:
    record = subject_record(session, f"sample:{row.id}", kind, noun, row, at=now, **more)
    return Sample(sample_label(record) or row.id, row.created_at, record)


def _newest(session: Session, noun: str, limit: int) -> list[Any]:
    """The newest rows of a noun that are not put away."""
    table: Any = table_of(noun)
    if table is None:
        return []
    statement = select(table).order_by(col(table.id).desc()).limit(limit)
    if hasattr(table, "archived_at"):
        statement = statement.where(col(table.archived_at).is_(None))
    return list(session.exec(statement))


def _sample(session: Session, event: Event) -> Sample:
    record = event_record(session, event)
    return Sample(sample_label(record) or CATALOGUE[event.type].says, event.created_at, record)


def sample_label(record: dict[str, Json]) -> str:
    """Who and what a record is about, such as “Ada Byron · Website form”; empty when it does not say."""
    about = [_named(record, "contact"), _named(record, "form") or _named(record, "subject") or _named(record, "engagement")]
    return " · ".join(dict.fromkeys(name for name in about if name))


def _named(record: dict[str, Json], part: str) -> str:
    named = record.get(part)
    if not isinstance(named, dict):
        return ""
    return str(named.get("title") or named.get("name") or "") if part != "contact" else str(named.get("name") or "")
