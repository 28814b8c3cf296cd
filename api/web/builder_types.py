"""The words and shapes that the builder shares with the product, written as TypeScript.

Run as a module (`python -m api.web.builder_types`) after changing what an automation is drawn with.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from api.rest.automation_changes import ComparisonOut
from api.rest.automation_publications import PreviewOut, PublicationOut
from api.rest.automation_simulations import SimulationOut
from api.rest.automation_test_runs import TestRunOut
from api.rest.automation_versions import ListedVersion, VersionDetail
from api.rest.automation_what_ifs import WhatIfOut
from api.rest.automations import AutomationDetail, CatalogueOut, ProblemOut
from models.rules.automation_drawings.graph import MAX_NODES, ports_of
from models.rules.automation_drawings.shapes import SHAPES, TRIGGER_NEEDS
from models.types.automation_dates import ENDS
from models.types.automations import ConcurrencyPolicy, NodeKind, OnError, Severity, TriggerKind

TARGET = Path(__file__).parent / "builder" / "src" / "generated" / "automations.ts"

_ENUMS: tuple[type[StrEnum], ...] = (NodeKind, TriggerKind, ConcurrencyPolicy, OnError, Severity)
_SHAPES: tuple[type[BaseModel], ...] = (
    ProblemOut,
    CatalogueOut,
    AutomationDetail,
    PreviewOut,
    PublicationOut,
    ListedVersion,
    VersionDetail,
    ComparisonOut,
    SimulationOut,
    WhatIfOut,
    TestRunOut,
)
_SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def typescript() -> str:
    """The whole file: kinds, ports, and what the API answers."""
    parts = ["/// Written by `python -m api.web.builder_types`; a test fails when it is stale. Do not edit.", ""]
    parts += ["export type Json = unknown;", "export type Schema = Record<string, Json>;", ""]
    for enum in _ENUMS:
        parts += [f"export type {enum.__name__} = {_either(list(enum))};"]
        parts += [f"export const ALL_{_constant(enum.__name__)}: readonly {enum.__name__}[] = {_json(list(enum))};", ""]
    ports = {kind: list(ports_of({"kind": kind, "settings": {}})) for kind in SHAPES}
    parts += ["/// The ways out of every kind, where its settings say nothing else."]
    parts += [f"export const PORTS: Record<NodeKind, readonly string[]> = {_json(ports)};", ""]
    parts += ["/// What the settings of every kind cannot go without."]
    required = {kind: shape["required"] for kind, shape in SHAPES.items()}
    parts += [f"export const REQUIRED: Record<NodeKind, readonly string[]> = {_json(required)};", ""]
    parts += [f"export const TRIGGER_NEEDS: Record<TriggerKind, readonly string[]> = {_json(TRIGGER_NEEDS)};", ""]
    parts += [f"export const MAX_NODES = {MAX_NODES};", ""]
    parts += ["/// Events after which what they are about is over."]
    parts += [f"export const ENDS: readonly string[] = {_json(sorted(ENDS))};", ""]
    for name, schema in sorted(_answers().items()):
        head = f"export type {name} =" if "enum" in schema else f"export interface {name}"
        parts += [f"{head} {_typed(schema)}", ""]
    return "\n".join(parts)


def _answers() -> dict[str, Any]:
    """The JSON Schema of every answer, and of what they hold, by name."""
    found: dict[str, Any] = {}
    for shape in _SHAPES:
        schema = shape.model_json_schema(mode="serialization")
        found |= schema.pop("$defs", {})
        found[shape.__name__] = schema
    return found


def _typed(schema: Mapping[str, Any]) -> str:
    """A JSON Schema as a TypeScript type."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "enum" in schema:
        return _either(schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_typed(option) for option in schema["anyOf"])
    if "properties" in schema:
        rows = [f"  {name}: {_typed(one)};" for name, one in schema["properties"].items()]
        return "\n".join(["{", *rows, "}"])
    if schema.get("type") == "array":
        return f"{_bracketed(_typed(schema.get('items', {})))}[]"
    if schema.get("type") == "object":
        more = schema.get("additionalProperties")
        return f"Record<string, {_typed(more) if isinstance(more, dict) else 'Json'}>"
    return _SCALARS.get(str(schema.get("type")), "Json")


def _either(words: list[Any]) -> str:
    return " | ".join(json.dumps(str(word)) for word in words)


def _bracketed(typed: str) -> str:
    return f"({typed})" if " " in typed else typed


def _constant(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).strip("_").upper()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=dict)


if __name__ == "__main__":
    TARGET.write_text(typescript())
