"""The compiler: from the drawing people edit to the plan a run follows, or to what is wrong, node by node."""

import json
from collections.abc import Iterator, Mapping

from models.rules.automation_drawings.graph import Graph, document_problems, graph_of, graph_problems, ports_of
from models.rules.automation_drawings.reads import read_problems, scope_schema
from models.rules.automation_drawings.settings import (
    loop_problems,
    node_reads,
    settings_problems,
    value_problems,
    wait_problems,
)
from models.rules.automation_drawings.shapes import DEFAULT_RETRY, DEFAULT_TIMEOUT_SECONDS
from models.rules.automation_plan.records import canonical_json, plan_hash
from models.rules.json_schemas import properties, required_fields
from models.types.automations import (
    MAX_DAYS,
    MAX_STEPS,
    SCHEMA_VERSION,
    Catalogue,
    Drawing,
    Events,
    Json,
    Lookups,
    NodeKind,
    OnError,
    Plan,
    Problem,
    Severity,
)


def compile_drawing(
    drawing: Drawing,
    *,
    catalogue: Catalogue,
    events: Events,
    lookups: Lookups,
    automation_id: str = "",
    version: int = 0,
) -> Plan | list[Problem]:
    """The plan of a drawing, or everything that keeps it from being published, warnings included.

    The same drawing gives the same hash; moving or renaming nodes changes the drawing and not the plan.
    """
    problems = drawing_problems(drawing, catalogue=catalogue, events=events, lookups=lookups)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return problems
    head = drawing.trigger or {}
    graph = graph_of(drawing)
    nodes = {node["id"]: _planned(node, graph, catalogue) for node in drawing.nodes if node is not head}
    root = _copy({"entry": graph[head["id"]]["ok"], "nodes": nodes})
    trigger = _copy({"dedupe": "trigger.event_id", "concurrency": None, "filter": None, "type": "", **head["settings"]})
    limits = {"max_steps": MAX_STEPS, "max_days": MAX_DAYS, **drawing.limits}
    return Plan(automation_id, version, plan_hash(SCHEMA_VERSION, trigger, limits, root), trigger, limits, root)


def drawing_problems(drawing: Drawing, *, catalogue: Catalogue, events: Events, lookups: Lookups) -> list[Problem]:
    """Everything wrong with a drawing, in the order drawn; warnings do not keep it from being published."""
    malformed = document_problems(drawing)
    if malformed:
        return malformed
    graph = graph_of(drawing)
    found = [*graph_problems(drawing, graph)]
    shaped = True
    for node in drawing.nodes:
        wrong = settings_problems(node)
        found += wrong
        shaped = shaped and not wrong
    # What one node may read depends on the others, so values are checked once every node has its shape.
    return [*found, *_value_problems(drawing, graph, catalogue, events, lookups)] if shaped else found


def _copy(document: dict[str, Json]) -> dict[str, Json]:
    """The same JSON, sharing nothing with the drawing: a plan must not change when the drawing is edited further."""
    copied: dict[str, Json] = json.loads(canonical_json(document))
    return copied


def _value_problems(drawing: Drawing, graph: Graph, catalogue: Catalogue, events: Events, lookups: Lookups) -> Iterator[Problem]:
    scope = scope_schema(drawing, catalogue, events)
    trigger = (drawing.trigger or {}).get("settings", {})
    max_days = drawing.limits.get("max_days", MAX_DAYS)
    for node in drawing.nodes:
        yield from value_problems(node, scope, catalogue=catalogue, events=events, lookups=lookups)
        yield from read_problems(drawing, graph, node["id"], node_reads(node, catalogue))
        yield from wait_problems(node, max_days)
        yield from loop_problems(node, trigger, catalogue)
        yield from _error_port_problems(node, graph)


def _error_port_problems(node: Mapping[str, Json], graph: Graph) -> Iterator[Problem]:
    wanted = node["settings"].get("on_error")
    is_connected = "error" in graph[node["id"]]
    if wanted == OnError.BRANCH and not is_connected:
        yield Problem(node["id"], "on_error", "port_not_connected", "Nothing follows the error port.", "Connect a step to it.")
    if wanted in (OnError.PARK, OnError.CONTINUE) and is_connected:
        message = "This step never leaves by its error port."
        yield Problem(node["id"], "on_error", "port_never_used", message, "Remove the line, or let errors take the branch.")


def _planned(node: Mapping[str, Json], graph: Graph, catalogue: Catalogue) -> dict[str, Json]:
    following = dict(sorted(graph[node["id"]].items()))
    planned = {"id": node["id"], "kind": node["kind"], "ports": list(ports_of(node)), "next": following}
    if node["kind"] == NodeKind.ACTION:
        return {**planned, **_planned_action(node["settings"], following, catalogue)}
    defaults: Mapping[str, Mapping[str, Json]] = {
        NodeKind.WAIT_UNTIL: {"past": "continue"},
        NodeKind.APPROVAL: {"message": {"value": ""}},
        NodeKind.STOP: {"outcome": "success", "output": {}},
    }
    return {**planned, **defaults.get(node["kind"], {}), **node["settings"]}


def _planned_action(settings: Mapping[str, Json], following: Mapping[str, str], catalogue: Catalogue) -> dict[str, Json]:
    entry = catalogue[settings["action"]]
    wanted = properties(entry["input"])
    usual = OnError.BRANCH if "error" in following else OnError.PARK
    return {
        "action": settings["action"],
        "input": {name: _escaped(mapping, wanted.get(name, {})) for name, mapping in sorted(settings.get("input", {}).items())},
        "required": list(required_fields(entry["input"])),
        "client_facing": bool(entry.get("client_facing")),
        "retry": {**DEFAULT_RETRY, **settings.get("retry", {})},
        "on_error": str(settings.get("on_error", usual)),
        "timeout_seconds": settings.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS),
    }


def _escaped(mapping: Mapping[str, Json], wanted: Mapping[str, Json]) -> Json:
    return {**mapping, "escape": True} if "text" in mapping and wanted.get("format") == "html" else dict(mapping)
