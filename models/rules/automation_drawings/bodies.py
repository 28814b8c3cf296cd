"""Which nodes make up whose body: what a run comes to by a body port of its owner, and in no other way."""

from collections.abc import Iterator, Mapping

from models.rules.automation_drawings.graph import Graph, body_ports, reachable
from models.types.automations import Drawing, Json, NodeKind, Problem

MAX_NESTING = 5

Chain = tuple[tuple[str, str], ...]
"""The bodies around a node, outermost first, each as its owner's id and port."""

Bodies = Mapping[str, Chain]
"""Node id to the bodies around it, for every node a run can come to."""


def bodies_of(drawing: Drawing, graph: Graph) -> Bodies:
    """The bodies around every node a run can come to. A node that is reached from outside as well is in no body."""
    if drawing.trigger is None:
        return {}
    start = drawing.trigger["id"]
    reached = reachable(graph, start)
    around: dict[str, list[tuple[str, str]]] = {node_id: [] for node_id in graph if node_id in reached}
    for node in drawing.nodes:
        for port in body_ports(node) if node["id"] in reached else ():
            for inside in reached - reachable(graph, start, without=node["id"], ports=(port,)):
                around[inside].append((node["id"], port))
    # Of two bodies around one node the owner of the inner one lies in the outer one too.
    return {node_id: tuple(sorted(found, key=lambda body: len(around[body[0]]))) for node_id, found in around.items()}


def body_problems(drawing: Drawing, graph: Graph, bodies: Bodies) -> Iterator[Problem]:
    """Bodies that are empty, that run into each other or have a line out, in the order drawn. The graph has no cycle.

    Where all lines into a node come out of bodies, the node has the problem; otherwise the steps whose lines lead out have it.
    """
    nodes = {node["id"]: node for node in drawing.nodes}
    arrivals = _arrivals(nodes, graph, bodies)
    leaving = {source: body for found in arrivals.values() if _is_entered(found) for source, body in found if body}
    for node_id, node in nodes.items():
        yield from _empty_bodies(node, graph)
        if node_id in leaving:
            owner = _called(nodes[leaving[node_id]])
            message = f"A line leads from here out of the body of {owner}."
            fix = f"Remove the line. When the body has ended, the run goes on behind {owner} by itself."
            yield Problem(node_id, "", "leaves_body", message, fix)
        found = arrivals.get(node_id, [])
        if found and not _is_entered(found):
            owners = " and ".join(dict.fromkeys(_called(nodes[body]) for _, body in found if body))
            fix = "Give every branch a step of its own, or connect this one behind its owner."
            yield Problem(node_id, "", "in_two_bodies", f"Two bodies lead to this step, of {owners}.", fix)
        if len(bodies.get(node_id, ())) > MAX_NESTING:
            message = f"Bodies are nested more than {MAX_NESTING} deep."
            yield Problem(node_id, "", "nested_too_deeply", message, "Move the inner steps to an automation of their own.")


def _arrivals(nodes: Mapping[str, Json], graph: Graph, bodies: Bodies) -> dict[str, list[tuple[str, str]]]:
    """Node id to the lines that lead to it: their source, and the owner of the body they leave, empty when they leave none."""
    found: dict[str, list[tuple[str, str]]] = {}
    for source, following in graph.items():
        for port, target in following.items() if source in bodies else ():
            inside = ((source, port),) if port in body_ports(nodes[source]) else ()
            left = (*bodies[source], *inside)[len(bodies[target]) :]
            found.setdefault(target, []).append((source, left[0][0] if left else ""))
    return found


def _is_entered(arrivals: list[tuple[str, str]]) -> bool:
    return any(not body for _, body in arrivals)


def _empty_bodies(node: Mapping[str, Json], graph: Graph) -> Iterator[Problem]:
    for place, port in enumerate(body_ports(node)):
        if port not in graph[node["id"]]:
            field = f"branches.{place}" if node["kind"] == NodeKind.PARALLEL else ""
            yield Problem(node["id"], field, "empty_body", f"Nothing follows “{port}”.", "Connect a step to it.")


def _called(node: Mapping[str, Json]) -> str:
    return f"“{node.get('label') or node['id']}”"
