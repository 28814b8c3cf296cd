"""What one step may read: the trigger, and those of the other steps that come before it."""

from collections.abc import Mapping

from models.rules.automation_drawings.graph import graph_of
from models.rules.automation_drawings.reads import read_problems, scope_schema
from models.rules.json_schemas import properties
from models.types.automations import Catalogue, Drawing, Events, Json, NodeKind

MAY_BE_MISSING = "x-may-be-missing"
"""Marks what a step may read though it is not sure to be there."""


def node_scope(drawing: Drawing, node_id: str, *, catalogue: Catalogue, events: Events) -> dict[str, Json]:
    """The JSON Schema of what the expressions of a node may read; every node of the drawing has an id, a kind and settings.

    Inside of loops there are `item`, `index` and `loops` too.
    Steps that cannot have run before it are left out; what is not sure to be there carries `x-may-be-missing`. Each step is
    titled with its label. A wait for an event may read `event` in its match.
    """
    whole = scope_schema(drawing, catalogue, events, node_id)
    readable = _readable(drawing, node_id, properties(whole)["nodes"])
    found = {**whole, "properties": {**whole["properties"], "nodes": readable}}
    node = drawing.node(node_id) or {}
    event = node.get("settings", {}).get("event")
    if node.get("kind") == NodeKind.WAIT_FOR_EVENT and isinstance(event, str) and event in events:
        found["properties"]["event"] = {**events[event], "title": "The event"}
    return found


def _readable(drawing: Drawing, node_id: str, nodes: Mapping[str, Json]) -> dict[str, Json]:
    known = {
        other: marked
        for other, schema in properties(nodes).items()
        if (marked := _marked(drawing, node_id, other, schema)) is not None
    }
    return {**nodes, "properties": known}


def _marked(drawing: Drawing, node_id: str, other: str, schema: Mapping[str, Json]) -> dict[str, Json] | None:
    """The schema of another step's output with what may be missing marked; None when it cannot have run before."""
    if not _may_read(drawing, node_id, f"nodes.{other}", guarded=True):
        return None
    label = (drawing.node(other) or {}).get("label") or other
    found: dict[str, Json] = {**schema, "title": label}
    if "properties" in schema:
        fields = {name: _field(drawing, node_id, f"nodes.{other}.{name}", sub) for name, sub in schema["properties"].items()}
        found["properties"] = fields
    if not _may_read(drawing, node_id, f"nodes.{other}", guarded=False):
        found[MAY_BE_MISSING] = True
    return found


def _field(drawing: Drawing, node_id: str, path: str, schema: Mapping[str, Json]) -> dict[str, Json]:
    return {**schema} if _may_read(drawing, node_id, path, guarded=False) else {**schema, MAY_BE_MISSING: True}


def _may_read(drawing: Drawing, node_id: str, path: str, *, guarded: bool) -> bool:
    return not list(read_problems(drawing, graph_of(drawing), node_id, [("", path, guarded)]))
