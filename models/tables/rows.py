"""What all tables share: ids, the workspace they belong to, times, versions."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, column
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from models import clock

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant on both databases; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(SQLModel):
    """A row with an id and a birthday."""

    id: str = Field(primary_key=True)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class WorkspaceRow(Row):
    """A row that belongs to one workspace; `models/db.py` scopes and stamps it."""

    workspace_id: str = Field(default="", index=True)

    @classmethod
    def workspace_column(cls) -> Any:
        """The column that the scope compares; a plain name on this class itself, which has no table."""
        return cls.workspace_id if hasattr(cls, "__table__") else column("workspace_id")


class Versioned(SQLModel):
    """A row whose every change is a compare-and-swap: two writers of one version cannot both win."""

    version: int = Field(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


class Archivable(SQLModel):
    """A row that can be put away and brought back."""

    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
