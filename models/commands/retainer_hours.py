"""The hours of a retainer run out: said once for each mark of each period, so that people and automations can act in time."""

from sqlmodel import Session, select

from models import clock
from models.commands.events import record
from models.queries.retainer_hours import has_bucket, list_hours
from models.queries.retainers import terms_of
from models.tables.events import Event
from models.tables.retainers import Retainer
from models.tables.time_entries import TimeEntry

MARKS = (80, 100)
"""Percent of the hours that a period holds."""
_REACHED = "retainer.hours_reached"


def note_hours(session: Session, entry: TimeEntry) -> None:
    """Say which marks the work on an entry's engagement has reached that were not said yet. Twice is once."""
    if entry.engagement_id is None or not entry.is_billable:
        return
    live = select(Retainer).where(Retainer.engagement_id == entry.engagement_id, Retainer.status != "ended")
    for retainer in session.exec(live):
        if has_bucket(terms_of(retainer)):
            _note(session, retainer, entry)


def _note(session: Session, retainer: Retainer, entry: TimeEntry) -> None:
    session.flush()
    lines = list_hours(session, retainer, today=max(entry.local_day, clock.today(retainer.timezone)))
    line = next((one for one in lines if entry.id in one.entry_ids), None)
    if line is None or line.statement.available_seconds <= 0:
        return
    used = 100 * line.statement.used_seconds // line.statement.available_seconds
    said = session.exec(select(Event).where(Event.subject_id == retainer.id, Event.type == _REACHED)).all()
    known = {(event.payload.get("index"), event.payload.get("percent")) for event in said}
    for mark in (mark for mark in MARKS if used >= mark and (line.period.index, mark) not in known):
        about = {"engagement_id": retainer.engagement_id, "contact_id": retainer.contact_id}
        record(session, _REACHED, retainer.id, **about, index=line.period.index, percent=mark)
