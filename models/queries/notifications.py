"""Reading what members were told."""

from typing import Any

from sqlmodel import Session, col, select

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


def notifications_statement(*, member_id: str | None = None, is_unread: bool = False) -> Any:
    """A select of notices."""
    statement = select(Notification)
    if member_id:
        statement = statement.where(Notification.member_id == member_id)
    return statement.where(col(Notification.read_at).is_(None)) if is_unread else statement
