"""Public links: opening the page behind a capability token, and making such links for mails."""

from api.deps import Call
from models.commands.capability_links import find_link_token, link_token, open_link
from models.tables.contacts import Contact
from models.tables.members import CapabilityLink
from models.types.principals import Principal, PrincipalKind

_PATHS = {"proposal": "/p/", "invoice": "/i/", "booking": "/b/", "contract": "/c/"}


def enter_by_link(call: Call, kind: str, token: str) -> CapabilityLink:
    """Go on as the recipient that a link names, in its workspace. Raises NotFound for a link that is not valid."""
    link = open_link(call.session, token, kind=kind, now=call.now)
    contact = call.session.get(Contact, link.contact_id) if link.contact_id else None
    call.act_as(
        Principal(
            kind=PrincipalKind.CONTACT,
            id=link.contact_id or link.id,
            workspace_id=link.workspace_id,
            name=contact.name if contact else "Guest",
            role=link.role,
        )
    )
    return link


def link_url(call: Call, kind: str, subject_id: str, contact_id: str | None, *, role: str = "signer") -> str:
    """The absolute address of a document for one recipient, for mails; the same every time until revoked."""
    token = link_token(call.session, call.settings.secret_key, kind=kind, subject_id=subject_id, contact_id=contact_id, role=role)
    return call.url(f"{_PATHS[kind]}{token}")


def find_link_url(call: Call, kind: str, subject_id: str, contact_id: str | None) -> str:
    """The address of a recipient's link that exists; empty when there is none. Makes nothing, so that pages may ask."""
    token = find_link_token(call.session, call.settings.secret_key, kind=kind, subject_id=subject_id, contact_id=contact_id)
    return call.url(f"{_PATHS[kind]}{token}") if token else ""
