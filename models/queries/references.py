"""Whether what a caller names exists in the workspace. No foreign key tells: it does not know of workspaces."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.tables.rows import WorkspaceRow
from models.types.errors import Invalid

_TABLES: dict[str, type[WorkspaceRow]] = {
    "company_id": Company,
    "contact_id": Contact,
    "engagement_id": Engagement,
    "owner_id": Member,
    "project_id": Project,
    "proposal_id": Proposal,
}


def check_references(session: Session, values: Mapping[str, Any]) -> None:
    """Raises Invalid at the first field of `values` that names a row of another workspace, or none at all.

    Fields that are empty, and those that name nothing of ours, are left alone.
    """
    for name, table in _TABLES.items():
        wanted = values.get(name)
        if wanted and session.exec(select(table.id).where(col(table.id) == wanted)).one_or_none() is None:
            raise Invalid(f"There is no such {name.removesuffix('_id')}.", field=name)
