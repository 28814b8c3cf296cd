"""The part of JSON Schema that typed pickers and checks need: what lies at a path, which types it may have, does a value fit.

Understands what Pydantic writes: `$ref` into `$defs`, `anyOf`, `allOf`, `enum`, `const`, `additionalProperties`. A schema
that says nothing allows everything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time

from models.types.automations import Json

ANY = frozenset({"null", "boolean", "number", "string", "array", "object"})
"""The types told apart; an integer is a number."""

_READERS: Mapping[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "time": time.fromisoformat,
}
_EXAMPLES = {"date": "2026-03-31", "date-time": "2026-03-31T09:00:00+00:00", "time": "09:00"}
_MAX_REFERENCES = 20
_MAX_DEPTH = 12

Schema = Mapping[str, Json]


def schema_at(schema: Schema, path: Sequence[str]) -> Schema | None:
    """The schema of what lies at a path; None when nothing can lie there.

    path: property names, and indexes as digits.
    """
    found: list[Schema] = [schema]
    for segment in path:
        found = [child for parent in found for child in _children(parent, segment)]
        if not found:
            return None
    return found[0] if len(found) == 1 else {"anyOf": found}


def schema_types(schema: Schema) -> frozenset[str]:
    """The types a value of this schema may have."""
    schema = _resolved(schema)
    variants = _variants(schema)
    if variants:
        return frozenset[str]().union(*(schema_types(variant) for variant in variants))
    if "const" in schema:
        return frozenset({json_type(schema["const"])})
    if isinstance(schema.get("enum"), list):
        return frozenset(json_type(value) for value in schema["enum"])
    return _declared_types(schema)


def alternatives(schema: Schema) -> list[Schema]:
    """The schemas that a value of this one may have, each without a reference and alternatives of its own."""
    schema = _resolved(schema)
    variants = _variants(schema)
    return [plain for variant in variants for plain in alternatives(variant)] if variants else [schema]


def json_type(value: Json) -> str:
    """The type of a value; booleans are not numbers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def misfit(schema: Schema, value: Json, depth: int = 0) -> str | None:
    """Why a value does not fit a schema, in a sentence; None when it fits.

    Looks at types, choices, lengths, bounds, dates, items and properties; patterns are left to the action itself.
    """
    schema = _resolved(schema)
    variants = _variants(schema)
    if variants:
        reasons = [misfit(variant, value, depth) for variant in variants]
        return None if None in reasons else reasons[0]
    if depth > _MAX_DEPTH:
        return "This is nested too deeply."
    for reason in _misfits(schema, value, depth):
        return reason
    return None


def required_fields(schema: Schema) -> tuple[str, ...]:
    """The properties an object of this schema must have, in the schema's order."""
    listed = _resolved(schema).get("required")
    return tuple(name for name in listed if isinstance(name, str)) if isinstance(listed, list) else ()


def properties(schema: Schema) -> dict[str, Schema]:
    """The named properties of an object of this schema."""
    resolved = _resolved(schema)
    named = resolved.get("properties")
    return {name: _with_definitions(sub, resolved) for name, sub in named.items()} if isinstance(named, dict) else {}


def allows_other_properties(schema: Schema) -> bool:
    """Whether an object of this schema may have properties that it does not name."""
    resolved = _resolved(schema)
    return bool(resolved.get("additionalProperties", "properties" not in resolved))


def _misfits(schema: Schema, value: Json, depth: int) -> Iterator[str]:
    types = _declared_types(schema)
    if json_type(value) not in types:
        yield f"This must be a {' or '.join(sorted(types - {'null'}) or ['null'])}."
        return
    if schema.get("type") == "integer" and isinstance(value, float):
        yield "This must be a whole number."
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(choices, list) and value not in choices:
        yield f"This must be one of: {', '.join(str(choice) for choice in choices[:12])}."
    yield from _out_of_bounds(schema, value)
    if isinstance(value, str):
        yield from _not_a_date(schema, value)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        yield from _first_misfit([(_with_definitions(schema["items"], schema), item) for item in value], depth)
    if isinstance(value, dict):
        yield from _property_misfits(schema, value, depth)


def _property_misfits(schema: Schema, value: dict[str, Json], depth: int) -> Iterator[str]:
    named = properties(schema)
    for name in required_fields(schema):
        if name not in value:
            yield f"“{name}” is missing."
    if not allows_other_properties(schema):
        yield from (f"There is no “{name}” here." for name in value if name not in named)
    yield from _first_misfit([(named[name], item) for name, item in value.items() if name in named], depth)


def _first_misfit(pairs: list[tuple[Schema, Json]], depth: int) -> Iterator[str]:
    for schema, item in pairs:
        reason = misfit(schema, item, depth + 1)
        if reason:
            yield reason


def _out_of_bounds(schema: Schema, value: Json) -> Iterator[str]:
    size = len(value) if isinstance(value, str | list) else value
    if isinstance(size, bool) or not isinstance(size, int | float):
        return
    low, high = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}.get(
        json_type(value), ("minimum", "maximum")
    )
    if low in schema and size < schema[low]:
        yield f"This must be at least {schema[low]}{' long' if low != 'minimum' else ''}."
    if high in schema and size > schema[high]:
        yield f"This must be at most {schema[high]}{' long' if high != 'maximum' else ''}."


def _not_a_date(schema: Schema, value: str) -> Iterator[str]:
    reader = _READERS.get(str(schema.get("format")))
    if reader is None:
        return
    try:
        reader(value)
    except ValueError:
        yield f"This must be a {schema['format']}, such as {_EXAMPLES[schema['format']]}."


def _children(schema: Schema, segment: str) -> list[Schema]:
    schema = _resolved(schema)
    variants = _variants(schema)
    if variants:
        return [child for variant in variants for child in _children(variant, segment)]
    types = _declared_types(schema)
    if segment.isdigit() and "array" in types and "object" not in types:
        items = schema.get("items")
        return [_with_definitions(items, schema) if isinstance(items, dict) else {}]
    named = properties(schema)
    if segment in named:
        return [named[segment]]
    if "object" not in types or not allows_other_properties(schema):
        return []
    others = schema.get("additionalProperties")
    return [_with_definitions(others, schema) if isinstance(others, dict) else {}]


def _declared_types(schema: Schema) -> frozenset[str]:
    declared = schema.get("type")
    if declared is None:
        return frozenset({"object"}) if "properties" in schema else ANY
    names = declared if isinstance(declared, list) else [declared]
    return frozenset("number" if name == "integer" else str(name) for name in names)


def _variants(schema: Schema) -> list[Schema]:
    for key in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(key), list):
            return [_with_definitions(variant, schema) for variant in schema[key] if isinstance(variant, dict)]
    return []


def _resolved(schema: Schema) -> Schema:
    for _ in range(_MAX_REFERENCES):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        target = schema.get("$defs", {}).get(reference.rpartition("/")[2], {})
        schema = _with_definitions(target, schema)
    return {}


def _with_definitions(schema: Schema, parent: Schema) -> Schema:
    """The same schema, with the definitions its references point into."""
    return {**schema, "$defs": parent["$defs"]} if "$defs" in parent and "$defs" not in schema else schema
