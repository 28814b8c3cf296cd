"""Examples from schemas: a field's own example where it has one, else a value that its kind and name suggest."""

from typing import Any

Schema = dict[str, Any]
_BY_FORMAT: dict[str, Any] = {
    "date": "2026-11-30",
    "date-time": "2026-11-30T09:00:00Z",
    "time": "09:00:00",
    "binary": "…",
}
_BY_ENDING: dict[str, Any] = {
    "currency": "EUR",
    "email": "ada@example.com",
    "minor": 11900,
    "seconds": 3600,
    "timezone": "Europe/Berlin",
    "url": "https://studio.example/",
    "zone": "Europe/Berlin",
}
_BY_KIND: dict[str, Any] = {"integer": 1, "number": 1.0, "boolean": True, "string": "text", "null": None, "object": {}}


class Example:
    """Makes examples of one document's schemas."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self._schemas = schemas

    def of(self, schema: Schema, name: str = "", within: tuple[str, ...] = ()) -> Any:
        """A value that fits a schema. name: of the field; within: names of the schemas around it, which end a recursion."""
        if "$ref" in schema:
            target = schema["$ref"].rpartition("/")[2]
            return self.of(self._schemas[target], name, (*within, target))
        for word in ("examples", "enum"):
            if schema.get(word):
                return schema[word][0]
        if "const" in schema:
            return schema["const"]
        choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if choices:
            return self.of(self._choice(choices, within), name, within)
        return self._by_kind(schema, name, within)

    def _whole(self, schema: Schema, within: tuple[str, ...]) -> dict[str, Any]:
        return {key: self.of(inner, key, within) for key, inner in schema["properties"].items() if self._ends(inner, within)}

    def _by_kind(self, schema: Schema, name: str, within: tuple[str, ...]) -> Any:
        if "properties" in schema:
            return self._whole(schema, within)
        if schema.get("type") == "array":
            items = schema.get("prefixItems") or [schema.get("items", {})] * max(1, schema.get("minItems", 1))
            return [self.of(item, name, within) for item in items if self._ends(item, within)]
        return self._simple(schema, name)

    def _simple(self, schema: Schema, name: str) -> Any:
        kind, ending = schema.get("type", "object"), name.rpartition("_")[2]
        if schema.get("format") in _BY_FORMAT:
            return _BY_FORMAT[schema["format"]]
        if "default" in schema and schema["default"] is not None:
            return schema["default"]
        if kind == "string" and ending == "id":
            return f"{name[:3]}_01k9…" if name != "id" else "01k9…"
        suggested = _BY_ENDING.get(ending)
        if isinstance(suggested, int if kind == "integer" else str) and kind in ("integer", "string"):
            return suggested
        return max(_BY_KIND[kind], schema.get("minimum", 1)) if kind in ("integer", "number") else _BY_KIND[kind]

    def _choice(self, choices: list[Schema], within: tuple[str, ...]) -> Schema:
        return next((one for one in choices if self._ends(one, within)), choices[-1])

    def _ends(self, schema: Schema, within: tuple[str, ...]) -> bool:
        """Whether a schema leads to none of those around it at once."""
        return schema.get("$ref", "").rpartition("/")[2] not in within
