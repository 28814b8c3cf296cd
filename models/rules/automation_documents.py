"""From a drawing to a file and back, without loss; what a stranger's file may hold."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from models.rules.automation_drawings.graph import MAX_NODES
from models.rules.automation_plan.records import canonical_json
from models.rules.secret_names import is_secret_name, without_secrets
from models.types.automation_documents import FORMAT, FORMAT_VERSION, AutomationDocument, Reference, ReferenceKind
from models.types.automations import Json
from models.types.errors import Invalid

MAX_BYTES = 1_000_000
MAX_DEPTH = 60
MAX_REFERENCES = 200

_REFERENCE = re.compile(r"(?:([a-z_]+):)?([a-z]{2,8}_[A-Za-z0-9]{1,60})")
_NAMED_TEXTS = ("headers", "query", "form")
"""Inputs of a request that hold texts under names of one's own."""


def possible_references(drawing: Json) -> set[str]:
    """The texts of a drawing that look like ids; whether they are, only the rows tell."""
    found = (_REFERENCE.fullmatch(text) for text in _texts(drawing))
    return {match[2] for match in found if match}


def document_json(document: AutomationDocument) -> dict[str, Json]:
    """The file. Headers and parameters that look like secrets are left out: they belong to a credential."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": document.name,
        "description": document.description,
        "references": [{"key": one.key, "kind": one.kind.value, "name": one.name} for one in document.references],
        "drawing": _without_secrets(document.drawing),
    }


def read_document(value: Json) -> AutomationDocument:
    """The automation in a file. Raises Invalid, naming the place, for one that cannot be read."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise Invalid("This is not an automation that was exported here.", field="document.format")
    version = value.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise Invalid(
            f"This file has format version {str(version)[:20]}; this studio reads version {FORMAT_VERSION}. Update it first.",
            field="document.format_version",
        )
    _check_size(value)
    unknown = set(value) - {"format", "format_version", "name", "description", "references", "drawing"}
    if unknown:
        raise Invalid(f"Nothing is known of “{min(unknown)[:40]}” in this file.", field="document")
    return AutomationDocument(
        name=_text(value, "name", most=120),
        description=_text(value, "description", most=1000, least=0),
        drawing=_drawing(value.get("drawing")),
        references=tuple(_references(value.get("references", []))),
    )


def with_references(drawing: Mapping[str, Json], ids: Mapping[str, str]) -> dict[str, Json]:
    """The drawing with every key of a reference replaced by the id it stands for here; all else is the same."""

    def replaced(text: str) -> str:
        prefix, colon, key = text.rpartition(":")
        return f"{prefix}{colon}{ids[key]}" if key in ids else text

    return {name: _mapped(value, replaced) for name, value in drawing.items()}


def _mapped(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {name: _mapped(item, change) for name, item in value.items()}
    return value


def _texts(value: Json) -> Iterator[str]:
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            todo += one.values()


def _without_secrets(drawing: Mapping[str, Json]) -> dict[str, Json]:
    nodes = drawing.get("nodes")
    if not isinstance(nodes, list):
        return dict(drawing)
    return {**drawing, "nodes": [_node_without_secrets(node) for node in nodes]}


def _node_without_secrets(node: Json) -> Json:
    given = node.get("settings", {}).get("input") if isinstance(node, dict) and isinstance(node.get("settings"), dict) else None
    if not isinstance(given, dict):
        return node
    kept = {name: _texts_without_secrets(one) if name in _NAMED_TEXTS else one for name, one in given.items()}
    return {**node, "settings": {**node["settings"], "input": kept}}


def _texts_without_secrets(mapping: Json) -> Json:
    """The mapping of named texts, with nothing under names of secrets; a field that one is read from says none, and stays."""
    if not isinstance(mapping, dict):
        return mapping
    found = dict(mapping)
    if isinstance(found.get("value"), dict):
        found["value"] = without_secrets(found["value"], "")
    if isinstance(found.get("parts"), dict):
        parts = found["parts"].items()
        found["parts"] = {name: {"value": ""} if is_secret_name(name) and _is_written(part) else part for name, part in parts}
    return found


def _is_written(part: Json) -> bool:
    return not isinstance(part, dict) or "path" not in part


def _check_size(value: Json) -> None:
    """Depth first: what follows walks the value by calling itself."""
    level: Sequence[Json] = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            break
    else:
        raise Invalid("This file is nested too deeply to be an automation.", field="document")
    try:
        size = len(canonical_json(value).encode())
    except ValueError:
        raise Invalid("This file holds letters or numbers that cannot be kept.", field="document") from None
    if size > MAX_BYTES or any("\0" in text for text in _texts(value)):
        raise Invalid(f"This file is larger than {MAX_BYTES // 1000} KB, or no text.", field="document")


def _inside(value: Json) -> Sequence[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _text(holder: Mapping[str, Json], name: str, *, most: int, least: int = 1, at: str = "document") -> str:
    value = holder.get(name, "")
    if not isinstance(value, str) or not least <= len(value.strip()) or len(value) > most:
        raise Invalid(f"“{name}” has to be a text of {least} to {most} letters.", field=f"{at}.{name}")
    return value


def _drawing(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise Invalid("The drawing is missing.", field="document.drawing")
    for name, most in (("nodes", MAX_NODES), ("edges", 3 * MAX_NODES)):
        items = value.get(name)
        if not isinstance(items, list) or len(items) > most or not all(isinstance(item, dict) for item in items):
            raise Invalid(f"“{name}” has to be a list of at most {most} entries.", field=f"document.drawing.{name}")
    for name in ("positions", "limits"):
        if not isinstance(value.get(name, {}), dict):
            raise Invalid(f"“{name}” has to hold its values by name.", field=f"document.drawing.{name}")
    return value


def _references(items: Json) -> Iterator[Reference]:
    if not isinstance(items, list) or len(items) > MAX_REFERENCES:
        raise Invalid(f"The references have to be a list of at most {MAX_REFERENCES}.", field="document.references")
    seen: set[str] = set()
    for place, item in enumerate(items):
        at = f"document.references.{place}"
        if not isinstance(item, dict) or item.get("kind") not in [kind.value for kind in ReferenceKind]:
            raise Invalid("This reference is of no known kind.", field=at)
        key = _text(item, "key", most=80, at=at)
        if key in seen or ":" in key:
            raise Invalid(f"“{key}” cannot stand for a reference, or does so twice.", field=at)
        seen.add(key)
        yield Reference(key, ReferenceKind(item["kind"]), _text(item, "name", most=300, least=0, at=at))
