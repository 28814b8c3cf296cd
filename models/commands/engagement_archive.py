"""Putting an engagement away, and bringing it back without making up for the time between."""

from datetime import datetime

from sqlmodel import Session

from models.commands.automation_runs import cancel_run
from models.commands.events import close_wait, record
from models.commands.retainers import pause_retainer
from models.queries.engagement_archive import Alive, find_alive
from models.tables.engagements import Engagement
from models.types.errors import Refused


def archive_engagement(session: Session, engagement: Engagement, *, now: datetime) -> Engagement:
    """Put an engagement away: what `preview_archive` lists stops in this transaction. Open invoices stay payable.

    Doing it twice changes nothing.
    """
    if engagement.archived_at is not None:
        return engagement
    alive = find_alive(session, engagement, now=now)
    engagement.archived_at = now
    session.add(engagement)
    event = _record(session, engagement, "engagement.archived")
    for wait in alive.waits:
        close_wait(wait, closed_by=event, at=now)
    _stop_work(session, alive, now)
    _stop_offers(session, alive, now)
    return engagement


def unarchive_engagement(session: Session, engagement: Engagement) -> Engagement:
    """Bring an engagement back. Nothing that would have happened meanwhile is made up for.

    Its retainers stay paused until somebody resumes them, cancelled runs stay cancelled, withdrawn proposals withdrawn.
    Raises Refused when it is not archived.
    """
    if engagement.archived_at is None:
        raise Refused("This engagement is not archived.")
    engagement.archived_at = None
    session.add(engagement)
    _record(session, engagement, "engagement.unarchived")
    return engagement


def _stop_work(session: Session, alive: Alive, now: datetime) -> None:
    for run in alive.runs:
        cancel_run(session, run, reason="The engagement was put away.", now=now)
    for timer in alive.timers:
        timer.stopped_at, timer.seconds = now, int((now - timer.started_at).total_seconds())
        record(session, "time_entry.stopped", timer.id, engagement_id=timer.engagement_id)


def _stop_offers(session: Session, alive: Alive, now: datetime) -> None:
    for proposal in alive.proposals:
        proposal.status, proposal.decided_at = "withdrawn", now
        record(session, "proposal.withdrawn", proposal.id, engagement_id=proposal.engagement_id, contact_id=proposal.contact_id)
    for retainer in alive.retainers:
        pause_retainer(session, retainer, now=now)


def _record(session: Session, engagement: Engagement, event_type: str) -> str:
    return record(session, event_type, engagement.id, engagement_id=engagement.id, contact_id=engagement.contact_id).id
