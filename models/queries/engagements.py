"""Reading engagements."""

from typing import Any

from sqlmodel import Session, col, or_, select

from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.waits import Wait
from models.types.errors import NotFound

_OVER = ("closed", "lost")


def get_engagement(session: Session, engagement_id: str) -> Engagement:
    """One engagement. Raises NotFound."""
    engagement = session.exec(select(Engagement).where(Engagement.id == engagement_id)).one_or_none()
    if engagement is None:
        raise NotFound("There is no such engagement.")
    return engagement


def has_engagements(session: Session) -> bool:
    """Whether the studio has ever had one."""
    return session.exec(select(Engagement.id).limit(1)).first() is not None


def is_archived(session: Session, engagement_id: str | None) -> bool:
    """Whether an engagement is put away: nothing goes out for it by itself any more. False when there is none."""
    if engagement_id is None:
        return False
    archived_at = session.exec(select(Engagement.archived_at).where(Engagement.id == engagement_id)).one_or_none()
    return archived_at is not None


def select_engagements(
    *,
    status: str | None = None,
    owner_id: str | None = None,
    contact_id: str | None = None,
    text: str = "",
    is_archived: bool = False,
) -> Any:
    """A select of engagements. status: one of them, or `live` for all that are not closed or lost.

    text: part of the title, or of the client's or the company's name.
    """
    statement = select(Engagement).where(
        col(Engagement.archived_at).is_not(None) if is_archived else col(Engagement.archived_at).is_(None)
    )
    if status == "live":
        statement = statement.where(col(Engagement.status).not_in(_OVER))
    elif status:
        statement = statement.where(Engagement.status == status)
    if owner_id:
        statement = statement.where(Engagement.owner_id == owner_id)
    if contact_id:
        statement = statement.where(Engagement.contact_id == contact_id)
    return statement.where(_matches(text)) if text.strip() else statement


def list_open_waits(session: Session, engagement_id: str) -> list[Wait]:
    """What an engagement waits for, in any of its workflows, oldest first."""
    return list(
        session.exec(
            select(Wait).where(Wait.engagement_id == engagement_id, col(Wait.closed_at).is_(None)).order_by(col(Wait.since))
        )
    )


def _matches(text: str) -> Any:
    part = f"%{text.strip()}%"
    contacts = select(Contact.id).where(col(Contact.name).ilike(part))
    companies = select(Company.id).where(col(Company.name).ilike(part))
    return or_(
        col(Engagement.title).ilike(part), col(Engagement.contact_id).in_(contacts), col(Engagement.company_id).in_(companies)
    )
