"""Alembic's entry: migrates the database it is handed, or compares it with the tables."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - registers every table
from models.tables.rows import UtcDateTime


def _render(kind: str, value: Any, _autogen: Any) -> str | Literal[False]:
    """Write our one column type by its name, so that a migration needs no import of it."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Migrate within the connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,  # SQLite alters a table by making it anew
        render_item=_render,
        compare_type=False,
    )
    context.run_migrations()


run(context.config.attributes["connection"])
