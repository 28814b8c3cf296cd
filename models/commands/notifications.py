"""Telling members what they should see."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.db import workspace_id_of
from models.ids import new_id
from models.queries.notifications import find_last_mailed, find_latest_of_topic, find_notification
from models.rules.alerts import gathered_mail_due
from models.tables.conversations import Notification
from models.tables.members import Member
from models.types.alerts import Alert


def notify(
    session: Session,
    member_id: str,
    text: str,
    *,
    href: str,
    key: str,
    engagement_id: str | None = None,
    alert: Alert | None = None,
) -> Notification:
    """Tell one member something, once per key and member. href: a path of a member's page.

    alert: that it is worth a mail, to a member who wants those. The mail is owed from here on, see `api/alert_mails.py`.
    """
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
    if alert is not None:
        _owe_mail(session, notification, alert)
    session.add(notification)
    session.flush()
    return notification


def notify_responsible(
    session: Session,
    member_id: str | None,
    text: str,
    *,
    href: str,
    key: str,
    engagement_id: str | None = None,
    alert: Alert | None = None,
) -> list[str]:
    """Tell the member responsible; the owners of the workspace, when nobody is or that member has left. Who was told, by id."""
    member = session.get(Member, member_id) if member_id else None
    told = [member.id] if member is not None and member.archived_at is None else _owner_ids(session)
    for one in told:
        notify(session, one, text, href=href, key=key, engagement_id=engagement_id, alert=alert)
    return told


def mark_mailed(session: Session, notices: Sequence[Notification], *, at: datetime | None) -> None:
    """No mail is owed for these any more. at: when it was queued; None when there was nothing left to tell."""
    last = at or find_last_mailed(session, notices[0].member_id, notices[0].topic)
    for notice in notices:
        notice.mail_at, notice.mailed_at = None, last
    session.flush()


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


def _owe_mail(session: Session, notice: Notification, alert: Alert) -> None:
    member = session.get(Member, notice.member_id)
    if member is None or not member.wants_alerts:
        return
    notice.alert, notice.topic = {"kind": alert.kind.value, **alert.facts}, alert.topic
    latest = find_latest_of_topic(session, member.id, alert.topic) if alert.topic else None
    pending, last = (latest.mail_at, latest.mailed_at) if latest else (None, None)
    notice.mail_at = gathered_mail_due(alert.at, pending=pending, last=last) if alert.topic else alert.at


def _owner_ids(session: Session) -> list[str]:
    owners = select(Member).where(Member.role == "owner", col(Member.archived_at).is_(None))
    return [owner.id for owner in session.exec(owners.order_by(col(Member.id)))]
