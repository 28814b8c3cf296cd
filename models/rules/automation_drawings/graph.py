"""The graph of a drawing: who follows whom by which port, and what is wrong with that."""

from collections.abc import Collection, Iterator, Mapping
from typing import TypeGuard

from models.rules.automation_drawings.shapes import LIMITS, SHAPES
from models.rules.automation_plan.records import canonical_json
from models.rules.json_schemas import misfit, properties
from models.types.automations import Drawing, Json, NodeKind, Problem

MAX_NODES = 300

Graph = Mapping[str, Mapping[str, str]]
"""Node id to port to the id that follows."""

_FIXED_EXITS: Mapping[str, tuple[str, ...]] = {
    NodeKind.TRIGGER: ("ok",),
    NodeKind.ACTION: ("ok", "error"),
    NodeKind.DELAY: ("ok",),
    NodeKind.WAIT_FOR_EVENT: ("ok", "timeout"),
    NodeKind.APPROVAL: ("approved", "rejected", "timeout"),
    NodeKind.PARALLEL: ("ok",),
    NodeKind.FOR_EACH: ("ok", "error"),
    NodeKind.SUB_AUTOMATION: ("ok", "error"),
    NodeKind.STOP: (),
}


def document_problems(drawing: Drawing) -> list[Problem]:
    """What keeps a document from being read as a drawing; when there is nothing, every node has an id, a kind and settings."""
    try:
        canonical_json(drawing.document)
    except (ValueError, TypeError, RecursionError):
        return [_whole("malformed", "This is not a drawing.", "Load it again.")]
    for name in ("nodes", "edges"):
        items = drawing.document.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            return [_whole("malformed", f"“{name}” is not a list.", "Load the drawing again.")]
    if len(drawing.nodes) > MAX_NODES or len(drawing.edges) > 4 * MAX_NODES:
        return [_whole("too_large", f"An automation has at most {MAX_NODES} steps.", "Split it into several automations.")]
    return [*_node_document_problems(drawing), *_limit_problems(drawing)]


def graph_of(drawing: Drawing) -> Graph:
    """The edges between nodes that exist; of two from one port the first."""
    graph: dict[str, dict[str, str]] = {node["id"]: {} for node in drawing.nodes}
    for edge in drawing.edges:
        source, port, target = (edge.get(key) for key in ("source", "port", "target"))
        if _is_known(source, graph) and _is_known(target, graph) and isinstance(port, str):
            graph[source].setdefault(port, target)
    return graph


def ports_of(node: Mapping[str, Json]) -> tuple[str, ...]:
    """All ports of a node, those into its bodies first, in the order drawn; of a malformed node those that can be told."""
    return (*body_ports(node), *exits_of(node))


def body_ports(node: Mapping[str, Json]) -> tuple[str, ...]:
    """The ports of a node that lead into its bodies, in the order drawn."""
    if node["kind"] == NodeKind.FOR_EACH:
        return ("each",)
    if node["kind"] == NodeKind.PARALLEL:
        return tuple(port for port in _listed_ports(node["settings"].get("branches")) if port != "ok")
    return ()


def exits_of(node: Mapping[str, Json]) -> tuple[str, ...]:
    """The ports by which a run goes on behind a node, in the order drawn."""
    settings = node["settings"]
    if node["kind"] == NodeKind.WAIT_UNTIL:
        return ("ok", "past") if settings.get("past") == "branch" else ("ok",)
    if node["kind"] == NodeKind.CONDITION:
        return (*_listed_ports(settings.get("cases")), "else")
    return _FIXED_EXITS.get(node["kind"], ())


