"""Setting a studio up and changing its settings."""

from typing import Any

from sqlmodel import Session

from models.commands.events import record
from models.db import enter
from models.ids import new_id
from models.queries.workspaces import list_slugs
from models.rules.workspaces import DEFAULT_WEEK, free_slug
from models.tables.workspaces import Workspace
from models.types.scope import Scope


def create_workspace(
    session: Session, *, name: str, timezone: str, currency: str, country: str, sender_address: str
) -> Workspace:
    """Set a studio up and go on working in it. It starts with a nine-to-five week and no tax."""
    workspace = Workspace(
        id=new_id("ws"),
        name=name,
        slug=free_slug(name, list_slugs(session)),
        timezone=timezone,
        currency=currency,
        country=country,
        sender_name=name,
        sender_address=sender_address,
        weekly_hours=DEFAULT_WEEK,
    )
    session.add(workspace)
    session.flush()
    enter(session, Scope(workspace.id, "system"))
    record(session, "workspace.created", workspace.id)
    return workspace


def change_workspace(session: Session, workspace: Workspace, changes: dict[str, Any]) -> Workspace:
    """Change settings of the studio; documents that were issued keep what they said."""
    for name, value in changes.items():
        setattr(workspace, name, value)
    session.add(workspace)
    session.flush()
    record(session, "workspace.changed", workspace.id)
    return workspace
