"""The inbox: conversations and what is said in them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.deps import Call, Read, Write
from api.messages import receive_message, send_message
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.conversations import (
    archive_conversation,
    client_conversation,
    ensure_channel,
    settle_conversation,
    unarchive_conversation,
)
from models.ids import new_id
from models.queries.contacts import get_contact
from models.queries.conversations import conversations_statement, get_conversation, messages_statement
from models.tables.conversations import Conversation, Message
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.types.errors import Forbidden, Invalid, NotFound
from models.types.principals import PrincipalKind

router = Router("conversations")


class ConversationIn(BaseModel):
    """A channel by its name, or a talk with a client; the one that is there, or a new one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"contact_id": "con_01k7…"}]})

    name: str = Field(default="", max_length=80, examples=["CRM"])
    """Of a channel; empty for a talk with a client."""
    contact_id: str | None = None
    engagement_id: str | None = None
    subject_kind: Literal["", "proposal", "contract", "invoice", "project", "booking"] = ""
    subject_id: str = ""

    @model_validator(mode="after")
    def one_of_both(self) -> "ConversationIn":
        """A channel has a name, a talk has a contact."""
        if bool(self.name.strip()) == bool(self.contact_id):
            raise ValueError("Name a channel, or a contact to talk with.")
        return self


class ConversationChange(BaseModel):
    """Who looks after it, and whether something is still to be answered."""

    model_config = ConfigDict(extra="forbid")

    assignee_id: str | None = Field(default=None, examples=["mem_01k7…"])
    is_waiting_on_us: Literal[False] | None = None
    """False: nothing is to be answered here."""


class ConversationOut(BaseModel):
    """A conversation as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: Literal["channel", "client"]
    name: str
    contact_id: str | None
    engagement_id: str | None
    subject_kind: str
    subject_id: str
    assignee_id: str | None
    last_message_at: datetime | None
    is_waiting_on_us: bool
    created_at: datetime
    archived_at: datetime | None


class MessageIn(BaseModel):
    """Something to say. key: makes a repeat the same message; the Idempotency-Key does it too."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(min_length=1, max_length=20_000, examples=["The kick-off is on Monday, the 14th."])
    key: str = Field(default="", max_length=200, examples=["import:4711"])
    as_contact: bool = False
    """Brings in what the client said, from another tool. Programs only."""


class MessageOut(BaseModel):
    """A message as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    conversation_id: str
    author: str
    author_name: str
    body: str
    via: str
    created_at: datetime


@router.get("/conversations")
def list_conversations(
    call: Read,
    paging: Paging,
    kind: Literal["", "channel", "client"] = "",
    contact_id: str = "",
    engagement_id: str = "",
    is_waiting_on_us: bool | None = None,
    is_archived: bool = False,
) -> Page[ConversationOut]:
    """Conversations, newest first."""
    statement = conversations_statement(
        kind=kind,
        contact_id=contact_id,
        engagement_id=engagement_id,
        is_waiting_on_us=is_waiting_on_us,
        is_archived=is_archived,
    )
    return page_of(call.session, statement, Conversation, paging, ConversationOut)


@router.post("/conversations", status_code=201)
def create_conversation(body: ConversationIn, call: Write) -> ConversationOut:
    """Begin a conversation, or find the one that is there."""
    if body.contact_id is None:
        return _out(call, ensure_channel(call.session, body.name))
    if body.engagement_id is not None and call.session.get(Engagement, body.engagement_id) is None:
        raise NotFound("There is no such engagement.")
    contact = get_contact(call.session, body.contact_id)
    return _out(call, client_conversation(call.session, contact.id, body.engagement_id, body.subject_kind, body.subject_id))


@router.get("/conversations/{conversation_id}")
def show_conversation(conversation_id: str, call: Read) -> ConversationOut:
    """One conversation."""
    return ConversationOut.model_validate(get_conversation(call.session, conversation_id))


@router.patch("/conversations/{conversation_id}")
def update_conversation(conversation_id: str, body: ConversationChange, call: Write) -> ConversationOut:
    """Give it to somebody, or say that nothing is to be answered."""
    conversation = get_conversation(call.session, conversation_id)
    if "assignee_id" in body.model_fields_set:
        if body.assignee_id is not None and call.session.get(Member, body.assignee_id) is None:
            raise Invalid("There is no such member.", field="assignee_id")
        conversation.assignee_id = body.assignee_id
    if body.is_waiting_on_us is False:
        settle_conversation(call.session, conversation)
    return _out(call, conversation)


@router.put("/conversations/{conversation_id}/archival", status_code=204)
def create_archival(conversation_id: str, call: Write) -> None:
    """Put a conversation away until somebody says something in it."""
    archive_conversation(call.session, get_conversation(call.session, conversation_id), now=call.now)


@router.delete("/conversations/{conversation_id}/archival", status_code=204)
def delete_archival(conversation_id: str, call: Write) -> None:
    """Bring a conversation back."""
    unarchive_conversation(call.session, get_conversation(call.session, conversation_id))


@router.get("/conversations/{conversation_id}/messages")
def list_messages(conversation_id: str, call: Read, paging: Paging) -> Page[MessageOut]:
    """What was said, newest first."""
    statement = messages_statement(conversation_id=get_conversation(call.session, conversation_id).id)
    return page_of(call.session, statement, Message, paging, MessageOut)


@router.post("/conversations/{conversation_id}/messages", status_code=201)
def create_message(conversation_id: str, body: MessageIn, call: Write) -> MessageOut:
    """Say something. A client gets it by mail too, and can answer that."""
    conversation = get_conversation(call.session, conversation_id)
    key = f"{call.actor}:{body.key or call.key or new_id('key')}"
    if body.as_contact:
        return MessageOut.model_validate(_bring_in(call, conversation, body.body, key))
    name = call.principal.name or call.workspace.name
    message = send_message(call, conversation, body.body, author=call.actor, author_name=name, key=key)
    return MessageOut.model_validate(message)


def _bring_in(call: Call, conversation: Conversation, body: str, key: str) -> Message:
    if call.principal.kind is PrincipalKind.MEMBER:
        raise Forbidden("You cannot speak for the client.")
    if conversation.contact_id is None:
        raise Invalid("Nobody outside is part of this conversation.", field="as_contact")
    return receive_message(call, conversation, get_contact(call.session, conversation.contact_id), body, key=key, via="app")


def _out(call: Call, conversation: Conversation) -> ConversationOut:
    call.session.flush()
    return ConversationOut.model_validate(conversation)
