"""From the JSON Schema of an action's input to the fields of a plain form, and from what was typed back to the input.

The labels are those of the builder (`api/web/builder/src/panels/settings/form_model.ts`).
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.rules.json_schemas import Schema, alternatives, misfit, properties, required_fields, schema_types
from models.types.automations import Json
from models.types.errors import Invalid
from models.types.input_fields import Control, InputField

_LONG = 400
"""Characters from which on a text has paragraphs."""
_LONG_NAMES = frozenset({"body", "text", "message", "description", "note"})
_FORMATS = {"date": Control.DATE, "time": Control.TIME}


def input_fields(schema: Schema) -> list[InputField]:
    """The fields of an object of this schema, in its order."""
    required = required_fields(schema)
    return [_field(name, inner, name in required) for name, inner in properties(schema).items()]


def field_text(field: InputField, value: Json) -> str:
    """What stands in the field for a value; a checkbox that is ticked is `on`."""
    if value is None:
        return ""
    if field.control is Control.CHECKBOX:
        return "on" if value else ""
    if field.control is Control.LINES and isinstance(value, list):
        return "\n".join(str(one) for one in value)
    if field.control is Control.PAIRS and isinstance(value, dict):
        return "\n".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def typed_input(fields: Sequence[InputField], typed: Mapping[str, str]) -> tuple[dict[str, Json], dict[str, str]]:
    """The input that was typed, and for each field that cannot be read so the reason. What is empty is left out.

    typed: name of the field to what stands in it; a checkbox that is not ticked has none.
    """
    given: dict[str, Json] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        text = typed.get(field.name, "")
        if field.control is not Control.CHECKBOX and not text.strip():
            if field.is_required:
                wrong[field.name] = f"“{field.label}” is missing. Fill it in."
            continue
        try:
            given[field.name] = _READERS.get(field.control, _text)(field, text)
        except Invalid as error:
            wrong[field.name] = error.detail
        else:
            reason = misfit(field.schema, given[field.name])
            wrong |= {field.name: f"“{field.label}”: {reason}"} if reason else {}
    return given, wrong


def _field(name: str, schema: Schema, is_required: bool) -> InputField:
    plain = next((one for one in alternatives(schema) if schema_types(one) != {"null"}), schema)
    listed = plain.get("items")
    items: Schema = listed if isinstance(listed, dict) else {}
    title = schema.get("title") or ("" if {"properties", "enum"} & set(plain) else plain.get("title"))
    lookup = schema.get("x-lookup") or plain.get("x-lookup") or ""
    choices = tuple((_written(one), _sentence(str(one))) for one in plain.get("enum", []) if one is not None)
    return InputField(
        name=name,
        label=str(title or _sentence(name)),
        hint=str(schema.get("description") or ""),
        control=_control(name, schema, plain, items, bool(lookup)),
        is_required=is_required,
        schema=schema,
        lookup=str(lookup),
        choices=choices or _YES_AND_NO,
    )


_YES_AND_NO = (("true", "Yes"), ("false", "No"))


def _control(name: str, schema: Schema, plain: Schema, items: Schema, has_lookup: bool) -> Control:
    types = schema_types(schema)
    wanted = types - {"null"}
    if plain.get("enum"):
        return Control.CHOICE
    if len(wanted) != 1:
        return Control.JSON
    (kind,) = wanted
    if kind == "boolean":
        return Control.CHOICE if "null" in types else Control.CHECKBOX
    if kind == "number":
        return Control.NUMBER
    if kind == "string":
        return Control.LOOKUP if has_lookup else _text_control(name, plain)
    if kind == "array":
        return Control.LINES if schema_types(items) == {"string"} else Control.JSON
    other = plain.get("additionalProperties")
    is_texts = isinstance(other, dict) and "properties" not in plain and schema_types(other) == {"string"}
    return Control.PAIRS if is_texts else Control.JSON


def _text_control(name: str, plain: Schema) -> Control:
    if plain.get("format") in _FORMATS:
        return _FORMATS[str(plain["format"])]
    longest = plain.get("maxLength")
    is_long = (isinstance(longest, int) and longest > _LONG) or plain.get("format") in ("html", "json") or name in _LONG_NAMES
    return Control.PARAGRAPHS if is_long and plain.get("format") != "uri" else Control.LINE


def _text(field: InputField, text: str) -> Json:
    # Browsers send the ends of lines as two characters.
    return text.replace("\r\n", "\n")


def _number(field: InputField, text: str) -> Json:
    try:
        return int(text) if re.fullmatch(r"\s*[+-]?\d+\s*", text) else float(text)
    except ValueError:
        raise Invalid(f"“{field.label}” must be a number, such as 3.", field=field.name) from None


def _choice(field: InputField, text: str) -> Json:
    plain = next((one for one in alternatives(field.schema) if one.get("enum")), {"enum": [True, False]})
    found = [one for one in plain["enum"] if _written(one) == text]
    if not found:
        raise Invalid(f"Choose one of what “{field.label}” offers.", field=field.name)
    return found[0]


def _checkbox(field: InputField, text: str) -> Json:
    return bool(text)


def _lines(field: InputField, text: str) -> Json:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pairs(field: InputField, text: str) -> Json:
    pairs: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise Invalid(f"“{field.label}”: write each line as Name: text.", field=field.name)
        pairs[name.strip()] = value.strip()
    return pairs


def _json(field: InputField, text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid(
            f"“{field.label}” is not readable as JSON. Look for a missing quote or bracket.", field=field.name
        ) from None


def _written(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _sentence(name: str) -> str:
    words = re.sub(r"[_.]", " ", re.sub(r"_(id|minor|bps|milli)$", "", name)).strip()
    return words[:1].upper() + words[1:] if words else name


_READERS: Mapping[Control, Callable[[InputField, str], Any]] = {
    Control.NUMBER: _number,
    Control.CHOICE: _choice,
    Control.CHECKBOX: _checkbox,
    Control.LINES: _lines,
    Control.PAIRS: _pairs,
    Control.JSON: _json,
}
