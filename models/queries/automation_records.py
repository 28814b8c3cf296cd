"""What an automation sees of an event: the event, and the people and things it is about, as plain JSON frozen for the run."""

import re
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

from models.db import workspace_id_of
from models.rules.automation_records import COMPANY, CONTACT, ENGAGEMENT, FORM, OWNER, SUBMISSION, WORKSPACE
from models.tables.automations import AutomationRun
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.forms import Form, Submission
from models.tables.members import Member
from models.tables.rows import WorkspaceRow
from models.tables.workspaces import Workspace
from models.types.automations import Json

SHARED = ("engagement_id", "contact_id", "contact", "company", "engagement", "owner", "workspace")
"""What a run that another one starts is told of that one's record."""
_HIDDEN = (
    *("workspace_id", "token", "html", "text", "address", "agent", "version"),
    *("hash", "digest", "encrypted", "secret", "pem", "cost_minor_per_hour"),
)
"""Ends of columns that are secret, long or of no use: an automation's record is no copy of the database.

What an hour costs the studio is for owners, and whoever draws automations need not be one.
"""
_PLAIN = (str, int, bool, float, date, datetime)


class Rows:
    """The rows that a record is made of, read one by one."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def find(self, table: type[Any], row_id: str | None) -> Any:
        """The row, or None."""
        return self.session.get(table, row_id) if row_id else None

    def part(self, row: Any, schema: dict[str, Json], **computed: Json) -> dict[str, Json] | None:
        """What a record holds of a row; None for no row."""
        return _shaped(row, schema, **computed)


def event_record(session: Session, event: Event, rows: Rows | None = None) -> dict[str, Json]:
    """What `trigger` holds for a run that an event starts, and `event` for one that it wakes.

    Its schema is `event_schemas()[event.type]`. rows: where they come from, when many records are read together.
    """
    rows = rows or Rows(session)
    engagement = rows.find(Engagement, event.engagement_id)
    contact = rows.find(Contact, event.contact_id or (engagement.contact_id if engagement else None))
    submission = rows.find(Submission, _submission_id(event, engagement))
    at = event.created_at.isoformat()
    return {
        "event_id": event.id,
        "type": event.type,
        "at": at,
        "engagement_id": event.engagement_id,
        "contact_id": contact.id if contact else None,
        "subject_id": event.subject_id,
        "event": {"id": event.id, "type": event.type, "at": at, "actor": event.actor, **event.payload},
        "contact": rows.part(contact, CONTACT, is_unsubscribed=bool(contact and contact.unsubscribed_at)),
        "company": rows.part(rows.find(Company, _first(engagement, contact, "company_id")), COMPANY),
        "engagement": rows.part(engagement, ENGAGEMENT),
        "owner": rows.part(rows.find(Member, _first(engagement, contact, "owner_id")), OWNER),
        "form": rows.part(rows.find(Form, submission.form_id if submission else None), FORM),
        "submission": rows.part(submission, SUBMISSION),
        "workspace": rows.part(rows.find(Workspace, workspace_id_of(session)), WORKSPACE),
        "subject": _subject(rows, event),
    }


def subject_record(session: Session, key: str, kind: str, noun: str, row: Any, *, at: datetime, **more: Json) -> dict[str, Json]:
    """What `trigger` holds for a run about a record that no event started: the same as for an event about it.

    key: stands for the event's id. kind: stands for its type, such as `booking.starts_at`. row: None for a run about nothing.
    more: what else the event says, such as its `date`.
    """
    event = Event(
        id=key,
        workspace_id=workspace_id_of(session),
        type=kind,
        subject_kind=noun,
        subject_id=row.id if row is not None else "",
        engagement_id=engagement_of(noun, row),
        contact_id=row.id if noun == "contact" and row is not None else getattr(row, "contact_id", None),
        payload=more,
        created_at=at,
    )
    return event_record(session, event)


def trigger_record_of(session: Session, run: AutomationRun) -> dict[str, Json]:
    """What `trigger` would hold if the run started now: its records as they are; as it was for a run about none."""
    event = session.get(Event, run.event_id)
    if event is not None:
        return event_record(session, event)
    parent = session.get(AutomationRun, run.parent_run_id) if run.parent_run_id else None
    if parent is not None:
        fresh = trigger_record_of(session, parent)
        return {**run.trigger, **{name: fresh[name] for name in SHARED if name in run.trigger and name in fresh}}
    row = find_row(session, run.subject_kind, run.subject_id)
    if row is None:
        return run.trigger
    told = run.trigger["event"]
    more = {name: value for name, value in told.items() if name not in ("id", "type", "at", "actor")}
    at = datetime.fromisoformat(told["at"])
    return subject_record(session, run.event_id, told["type"], run.subject_kind, row, at=at, **more)


def workspace_part(session: Session) -> dict[str, Json] | None:
    """What every record holds of the workspace."""
    return _shaped(session.get(Workspace, workspace_id_of(session)), WORKSPACE)


def engagement_of(noun: str, row: Any) -> str | None:
    """The engagement that a record belongs to, or is."""
    found: str | None = row.id if noun == "engagement" and row is not None else getattr(row, "engagement_id", None)
    return found


def find_row(session: Session, noun: str, row_id: str) -> Any:
    """The row of a noun, such as a `booking`; None when there is no such row or noun."""
    table = table_of(noun)
    return session.get(table, row_id) if table is not None and row_id else None


def table_of(noun: str) -> type[Any] | None:
    """The table of a noun, such as Booking of `booking`; None when there is none."""
    return _tables().get(noun)


def _submission_id(event: Event, engagement: Engagement | None) -> str | None:
    """The submission the event is about, or the one that opened its engagement."""
    if event.subject_kind == "submission":
        return event.subject_id
    return engagement.submission_id if engagement else None


def _first(engagement: Engagement | None, contact: Contact | None, name: str) -> str | None:
    return getattr(engagement, name, None) or getattr(contact, name, None)


def _shaped(row: Any, schema: dict[str, Json], **computed: Json) -> dict[str, Json] | None:
    if row is None:
        return None
    names = (name for name in schema["properties"] if name not in computed)
    return {**{name: _plain(getattr(row, name)) for name in names}, **computed}


def _subject(rows: Rows, event: Event) -> dict[str, Json]:
    """The plain columns of the row that the event is about; empty when it has none."""
    table = table_of(event.subject_kind)
    row = rows.find(table, event.subject_id) if table is not None else None
    if row is None:
        return {}
    return {name: _plain(getattr(row, name)) for name in shown_columns(event.subject_kind)}


@cache
def shown_columns(noun: str) -> tuple[str, ...]:
    """The columns of a noun's table that `subject` shows: those that hold plain values and tell no secret."""
    columns = _tables()[noun].__table__.columns
    return tuple(one.name for one in columns if not one.name.endswith(_HIDDEN) and issubclass(held_by(one), _PLAIN))


def held_by(column: Any) -> type[Any]:
    """The type of Python whose values a column holds."""
    kind = column.type
    found: type[Any] = (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
    return found


@cache
def _tables() -> dict[str, type[Any]]:
    """Every noun that belongs to a workspace to its table: `time_entry` to TimeEntry."""
    return {re.sub("(?<!^)(?=[A-Z])", "_", table.__name__).lower(): table for table in WorkspaceRow.__subclasses__()}


def _plain(value: Any) -> Json:
    return value.isoformat() if isinstance(value, date) else value
