"""What the texts of proposals and contracts may name."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.db import workspace_id_of
from models.queries.contacts import get_contact
from models.tables.companies import Company
from models.tables.engagements import Engagement
from models.tables.workspaces import Workspace
from models.types.errors import NotFound


def document_values(
    session: Session, engagement: Engagement, *, now: datetime, contact_id: str | None = None, proposal_title: str = ""
) -> dict[str, Any]:
    """contact, company, workspace, engagement, proposal and today, as they are now; what is not known is None."""
    workspace = session.get(Workspace, workspace_id_of(session))
    if workspace is None:
        raise NotFound("There is no such workspace.")
    contact = get_contact(session, contact_id or engagement.contact_id)
    company_id = engagement.company_id or contact.company_id
    company = session.get(Company, company_id) if company_id else None
    return {
        "contact": {
            **_known(contact, "name", "email", "phone", "title", "address"),
            "first_name": contact.name.split()[0] if contact.name.strip() else None,
        },
        "company": _known(company, "name", "address", "tax_id"),
        "workspace": {
            **_known(workspace, "name", "legal_address", "tax_id", "timezone"),
            "legal_name": workspace.legal_name or workspace.name,
        },
        "engagement": _known(engagement, "title"),
        "proposal": {"title": proposal_title or None},
        "today": now.isoformat(),
    }


def _known(row: Any, *names: str) -> dict[str, str | None]:
    return {name: str(getattr(row, name, "") or "") or None for name in names}
