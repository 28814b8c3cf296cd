"""The compiler: from the drawing people edit to the plan a run follows, or to what is wrong, node by node."""

import json
from collections.abc import Iterator, Mapping

from models.rules.automation_drawings.bodies import Bodies, bodies_of, body_problems
from models.rules.automation_drawings.graph import (
    Graph,
    body_ports,
    document_problems,
    exits_of,
    graph_of,
    graph_problems,
)
from models.rules.automation_drawings.missing import filled_ways, missing_problems
from models.rules.automation_drawings.reads import loop_scope, read_problems, scope_schema
from models.rules.automation_drawings.settings import (
    loop_problems,
    node_reads,
    settings_problems,
    value_problems,
    wait_problems,
)
from models.rules.automation_drawings.shapes import DEFAULT_ITEMS, DEFAULT_REMINDERS, DEFAULT_RETRY, DEFAULT_TIMEOUT_SECONDS
from models.rules.automation_plan.records import canonical_json, plan_hash
from models.rules.json_schemas import properties, required_fields
from models.rules.mappings import escaped_for
from models.types.automations import (
    MAX_DAYS,
    MAX_LOOP_STEPS,
    MAX_STEPS,
    SCHEMA_VERSION,
    Catalogue,
    Drawing,
    Events,
    Join,
    Json,
    Lookups,
    NodeKind,
    OnError,
    Plan,
    Problem,
    Severity,
    SubMode,
)

_DEFAULTS: Mapping[str, Mapping[str, Json]] = {
    NodeKind.WAIT_UNTIL: {"past": "continue"},
    NodeKind.APPROVAL: {"message": {"value": ""}},
    NodeKind.PARALLEL: {"join": Join.ALL.value},
    NodeKind.FOR_EACH: {"limit": DEFAULT_ITEMS, "concurrency": 1},
    NodeKind.SUB_AUTOMATION: {"input": {}, "mode": SubMode.WAIT.value},
    NodeKind.STOP: {"outcome": "success", "output": {}},
}


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
    problems = drawing_problems(drawing, catalogue=catalogue, events=events, lookups=lookups, automation_id=automation_id)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return problems
    head = drawing.trigger or {}
    graph = graph_of(drawing)
    nodes = _planned_nodes(drawing, graph, bodies_of(drawing, graph), catalogue)
    root = _copy({"entry": graph[head["id"]]["ok"], "nodes": nodes})
    trigger = _copy({"dedupe": "trigger.event_id", "concurrency": None, "filter": None, "type": "", **head["settings"]})
    has_loop = any(node["kind"] == NodeKind.FOR_EACH for node in drawing.nodes)
    limits = {"max_steps": MAX_LOOP_STEPS if has_loop else MAX_STEPS, "max_days": MAX_DAYS, **drawing.limits}
    return Plan(automation_id, version, plan_hash(SCHEMA_VERSION, trigger, limits, root), trigger, limits, root)


def drawing_problems(
    drawing: Drawing, *, catalogue: Catalogue, events: Events, lookups: Lookups, automation_id: str = ""
) -> list[Problem]:
    """Everything wrong with a drawing, in the order drawn; warnings do not keep it from being published.

    automation_id: of the automation that is drawn, where it is known: it must not call itself.
    """
    malformed = document_problems(drawing)
    if malformed:
        return malformed
    graph = graph_of(drawing)
    bodies = bodies_of(drawing, graph)
    found = [*graph_problems(drawing, graph)]
    found += [] if any(problem.code == "cycle" for problem in found) else body_problems(drawing, graph, bodies)
    shaped = True
    for node in drawing.nodes:
        wrong = settings_problems(node)
        found += wrong
        shaped = shaped and not wrong
    if not shaped:
        return found
    # What one node may read depends on the others, so values are checked once every node has its shape.
    return [
        *found,
        *_value_problems(drawing, graph, bodies, catalogue, events, lookups),
        *_self_call_problems(drawing, automation_id),
    ]


def _copy(document: dict[str, Json]) -> dict[str, Json]:
    """The same JSON, sharing nothing with the drawing: a plan must not change when the drawing is edited further."""
    copied: dict[str, Json] = json.loads(canonical_json(document))
    return copied


