"""Engagements: the whole piece of work for one client."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.rules.engagements import can_become
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.workspaces import Workspace
from models.types.engagements import EngagementStatus
from models.types.errors import Refused


def open_engagement(
    session: Session,
    *,
    title: str,
    contact_id: str,
    now: datetime,
    company_id: str | None = None,
    submission_id: str | None = None,
    owner_id: str | None = None,
    value_minor: int = 0,
    currency: str | None = None,
) -> Engagement:
    """Open an engagement for a client, as a lead. The event starts its workflow.

    value_minor: what it may be worth, minor units of `currency`, which defaults to the workspace's.
    A submission opens one engagement: asked again for the same one, the engagement that is there is the answer.
    """
    known = find_engagement_of_submission(session, submission_id) if submission_id else None
    if known is not None:
        return known
    engagement = Engagement(
        id=new_id("eng"),
        workspace_id=workspace_id_of(session),
        title=title,
        contact_id=contact_id,
        company_id=company_id,
        submission_id=submission_id,
        owner_id=owner_id,
        status=EngagementStatus.LEAD,
        status_since=now,
        value_minor=value_minor,
        currency=currency or _currency(session),
    )
    session.add(engagement)
    session.flush()
    record(session, "engagement.opened", engagement.id, engagement_id=engagement.id, contact_id=contact_id)
    return engagement


def change_status(session: Session, engagement: Engagement, wanted: EngagementStatus, *, now: datetime) -> Engagement:
    """Move an engagement to another status; nothing happens when it is there already.

    Raises Refused when the present status does not lead there.
    """
    before = engagement.status
    if before == wanted:
        return engagement
    if not can_become(before, wanted):
        raise Refused(f"An engagement that is {before} cannot become {wanted}.", field="status")
    engagement.status, engagement.status_since = wanted, now
    engagement.closed_at = now if wanted in (EngagementStatus.CLOSED, EngagementStatus.LOST) else None
    session.add(engagement)
    record(
        session,
        "engagement.status_changed",
        engagement.id,
        engagement_id=engagement.id,
        contact_id=engagement.contact_id,
        **{"from": before, "to": wanted.value},
    )
    return engagement


def pause_engagement(session: Session, engagement: Engagement, *, now: datetime) -> Engagement:
    """Put the work on hold; the event remembers where it stood. Doing it twice changes nothing."""
    if engagement.status == EngagementStatus.PAUSED:
        return engagement
    before = engagement.status
    change_status(session, engagement, EngagementStatus.PAUSED, now=now)
    _record(session, engagement, "engagement.paused", **{"from": before})
    return engagement


def resume_engagement(session: Session, engagement: Engagement, *, now: datetime) -> Engagement:
    """Go on where the engagement stood when it was paused. Raises Refused when it is not paused."""
    if engagement.status != EngagementStatus.PAUSED:
        raise Refused("Only a paused engagement can be resumed.", field="status")
    before = _status_before_pause(session, engagement)
    change_status(session, engagement, before, now=now)
    _record(session, engagement, "engagement.resumed", to=before.value)
    return engagement


def close_engagement(session: Session, engagement: Engagement, *, now: datetime) -> Engagement:
    """Say that the work is done. Its workflow ends; what is owed stays owed. Doing it twice changes nothing."""
    if engagement.status != EngagementStatus.CLOSED:
        change_status(session, engagement, EngagementStatus.CLOSED, now=now)
        _record(session, engagement, "engagement.closed")
    return engagement


def lose_engagement(session: Session, engagement: Engagement, *, reason: str, now: datetime) -> Engagement:
    """Say that nothing came of it, and why. Its workflow ends. Doing it twice changes nothing."""
    if engagement.status != EngagementStatus.LOST:
        change_status(session, engagement, EngagementStatus.LOST, now=now)
        engagement.lost_reason = reason
        _record(session, engagement, "engagement.lost")
    return engagement


def change_engagement(session: Session, engagement: Engagement, changes: dict[str, Any]) -> Engagement:
    """Correct an engagement's own words and values: title, owner_id, company_id, value_minor, currency."""
    for name, value in changes.items():
        setattr(engagement, name, value)
    session.add(engagement)
    session.flush()
    _record(session, engagement, "engagement.changed")
    return engagement


def find_engagement_of_submission(session: Session, submission_id: str) -> Engagement | None:
    """The engagement that an enquiry opened, or None."""
    return session.exec(select(Engagement).where(Engagement.submission_id == submission_id)).one_or_none()


def _status_before_pause(session: Session, engagement: Engagement) -> EngagementStatus:
    paused = session.exec(
        select(Event)
        .where(Event.engagement_id == engagement.id, Event.type == "engagement.paused")
        .order_by(col(Event.id).desc())
        .limit(1)
    ).first()
    return EngagementStatus(paused.payload.get("from", EngagementStatus.LEAD)) if paused else EngagementStatus.LEAD


def _record(session: Session, engagement: Engagement, event_type: str, **payload: str) -> None:
    record(session, event_type, engagement.id, engagement_id=engagement.id, contact_id=engagement.contact_id, **payload)


def _currency(session: Session) -> str:
    workspace = session.get(Workspace, workspace_id_of(session))
    return workspace.currency if workspace else "EUR"
