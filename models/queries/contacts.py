"""Reading people."""

import json
from typing import Any

from sqlalchemy import Text, cast, or_
from sqlmodel import Session, col, select

from models.rules.contacts import normalised_email
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.types.errors import NotFound


def get_contact(session: Session, contact_id: str) -> Contact:
    """One person; the survivor, when they were merged into another. Raises NotFound."""
    contact = session.get(Contact, contact_id)
    for _ in range(10):
        if contact is None or contact.merged_into_id is None:
            break
        contact = session.get(Contact, contact.merged_into_id)
    if contact is None:
        raise NotFound("There is no such contact.")
    return contact


def find_contact_by_email(session: Session, email: str) -> Contact | None:
    """The live person with this address, however it is spelled, or None."""
    email_norm = normalised_email(email)
    if email_norm is None:
        return None
    return session.exec(
        select(Contact).where(Contact.email_norm == email_norm, col(Contact.merged_into_id).is_(None))
    ).one_or_none()


def find_contact_by_phone(session: Session, phone_norm: str) -> Contact | None:
    """The live person known longest with this number (E.164), or None."""
    return session.exec(
        select(Contact)
        .where(Contact.phone_norm == phone_norm, col(Contact.merged_into_id).is_(None))
        .order_by(col(Contact.created_at))
    ).first()


def contacts_statement(
    *, q: str = "", tag: str = "", company_id: str | None = None, owner_id: str | None = None, is_archived: bool = False
) -> Any:
    """A select of live people. q: part of a name, an address, a number or a company's name."""
    statement = select(Contact).where(col(Contact.merged_into_id).is_(None))
    archived = col(Contact.archived_at)
    statement = statement.where(archived.is_not(None) if is_archived else archived.is_(None))
    if q.strip():
        statement = statement.where(_matches(q.strip()))
    if company_id:
        statement = statement.where(Contact.company_id == company_id)
    if owner_id:
        statement = statement.where(Contact.owner_id == owner_id)
    if tag:
        statement = statement.where(cast(col(Contact.tags), Text).contains(json.dumps(tag), autoescape=True))
    return statement


def _matches(q: str) -> Any:
    companies = select(Company.id).where(col(Company.name).icontains(q, autoescape=True))
    columns = (col(Contact.name), col(Contact.email), col(Contact.phone))
    return or_(*(column.icontains(q, autoescape=True) for column in columns), col(Contact.company_id).in_(companies))
