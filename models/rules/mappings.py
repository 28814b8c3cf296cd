"""Where the value of one input comes from.

{"value": 3}                                       a literal
{"path": "trigger.contact.email", "default": ""}   a field, and what to take when it is empty
{"text": "Hi {{ trigger.contact.name }}"}          text with places; `"escape": true` for HTML, or `"json"`, `"uri"`
{"expr": {"op": …}}                                an expression
{"parts": {"X-Client": {"path": …}}}               texts under names of one's own, such as headers: one of the above each
"""

from collections.abc import Collection, Mapping

from models.rules.automation_plan.records import canonical_json
from models.rules.expression_checks import check, moment_format
from models.rules.expressions import evaluate, is_path, joined, paths_read, shape_problems, value_at
from models.rules.json_schemas import Schema, alternatives, misfit, schema_types
from models.rules.path_words import path_words
from models.rules.text_templates import missing_paths, render, template_paths, template_problems
from models.types.automations import Json, Problem

MAX_PARTS = 100

_SHAPES = ({"value"}, {"path"}, {"path", "default"}, {"text"}, {"text", "escape"}, {"expr"})
_WRITABLE: Schema = {"type": ["string", "number", "boolean"]}
"""What can be written as the text of a part."""


def mapped_value(mapping: Mapping[str, Json], scope: Mapping[str, Json], *, zone: str = "UTC") -> Json:
    """The value of a well-formed mapping over a scope; None when it has none. Raises Invalid when a text grows too long."""
    if "value" in mapping:
        return mapping["value"]
    if "parts" in mapping:
        return _mapped_parts(mapping["parts"], scope, zone)
    if "expr" in mapping:
        return evaluate(mapping["expr"], scope)
    if "text" in mapping:
        return render(mapping["text"], scope, escape=mapping.get("escape", False), zone=zone)
    found = value_at(scope, mapping["path"])
    return mapping.get("default") if is_blank(found) else found


def mapped_input(mappings: Mapping[str, Json], scope: Mapping[str, Json], *, zone: str = "UTC") -> dict[str, Json]:
    """The input of an action; a field whose value is missing is left out, a literal null stays."""
    values = {name: mapped_value(mapping, scope, zone=zone) for name, mapping in mappings.items()}
    return {name: value for name, value in values.items() if value is not None or "value" in mappings[name]}


def escaped_for(wanted: Schema, mapping: Mapping[str, Json]) -> dict[str, Json]:
    """The mapping as it is carried out: values put into a text for HTML, JSON or an address are escaped for it."""
    kind = wanted.get("format")
    if "text" in mapping and kind in ("html", "json", "uri"):
        return {**mapping, "escape": True if kind == "html" else kind}
    return dict(mapping)


def missing_fields(
    mappings: Mapping[str, Json], scope: Mapping[str, Json], required: Collection[str], *, client_facing: bool
) -> dict[str, str]:
    """The inputs an action cannot go without and has no value for: field to the reason, in the order of the names.

    client_facing: then a place in a text with nothing to show counts as missing too.
    """
    reasons: dict[str, str] = {}
    for name, mapping in sorted(mappings.items()):
        empty = missing_paths(mapping["text"], scope) if client_facing and "text" in mapping else []
        if empty:
            reasons[name] = f"nothing to show for {', '.join(f'“{path_words(path)}”' for path in empty)}"
        elif name in required and "value" not in mapping and is_blank(mapped_value(mapping, scope)):
            reasons[name] = f"“{path_words(mapping['path'])}” is empty" if "path" in mapping else "it is empty"
    return reasons


def missing_reads(mapping: Mapping[str, Json], scope: Mapping[str, Json]) -> list[str]:
    """The paths of a well-formed mapping that hold nothing and have nothing to take instead, each once, as they are read."""
    if "parts" in mapping:
        return list(dict.fromkeys(path for part in mapping["parts"].values() for path in missing_reads(part, scope)))
    if "text" in mapping:
        return missing_paths(mapping["text"], scope)
    reads = dict.fromkeys(path for path, guarded in mapping_reads(mapping) if not guarded)
    return [path for path in reads if is_blank(value_at(scope, path))]


def shown_text(value: Json, zone: str) -> str:
    """A value as a text would show it; a record as its JSON."""
    if isinstance(value, dict):
        return canonical_json(value)
    return render("{{ value }}", {"value": value}, zone=zone)


