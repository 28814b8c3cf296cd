"""Who could be at the door."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models.ids import digest
from models.tables.contacts import Contact
from models.tables.members import Login, Member, OneTimeLink
from models.types.errors import NotFound, Refused
from models.types.members import LinkKind
from models.types.principals import Door


def list_members_by_address(session: Session, address: str) -> list[Member]:
    """The members who sign in with an address, one per workspace, oldest first; archived ones are left out."""
    statement = select(Member).where(Member.email_norm == address, col(Member.archived_at).is_(None)).order_by(col(Member.id))
    return list(session.exec(statement))


def list_contacts_by_address(session: Session, address: str, *, workspace_id: str | None) -> list[Contact]:
    """The clients who have an address, one per workspace; workspace_id narrows it to one studio. No archived or merged ones."""
    statement = select(Contact).where(
        Contact.email_norm == address, col(Contact.merged_into_id).is_(None), col(Contact.archived_at).is_(None)
    )
    if workspace_id is not None:
        statement = statement.where(Contact.workspace_id == workspace_id)
    return list(session.exec(statement.order_by(col(Contact.id))))


def find_one_time_link(session: Session, token: str, *, kind: LinkKind) -> OneTimeLink | None:
    """The link behind a token, whether or not it still works; None when there never was one."""
    return session.exec(
        select(OneTimeLink).where(OneTimeLink.token_digest == digest(token), OneTimeLink.kind == kind)
    ).one_or_none()


def get_working_link(session: Session, token: str, *, kind: LinkKind, now: datetime) -> OneTimeLink:
    """The link behind a token. Raises NotFound when there never was one, Refused when it was used or is too old."""
    link = find_one_time_link(session, token, kind=kind)
    if link is None:
        raise NotFound("This link is not valid. Check that it was copied whole.")
    if link.used_at is not None or link.expires_at <= now:
        raise Refused("This link was used already or is too old.")
    return link


def has_entered_portal(session: Session, contact_id: str) -> bool:
    """Whether a client has ever been in the portal."""
    count = select(func.count()).select_from(Login).where(Login.person_id == contact_id, Login.door == Door.PORTAL)
    return session.exec(count).one() > 0


def get_entering_contact(session: Session, contact_id: str) -> Contact:
    """The client whom a portal link lets in; of one who was merged, the contact that remained.

    Raises NotFound when there is none, Refused when they were archived.
    """
    contact = session.get(Contact, contact_id)
    if contact is not None and contact.merged_into_id is not None:
        contact = session.get(Contact, contact.merged_into_id)
    if contact is None:
        raise NotFound("This link is not valid.")
    if contact.archived_at is not None:
        raise Refused("This access has ended.")
    return contact
