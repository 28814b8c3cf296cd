"""Reading companies."""

from typing import Any

from sqlmodel import Session, col, func, select

from models.rules.contacts import normalised_company_name
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.types.errors import NotFound
from models.types.time_entries import RoundingMode, RoundingScope, TimeRounding


def get_company(session: Session, company_id: str) -> Company:
    """One company. Raises NotFound."""
    company = session.get(Company, company_id)
    if company is None:
        raise NotFound("There is no such company.")
    return company


def find_company_by_name(session: Session, name: str) -> Company | None:
    """The company of this name, however it is spelled, or None. The one known longest, when there are two."""
    return session.exec(
        select(Company).where(Company.name_norm == normalised_company_name(name)).order_by(col(Company.created_at))
    ).first()


def list_companies_by_id(session: Session, ids: set[str]) -> dict[str, Company]:
    """Companies by id, for a page that shows many people."""
    return {one.id: one for one in session.exec(select(Company).where(col(Company.id).in_(ids)))} if ids else {}


def companies_statement(*, q: str = "", is_archived: bool = False) -> Any:
    """A select of companies. q: part of the name or the domain."""
    archived = col(Company.archived_at)
    statement = select(Company).where(archived.is_not(None) if is_archived else archived.is_(None))
    if q.strip():
        wanted = q.strip()
        found = col(Company.name).icontains(wanted, autoescape=True) | col(Company.domain).icontains(wanted, autoescape=True)
        statement = statement.where(found)
    return statement


def count_people(session: Session, ids: set[str]) -> dict[str, int]:
    """How many live people each company has, by company id; companies without people are left out."""
    if not ids:
        return {}
    rows = session.exec(
        select(Contact.company_id, func.count())
        .where(col(Contact.company_id).in_(ids), col(Contact.merged_into_id).is_(None), col(Contact.archived_at).is_(None))
        .group_by(col(Contact.company_id))
    )
    return {str(company_id): number for company_id, number in rows}


def find_rounding(session: Session, company_id: str | None) -> TimeRounding:
    """How a client's time is rounded at billing; not at all when nothing was agreed."""
    company = session.get(Company, company_id) if company_id else None
    agreed = company.rounding if company else {}
    return TimeRounding(
        increment_seconds=int(agreed.get("increment_seconds", 0)),
        mode=RoundingMode(agreed.get("mode", "nearest")),
        scope=RoundingScope(agreed.get("per", "entry")),
    )
