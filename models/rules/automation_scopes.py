"""What one step may read: the trigger, and those of the other steps that come before it."""

from collections.abc import Callable, Mapping

from models.rules.automation_drawings.bodies import bodies_of
from models.rules.automation_drawings.graph import graph_of
from models.rules.automation_drawings.reads import read_problems, scope_schema
from models.rules.json_schemas import properties
from models.types.automations import MAY_BE_MISSING, Catalogue, Drawing, Events, Json, NodeKind

Reads = Callable[[str, bool], bool]
"""Whether a path may be read, given whether the author says what to take when nothing is there."""


def node_scope(drawing: Drawing, node_id: str, *, catalogue: Catalogue, events: Events) -> dict[str, Json]:
    """The JSON Schema of what the expressions of a node may read; every node of the drawing has an id, a kind and settings.

    Inside of loops there are `item`, `index` and `loops` too.
    Steps that cannot have run before it are left out; what is not sure to be there carries `x-may-be-missing`. Each step is
    titled with its label. A wait for an event may read `event` in its match.
    """
    graph = graph_of(drawing)
    bodies = bodies_of(drawing, graph)

    def may_read(path: str, is_guarded: bool) -> bool:
        return not list(read_problems(drawing, graph, node_id, [("", path, is_guarded)], bodies))

    whole = scope_schema(drawing, catalogue, events, node_id)
    nodes = properties(whole)["nodes"]
    labels = {node["id"]: node.get("label") or node["id"] for node in drawing.nodes}
    known = {
        name: _marked(name, schema, labels[name], may_read)
        for name, schema in properties(nodes).items()
        if may_read(f"nodes.{name}", True)
    }
    found = {**whole, "properties": {**whole["properties"], "nodes": {**nodes, "properties": known}}}
    node = drawing.node(node_id) or {}
    event = node.get("settings", {}).get("event")
    if node.get("kind") == NodeKind.WAIT_FOR_EVENT and isinstance(event, str) and event in events:
        found["properties"]["event"] = {**events[event], "title": "The event"}
    return found


def _marked(name: str, schema: Mapping[str, Json], label: str, may_read: Reads) -> dict[str, Json]:
    """The schema of another step's output, titled, with what may be missing marked."""
    found: dict[str, Json] = {**schema, "title": label}
    if "properties" in schema:
        parts = schema["properties"].items()
        found["properties"] = {part: _sure_or_not(f"nodes.{name}.{part}", sub, may_read) for part, sub in parts}
    return _sure_or_not(f"nodes.{name}", found, may_read)


def _sure_or_not(path: str, schema: Mapping[str, Json], may_read: Reads) -> dict[str, Json]:
    return {**schema} if may_read(path, False) else {**schema, MAY_BE_MISSING: True}
