"""Lists by cursor: ids are ordered by time, so the last id seen is the cursor."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlmodel import Session, col

from models.tables.rows import Row

ShapeT = TypeVar("ShapeT", bound=BaseModel)


class Page(BaseModel, Generic[ShapeT]):
    """One page, newest first. next_cursor: pass it as `cursor` for the next one; None at the end."""

    items: list[ShapeT]
    next_cursor: str | None = None


class Cut(BaseModel):
    """Which part of a list is wanted."""

    cursor: str | None = None
    limit: int = 50


def _cut(cursor: Annotated[str | None, Query(max_length=64)] = None, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> Cut:
    return Cut(cursor=cursor, limit=limit)


Paging = Annotated[Cut, Depends(_cut)]


def page_of(session: Session, statement: Any, table: type[Row], cut: Cut, shape: type[ShapeT]) -> Page[ShapeT]:
    """Run a select of one table's rows and shape one page of it, newest first."""
    if cut.cursor:
        statement = statement.where(col(table.id) < cut.cursor)
    rows: Sequence[Any] = session.exec(statement.order_by(col(table.id).desc()).limit(cut.limit + 1)).all()
    items = [shape.model_validate(row, from_attributes=True) for row in rows[: cut.limit]]
    return Page[ShapeT](items=items, next_cursor=rows[cut.limit - 1].id if len(rows) > cut.limit else None)
