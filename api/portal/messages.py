"""The client's messages in the portal."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response
from sqlmodel import col

from api.deps import Call, Read, Write
from api.messages import messenger_context, receive_message
from api.render import fragment, portal_page, redirect
from api.routing import Router
from models.commands.conversations import client_conversation
from models.ids import new_id
from models.queries.contacts import get_contact
from models.queries.conversations import get_conversation_of, list_conversations
from models.queries.engagements import select_engagements
from models.queries.inbox import list_inbox_rows
from models.tables.conversations import Conversation
from models.tables.engagements import Engagement
from models.types.conversations import InboxRow, Messenger
from models.types.errors import Invalid
from models.types.principals import Door

router = Router("messages", Door.PORTAL)
_ACTION = "/portal/messages"


@dataclass(frozen=True, slots=True)
class PortalMessagesPage:
    """The talks of a client, one of them open."""

    rows: list[InboxRow]
    conversation_id: str
    about: str
    messenger: Messenger


@dataclass(frozen=True, slots=True)
class MessengerFragment:
    """The open talk alone."""

    messenger: Messenger


@router.get("/portal/messages")
def index(call: Read) -> Response:
    """The talk in which something was said last."""
    conversations = _own(call)
    return _page(call, conversations, conversations[0] if conversations else None)


@router.get("/portal/messages/{conversation_id}")
def show(conversation_id: str, call: Read) -> Response:
    """One talk; alone, when the page asks what is new in it."""
    conversation = get_conversation_of(call.session, conversation_id, call.principal.id)
    if call.is_htmx:
        return _fragment(call, conversation)
    return _page(call, _own(call), conversation)


@router.post("/portal/messages")
def create(
    call: Write,
    body: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    conversation_id: Annotated[str, Form()] = "",
) -> Response:
    """Write to the studio: into a talk, or a new one about the engagement under way."""
    contact = get_contact(call.session, call.principal.id)
    if conversation_id:
        conversation = get_conversation_of(call.session, conversation_id, contact.id)
    else:
        conversation = client_conversation(call.session, contact.id, _latest_engagement_id(call))
    try:
        receive_message(call, conversation, contact, body, key=f"{call.actor}:{key or new_id('key')}")
    except Invalid as refused:
        if call.is_htmx:
            return _fragment(call, conversation, error=refused.detail, typed=body)
        return _page(call, _own(call), conversation, error=refused.detail, typed=body)
    return _fragment(call, conversation) if call.is_htmx else redirect(call, f"/portal/messages/{conversation.id}")


def _latest_engagement_id(call: Call) -> str | None:
    latest = select_engagements(contact_id=call.principal.id).order_by(col(Engagement.id).desc()).limit(1)
    engagement: Engagement | None = call.session.exec(latest).first()
    return engagement.id if engagement else None


def _own(call: Call) -> list[Conversation]:
    return list_conversations(call.session, kind="client", contact_id=call.principal.id)


def _page(
    call: Call, conversations: list[Conversation], shown: Conversation | None, *, error: str = "", typed: str = ""
) -> Response:
    rows = list_inbox_rows(call.session, conversations)
    about = next((row.about for row in rows if shown and row.id == shown.id), "")
    page = PortalMessagesPage(
        rows=rows,
        conversation_id=shown.id if shown else "",
        about=about,
        messenger=_messenger(call, shown, error, typed),
    )
    return portal_page(call, "conversations/portal.html", page, place="messages", status=422 if error else 200)


def _fragment(call: Call, conversation: Conversation, *, error: str = "", typed: str = "") -> Response:
    page = MessengerFragment(_messenger(call, conversation, error, typed))
    return fragment(call, "conversations/_messenger.html", page, status=422 if error else 200)


def _messenger(call: Call, conversation: Conversation | None, error: str, typed: str) -> Messenger:
    poll = f"{_ACTION}/{conversation.id}" if conversation else ""
    return messenger_context(call.session, conversation, call.actor, action=_ACTION, poll=poll, error=error, typed=typed)
