"""What a member should see."""

from dataclasses import dataclass

from fastapi.responses import Response
from sqlmodel import col

from api.deps import Read, Write
from api.render import member_page, redirect
from api.routing import Router
from models.commands.notifications import mark_all_read, mark_read
from models.queries.notifications import get_notification, notifications_statement
from models.tables.conversations import Notification
from models.types.principals import Door

router = Router("notifications", Door.MEMBER)
_MOST = 100


@dataclass(frozen=True, slots=True)
class NotificationsPage:
    """A member's notices, newest first."""

    notifications: list[Notification]
    fresh: int


@router.get("/notifications")
def index(call: Read) -> Response:
    """The member's own notices."""
    wanted = notifications_statement(member_id=call.principal.id).order_by(col(Notification.id).desc()).limit(_MOST)
    found = list(call.session.exec(wanted))
    page = NotificationsPage(found, sum(one.read_at is None for one in found))
    return member_page(call, "notifications/index.html", page, nav="notifications")


@router.post("/notifications/readings")
def create_readings(call: Write) -> Response:
    """Everything is seen."""
    mark_all_read(call.session, call.principal.id, now=call.now)
    return redirect(call, "/notifications")


@router.post("/notifications/{notification_id}/reading")
def create_reading(notification_id: str, call: Write) -> Response:
    """One is seen; on to what it is about."""
    notification = get_notification(call.session, notification_id, call.principal.id)
    mark_read(call.session, notification, now=call.now)
    is_own_page = notification.href.startswith("/") and not notification.href.startswith("//")
    return redirect(call, notification.href if is_own_page else "/notifications")
