"""Telling members what they should see."""

from datetime import datetime

from sqlmodel import Session, col, select

from models.db import workspace_id_of
from models.ids import new_id
from models.queries.notifications import find_notification
from models.tables.conversations import Notification
from models.tables.members import Member


def notify(session: Session, member_id: str, text: str, *, href: str, key: str, engagement_id: str | None = None) -> Notification:
    """Tell one member something, once per key and member. href: a path of a member's page."""
    own_key = f"{key}:{member_id}"
    known = find_notification(session, own_key)
    if known is not None:
        return known
    notification = Notification(
        id=new_id("ntf"),
        workspace_id=workspace_id_of(session),
        member_id=member_id,
        text=text,
        href=href,
        engagement_id=engagement_id,
        key=own_key,
    )
    session.add(notification)
    session.flush()
    return notification


def notify_responsible(
    session: Session, member_id: str | None, text: str, *, href: str, key: str, engagement_id: str | None = None
) -> list[str]:
    """Tell the member responsible; the owners of the workspace, when nobody is or that member has left. Who was told, by id."""
    member = session.get(Member, member_id) if member_id else None
    told = [member.id] if member is not None and member.archived_at is None else _owner_ids(session)
    for one in told:
        notify(session, one, text, href=href, key=key, engagement_id=engagement_id)
    return told


def mark_read(session: Session, notification: Notification, *, now: datetime) -> None:
    """The member has seen it. Twice is once."""
    notification.read_at = notification.read_at or now


def mark_all_read(session: Session, member_id: str, *, now: datetime) -> int:
    """The member has seen everything; the number of notices that were new."""
    fresh = session.exec(
        select(Notification).where(Notification.member_id == member_id, col(Notification.read_at).is_(None))
    ).all()
    for notification in fresh:
        notification.read_at = now
    return len(fresh)


def _owner_ids(session: Session) -> list[str]:
    owners = select(Member).where(Member.role == "owner", col(Member.archived_at).is_(None))
    return [owner.id for owner in session.exec(owners.order_by(col(Member.id)))]
