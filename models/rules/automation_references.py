"""Which parts of a schema hold the id of something in the studio, and which ids a drawing's values and conditions name."""

import re
from collections.abc import Iterator, Mapping

from models.rules.expression_checks import expression_types
from models.rules.json_schemas import Schema, alternatives, properties, schema_at
from models.rules.text_templates import template_paths
from models.types.automation_references import LISTS
from models.types.automations import Json

Named = tuple[str, str]
"""The list that an id has to be in, and the id."""

_COMPARING = frozenset({"eq", "ne", "in", "contains", "coalesce"})
"""Operators whose arguments are from one list; `contains` looks for a part of a text too, and then names nothing."""
# Where the schema of the row is not known its columns are ours all the same, so their names tell.
_COLUMN = re.compile(r"(?:trigger|event|nodes\.[^.]+)\.subject\.([^.]+)")


def with_lists(schema: Schema) -> dict[str, Json]:
    """The schema of a record, with `x-lookup` at every property whose name tells what it is the id of."""
    named = schema.get("properties", {})
    return {**schema, "properties": {name: {**sub, **_list_of(name, sub)} for name, sub in named.items()}}


def list_of(schema: Schema) -> str:
    """The list that a value, or each of its items, has to be in; empty when any will do."""
    found = schema.get("x-lookup") or schema.get("items", {}).get("x-lookup")
    return str(found) if found else ""


def named_in_value(value: Json, wanted: Schema) -> Iterator[Named]:
    """What a literal value names, whatever it is nested in. wanted: the schema of its field."""
    listed = list_of(wanted)
    if listed:
        yield from ((listed, one) for one in _texts(value))
        return
    for schema in alternatives(wanted):
        if isinstance(value, list):
            for index, one in enumerate(value):
                yield from named_in_value(one, schema_at(schema, [str(index)]) or {})
        if isinstance(value, Mapping):
            parts = properties(schema)
            for name in [name for name in parts if name in value]:
                yield from named_in_value(value[name], parts[name])


def named_in_mapping(mapping: Mapping[str, Json], wanted: Schema, scope: Schema) -> Iterator[Named]:
    """What a well-formed mapping names: as its value, as what to take when nothing is there, and in its comparisons."""
    for part in mapping.get("parts", {}).values():
        yield from named_in_mapping(part, {}, scope)
    yield from named_in_value(mapping.get("value", mapping.get("default")), wanted)
    if "text" in mapping and not template_paths(mapping["text"]):
        yield from named_in_value(mapping["text"].strip(), wanted)
    if "expr" in mapping:
        yield from named_in_expression(mapping["expr"], scope, list_of(wanted))


def named_in_expression(expression: Json, scope: Schema, listed: str = "") -> Iterator[Named]:
    """What a well-formed expression names beside the fields it compares. listed: the list that its own value is from."""
    if "value" in expression:
        yield from ((listed, one) for one in _texts(expression["value"]) if listed)
        return
    arguments = expression.get("args", ())
    beside = _list_beside(expression, scope, listed)
    for argument in arguments:
        yield from named_in_expression(argument, scope, beside)


def _list_of(name: str, schema: Schema) -> dict[str, Json]:
    return {"x-lookup": LISTS[name]} if name in LISTS and "x-lookup" not in schema else {}


def _list_beside(expression: Json, scope: Schema, listed: str) -> str:
    """The list that the literal arguments of an expression are from."""
    operator = expression.get("op")
    if operator not in _COMPARING or (operator == "contains" and "array" not in expression_types(expression["args"][0], scope)):
        return ""
    own = listed if operator == "coalesce" else ""
    return own or _list_read(expression, scope)


def _list_read(expression: Json, scope: Schema) -> str:
    """The list that the value of an expression is from."""
    if "path" in expression:
        column = _COLUMN.fullmatch(expression["path"])
        return LISTS.get(column[1], "") if column else list_of(schema_at(scope, expression["path"].split(".")) or {})
    if expression.get("op") in _COMPARING:
        read = [_list_read(one, scope) for one in expression["args"]]
        return next((listed for listed in read if listed), "")
    return ""


def _texts(value: Json) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one.strip()]
