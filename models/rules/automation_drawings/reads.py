"""What a node may read, and whether the steps it reads from are sure to have run before it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from models.rules.automation_drawings.bodies import Bodies, Chain, bodies_of
from models.rules.automation_drawings.graph import Graph, exits_of, graph_of, reachable
from models.rules.json_schemas import schema_at
from models.types.automations import Catalogue, Drawing, Events, Join, Json, NodeKind, OnError, Problem, SubMode, TriggerKind

_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}
_MOMENT = {"type": "string", "format": "date-time"}


def _record(**fields: Json) -> dict[str, Json]:
    return {"type": "object", "properties": fields, "additionalProperties": False}


_ERROR = _record(message=_TEXT)
_OUTPUTS: Mapping[str, Mapping[str, Json]] = {
    NodeKind.APPROVAL: _record(decision={"enum": ["approved", "rejected"]}, by=_TEXT, note=_TEXT),
    NodeKind.FOR_EACH: _record(count=_COUNT, done=_COUNT, failed=_COUNT, error=_ERROR),
}
_FAILING = frozenset({NodeKind.ACTION, NodeKind.FOR_EACH, NodeKind.SUB_AUTOMATION})


def scope_schema(drawing: Drawing, catalogue: Catalogue, events: Events, node_id: str = "") -> dict[str, Json]:
    """The JSON Schema of what expressions and texts of a drawing may read: `trigger`, `nodes` by id, and `now`.

    node_id: a node whose surroundings are meant; inside of loops there are `item`, `index` and `loops` by id too.
    """
    outputs = {node["id"]: output_schema(node, catalogue, events) for node in drawing.nodes}
    written = {name: schema for name, schema in outputs.items() if schema is not None}
    scope = _record(trigger=trigger_schema(drawing, events), nodes=_record(**written), now=_MOMENT)
    return loop_scope(drawing, scope, bodies_of(drawing, graph_of(drawing)).get(node_id, ())) if node_id else scope


def loop_scope(drawing: Drawing, scope: dict[str, Json], around: Chain) -> dict[str, Json]:
    """The same scope with what the loops around a node put into it."""
    loops: dict[str, Json] = {}
    for owner in (drawing.node(owner_id) or {} for owner_id, _ in around):
        if owner.get("kind") == NodeKind.FOR_EACH:
            of_items = {"item": _item_schema(owner["settings"].get("items"), scope), "index": _COUNT}
            loops = {**loops, owner["id"]: _record(**of_items)}
            scope = {**scope, "properties": {**scope["properties"], **of_items, "loops": _record(**loops)}}
    return scope


def trigger_schema(drawing: Drawing, events: Events) -> Mapping[str, Json]:
    """The JSON Schema of what starts a run; a trigger whose record is not known may carry anything."""
    settings = (drawing.trigger or {}).get("settings", {})
    kind, named = settings.get("kind"), settings.get("type")
    if kind == TriggerKind.MANUAL:
        named = f"manual:{settings.get('noun')}"
    elif kind == TriggerKind.DATE:
        named = f"date:{named}"
    elif kind != TriggerKind.EVENT:
        named = kind
    return _entry(events, named)


def output_schema(node: Mapping[str, Json], catalogue: Catalogue, events: Events) -> Mapping[str, Json] | None:
    """The JSON Schema of a node's output; None for a kind that has none."""
    kind, settings = node["kind"], node["settings"]
    if kind == NodeKind.ACTION:
        return _with_error(_entry(catalogue, settings.get("action")).get("output", {}))
    if kind == NodeKind.WAIT_FOR_EVENT:
        return _entry(events, settings.get("event"))
    if kind == NodeKind.PARALLEL:
        return _record(first=_TEXT) if settings.get("join") == Join.ANY else None
    if kind == NodeKind.SUB_AUTOMATION:
        return _record(run_id=_TEXT, error=_ERROR) if settings.get("mode") == SubMode.DETACH else {"type": "object"}
    return _OUTPUTS.get(kind)


