"""Which studio an address in the browser belongs to."""

from sqlmodel import Session, col, select

from models.tables.workspaces import Workspace
from models.types.errors import NotFound


def has_workspace(session: Session) -> bool:
    """Whether anybody has set the product up."""
    return session.exec(select(Workspace.id).limit(1)).first() is not None


def find_front_workspace(session: Session, host: str) -> Workspace | None:
    """The studio whose brand a visitor sees before they say who they are: that of the host, else the only one there is."""
    by_host = session.exec(select(Workspace).where(Workspace.custom_domain == host.partition(":")[0])).one_or_none()
    if by_host is not None:
        return by_host
    some = session.exec(select(Workspace).order_by(col(Workspace.id)).limit(2)).all()
    return some[0] if len(some) == 1 else None


def get_workspace_by_slug(session: Session, slug: str) -> Workspace:
    """The studio of a public address. Raises NotFound."""
    workspace = session.exec(select(Workspace).where(Workspace.slug == slug)).one_or_none()
    if workspace is None:
        raise NotFound("There is no such workspace.")
    return workspace


def list_slugs(session: Session) -> set[str]:
    """The public names that are taken."""
    return set(session.exec(select(Workspace.slug)))
