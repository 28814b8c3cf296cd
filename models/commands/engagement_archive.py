"""Putting an engagement away, and bringing it back without making up for the time between."""

from datetime import datetime

from sqlmodel import Session

from models.commands.automation_runs import cancel_runs
from models.commands.events import close_wait, record
from models.commands.proposal_decisions import withdraw_proposal
from models.commands.retainers import pause_retainer
from models.commands.time_entries import stop_timer
from models.queries.engagement_archive import Alive, find_alive
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
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
    _stop_work(session, engagement, alive, now)
    _stop_offers(session, alive, now)
    reschedule(session, alive.invoices)
    # Last, because it ends the engagement's workflow: a fact after it would start that again.
    event = _record(session, engagement, "engagement.archived")
    for wait in alive.waits:
        close_wait(wait, closed_by=event, at=now)
    return engagement


def unarchive_engagement(session: Session, engagement: Engagement, *, now: datetime) -> Engagement:
    """Bring an engagement back. Nothing that would have happened meanwhile is made up for.

    Its retainers stay paused until somebody resumes them, cancelled runs stay cancelled, withdrawn proposals withdrawn.
    Reminders of open invoices go on with those that are still ahead.
    Raises Refused when it is not archived.
    """
    if engagement.archived_at is None:
        raise Refused("This engagement is not archived.")
    invoices = find_alive(session, engagement, now=now).invoices
    engagement.archived_at = None
    session.add(engagement)
    _record(session, engagement, "engagement.unarchived")
    remind_from_now(session, invoices, now=now)
    return engagement


def _stop_work(session: Session, engagement: Engagement, alive: Alive, now: datetime) -> None:
    cancel_runs(session, engagement.id, reason="The engagement was archived", now=now)
    for timer in alive.timers:
        stop_timer(session, timer, now=now)


def _stop_offers(session: Session, alive: Alive, now: datetime) -> None:
    for proposal in alive.proposals:
        withdraw_proposal(session, proposal, now=now, reason="The engagement was archived")
    for retainer in alive.retainers:
        pause_retainer(session, retainer, now=now)


def remind_from_now(session: Session, invoices: list[Invoice], *, now: datetime) -> None:
    """Let the reminders of open invoices go on with the next one of their series: what fell due meanwhile counts as said."""
    for invoice in invoices:
        invoice.reminded_at = now
    reschedule(session, invoices)


def reschedule(session: Session, invoices: list[Invoice]) -> None:
    """Let the open invoices' workflows ask again what is due: no reminder while archived, none of the past afterwards."""
    for invoice in invoices:
        record(session, "invoice.rescheduled", invoice.id, engagement_id=invoice.engagement_id, contact_id=invoice.contact_id)


def _record(session: Session, engagement: Engagement, event_type: str) -> str:
    return record(session, event_type, engagement.id, engagement_id=engagement.id, contact_id=engagement.contact_id).id
