"""Replies by mail. Verify, store, answer: what is not ours is taken and forgotten, so that no server sends it again."""

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.deps import Call, Slow
from api.files import keep_bytes, limited
from api.gateways.mail import is_inbound_genuine, parse_incoming
from api.messages import receive_message, send_message
from api.routing import Router
from models.commands.conversations import find_reply_link
from models.commands.files import add_file
from models.queries.contacts import get_contact
from models.queries.conversations import find_message, get_conversation
from models.tables.conversations import Conversation, Message
from models.tables.members import CapabilityLink, Member
from models.types.errors import Invalid, NotFound
from models.types.forms import Upload
from models.types.mail import IncomingMail
from models.types.principals import Door, Principal, PrincipalKind

router = Router("mail", Door.PUBLIC)
MAX_BYTES = 40_000_000
_REPLY_ADDRESS = re.compile(r"reply\+([0-9a-z]{46})@")
_MAX_FILES = 20


async def _raw_mail(request: Request) -> bytes:
    """The mail as it arrived. Raises 401 unless our own mail server signed these very bytes."""
    raw = await limited(request, MAX_BYTES).body()
    secret = request.app.state.settings.mail_inbound_secret
    if not secret or not is_inbound_genuine(raw, request.headers.get("x-inbound-signature", ""), secret):
        raise HTTPException(401, "The signature does not fit this mail.")
    return raw


@router.post("/webhooks/mail")
def create(call: Slow, raw: Annotated[bytes, Depends(_raw_mail)]) -> Response:
    """Put a reply into its conversation. 202 with what became of it: `received`, `duplicate` or `ignored`."""
    mail = parse_incoming(raw)
    key = f"mail:{mail.message_id or hashlib.sha256(raw).hexdigest()}"[:300]
    with call.open(writes=False):
        link = None if mail.is_automatic else _link(call, mail)
        if link is None:
            return _answer("ignored")
        if find_message(call.session, key) is not None:
            return _answer("duplicate")
        workspace_id = link.workspace_id
    uploads = _kept(call, workspace_id, mail)
    with call.open(writes=True):
        return _answer(_take(call, mail, key, uploads))


def _take(call: Call, mail: IncomingMail, key: str, uploads: list[Upload]) -> str:
    link = _link(call, mail)
    if link is None:
        return "ignored"
    conversation = get_conversation(call.session, link.subject_id)
    files = [
        add_file(
            call.session,
            upload,
            uploaded_by=call.actor,
            subject_kind="conversation",
            subject_id=conversation.id,
            engagement_id=conversation.engagement_id,
            contact_id=conversation.contact_id,
            is_shared=conversation.kind == "client",
        )
        for upload in uploads
    ]
    try:
        _say(call, link, conversation, mail, key, [{"id": file.id, "filename": file.filename} for file in files])
    except (Invalid, NotFound):  # an empty mail, or somebody who is gone: sending it again would not help
        return "ignored"
    return "received"


def _say(
    call: Call, link: CapabilityLink, conversation: Conversation, mail: IncomingMail, key: str, files: list[dict[str, str]]
) -> Message:
    body = mail.reply or (", ".join(file["filename"] for file in files))
    detail = {"message_id": mail.message_id or "", "files": files}
    if link.role == "member":
        author, name = call.actor, call.principal.name
        return send_message(call, conversation, body, author=author, author_name=name, key=key, via="mail", **detail)
    contact = get_contact(call.session, link.contact_id or "")
    is_known = mail.sender_address in (contact.email_norm, (contact.email or "").lower())
    sender = "" if is_known else mail.sender_address
    return receive_message(call, conversation, contact, body, key=key, via="mail", sender=sender, **detail)


def _link(call: Call, mail: IncomingMail) -> CapabilityLink | None:
    """Who wrote, by the address they wrote to; from here on the call acts as them. None when the address is not ours."""
    for token in _tokens((*mail.to, *mail.cc)):
        link = find_reply_link(call.session, call.settings.secret_key, token)
        if link is not None and _act(call, link):
            return link
    return None


def _act(call: Call, link: CapabilityLink) -> bool:
    """Go on as the person of a reply address; not as a member who has left."""
    call.enter(link.workspace_id)
    kind, name = PrincipalKind.CONTACT, ""
    if link.role == "member":
        member = call.session.get(Member, link.contact_id or "")
        if member is None or member.archived_at is not None:
            return False
        kind, name = PrincipalKind.MEMBER, member.name
    call.act_as(Principal(kind=kind, id=link.contact_id or "", workspace_id=link.workspace_id, name=name))
    return True


def _tokens(addresses: Iterable[str]) -> list[str]:
    return [found.group(1) for address in addresses if (found := _REPLY_ADDRESS.match(address))]


def _kept(call: Call, workspace_id: str, mail: IncomingMail) -> list[Upload]:
    """The attachments, in storage; those that may not be sent to us are left out."""
    kept = []
    for one in mail.attachments[:_MAX_FILES]:
        try:
            kept.append(keep_bytes(call.settings, workspace_id, one.filename, one.content))
        except Invalid:
            continue
    return kept


def _answer(status: str) -> Response:
    return JSONResponse({"status": status}, status_code=202)
