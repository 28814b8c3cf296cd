"""Invented values that fit a JSON Schema: what a form shows and a preview reads where nothing real has happened yet."""

from collections.abc import Mapping
from datetime import datetime

from models.rules.json_schemas import Schema, properties, schema_types
from models.types.automations import Json

_MOST_DEPTH = 6

_BY_NAME: Mapping[str, Json] = {
    "email": "ada@byron-mills.example",
    "phone": "+44 20 7946 0018",
    "timezone": "Europe/London",
    "locale": "en",
    "currency": "EUR",
    "domain": "byron-mills.example",
    "slug": "website",
    "source": "Website form",
    "status": "open",
    "actor": "public",
    "title": "A new website",
    "address": "12 Mill Lane, London",
    "message": "Something went wrong.",
    "decision": "approved",
    "note": "Looks good.",
    "tags": ["website"],
}
_NAMES: Mapping[str, str] = {
    "contact": "Ada Byron",
    "company": "Byron Mills",
    "owner": "Mara Nord",
    "form": "Website form",
    "workspace": "Your studio",
}


def invented(schema: Schema, at: datetime, *, name: str = "", within: str = "", depth: int = 0) -> Json:
    """A value that fits a schema and reads like a studio's day; the same for the same arguments.

    at: the moment that dates are near. name, within: the property it stands in, and the property around that.
    """
    if "const" in schema or schema.get("enum"):
        return schema["const"] if "const" in schema else schema["enum"][0]
    types = schema_types(schema)
    if "object" in types and len(types - {"null"}) == 1:
        inner = properties(schema) if depth < _MOST_DEPTH else {}
        return {key: invented(sub, at, name=key, within=name, depth=depth + 1) for key, sub in inner.items()}
    if name in _BY_NAME:
        return _fitted(_BY_NAME[name], types)
    return _scalar(schema, types, at, name, within)


def _fitted(value: Json, types: frozenset[str]) -> Json:
    kind = "array" if isinstance(value, list) else "string"
    return value if kind in types else None


def _scalar(schema: Schema, types: frozenset[str], at: datetime, name: str, within: str) -> Json:
    if "string" in types:
        return _text(schema, at, name, within)
    if "number" in types:
        return 125_000 if name.endswith("_minor") else max(1, int(schema.get("minimum", 1)))
    if "boolean" in types:
        return not name.startswith("is_")
    if "array" in types:
        items = schema.get("items")
        return [invented(items, at, name=name.removesuffix("s"), within=within)] if isinstance(items, dict) and items else []
    return None


def _text(schema: Schema, at: datetime, name: str, within: str) -> str:
    if name == "name":
        return _NAMES.get(within, "A name")
    kind = _format_of(schema)
    if kind == "date" or name.endswith("_on"):
        return at.date().isoformat()
    if kind == "date-time" or name == "at" or name.endswith("_at"):
        return at.isoformat()
    if name == "id" or name.endswith("_id"):
        return f"{within or name.removesuffix('_id') or 'record'}_example"
    return name.replace("_", " ").capitalize() or "Text"


def _format_of(schema: Schema) -> str:
    variants = [schema, *(one for one in schema.get("anyOf", []) if isinstance(one, dict))]
    return next((str(one["format"]) for one in variants if "format" in one), "")