def mapping_reads(mapping: Mapping[str, Json]) -> list[tuple[str, bool]]:
    """The paths a well-formed mapping reads, each with whether it says what to take when nothing is there."""
    if "parts" in mapping:
        return [read for part in mapping["parts"].values() for read in mapping_reads(part)]
    if "path" in mapping:
        return [(mapping["path"], "default" in mapping)]
    if "text" in mapping:
        return template_paths(mapping["text"])
    return list(paths_read(mapping["expr"])) if "expr" in mapping else []


def mapping_problems(mapping: Json, wanted: Schema, scope: Schema, field: str) -> list[Problem]:
    """What is wrong with a mapping into a field of the schema `wanted`, read from a scope of the schema `scope`."""
    if not is_mapping(mapping):
        fix = "Choose a field, write a text or enter a value."
        return [Problem("", field, "malformed_value", "This says not where its value comes from.", fix)]
    if "value" in mapping:
        return _literal_problems(mapping["value"], wanted, field)
    if "parts" in mapping:
        return _part_problems(mapping["parts"], wanted, scope, field)
    types = schema_types(wanted) - {"null"}
    if "expr" in mapping or "path" in mapping:
        read = mapping["expr"] if "expr" in mapping else {"path": mapping["path"]}
        problems = check(read, scope, expected=types, field=joined(field, "expr") if "expr" in mapping else field)
        return problems or _moment_problems(read, wanted, scope, field)
    problems = template_problems(mapping["text"], scope, field)
    if "string" not in types:
        message = f"A {' or '.join(sorted(types))} is needed here, not a text."
        problems.append(Problem("", field, "type_mismatch", message, "Choose a field or enter a value."))
    return problems


def _moment_problems(read: Json, wanted: Schema, scope: Schema, field: str) -> list[Problem]:
    """A day where a moment is needed, or the other way round: no action takes one for the other."""
    needed = {str(one.get("format", "")) for one in alternatives(wanted) if one.get("type") != "null"}
    given = moment_format(read, scope)
    if not given or len(needed) != 1 or not needed <= {"date", "date-time"} or given in needed:
        return []
    words = {"date": "a day", "date-time": "a moment"}
    message = f"This is {words[given]}, but {words[needed.pop()]} is needed."
    return [Problem("", field, "type_mismatch", message, "Choose a field of the right kind, or enter a value.")]


def is_mapping(mapping: Json) -> bool:
    """Whether this has the shape of a mapping, down to the expression in it; parts have no parts themselves."""
    if isinstance(mapping, dict) and set(mapping) == {"parts"}:
        parts = mapping["parts"]
        return isinstance(parts, dict) and len(parts) <= MAX_PARTS and all(_is_part(part) for part in parts.values())
    return _is_part(mapping)


def _is_part(mapping: Json) -> bool:
    if not isinstance(mapping, dict) or set(mapping) not in _SHAPES:
        return False
    if "path" in mapping:
        return is_path(mapping["path"])
    if "text" in mapping:
        return isinstance(mapping["text"], str)
    return "expr" not in mapping or not any(shape_problems(mapping["expr"]))


def is_blank(value: Json) -> bool:
    """Whether there is nothing there: null, an empty list, or a text without a letter."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _literal_problems(value: Json, wanted: Schema, field: str) -> list[Problem]:
    reason = misfit(wanted, value)
    return [Problem("", field, "type_mismatch", reason, "Enter another value.")] if reason else []


def _mapped_parts(parts: Mapping[str, Json], scope: Mapping[str, Json], zone: str) -> dict[str, str]:
    """Name to text; a part without a value is left out, as a missing header is better than an empty one."""
    values = {name: mapped_value(part, scope, zone=zone) for name, part in parts.items()}
    return {
        name: value if isinstance(value, str) else canonical_json(value) for name, value in values.items() if value is not None
    }


def _part_problems(parts: Mapping[str, Json], wanted: Schema, scope: Schema, field: str) -> list[Problem]:
    if not wanted.get("x-parts"):
        return [Problem("", field, "type_mismatch", "This is no list of names and texts.", "Choose another way to fill it in.")]
    return [problem for name, part in parts.items() for problem in mapping_problems(part, _WRITABLE, scope, joined(field, name))]
