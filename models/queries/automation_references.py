"""What drawings refer to, by kind and name: how a thing is found again in another studio."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import Session, col, select

from models.queries.automation_tables import NAMES, TABLES
from models.rules.automation_documents import possible_references
from models.tables.conversations import Conversation
from models.types.automation_documents import Reference, ReferenceKind
from models.types.automations import Json
from models.types.errors import Invalid

_MOST_OPTIONS = 200


def list_references(session: Session, drawing: Json) -> list[Reference]:
    """Everything of the workspace that a drawing names by id, ordered by kind and name."""
    ids = possible_references(drawing)
    if not ids:
        return []
    found = [
        Reference(row.id, kind, _name_of(kind, row))
        for kind in ReferenceKind
        for row in session.exec(select(_table(kind)).where(col(_table(kind).id).in_(ids)))
    ]
    return sorted(found, key=lambda one: (one.kind, one.name, one.key))


def find_references(session: Session, references: Iterable[Reference]) -> dict[str, str]:
    """Key to the id that a reference has here: the very thing, else the only one of its kind with its name.

    What is not found is left out.
    """
    found = {}
    for one in references:
        rows = list(session.exec(_present(one.kind).where(_table(one.kind).id == one.key)))
        rows = rows or list(session.exec(_present(one.kind).where(_name(one.kind) == one.name).limit(2)))
        if one.name and len(rows) == 1:
            found[one.key] = rows[0].id
    return found


def reference_options(session: Session, kind: ReferenceKind) -> list[tuple[str, str]]:
    """(id, name) of everything that a reference of a kind may stand for, by name."""
    rows = session.exec(_present(kind).order_by(_name(kind)).limit(_MOST_OPTIONS))
    return [(row.id, _name_of(kind, row)) for row in rows]


def check_reference(session: Session, reference: Reference, row_id: str) -> None:
    """Raises Invalid when there is no such thing of the reference's kind in the workspace."""
    if session.exec(_present(reference.kind).where(_table(reference.kind).id == row_id)).one_or_none() is None:
        said = reference.kind.replace("_", " ")
        raise Invalid(f"There is no such {said} for “{reference.name}”.", field=f"references.{reference.key}")


def _present(kind: ReferenceKind) -> Any:
    table = _table(kind)
    statement: Any = select(table)
    if kind is ReferenceKind.CHANNEL:
        statement = statement.where(Conversation.kind == "channel")
    return statement.where(col(table.archived_at).is_(None)) if hasattr(table, "archived_at") else statement


def _table(kind: ReferenceKind) -> Any:
    return Conversation if kind is ReferenceKind.CHANNEL else TABLES[kind.list]


def _name(kind: ReferenceKind) -> Any:
    """The column that tells things of a kind apart, as text."""
    return cast(col(getattr(_table(kind), NAMES.get(kind.list, "name"))), String)


def _name_of(kind: ReferenceKind, row: Any) -> str:
    return str(getattr(row, NAMES.get(kind.list, "name")) or "")
