"""Numbers of legal documents: taken in the transaction of the document, so that no number is lost or used twice."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, update

from models import clock
from models.db import workspace_id_of
from models.ids import new_id
from models.tables.invoices import NumberSeries


def next_number(session: Session, series: str) -> int:
    """The next number of a series, from 1, without gaps: when the transaction is undone, so is the number.

    The counter's row stays locked until the transaction ends, so that documents are issued one after another.
    """
    number = _advance(session, series)
    if number is None:
        _begin(session, series)
        number = _advance(session, series)
    assert number is not None  # noqa: S101 - the row was just made, or somebody else made it first
    return number


def _advance(session: Session, series: str) -> int | None:
    counter = col(NumberSeries.last_number)
    advanced = (
        update(NumberSeries)
        .where(col(NumberSeries.series) == series, col(NumberSeries.workspace_id) == workspace_id_of(session))
        .values(last_number=counter + 1)
        .returning(counter)
        .execution_options(synchronize_session=False)
    )
    found: int | None = session.exec(advanced).scalar_one_or_none()
    return found


def _begin(session: Session, series: str) -> None:
    """Make the counter; two that do so at once make one."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row: dict[str, Any] = {"id": new_id("ser"), "workspace_id": workspace_id_of(session), "series": series, "last_number": 0}
    session.exec(dialect.insert(NumberSeries).values(**row, created_at=clock.now()).on_conflict_do_nothing())
