"""Reading what members were told."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from models.tables.conversations import Notification
from models.types.errors import NotFound


def get_notification(session: Session, notification_id: str, member_id: str | None = None) -> Notification:
    """One notice, of one member when a member is named. Raises NotFound."""
    notification = session.get(Notification, notification_id)
    if notification is None or member_id not in (None, notification.member_id):
        raise NotFound("There is no such notification.")
    return notification


def find_notification(session: Session, key: str) -> Notification | None:
    """The notice of a key, or None."""
    return session.exec(select(Notification).where(Notification.key == key)).one_or_none()


def find_latest_of_topic(session: Session, member_id: str, topic: str) -> Notification | None:
    """A member's newest notice of a topic, or None."""
    latest: Notification | None = session.exec(
        _of_topic(member_id, topic).order_by(col(Notification.id).desc()).limit(1)
    ).one_or_none()
    return latest


def find_last_mailed(session: Session, member_id: str, topic: str) -> datetime | None:
    """When a member was last mailed about a topic; None when never, and for no topic."""
    if not topic:
        return None
    last = select(func.max(Notification.mailed_at)).where(Notification.member_id == member_id, Notification.topic == topic)
    return session.exec(last).one()


def has_due_alerts(session: Session, *, now: datetime) -> bool:
    """Whether a mail about a notice is due in any workspace."""
    due = select(Notification.id).where(col(Notification.mail_at) <= now).limit(1)
    return session.exec(due).one_or_none() is not None


def list_due_alerts(session: Session, *, now: datetime, limit: int) -> list[Notification]:
    """The notices of any workspace whose mail is due, the longest overdue first."""
    due = select(Notification).where(col(Notification.mail_at) <= now)
    return list(session.exec(due.order_by(col(Notification.mail_at), col(Notification.id)).limit(limit)))


def list_gathered(session: Session, notice: Notification) -> list[Notification]:
    """The notices that are mailed together with this one, itself among them, oldest first."""
    if not notice.topic:
        return [notice]
    alike = _of_topic(notice.member_id, notice.topic).where(Notification.mail_at == notice.mail_at)
    return list(session.exec(alike.order_by(col(Notification.id))))


def _of_topic(member_id: str, topic: str) -> Any:
    return select(Notification).where(Notification.member_id == member_id, Notification.topic == topic)


def notifications_statement(*, member_id: str | None = None, is_unread: bool = False) -> Any:
    """A select of notices."""
    statement = select(Notification)
    if member_id:
        statement = statement.where(Notification.member_id == member_id)
    return statement.where(col(Notification.read_at).is_(None)) if is_unread else statement
