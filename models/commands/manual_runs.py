"""Starting runs by hand, for the records that were shown and confirmed before."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.commands.automation_starts import Origin, Started, start_run
from models.commands.events import record_facts
from models.queries.automation_records import engagement_of, find_row
from models.queries.manual_runs import manual_record, noun_of
from models.tables.automations import Automation, AutomationVersion
from models.types.scope import Cause


def start_batch(
    session: Session, automation: Automation, version: AutomationVersion, batch_id: str, ids: Sequence[str], *, now: datetime
) -> int:
    """Start a run for each of these records, once per batch however often this is called; how many began just now."""
    noun, begun = noun_of(version), 0
    for record_id in ids:
        started = _start_one(session, automation, version, batch_id, noun, record_id, now)
        record_facts(session, started.facts)
        begun += started.run is not None
    return begun


def _start_one(
    session: Session, automation: Automation, version: AutomationVersion, batch_id: str, noun: str, record_id: str, now: datetime
) -> Started:
    row = find_row(session, noun, record_id)
    if row is None:
        return Started()
    key = f"manual:{batch_id}:{record_id}"
    origin = Origin(
        key=key,
        record=manual_record(session, version, row, key, batch_id, at=now),
        cause=Cause(),
        at=now,
        dedupe=key,
        engagement_id=engagement_of(noun, row),
        subject_kind=noun,
        subject_id=record_id,
    )
    return start_run(session, automation, version, origin)