def _listed_ports(items: Json) -> tuple[str, ...]:
    named = [item.get("port") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return tuple(dict.fromkeys(port for port in named if isinstance(port, str)))


def graph_problems(drawing: Drawing, graph: Graph) -> Iterator[Problem]:
    """Everything wrong with how the nodes are joined, in the order drawn."""
    triggers = [node["id"] for node in drawing.nodes if node["kind"] == NodeKind.TRIGGER]
    if not triggers:
        yield _whole("no_trigger", "Nothing starts this automation.", "Add a trigger.")
    for extra in triggers[1:]:
        yield Problem(extra, "", "second_trigger", "An automation has one trigger.", "Remove this one.")
    yield from _edge_problems(drawing, graph)
    yield from cycle_problems(graph)
    if not triggers:
        return
    if not graph[triggers[0]]:
        yield Problem(triggers[0], "", "no_steps", "Nothing follows the trigger.", "Connect a step to it.")
    reached = reachable(graph, triggers[0])
    for node in drawing.nodes:
        if node["id"] not in reached and node["kind"] != NodeKind.TRIGGER:
            yield Problem(node["id"], "", "unreachable", "No way leads to this step.", "Connect it, or remove it.")


def reachable(graph: Graph, start: str, *, without: str = "", ports: Collection[str] = ()) -> set[str]:
    """The nodes a run can come to from a node, itself included; `ports` of the node `without` count as cut."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        node_id = todo.pop()
        if node_id in seen:
            continue
        seen.add(node_id)
        todo.extend(target for port, target in graph[node_id].items() if node_id != without or port not in ports)
    return seen


def _node_document_problems(drawing: Drawing) -> Iterator[Problem]:
    seen: set[str] = set()
    for node in drawing.nodes:
        node_id = node.get("id")
        if not isinstance(node_id, str) or not _is_id(node_id):
            yield _whole("malformed", "A step has no id of letters, digits, - and _.", "Remove it and draw it again.")
            continue
        if node_id in seen:
            yield Problem(node_id, "", "same_id", "Two steps have the same id.", "Remove one and draw it again.")
        seen.add(node_id)
        if not isinstance(node.get("kind"), str) or node["kind"] not in SHAPES:
            yield Problem(node_id, "", "unknown_kind", "There is no step of this kind.", "Replace it by another.")
        if not isinstance(node.get("settings"), dict):
            yield Problem(node_id, "", "malformed", "This step has no settings.", "Remove it and draw it again.")


def _limit_problems(drawing: Drawing) -> Iterator[Problem]:
    given, known = drawing.document.get("limits", {}), properties(LIMITS)
    if not isinstance(given, dict):
        yield _whole("malformed", "The limits are not readable.", "Load the drawing again.")
        return
    for name, value in given.items():
        reason = misfit(known[name], value) if name in known else None
        if name not in known:
            yield Problem("", "limits", "unknown_field", f"There is no limit “{str(name)[:40]}”.", "Remove it.")
        elif reason:
            yield Problem("", f"limits.{name}", "bad_value", f"The limit is not usable. {reason}", "Choose another limit.")


def _edge_problems(drawing: Drawing, graph: Graph) -> Iterator[Problem]:
    nodes = {node["id"]: node for node in drawing.nodes}
    used: set[tuple[str, Json]] = set()
    for edge in drawing.edges:
        source, port, target = (edge.get(key) for key in ("source", "port", "target"))
        if not _is_known(source, graph):
            yield _whole("edge_from_nowhere", "A line begins at no step.", "Remove the line.")
            continue
        problem = _edge_problem(nodes, port, target)
        if problem is None and port not in ports_of(nodes[source]):
            problem = ("unknown_port", f"This step has no way out called “{str(port)[:40]}”.", "Draw the line again.")
        if problem is None and (source, port) in used:
            problem = ("two_edges_from_port", f"Two lines leave by “{port}”.", "Remove one of them.")
        if problem is not None:
            yield Problem(source, "", *problem)
        elif isinstance(port, str):
            used.add((source, port))


def _edge_problem(nodes: Mapping[str, Json], port: Json, target: Json) -> tuple[str, str, str] | None:
    if not isinstance(target, str) or target not in nodes:
        return "edge_to_nowhere", f"The line from “{str(port)[:40]}” leads to no step.", "Connect it to a step, or remove it."
    if nodes[target]["kind"] == NodeKind.TRIGGER:
        return "edge_into_trigger", "A line leads back to the trigger.", "Remove the line."
    return None


def cycle_problems(graph: Graph) -> Iterator[Problem]:
    """One problem for every node that no order of the nodes can put behind all before it and ahead of all after it."""
    before = {node_id: 0 for node_id in graph}
    for target in (target for following in graph.values() for target in following.values()):
        before[target] += 1
    free = [node_id for node_id, count in before.items() if not count]
    while free:
        for target in graph[free.pop()].values():
            before[target] -= 1
            if not before[target]:
                free.append(target)
    for node_id in (node_id for node_id in graph if before[node_id]):
        if node_id in _followers(graph, node_id):
            yield Problem(node_id, "", "cycle", "This step leads back to itself.", "Remove the line that leads back.")


def _followers(graph: Graph, node_id: str) -> set[str]:
    return set().union(*(reachable(graph, target) for target in graph[node_id].values()))


def _is_known(node_id: Json, graph: Graph) -> TypeGuard[str]:
    return isinstance(node_id, str) and node_id in graph


def _is_id(node_id: str) -> bool:
    return 0 < len(node_id) <= 64 and node_id.isascii() and node_id.replace("_", "").replace("-", "").isalnum()


def _whole(code: str, message: str, fix: str) -> Problem:
    return Problem("", "", code, message, fix)
