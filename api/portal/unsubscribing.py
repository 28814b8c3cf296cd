"""Leaving mail that nobody ordered: the link in every such mail, and the one click of mail programs (RFC 8058)."""

import hmac
from dataclasses import dataclass

from fastapi.responses import RedirectResponse, Response

from api.deps import Call, Read, Write
from api.render import public_page
from api.routing import Router
from models.commands.contacts import unsubscribe_contact
from models.commands.emails import get_email
from models.ids import derived_token
from models.tables.contacts import Contact
from models.types.errors import NotFound
from models.types.principals import Door

router = Router("unsubscribing", Door.PUBLIC)


@dataclass
class UnsubscribePage:
    """What stopping means, or that it was done."""

    action: str
    address: str
    is_done: bool


@router.get("/unsubscribe/{email_id}/{token}")
def show(email_id: str, token: str, call: Read) -> Response:
    """Ask; looking changes nothing, so that scanners of links unsubscribe nobody."""
    contact = _contact(call, email_id, token)
    page = UnsubscribePage(f"/unsubscribe/{email_id}/{token}", contact.email or "", contact.unsubscribed_at is not None)
    return public_page(call, "portal/unsubscribe.html", page)


@router.post("/unsubscribe/{email_id}/{token}")
def create(email_id: str, token: str, call: Write) -> Response:
    """Stop. Doing it twice changes nothing."""
    unsubscribe_contact(call.session, _contact(call, email_id, token), now=call.now)
    return RedirectResponse(f"/unsubscribe/{email_id}/{token}", status_code=303)


def _contact(call: Call, email_id: str, token: str) -> Contact:
    """The person a mail went to. Raises NotFound for a token that is not this mail's."""
    if not hmac.compare_digest(derived_token(call.settings.secret_key, email_id).encode(), token.encode()):
        raise NotFound("This link is not valid. Write to us, and we will take you off our list.")
    email = get_email(call.session, email_id)
    call.enter(email.workspace_id)
    contact = call.session.get(Contact, email.contact_id) if email.contact_id else None
    if contact is None:
        raise NotFound("There is nobody to unsubscribe.")
    return contact
