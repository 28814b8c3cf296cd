"""Which host names the product answers for."""

from sqlmodel import Session, select

from models.tables.workspaces import Workspace


def is_workspace_domain(session: Session, domain: str) -> bool:
    """Whether a workspace has this as its own domain."""
    found = select(Workspace.id).where(Workspace.custom_domain == domain.lower())
    return session.exec(found).first() is not None
