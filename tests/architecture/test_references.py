"""Whatever an automation can name by its id is declared once, so that its absence is told: in the compiler, in files, in pickers.

The Dubsado trap: a status was deleted, and the automations that named it stood still without a word.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlmodel import Session

from api.actions.catalogue import ACTIONS, schemas
from models.queries.automation_lookups import drawing_lookups
from models.queries.automation_options import LOOKUPS
from models.queries.automation_schemas import trigger_schemas
from models.queries.automation_tables import ARCHIVED, MIXED, TABLES
from models.rules.automation_drawings.shapes import SHAPES
from models.types.automation_documents import ReferenceKind
from models.types.automation_references import LISTS, UNLISTED

WORDS = {"approvers", "zones", "event_types", "channels", "tags"}
"""Lists of words, not of rows; approvers are `member:…`, which is looked for among the members."""


def fields_of(schema: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every property in a schema, however deep: its name and its schema."""
    if isinstance(schema, list | tuple):
        for one in schema:
            yield from fields_of(one)
    if isinstance(schema, dict):
        named = schema.get("properties")
        yield from named.items() if isinstance(named, dict) else ()
        for one in schema.values():
            yield from fields_of(one)


def is_id(name: str) -> bool:
    return name.endswith(("_id", "_ids"))


def listed(schema: Mapping[str, Any]) -> str | None:
    return schema.get("x-lookup") or schema.get("items", {}).get("x-lookup")


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_every_input_that_names_a_row_says_of_which_list(action):
    fields = fields_of(action.Input.model_json_schema())
    assert [name for name, schema in fields if is_id(name) and not listed(schema) and name not in UNLISTED] == []


def test_every_id_that_can_be_read_says_of_which_list():
    shown = [*(entry["output"] for entry in schemas().values()), *trigger_schemas().values()]
    ids = {name for one in shown for name, _ in fields_of(one) if is_id(name)}
    assert ids <= set(LISTS) | UNLISTED, "declare it in models/types/automation_references.py"
    assert not set(LISTS) & UNLISTED


def test_every_list_that_a_drawing_can_name_is_looked_up(session: Session):
    drawn = [entry["input"] for entry in schemas().values()]
    named = {listed(schema) for _, schema in fields_of([*drawn, *SHAPES.values(), *trigger_schemas().values()])} - {None}
    assert named - WORDS <= set(drawing_lookups(session)), "add its table to models/queries/automation_tables.py"
    assert named | set(LISTS.values()) <= set(LOOKUPS), "add its choices to models/queries/automation_options.py"
    assert set(LISTS.values()) <= set(TABLES) | set(MIXED)


def test_every_kind_of_row_can_be_carried_in_a_file():
    assert {kind.list for kind in ReferenceKind} - {"channels"} == set(TABLES)


def test_mixed_lists_are_made_of_plain_ones():
    assert {name for names in MIXED.values() for name in names} | set(ARCHIVED.values()) <= set(TABLES)
