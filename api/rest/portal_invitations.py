"""Letting clients into the portal."""

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Call, Write
from api.logins import mail_portal_invitation
from api.routing import Router
from models.commands.emails import find_email
from models.queries.logins import has_entered_portal
from models.tables.contacts import Contact
from models.tables.proposals import Proposal
from models.types.errors import NotFound

router = Router("contacts")


class PortalInvitationIn(BaseModel):
    """index: which invitation; a client is invited once whatever it says."""

    model_config = ConfigDict(extra="forbid")

    index: int = Field(default=0, examples=[0])


class PortalInvitationOut(BaseModel):
    """Whether a mail was queued now: not to somebody who has been in, was invited before, or has no address."""

    contact_id: str
    is_invited: bool


@router.post("/proposals/{proposal_id}/portal_invitations", status_code=201)
def create_proposal_portal_invitation(proposal_id: str, body: PortalInvitationIn, call: Write) -> PortalInvitationOut:
    """Invite the client of an accepted proposal, once."""
    proposal = call.session.get(Proposal, proposal_id)
    if proposal is None:
        raise NotFound("There is no such proposal.")
    return _invite(call, _contact(call, proposal.contact_id), engagement_id=proposal.engagement_id)


@router.post("/contacts/{contact_id}/portal_invitations", status_code=201)
def create_contact_portal_invitation(contact_id: str, body: PortalInvitationIn, call: Write) -> PortalInvitationOut:
    """Invite a client by hand, once."""
    return _invite(call, _contact(call, contact_id), engagement_id=None)


def _invite(call: Call, contact: Contact, *, engagement_id: str | None) -> PortalInvitationOut:
    key = f"portal:{contact.id}:invitation"
    if has_entered_portal(call.session, contact.id) or find_email(call.session, key) is not None:
        return PortalInvitationOut(contact_id=contact.id, is_invited=False)
    is_invited = mail_portal_invitation(call, contact, key=key, engagement_id=engagement_id)
    return PortalInvitationOut(contact_id=contact.id, is_invited=is_invited)


def _contact(call: Call, contact_id: str) -> Contact:
    contact = call.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound("There is no such contact.")
    return contact
