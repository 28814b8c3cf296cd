"""Which records an automation would be started for by hand."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from sqlmodel import Session, col, select

from models.queries.automation_records import find_row, subject_record, table_of
from models.rules.automation_matching import fits_selection, wants
from models.tables.automations import AutomationRun, AutomationVersion
from models.tables.contacts import Contact
from models.types.automation_dates import DATE_FIELDS
from models.types.automation_nouns import NOUNS
from models.types.automations import Json, TriggerKind
from models.types.errors import Invalid, Refused
from models.types.events import CATALOGUE
from models.types.manual_runs import MOST_RECORDS, ManualCandidate, ManualSelection


def noun_of(version: AutomationVersion) -> str:
    """What kind of record the runs of an automation are about. Raises Refused when they are about none that can be listed."""
    trigger = version.plan["trigger"]
    noun = str(trigger.get("noun", ""))
    if trigger["kind"] == TriggerKind.EVENT:
        noun = CATALOGUE[trigger["type"]].subject
    elif trigger["kind"] == TriggerKind.DATE:
        noun = DATE_FIELDS[trigger["type"]].noun
    if noun not in NOUNS:
        raise Refused("The runs of this automation are not about records that could be chosen.")
    return noun


def list_candidates(
    session: Session, version: AutomationVersion, wanted: ManualSelection, *, at: datetime
) -> list[ManualCandidate]:
    """The records that a selection means, in the order of their ids, each with whether a run would start for it.

    Raises Invalid when they are more than one batch may have, or a named one does not exist.
    """
    noun = noun_of(version)
    rows = _named_rows(session, noun, wanted.ids) if wanted.ids else _fitting_rows(session, noun, wanted)
    records = ((row, manual_record(session, version, row, "", "", at=at)) for row in rows)
    chosen = ((row, record) for row, record in records if wanted.filter is None or fits_selection(wanted.filter, record))
    found = list(islice(chosen, MOST_RECORDS + 1))
    if len(found) > MOST_RECORDS:
        raise Invalid(f"These are more than {MOST_RECORDS} records. Narrow the choice.", field="filter")
    ran = _ran_for(session, version.automation_id, [row.id for row, _ in found])
    return [
        ManualCandidate(row.id, label_of(session, noun, row), row.id in ran, _reason(version, wanted, row.id, record))
        for row, record in found
    ]


def manual_record(
    session: Session, version: AutomationVersion, row: Any, key: str, batch_id: str, *, at: datetime
) -> dict[str, Json]:
    """What a run reads that somebody starts by hand: as if what usually starts it had happened just now."""
    kind = str(version.plan["trigger"].get("type") or "manual")
    return subject_record(session, key, kind, noun_of(version), row, at=at, batch_id=batch_id)


def list_batch(session: Session, automation_id: str, batch_id: str) -> list[AutomationRun]:
    """The runs that a batch has started."""
    started = col(AutomationRun.event_id).startswith(f"manual:{batch_id}:", autoescape=True)
    return list(session.exec(select(AutomationRun).where(AutomationRun.automation_id == automation_id, started)))


def label_of(session: Session, noun: str, row: Any) -> str:
    """What people call a record."""
    value = getattr(row, NOUNS[noun].label, None)
    contact_id = getattr(row, "contact_id", None)
    contact = session.get(Contact, contact_id) if contact_id and noun != "contact" else None
    shown = value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value or "")
    return " · ".join(part for part in (shown, contact.name if contact else "") if part) or row.id


def _named_rows(session: Session, noun: str, ids: tuple[str, ...]) -> list[Any]:
    rows = [find_row(session, noun, one) for one in dict.fromkeys(ids[: MOST_RECORDS + 1])]
    if any(row is None for row in rows):
        raise Invalid("One of these records does not exist any more.", field="ids")
    return rows


def _fitting_rows(session: Session, noun: str, wanted: ManualSelection) -> Iterable[Any]:
    """The records that fit what the database can tell."""
    table: Any = table_of(noun)
    statement = select(table).order_by(table.id)
    if hasattr(table, "archived_at"):
        statement = statement.where(col(table.archived_at).is_(None))
    if wanted.status and hasattr(table, "status"):
        statement = statement.where(table.status == wanted.status)
    if noun == "contact":
        statement = statement.where(col(Contact.merged_into_id).is_(None))
    if NOUNS[noun].is_named:
        label = col(getattr(table, NOUNS[noun].label))
        statement = statement.where(*(label.icontains(word, autoescape=True) for word in wanted.text.split()))
    return session.exec(statement)


def _reason(version: AutomationVersion, wanted: ManualSelection, record_id: str, record: dict[str, Json]) -> str:
    if record_id in wanted.exclude:
        return "Left out"
    return "" if wants(version.plan["trigger"], record) else "The automation's own filter does not want it"


def _ran_for(session: Session, automation_id: str, ids: list[str]) -> set[str]:
    statement = select(AutomationRun.subject_id).where(
        AutomationRun.automation_id == automation_id, col(AutomationRun.subject_id).in_(ids)
    )
    return set(session.exec(statement))
