"""Reading the inbox."""

from typing import Any

from sqlmodel import Session, col, func, or_, select

from models.tables.conversations import Conversation, Message
from models.types.errors import NotFound


def get_conversation(session: Session, conversation_id: str) -> Conversation:
    """One conversation. Raises NotFound."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


def get_conversation_of(session: Session, conversation_id: str, contact_id: str) -> Conversation:
    """A client's own conversation. Raises NotFound for every other one."""
    conversation = get_conversation(session, conversation_id)
    if conversation.kind != "client" or conversation.contact_id != contact_id:
        raise NotFound("There is no such conversation.")
    return conversation


def find_conversation(
    session: Session, *, contact_id: str, engagement_id: str | None = None, subject_id: str = ""
) -> Conversation | None:
    """The talk with a client about one thing, or None when nobody said anything yet."""
    return session.exec(
        select(Conversation)
        .where(
            Conversation.kind == "client",
            Conversation.contact_id == contact_id,
            Conversation.engagement_id == engagement_id,
            Conversation.subject_id == subject_id,
        )
        .order_by(col(Conversation.id))
    ).first()


def find_channel(session: Session, name: str) -> Conversation | None:
    """The team's channel of this name, whatever its case, or None."""
    wanted = func.lower(col(Conversation.name)) == name.strip().lower()
    return session.exec(select(Conversation).where(Conversation.kind == "channel", wanted).order_by(col(Conversation.id))).first()


def find_message(session: Session, key: str) -> Message | None:
    """The message of a key, or None."""
    return session.exec(select(Message).where(Message.key == key)).one_or_none()


def list_messages(session: Session, conversation_id: str, *, limit: int = 200) -> list[Message]:
    """The last messages of a conversation, oldest first."""
    newest = select(Message).where(Message.conversation_id == conversation_id).order_by(col(Message.id).desc()).limit(limit)
    return list(reversed(session.exec(newest).all()))


def last_messages(session: Session, conversation_ids: list[str]) -> dict[str, Message]:
    """The newest message of each conversation, by conversation id; those without messages are left out."""
    if not conversation_ids:
        return {}
    newest = (
        select(func.max(Message.id))
        .where(col(Message.conversation_id).in_(conversation_ids))
        .group_by(col(Message.conversation_id))
    )
    found = session.exec(select(Message).where(col(Message.id).in_(newest)))
    return {message.conversation_id: message for message in found}


def messages_statement(*, conversation_id: str | None = None) -> Any:
    """A select of messages."""
    statement = select(Message)
    return statement.where(Message.conversation_id == conversation_id) if conversation_id else statement


def conversations_statement(
    *,
    kind: str = "",
    contact_id: str = "",
    engagement_id: str = "",
    is_waiting_on_us: bool | None = None,
    is_archived: bool = False,
    assignee_id: str = "",
) -> Any:
    """A select of conversations."""
    archived = col(Conversation.archived_at)
    statement = select(Conversation).where(archived.is_not(None) if is_archived else archived.is_(None))
    wanted = (
        (Conversation.kind, kind),
        (Conversation.contact_id, contact_id),
        (Conversation.engagement_id, engagement_id),
        (Conversation.assignee_id, assignee_id),
    )
    for column, value in wanted:
        if value:
            statement = statement.where(col(column) == value)
    if is_waiting_on_us is not None:
        statement = statement.where(col(Conversation.is_waiting_on_us).is_(is_waiting_on_us))
    return statement


def list_conversations(session: Session, *, limit: int = 100, **filters: Any) -> list[Conversation]:
    """Conversations as the inbox shows them: the last one spoken in first; takes the filters of `conversations_statement`.

    A talk in which nothing was said is left out: it only keeps an address ready, for answers to the mail about a document.
    """
    order = func.coalesce(Conversation.last_message_at, Conversation.created_at).desc()
    spoken = or_(Conversation.kind == "channel", col(Conversation.last_message_at).is_not(None))
    statement = conversations_statement(**filters).where(spoken)
    return list(session.exec(statement.order_by(order, col(Conversation.id).desc()).limit(limit)))