def _value_problems(
    drawing: Drawing, graph: Graph, bodies: Bodies, catalogue: Catalogue, events: Events, lookups: Lookups
) -> Iterator[Problem]:
    scope = scope_schema(drawing, catalogue, events)
    trigger = (drawing.trigger or {}).get("settings", {})
    max_days = drawing.limits.get("max_days", MAX_DAYS)
    ways = filled_ways(drawing)
    for node in drawing.nodes:
        sees = loop_scope(drawing, scope, bodies.get(node["id"], ()))
        yield from value_problems(node, sees, catalogue=catalogue, events=events, lookups=lookups)
        yield from read_problems(drawing, graph, node["id"], node_reads(node, catalogue), bodies)
        yield from missing_problems(drawing, graph, node, sees, catalogue, ways)
        yield from wait_problems(node, max_days)
        yield from loop_problems(node, trigger, catalogue)
        yield from _error_port_problems(node, graph)


def _error_port_problems(node: Mapping[str, Json], graph: Graph) -> Iterator[Problem]:
    wanted = node["settings"].get("on_error")
    is_connected = "error" in graph[node["id"]]
    if wanted == OnError.BRANCH and not is_connected:
        yield Problem(node["id"], "on_error", "port_not_connected", "Nothing follows “If it fails”.", "Connect a step to it.")
    if wanted in (OnError.PARK, OnError.CONTINUE) and is_connected:
        message = "This step never leaves by “If it fails”."
        yield Problem(node["id"], "on_error", "port_never_used", message, "Remove the line, or let errors take the branch.")


def _self_call_problems(drawing: Drawing, automation_id: str) -> Iterator[Problem]:
    for node in drawing.nodes:
        if node["kind"] == NodeKind.SUB_AUTOMATION and node["settings"]["automation_id"] == automation_id:
            message = "This automation would run itself, without end."
            yield Problem(node["id"], "automation_id", "calls_itself", message, "Choose another automation.")


def _planned_nodes(drawing: Drawing, graph: Graph, bodies: Bodies, catalogue: Catalogue) -> dict[str, Json]:
    """The nodes of the root; those of a body are in the node that owns it."""
    planned = {node["id"]: _planned(node, graph, catalogue) for node in drawing.nodes if node["kind"] != NodeKind.TRIGGER}
    root: dict[str, Json] = {}
    for node_id, node in planned.items():
        around = bodies[node_id]
        home = planned[around[-1][0]]["body"]["nodes"] if around else root
        home[node_id] = node
    return root


def _planned(node: Mapping[str, Json], graph: Graph, catalogue: Catalogue) -> dict[str, Json]:
    ports, entries = exits_of(node), {port: graph[node["id"]][port] for port in body_ports(node)}
    following = {port: graph[node["id"]][port] for port in sorted(ports) if port in graph[node["id"]]}
    planned = {"id": node["id"], "kind": node["kind"], "ports": list(ports), "next": following}
    if entries:
        planned["body"] = {"entries": entries, "nodes": {}}
    if node["kind"] == NodeKind.ACTION:
        return {**planned, **_planned_action(node["settings"], following, catalogue)}
    settings = {**_DEFAULTS.get(node["kind"], {}), **node["settings"]}
    if node["kind"] == NodeKind.PARALLEL:
        settings["branches"] = list(entries)
    if "remind" in settings:
        settings["remind"] = {"repeats": DEFAULT_REMINDERS, **settings["remind"]}
    return {**planned, **settings}


def _planned_action(settings: Mapping[str, Json], following: Mapping[str, str], catalogue: Catalogue) -> dict[str, Json]:
    entry = catalogue[settings["action"]]
    wanted = properties(entry["input"])
    usual = OnError.BRANCH if "error" in following else OnError.PARK
    return {
        "action": settings["action"],
        "input": {name: escaped_for(wanted.get(name, {}), given) for name, given in sorted(settings.get("input", {}).items())},
        "required": list(required_fields(entry["input"])),
        "client_facing": bool(entry.get("client_facing")),
        "retry": {**DEFAULT_RETRY, **settings.get("retry", {})},
        "on_error": str(settings.get("on_error", usual)),
        "timeout_seconds": settings.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS),
    }
