"""Builders of people with passwords, and of links that let people in."""

from datetime import timedelta

from models import clock
from models.commands.logins import make_one_time_link
from models.db import Database
from models.queries.members import get_member
from models.types.members import LinkKind
from tests.builders.workspaces import Studio

PASSWORD = "three grey herons"


def give_password(database: Database, studio: Studio, password_hash: str) -> None:
    """Let the owner sign in with a password."""
    with database.write(studio.scope) as session:
        get_member(session, studio.owner_id).password_hash = password_hash


def make_link(
    database: Database, studio: Studio, kind: LinkKind, person_id: str, *, lasts: timedelta = timedelta(minutes=30)
) -> str:
    """The token of a one-time link."""
    with database.write(studio.scope) as session:
        return make_one_time_link(
            session, workspace_id=studio.workspace_id, kind=kind, person_id=person_id, lasts=lasts, now=clock.now()
        )