def read_problems(
    drawing: Drawing, graph: Graph, node_id: str, reads: Iterable[tuple[str, str, bool]], bodies: Bodies | None = None
) -> Iterator[Problem]:
    """The steps a node reads that may not have run before it.

    reads: field, path, and whether the author said what to take when nothing is there. bodies: where they are known already.
    """
    around = bodies_of(drawing, graph) if bodies is None else bodies
    for field, path, guarded in reads:
        segments = path.split(".")
        source = drawing.node(segments[1]) if segments[0] == "nodes" and len(segments) > 1 else None
        if source is None or drawing.trigger is None:
            continue
        message = _hindrance(drawing, graph, around, node_id, source, segments[2:3], guarded)
        if message:
            fix = "Move this step behind it, or say what to take when the value is missing."
            yield Problem(node_id, field, "may_not_have_run", message.format(source.get("label") or source["id"]), fix)


def _hindrance(
    drawing: Drawing, graph: Graph, bodies: Bodies, node_id: str, source: Mapping[str, Json], field: list[str], guarded: bool
) -> str | None:
    """Why a node cannot rely on another one's output; None when it can."""
    reader_in, source_in = bodies.get(node_id, ()), bodies.get(source["id"], ())
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(reader_in, source_in, strict=False)))
    left = source_in[shared:]
    # Seen from the innermost body that holds both, each of the two is itself or the owner of the body it is in.
    reader_at = reader_in[shared][0] if reader_in[shared:] else node_id
    source_at = left[0][0] if left else source["id"]
    owners = [drawing.node(owner) or {} for owner, _ in left]
    if any(owner["kind"] == NodeKind.FOR_EACH for owner in owners) and source_at != reader_at:
        return "“{}” runs once for every item; behind the loop there is no one output of it."
    if source_at == reader_at and left and reader_in[shared:]:
        return "“{}” runs at the same time as this step, in another branch."
    comes_before = source_at != reader_at and reader_at in reachable(graph, source_at)
    is_sure = comes_before and _is_sure(drawing, graph, bodies, reader_at, source, field, shared)
    if comes_before and (guarded or is_sure):
        return None
    return "“{}” may not have run when this step reads it."


def _is_sure(
    drawing: Drawing, graph: Graph, bodies: Bodies, reader_at: str, source: Mapping[str, Json], field: list[str], shared: int
) -> bool:
    """Whether no way to the reader goes around the ports by which the source leaves with that output.

    Out of a body only what every way through it passes is sure, and only where all branches are waited for.
    """
    around = bodies.get(source["id"], ())
    passed, ports = source["id"], _output_ports(source, field)
    for depth in range(len(around), shared, -1):
        owner_id, port = around[depth - 1]
        owner = drawing.node(owner_id) or {}
        if owner["settings"].get("join") == Join.ANY:
            return False
        inside = reachable(graph, graph[owner_id][port], without=passed, ports=ports)
        level = [node for node in drawing.nodes if node["id"] in inside and bodies.get(node["id"]) == around[:depth]]
        if any(set(_open_ends(node, graph)) - (set(ports) if node["id"] == passed else set()) for node in level):
            return False
        passed, ports = owner_id, ("ok",)
    start = (drawing.trigger or {})["id"]
    return reader_at not in reachable(graph, start, without=passed, ports=ports)


def _open_ends(node: Mapping[str, Json], graph: Graph) -> list[str]:
    """The ports by which a body may end at a node: without a line, and not those that a run never leaves by then."""
    never = {"error"} if "timeout" in node["settings"] or node["kind"] != NodeKind.APPROVAL else {"timeout"}
    return [port for port in exits_of(node) if port not in graph[node["id"]] and port not in never]


def _output_ports(node: Mapping[str, Json], field: Sequence[str]) -> tuple[str, ...]:
    """The ports that a node leaves by only when it has this field of its output."""
    if node["kind"] == NodeKind.APPROVAL:
        return "approved", "rejected"
    if node["kind"] in _FAILING and list(field) == ["error"]:
        return ("error",)
    return () if node["settings"].get("on_error") == OnError.CONTINUE else ("ok",)


def _item_schema(items: Json, scope: Mapping[str, Json]) -> Mapping[str, Json]:
    path = items.get("path") if isinstance(items, dict) else None
    return (schema_at(scope, [*path.split("."), "0"]) or {}) if isinstance(path, str) else {}


def _with_error(output: Mapping[str, Json]) -> Mapping[str, Json]:
    if "properties" not in output:
        return output
    return {**output, "properties": {**output["properties"], "error": _ERROR}}


def _entry(table: Mapping[str, Mapping[str, Json]], name: Json) -> Mapping[str, Json]:
    return table.get(name, {}) if isinstance(name, str) else {}
