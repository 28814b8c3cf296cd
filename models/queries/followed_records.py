"""Records that waiting runs heard of later and follow."""

from sqlmodel import Session, col, select

from models.queries.automation_records import event_record
from models.tables.automations import AutomationRun, FollowedRecord
from models.tables.events import Event
from models.types.automations import Json


def list_followed(session: Session, run_id: str) -> list[FollowedRecord]:
    """What a run follows."""
    return list(session.exec(select(FollowedRecord).where(FollowedRecord.run_id == run_id).order_by(col(FollowedRecord.id))))


def heard_records(session: Session, run: AutomationRun) -> dict[str, dict[str, Json]]:
    """The records that a run heard of and follows, as they are now, by where it keeps them."""
    found = {one.output_path: session.get(Event, one.event_id) for one in list_followed(session, run.id)}
    return {path: event_record(session, event) for path, event in found.items() if event is not None}
