"""Writing companies."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.companies import find_company_by_name
from models.rules.contacts import normalised_company_name
from models.tables.companies import Company
from models.types.errors import Conflict, Invalid

_EDITABLE = ("name", "domain", "address", "tax_id", "currency", "invoice_due_days", "rounding")


def add_company(session: Session, *, name: str, **facts: Any) -> Company:
    """Add a company. facts: its other columns. Raises Invalid without a name."""
    if not name.strip():
        raise Invalid("A company needs a name.", field="name")
    company = Company(
        id=new_id("cmp"),
        workspace_id=workspace_id_of(session),
        name=name.strip(),
        name_norm=normalised_company_name(name),
        **{key: value for key, value in facts.items() if key in _EDITABLE},
    )
    session.add(company)
    session.flush()
    record(session, "company.added", company.id)
    return company


def upsert_company(session: Session, name: str, *, domain: str = "") -> Company:
    """The company of this name, added when it is new. Its domain is filled in when it was blank."""
    company = find_company_by_name(session, name)
    if company is None:
        return add_company(session, name=name, domain=domain)
    if domain and not company.domain:
        company.domain = domain
    return company


def change_company(session: Session, company: Company, changes: dict[str, Any], *, version: int | None = None) -> None:
    """Change what is known of a company. Raises Conflict when `version` is not the present one, Invalid for a blank name."""
    if version is not None and version != company.version:
        raise Conflict("Somebody else changed this company at the same moment. Reload and try again.")
    changed = [name for name in _EDITABLE if name in changes and changes[name] != getattr(company, name)]
    if "name" in changed and not changes["name"].strip():
        raise Invalid("A company needs a name.", field="name")
    for name in changed:
        setattr(company, name, changes[name])
    company.name_norm = normalised_company_name(company.name)
    if changed:
        record(session, "company.changed", company.id)


def archive_company(session: Session, company: Company, *, now: datetime) -> None:
    """Put a company away. Twice is once."""
    if company.archived_at is None:
        company.archived_at = now
        record(session, "company.archived", company.id)


def unarchive_company(session: Session, company: Company) -> None:
    """Bring a company back. Twice is once."""
    if company.archived_at is not None:
        company.archived_at = None
        record(session, "company.unarchived", company.id)
