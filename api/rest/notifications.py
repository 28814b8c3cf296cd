"""What members should see."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.notifications import mark_all_read, mark_read
from models.queries.notifications import get_notification, notifications_statement
from models.tables.conversations import Notification
from models.types.errors import Invalid
from models.types.principals import PrincipalKind

router = Router("notifications")


class NotificationOut(BaseModel):
    """A notice as the API shows it. href: a member's page."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    member_id: str
    text: str
    href: str
    engagement_id: str | None
    created_at: datetime
    read_at: datetime | None


@router.get("/notifications")
def list_notifications(
    call: Read, paging: Paging, member_id: str | None = None, is_unread: bool = False
) -> Page[NotificationOut]:
    """Notices, newest first. A member sees their own; a program all, or those of one member."""
    statement = notifications_statement(member_id=_own(call) or member_id, is_unread=is_unread)
    return page_of(call.session, statement, Notification, paging, NotificationOut)


@router.put("/notifications/{notification_id}/reading", status_code=204)
def create_reading(notification_id: str, call: Write) -> None:
    """Mark one as seen."""
    mark_read(call.session, get_notification(call.session, notification_id, _own(call)), now=call.now)


@router.post("/notifications/readings", status_code=204)
def create_readings(call: Write, member_id: str | None = None) -> None:
    """Mark all of a member as seen; a program names the member."""
    whose = _own(call) or member_id
    if whose is None:
        raise Invalid("Whose? Name the member.", field="member_id")
    mark_all_read(call.session, whose, now=call.now)


def _own(call: Call) -> str | None:
    return call.principal.id if call.principal.kind is PrincipalKind.MEMBER else None
