"""Writing the inbox: channels of the team, talks with clients, what is said in them."""

import hmac
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import derived_token, digest, new_id
from models.queries.conversations import find_channel, find_conversation, find_message
from models.tables.contacts import Contact
from models.tables.conversations import Conversation, Message
from models.tables.members import CapabilityLink
from models.types.errors import Invalid

MAX_BODY = 20_000
_PROOF_LENGTH = 20


def ensure_channel(session: Session, name: str) -> Conversation:
    """The team's channel of this name, made when it is new. A channel that was put away is brought back."""
    if not name.strip():
        raise Invalid("A channel needs a name.", field="name")
    channel = find_channel(session, name)
    if channel is not None:
        channel.archived_at = None
        return channel
    channel = Conversation(id=new_id("cnv"), workspace_id=workspace_id_of(session), kind="channel", name=name.strip())
    session.add(channel)
    session.flush()
    return channel


def client_conversation(
    session: Session, contact_id: str, engagement_id: str | None = None, subject_kind: str = "", subject_id: str = ""
) -> Conversation:
    """The talk with a client about one thing, begun when it is new.

    subject: the document it is tied to, such as ("proposal", "pro_…"); none is the talk about the engagement itself.
    The client's row is locked, so that two first messages at once begin one talk.
    """
    session.exec(select(Contact.id).where(Contact.id == contact_id).with_for_update()).one_or_none()
    known = find_conversation(session, contact_id=contact_id, engagement_id=engagement_id, subject_id=subject_id)
    if known is not None:
        return known
    conversation = Conversation(
        id=new_id("cnv"),
        workspace_id=workspace_id_of(session),
        kind="client",
        contact_id=contact_id,
        engagement_id=engagement_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
    )
    session.add(conversation)
    session.flush()
    return conversation


def post_message(
    session: Session,
    conversation: Conversation,
    *,
    author: str,
    author_name: str,
    body: str,
    key: str,
    now: datetime,
    via: str = "app",
    **detail: Any,
) -> Message:
    """Say something in a conversation, once per key: a repeat is the message that is there.

    author: an actor. A client's message makes the talk wait on us; ours ends that. Raises Invalid for an empty or endless text.
    """
    known = find_message(session, key)
    if known is not None:
        return known
    text = body.replace("\0", "").strip()
    if not text:
        raise Invalid("Write something first.", field="body")
    if len(text) > MAX_BODY:
        raise Invalid(f"This is too long: at most {MAX_BODY} characters.", field="body")
    message = Message(
        id=new_id("msg"),
        workspace_id=workspace_id_of(session),
        conversation_id=conversation.id,
        author=author,
        author_name=author_name,
        body=text,
        via=via,
        key=key,
        detail=detail,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(message)
            session.flush()
    except IntegrityError:  # PostgreSQL: a second click was faster
        known = find_message(session, key)
        if known is None:
            raise
        return known
    is_from_client = author.startswith("contact:")
    conversation.last_message_at = now
    conversation.is_waiting_on_us = is_from_client
    conversation.archived_at = None
    session.flush()
    record(
        session,
        "message.received" if is_from_client else "message.posted",
        message.id,
        engagement_id=conversation.engagement_id,
        contact_id=conversation.contact_id,
        conversation_id=conversation.id,
    )
    return message


def settle_conversation(session: Session, conversation: Conversation) -> None:
    """Nothing is to be answered here. Twice is once."""
    conversation.is_waiting_on_us = False


def archive_conversation(session: Session, conversation: Conversation, *, now: datetime) -> None:
    """Put a conversation away until somebody says something in it. Twice is once."""
    conversation.archived_at = conversation.archived_at or now
    conversation.is_waiting_on_us = False


def unarchive_conversation(session: Session, conversation: Conversation) -> None:
    """Bring a conversation back though nobody said anything. Twice is once."""
    conversation.archived_at = None


def reply_token(
    session: Session, secret: str, conversation_id: str, *, contact_id: str | None = None, member_id: str = ""
) -> str:
    """The token of the address at which one person answers a conversation by mail; the same every time.

    It says who writes, so it is as good as their signature. Small letters and digits only: mail servers lower the case.
    """
    person, role = (contact_id, "contact") if contact_id else (member_id, "member")
    link = session.exec(
        select(CapabilityLink).where(
            CapabilityLink.workspace_id == workspace_id_of(session),
            CapabilityLink.kind == "reply",
            CapabilityLink.subject_id == conversation_id,
            CapabilityLink.contact_id == person,
            col(CapabilityLink.revoked_at).is_(None),
        )
    ).first()
    if link is None:
        link = CapabilityLink(
            id=new_id("lnk"),
            workspace_id=workspace_id_of(session),
            kind="reply",
            subject_id=conversation_id,
            contact_id=person,
            role=role,
            token_digest="",
        )
        link.token_digest = digest(_token_of(secret, link.id))
        session.add(link)
        session.flush()
    return _token_of(secret, link.id)


def find_reply_link(session: Session, secret: str, token: str) -> CapabilityLink | None:
    """The link behind a reply address's token: who answers which conversation. None for one that is not ours or was revoked.

    `contact_id` is the person: a contact, or a member when the role is `member`. Works in the system scope.
    """
    link_id = f"lnk_{token[:-_PROOF_LENGTH]}"
    if not hmac.compare_digest(token.encode(), _token_of(secret, link_id).encode()):
        return None
    link = session.get(CapabilityLink, link_id)
    return link if link is not None and link.kind == "reply" and link.revoked_at is None else None


def _token_of(secret: str, link_id: str) -> str:
    return link_id.removeprefix("lnk_") + digest(derived_token(secret, link_id))[:_PROOF_LENGTH]
