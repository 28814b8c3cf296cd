"""Talking with clients: what they write reaches the member responsible, what we write reaches them, by page and by mail."""

from typing import Any

from sqlmodel import Session, col, select

from api.deps import Call
from api.emails import queue_mail
from api.links import link_url
from models.commands.conversations import post_message, reply_token
from models.commands.notifications import notify_responsible
from models.ids import new_token
from models.queries.automation_authors import find_author
from models.queries.contacts import get_contact
from models.queries.conversations import list_messages
from models.queries.inbox import conversation_about
from models.tables.contacts import Contact
from models.tables.conversations import Conversation, Message
from models.tables.emails import Email
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.types.automation_authors import RunAuthor
from models.types.conversations import MessageView, Messenger

_LINKED = ("proposal", "invoice", "booking", "contract")


def messenger_context(
    session: Session,
    conversation: Conversation | None,
    viewer: str,
    *,
    action: str,
    poll: str = "",
    error: str = "",
    typed: str = "",
) -> Messenger:
    """What the partial `conversations/_messenger.html` needs. conversation None: nobody said anything yet.

    viewer: the actor who looks (`contact:…` or `member:…`); a client sees every member's messages as the studio's.
    action: where the next message is posted, with the fields `body`, `key` and `conversation_id`.
    poll: the page that renders this partial again, asked every few seconds; empty for never.
    """
    is_client = viewer.startswith("contact:")
    messages = list_messages(session, conversation.id) if conversation else []
    authors = {} if is_client else {one.id: find_author(session, one.id) for one in messages if one.via == "automation"}
    return Messenger(
        messages=[_view(message, viewer, is_client, authors.get(message.id)) for message in messages],
        action=action,
        key=new_token(),
        conversation_id=conversation.id if conversation else "",
        files_path="/portal/files/" if is_client else "/files/",
        poll=poll,
        error=error,
        typed=typed,
    )


def _view(message: Message, viewer: str, is_client: bool, author: RunAuthor | None) -> MessageView:
    from_client = message.author.startswith("contact:")
    return MessageView(
        id=message.id,
        author_name=message.author_name,
        body=message.body,
        at=message.created_at,
        is_own=message.author == viewer if is_client else not from_client and not message.author.startswith("automation:"),
        is_automatic=message.author.startswith("automation:"),
        via=message.via,
        sender="" if is_client else message.detail.get("sender", ""),
        files=message.detail.get("files", []),
        why_href=author.href if author else "",
    )


def receive_message(
    call: Call, conversation: Conversation, contact: Contact, body: str, *, key: str, via: str = "portal", **detail: Any
) -> Message:
    """A client says something: it stands in the inbox, and the member responsible is told, also by mail they can answer.

    Once per key. Raises Invalid for an empty text.
    """
    message = post_message(
        call.session,
        conversation,
        author=f"contact:{contact.id}",
        author_name=contact.name,
        body=body,
        key=key,
        via=via,
        now=call.now,
        **detail,
    )
    about = conversation_about(call.session, conversation)
    told = notify_responsible(
        call.session,
        _responsible(call.session, conversation, contact),
        f"{contact.name} wrote about {about}" if about else f"{contact.name} wrote",
        href=f"/inbox/{conversation.id}",
        key=f"message:{message.id}",
        engagement_id=conversation.engagement_id,
    )
    for member_id in told:
        member = call.session.get(Member, member_id)
        if member is not None:
            _mail(call, conversation, message, member, template="messages/received", about=about)
    return message


def send_message(
    call: Call, conversation: Conversation, body: str, *, author: str, author_name: str, key: str, via: str = "app", **detail: Any
) -> Message:
    """We say something. To a client it also goes by mail, and their answer by mail comes back into the conversation.

    Once per key. author: a member or an automation. Raises Invalid for an empty text.
    """
    message = post_message(
        call.session,
        conversation,
        author=author,
        author_name=author_name,
        body=body,
        key=key,
        via=via,
        now=call.now,
        **detail,
    )
    if conversation.kind == "client" and conversation.contact_id:
        contact = get_contact(call.session, conversation.contact_id)
        about = conversation_about(call.session, conversation)
        _mail(call, conversation, message, contact, template="messages/answered", about=about)
    return message


def _responsible(session: Session, conversation: Conversation, contact: Contact) -> str | None:
    engagement = session.get(Engagement, conversation.engagement_id) if conversation.engagement_id else None
    return conversation.assignee_id or (engagement.owner_id if engagement else None) or contact.owner_id


def _mail(call: Call, conversation: Conversation, message: Message, to: Contact | Member, *, template: str, about: str) -> None:
    is_client = isinstance(to, Contact)
    who = {"contact_id": to.id} if is_client else {"member_id": to.id}
    token = reply_token(call.session, call.settings.secret_key, conversation.id, **who)
    queue_mail(
        call,
        key=f"message:{message.id}:{to.id}",
        template=template,
        to=to,
        subject=" ".join((about or f"Message from {message.author_name}").split()),
        context={
            "message": message,
            "about": about,
            "page_url": _client_url(call, conversation, to.id) if is_client else call.url(f"/inbox/{conversation.id}"),
        },
        reply_to=f"reply+{token}@{call.settings.mail_domain}",
        in_reply_to=_thread(call.session, conversation, to),
        engagement_id=conversation.engagement_id,
        contact_id=conversation.contact_id,
        subject_kind="conversation",
        subject_id=conversation.id,
    )


def _client_url(call: Call, conversation: Conversation, contact_id: str) -> str:
    if conversation.subject_kind in _LINKED:
        return link_url(call, conversation.subject_kind, conversation.subject_id, contact_id) + "#messages"
    return call.url(f"/portal/messages/{conversation.id}")


def _thread(session: Session, conversation: Conversation, to: Contact | Member) -> str:
    """The Message-ID that mail programs thread by: of the person's own last mail, else of the last one we sent them."""
    author = f"{'contact' if isinstance(to, Contact) else 'member'}:{to.id}"
    own = select(Message).where(Message.conversation_id == conversation.id, Message.author == author, Message.via == "mail")
    last = session.exec(own.order_by(col(Message.id).desc()).limit(1)).first()
    if last is not None and last.detail.get("message_id"):
        return str(last.detail["message_id"])
    sent = select(Email.message_id).where(Email.subject_id == conversation.id, Email.to_address == (to.email or ""))
    return session.exec(sent.order_by(col(Email.id).desc()).limit(1)).first() or ""
