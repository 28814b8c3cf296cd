"""The inbox: channels of the team and talks with clients, the list beside the open one."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response

from api.automation_users import posted_by_words
from api.deps import Call, Read, Write
from api.messages import messenger_context, send_message
from api.render import fragment, member_page, redirect
from api.routing import Router
from models.commands.conversations import archive_conversation, ensure_channel, settle_conversation
from models.ids import new_id
from models.queries.conversations import get_conversation, list_conversations
from models.queries.inbox import list_inbox_rows
from models.tables.conversations import Conversation
from models.types.conversations import InboxRow, Messenger
from models.types.errors import Invalid
from models.types.principals import Door

router = Router("inbox", Door.MEMBER)
_VIEWS: dict[str, tuple[str, dict[str, Any]]] = {
    "": ("All", {}),
    "waiting": ("To answer", {"is_waiting_on_us": True}),
    "clients": ("Clients", {"kind": "client"}),
    "channels": ("Channels", {"kind": "channel"}),
    "archived": ("Archived", {"is_archived": True}),
}


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The list, and the conversation that is open."""

    rows: list[InboxRow]
    views: list[dict[str, Any]]
    view: str
    shown: InboxRow | None
    messenger: Messenger | None
    posted_by: str
    """The automations that post in the open channel, as a sentence."""


@dataclass(frozen=True, slots=True)
class MessengerFragment:
    """The open conversation alone."""

    messenger: Messenger


@router.get("/inbox")
def index(call: Read, view: str = "") -> Response:
    """All conversations, the last one spoken in first."""
    return _page(call, None, view=view)


@router.get("/inbox/{conversation_id}")
def show(conversation_id: str, call: Read, view: str = "") -> Response:
    """One conversation; alone, when the page asks what is new in it."""
    conversation = get_conversation(call.session, conversation_id)
    if call.is_htmx:
        return fragment(call, "conversations/_messenger.html", MessengerFragment(_messenger(call, conversation)))
    return _page(call, conversation, view=view)


@router.post("/inbox")
def create(call: Write, name: Annotated[str, Form()] = "") -> Response:
    """A new channel, or the one of that name."""
    return redirect(call, f"/inbox/{ensure_channel(call.session, name).id}")


@router.post("/inbox/{conversation_id}/messages")
def create_message(
    conversation_id: str, call: Write, body: Annotated[str, Form()] = "", key: Annotated[str, Form()] = ""
) -> Response:
    """Say something; a client gets it by mail too."""
    conversation = get_conversation(call.session, conversation_id)
    own_key = f"{call.actor}:{key or new_id('key')}"
    try:
        send_message(call, conversation, body, author=call.actor, author_name=call.principal.name, key=own_key)
    except Invalid as refused:
        return _refused(call, conversation, refused.detail, body)
    if call.is_htmx:
        return fragment(call, "conversations/_messenger.html", MessengerFragment(_messenger(call, conversation)))
    return redirect(call, f"/inbox/{conversation.id}")


@router.post("/inbox/{conversation_id}/settlement")
def create_settlement(conversation_id: str, call: Write) -> Response:
    """Nothing is to be answered here."""
    settle_conversation(call.session, get_conversation(call.session, conversation_id))
    return redirect(call, f"/inbox/{conversation_id}")


@router.post("/inbox/{conversation_id}/archival")
def create_archival(conversation_id: str, call: Write) -> Response:
    """Put it away until somebody says something in it."""
    archive_conversation(call.session, get_conversation(call.session, conversation_id), now=call.now)
    return redirect(call, "/inbox", flash="Put away. It comes back with the next message.")


def _refused(call: Call, conversation: Conversation, error: str, typed: str) -> Response:
    if not call.is_htmx:
        return _page(call, conversation, view="", error=error, typed=typed)
    page = MessengerFragment(_messenger(call, conversation, error, typed))
    return fragment(call, "conversations/_messenger.html", page, status=422)


def _page(call: Call, shown: Conversation | None, *, view: str, error: str = "", typed: str = "") -> Response:
    _, filters = _VIEWS.get(view, _VIEWS[""])
    rows = list_inbox_rows(call.session, list_conversations(call.session, **filters))
    open_row = list_inbox_rows(call.session, [shown])[0] if shown else None
    page = InboxPage(
        rows=rows,
        views=[
            {"text": text, "href": f"/inbox?view={key}" if key else "/inbox", "current": bool(key) and key == view}
            for key, (text, _) in _VIEWS.items()
            if key
        ],
        view=view,
        shown=open_row,
        messenger=_messenger(call, shown, error, typed) if shown else None,
        posted_by=posted_by_words(call, shown.name) if shown and shown.kind == "channel" else "",
    )
    return member_page(call, "conversations/index.html", page, nav="inbox", status=422 if error else 200)


def _messenger(call: Call, conversation: Conversation, error: str = "", typed: str = "") -> Messenger:
    here = f"/inbox/{conversation.id}"
    return messenger_context(
        call.session, conversation, call.actor, action=f"{here}/messages", poll=here, error=error, typed=typed
    )
