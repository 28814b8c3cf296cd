"""The right of one recipient to one document, as a link that can be mailed again and revoked."""

from datetime import datetime

from sqlmodel import Session, col, select

from models.db import workspace_id_of
from models.ids import derived_token, digest, new_id
from models.tables.members import CapabilityLink
from models.types.errors import NotFound


def link_token(session: Session, secret: str, *, kind: str, subject_id: str, contact_id: str | None, role: str = "signer") -> str:
    """The token of a recipient's link to a document, making the link when it is new. The same every time until revoked.

    Links to read and to sign are apart: a recipient may have both, and each is asked for by its role.
    """
    known = find_link_token(session, secret, kind=kind, subject_id=subject_id, contact_id=contact_id, role=role)
    if known is not None:
        return known
    link_id = new_id("lnk")
    token = derived_token(secret, link_id)
    session.add(
        CapabilityLink(
            id=link_id,
            workspace_id=workspace_id_of(session),
            kind=kind,
            subject_id=subject_id,
            contact_id=contact_id,
            role=role,
            token_digest=digest(token),
        )
    )
    session.flush()
    return token


def find_link_token(
    session: Session, secret: str, *, kind: str, subject_id: str, contact_id: str | None, role: str | None = None
) -> str | None:
    """The token of a recipient's link, or None when they have none; makes nothing, so that pages may ask.

    role: which link; without one, that to sign before any other.
    """
    statement = select(CapabilityLink).where(
        CapabilityLink.workspace_id == workspace_id_of(session),
        CapabilityLink.kind == kind,
        CapabilityLink.subject_id == subject_id,
        CapabilityLink.contact_id == contact_id,
        col(CapabilityLink.revoked_at).is_(None),
    )
    links = session.exec(statement.order_by(col(CapabilityLink.id))).all()
    asked = [link for link in links if role in (None, link.role)]
    best = min(asked, key=lambda link: link.role != "signer", default=None)
    return derived_token(secret, best.id) if best is not None else None


def open_link(session: Session, token: str, *, kind: str, now: datetime) -> CapabilityLink:
    """The link behind a token. Raises NotFound when it is unknown, of another kind, revoked or expired: one answer for all."""
    link = session.exec(
        select(CapabilityLink).where(CapabilityLink.token_digest == digest(token), CapabilityLink.kind == kind)
    ).one_or_none()
    if link is None or link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now):
        raise NotFound("This link is not valid any more. Ask the sender for a new one.")
    return link


def revoke_links(session: Session, subject_id: str, *, now: datetime) -> None:
    """End every link to a document."""
    for link in session.exec(
        select(CapabilityLink).where(
            CapabilityLink.workspace_id == workspace_id_of(session), CapabilityLink.subject_id == subject_id
        )
    ):
        link.revoked_at = link.revoked_at or now
