"""Values made up to fit a JSON Schema: what an action would have given back, a record that nobody has yet."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from models.rules.automation_samples import invented
from models.rules.json_schemas import Schema, alternatives, misfit, properties, schema_types
from models.types.automations import Json

_MOST_DEEP = 8
_FORMATS: Mapping[str, str] = {
    "email": "ada@example.com",
    "uri": "https://example.com/",
    "time": "09:00",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_WORDS: Mapping[str, str] = {
    "name": "Ada Byron",
    "email": "ada@example.com",
    "to": "ada@example.com",
    "phone": "+44 20 7946 0000",
    "title": "New website",
    "company": "Analytical Engines",
    "domain": "example.com",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "locale": "en",
    "status": "active",
    "slug": "start-a-project",
    "source": "form",
    "url": "https://example.com/",
}
_Known = tuple[datetime, int, Mapping[str, Json]]
_OF_THE_EVENT = ("event_id", "type", "event", "subject", "subject_id", "at")
_AMOUNT = 100_000
"""Minor units of an amount nobody named."""


def sample_value(schema: Schema, *, name: str, now: datetime, serial: int, hints: Mapping[str, Json]) -> Json:
    """A value of this schema: the hint of that name where it fits, else one made up; the same arguments give the same.

    serial: makes ids differ. Texts are plausible, flags are true, lists as short as they may be.
    """
    return _value(schema, name, (now, serial, hints), 0)


def sample_record(
    schema: Schema, fields: Mapping[str, Json], *, now: datetime, base: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """A record of an event's schema: what is known of it, what somebody filled in by dotted path, the rest made up.

    base: a record of another event whose people and things it shares.
    """
    record: dict[str, Json] = {}
    for name, wanted in properties(schema).items():
        known = (base or {}).get(name)
        record[name] = known if known is not None and name not in _OF_THE_EVENT else invented(wanted, now, name=name)
    for path, value in fields.items():
        _set(record, path.split("."), value)
    for noun in ("engagement", "contact"):
        part = record.get(noun)
        if f"{noun}_id" in record and isinstance(part, dict) and f"{noun}_id" not in fields:
            record[f"{noun}_id"] = part.get("id")
    return record


def _set(record: dict[str, Json], path: list[str], value: Json) -> None:
    inner: Any = record
    for segment in path[:-1]:
        child = inner.get(segment)
        inner[segment] = dict(child) if isinstance(child, dict) else {}
        inner = inner[segment]
    inner[path[-1]] = value


def _value(schema: Schema, name: str, known: _Known, depth: int) -> Json:
    _, _, hints = known
    if name in hints and misfit(schema, hints[name]) is None:
        return hints[name]
    plain = next((one for one in alternatives(schema) if schema_types(one) != {"null"}), {"type": "null"})
    if "const" in plain:
        return plain["const"]
    if isinstance(plain.get("enum"), list) and plain["enum"]:
        return plain["enum"][0]
    types = schema_types(plain)
    wanted = next((kind for kind in ("string", "object", "array", "number", "boolean") if kind in types), "null")
    made = _MAKERS[wanted](plain, name, known, depth)
    return made if "default" not in plain or misfit(plain, made) is None else plain["default"]


def _text(schema: Schema, name: str, known: _Known, depth: int) -> Json:
    now, serial, _ = known
    wanted = schema.get("format")
    if wanted in ("date", "date-time"):
        return now.date().isoformat() if wanted == "date" else now.isoformat()
    text = _FORMATS.get(str(wanted)) or _WORDS.get(name) or _named(name, serial)
    longest = schema.get("maxLength")
    text = text if not isinstance(longest, int) else text[:longest]
    shortest = schema.get("minLength")
    return text.ljust(shortest, "-") if isinstance(shortest, int) else text


def _named(name: str, serial: int) -> str:
    if name == "id" or name.endswith("_id"):
        return f"{name.removesuffix('_id')}_{serial}"
    return re.sub(r"[_-]+", " ", name).strip().capitalize() or "Text"


def _object(schema: Schema, name: str, known: _Known, depth: int) -> Json:
    if depth >= _MOST_DEEP:
        return {}
    return {child: _value(wanted, child, known, depth + 1) for child, wanted in properties(schema).items()}


def _list(schema: Schema, name: str, known: _Known, depth: int) -> Json:
    least, items = schema.get("minItems", 0), schema.get("items")
    if depth >= _MOST_DEEP or not isinstance(least, int):
        return []
    return [_value(items if isinstance(items, dict) else {}, name.removesuffix("s"), known, depth + 1) for _ in range(least)]


def _number(schema: Schema, name: str, known: _Known, depth: int) -> Json:
    low, high = schema.get("minimum"), schema.get("maximum")
    wanted: int | float = _AMOUNT if name.endswith("_minor") else 1
    if isinstance(low, int | float):
        wanted = max(wanted, low)
    return min(wanted, high) if isinstance(high, int | float) else wanted


_MAKERS: Mapping[str, Callable[[Schema, str, _Known, int], Json]] = {
    "string": _text,
    "object": _object,
    "array": _list,
    "number": _number,
    "boolean": lambda *_: True,
    "null": lambda *_: None,
}
