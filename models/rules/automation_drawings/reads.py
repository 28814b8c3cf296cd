"""What a node may read, and whether the steps it reads from are sure to have run before it."""

from collections.abc import Iterable, Iterator, Mapping

from models.rules.automation_drawings.graph import Graph, reachable
from models.types.automations import Catalogue, Drawing, Events, Json, NodeKind, OnError, Problem

_MOMENT = {"type": "string", "format": "date-time"}
_ERROR = {"type": "object", "properties": {"message": {"type": "string"}}, "additionalProperties": False}
_DECISION = {
    "type": "object",
    "properties": {"decision": {"enum": ["approved", "rejected"]}, "by": {"type": "string"}, "note": {"type": "string"}},
    "additionalProperties": False,
}


def scope_schema(drawing: Drawing, catalogue: Catalogue, events: Events) -> dict[str, Json]:
    """The JSON Schema of what expressions and texts of a drawing may read: `trigger`, `nodes` by id, and `now`."""
    outputs = {node["id"]: output_schema(node, catalogue, events) for node in drawing.nodes}
    written = {node_id: schema for node_id, schema in outputs.items() if schema is not None}
    return _record(trigger=trigger_schema(drawing, events), nodes=_record(**written), now=_MOMENT)


def trigger_schema(drawing: Drawing, events: Events) -> Mapping[str, Json]:
    """The JSON Schema of what starts a run; a trigger that is no event of the catalogue may carry anything."""
    settings = (drawing.trigger or {}).get("settings", {})
    kind = settings.get("type")
    return events.get(kind, {}) if isinstance(kind, str) else {}


def output_schema(node: Mapping[str, Json], catalogue: Catalogue, events: Events) -> Mapping[str, Json] | None:
    """The JSON Schema of a node's output; None for a kind that has none."""
    settings = node["settings"]
    if node["kind"] == NodeKind.ACTION:
        return _with_error(_entry(catalogue, settings.get("action")).get("output", {}))
    if node["kind"] == NodeKind.WAIT_FOR_EVENT:
        return _entry(events, settings.get("event"))
    return _DECISION if node["kind"] == NodeKind.APPROVAL else None


def read_problems(drawing: Drawing, graph: Graph, node_id: str, reads: Iterable[tuple[str, str, bool]]) -> Iterator[Problem]:
    """The steps a node reads that may not have run before it.

    reads: field, path, and whether the author said what to take when nothing is there. A path is safe when no way from the
    trigger to the node goes around the ports by which the step it reads leaves with that output.
    """
    trigger = drawing.trigger
    for field, path, guarded in reads:
        segments = path.split(".")
        source = drawing.node(segments[1]) if segments[0] == "nodes" and len(segments) > 1 else None
        if source is None or trigger is None:
            continue
        comes_before = source["id"] != node_id and node_id in reachable(graph, source["id"])
        around = reachable(graph, trigger["id"], without=source["id"], ports=_output_ports(source, segments[2:3]))
        if not comes_before or (node_id in around and not guarded):
            message = f"“{source.get('label') or source['id']}” may not have run when this step reads it."
            fix = "Move this step behind it, or say what to take when the value is missing."
            yield Problem(node_id, field, "may_not_have_run", message, fix)


def _output_ports(node: Mapping[str, Json], field: list[str]) -> tuple[str, ...]:
    """The ports that a node leaves by only when it has this field of its output."""
    if node["kind"] == NodeKind.APPROVAL:
        return "approved", "rejected"
    if node["kind"] != NodeKind.ACTION:
        return ("ok",)
    if field == ["error"]:
        return ("error",)
    return () if node["settings"].get("on_error") == OnError.CONTINUE else ("ok",)


def _with_error(output: Mapping[str, Json]) -> Mapping[str, Json]:
    if "properties" not in output:
        return output
    return {**output, "properties": {**output["properties"], "error": _ERROR}}


def _entry(table: Mapping[str, Mapping[str, Json]], name: Json) -> Mapping[str, Json]:
    return table.get(name, {}) if isinstance(name, str) else {}


def _record(**fields: Json) -> dict[str, Json]:
    return {"type": "object", "properties": fields, "additionalProperties": False}
