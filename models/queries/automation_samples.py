"""Recent real records of what starts an automation, as a run would see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.queries.automation_records import event_record
from models.rules.automation_records import event_schemas
from models.tables.events import Event
from models.types.automations import Json, TriggerKind
from models.types.events import CATALOGUE


@dataclass(frozen=True, slots=True)
class Sample:
    """One record. label: who and what, without the time."""

    label: str
    at: datetime
    record: dict[str, Json]


def list_samples(session: Session, kind: str, type: str, *, limit: int = 10) -> list[Sample]:
    """The newest records that a trigger of this kind would start with, newest first; none for kinds without a past."""
    return list_event_samples(session, type, limit=limit) if kind == TriggerKind.EVENT else []


def sample_schema(kind: str, type: str) -> Mapping[str, Json]:
    """The JSON Schema of what such a trigger brings along; empty where anything may come."""
    return event_schemas().get(type, {"type": "object"}) if kind == TriggerKind.EVENT else {"type": "object"}


def list_event_samples(session: Session, event_type: str, *, limit: int = 10) -> list[Sample]:
    """The newest events of a type as records, newest first; none for a type that does not exist."""
    statement = select(Event).where(Event.type == event_type).order_by(col(Event.created_at).desc(), col(Event.id).desc())
    return [_sample(session, event) for event in session.exec(statement.limit(limit))]


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
