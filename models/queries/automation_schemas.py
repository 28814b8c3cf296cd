"""What automations may read of the records they are about: the schemas of events and triggers, with the tables' own columns."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from models.queries.automation_records import held_by, shown_columns, table_of
from models.rules.automation_records import known_event_schemas, known_trigger_schemas, nouns, subject_schema
from models.types.automations import MAY_BE_MISSING, Json

_SHAPES: tuple[tuple[type, Mapping[str, Json]], ...] = (
    (bool, {"type": "boolean"}),
    (int, {"type": "integer"}),
    (float, {"type": "number"}),
    (datetime, {"type": "string", "format": "date-time"}),
    (date, {"type": "string", "format": "date"}),
    (str, {"type": "string"}),
)
"""A type of Python to its schema, the narrower one first."""


@cache
def event_schemas() -> dict[str, dict[str, Json]]:
    """Event type to the schema of its record, as `models.rules.automation_records` tells it; `subject` by its columns."""
    return known_event_schemas(subject_schemas())


@cache
def trigger_schemas() -> dict[str, dict[str, Json]]:
    """The schemas of events and of all other triggers, `subject` by its columns."""
    return known_trigger_schemas(subject_schemas())


@cache
def subject_schemas() -> dict[str, dict[str, Json]]:
    """Noun to the schema of what `subject` holds of its rows; nouns without a table have none."""
    found = {noun: table_of(noun) for noun in nouns()}
    return {noun: subject_schema(_columns(noun, table)) for noun, table in found.items() if table is not None}


def _columns(noun: str, table: type[Any]) -> dict[str, dict[str, Json]]:
    return {name: _shaped(table.__table__.columns[name]) for name in shown_columns(noun)}


def _shaped(column: Any) -> dict[str, Json]:
    kind = held_by(column)
    shape = next(dict(schema) for known, schema in _SHAPES if issubclass(kind, known))
    if column.nullable:
        return {**shape, "type": [shape["type"], "null"]}
    is_blank_by_itself = column.default is not None and column.default.is_scalar and column.default.arg == ""
    return {**shape, MAY_BE_MISSING: True} if is_blank_by_itself else shape
