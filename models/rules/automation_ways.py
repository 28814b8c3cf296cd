"""The ways out of a step in words: when each is taken, and what comes next by it."""

from collections.abc import Callable, Iterator, Mapping

from models.rules.automation_drawings.graph import Graph, exits_of, graph_of
from models.rules.automation_words import span_words
from models.types.automation_outline import WayOn
from models.types.automations import Catalogue, Drawing, Json, NodeKind

Node = Mapping[str, Json]

_LOOKS: Mapping[str, tuple[str, str]] = {
    NodeKind.TRIGGER: ("zap", "When something happens"),
    NodeKind.ACTION: ("play", "Do something"),
    NodeKind.CONDITION: ("git-branch", "Decide"),
    NodeKind.DELAY: ("timer", "Wait a while"),
    NodeKind.WAIT_UNTIL: ("calendar-clock", "Wait until a moment"),
    NodeKind.WAIT_FOR_EVENT: ("hourglass", "Wait for something to happen"),
    NodeKind.APPROVAL: ("hand", "Ask for approval"),
    NodeKind.PARALLEL: ("split", "Do several things at once"),
    NodeKind.FOR_EACH: ("repeat", "Do this for each"),
    NodeKind.SUB_AUTOMATION: ("workflow", "Run another automation"),
    NodeKind.STOP: ("circle-stop", "Stop"),
}
_PORTS = {
    "ok": "Then",
    "each": "For each item",
    "error": "When it fails",
    "timeout": "When it does not happen",
    "else": "Otherwise",
    "past": "When it is past already",
    "approved": "When approved",
    "rejected": "When rejected",
}
_FORKS = (NodeKind.CONDITION, NodeKind.WAIT_FOR_EVENT, NodeKind.APPROVAL, NodeKind.PARALLEL, NodeKind.FOR_EACH)
_MOST_NAMED = 3


def step_look(node: Node, catalogue: Catalogue) -> tuple[str, str]:
    """(icon, verb) of a step, such as "Send mail"."""
    if node["kind"] != NodeKind.ACTION:
        return _LOOKS.get(node["kind"], ("circle", str(node["kind"])))
    action = str(node["settings"].get("action"))
    entry = catalogue.get(action, {})
    return entry.get("icon", "circle-help"), entry.get("title", action)


def step_name(node: Node, catalogue: Catalogue) -> str:
    """What people call a step: by the name its author gave it, else by what it does."""
    return str(node.get("label") or step_look(node, catalogue)[1])


def name_at(drawing: Drawing, node_path: str, catalogue: Catalogue) -> str:
    """What people call the step at a path; its id when the drawing has it no more."""
    node = next((one for one in drawing.nodes if one["id"] == _last(node_path)), None)
    return step_name(node, catalogue) if node else _last(node_path)


def port_words(node: Node, port: str) -> str:
    """When a way out is taken: "After 3 days", "When approved"."""
    settings = node["settings"]
    if port == "ok" and node["kind"] == NodeKind.WAIT_FOR_EVENT:
        return "When it happens"
    if port == "timeout" and isinstance(settings.get("timeout"), dict):
        unanswered = " without an answer" if node["kind"] == NodeKind.APPROVAL else ""
        return f"After {_guarded(span_words, settings['timeout'])}{unanswered}"
    if port == "timeout" and node["kind"] == NodeKind.APPROVAL:
        return "Without an answer"
    if node["kind"] == NodeKind.PARALLEL and port != "ok":
        return f"At once: {_branch_name(settings, port)}"
    if node["kind"] == NodeKind.CONDITION and port != "else":
        return f"If {port}"
    return _PORTS.get(port, port)


def ways_on(drawing: Drawing, node_path: str, catalogue: Catalogue) -> tuple[WayOn, ...]:
    """The ways by which a run may go on behind a step, the usual one first; empty for a step that the drawing has not.

    Left out is what never happens there: failing that nothing was drawn for, and an end that no answer has been set for.
    """
    nodes, graph = {node["id"]: node for node in drawing.nodes}, graph_of(drawing)
    segment = _last(node_path)
    if segment not in nodes:
        return ()
    node = nodes[segment]
    last = "nothing more in this part" if "/" in node_path else "the run ends"
    ports = [port for port in exits_of(node) if port in graph[segment] or not _is_spare(node, port)]
    return tuple(
        WayOn(port, port_words(node, port), _following(graph[segment].get(port), nodes, graph, catalogue) or last)
        for port in ports
    )


def _last(node_path: str) -> str:
    return node_path.rpartition("/")[2].partition("[")[0]


def _is_spare(node: Node, port: str) -> bool:
    return port == "error" or (port == "timeout" and node["kind"] == NodeKind.APPROVAL and not node["settings"].get("timeout"))


def _following(start: str | None, nodes: Mapping[str, Node], graph: Graph, catalogue: Catalogue) -> str:
    """The next steps up to where the way forks: "“Send the offer”, then “Wait a while”"; empty when there is none."""
    names = [f"“{step_name(node, catalogue)}”" for node in _line(start, nodes, graph)]
    more = ["more"] if len(names) > _MOST_NAMED else []
    return ", then ".join([*names[:_MOST_NAMED], *more])


def _line(start: str | None, nodes: Mapping[str, Node], graph: Graph) -> Iterator[Node]:
    node_id, seen = start, set[str]()
    while node_id is not None and node_id not in seen:
        seen.add(node_id)
        yield nodes[node_id]
        node_id = None if nodes[node_id]["kind"] in _FORKS else graph[node_id].get("ok")


def _branch_name(settings: Mapping[str, Json], port: str) -> str:
    labels = {branch.get("port"): branch.get("label") for branch in settings["branches"] if isinstance(branch, dict)}
    return str(labels.get(port) or port)


def _guarded(words: Callable[[Mapping[str, Json]], str], value: Mapping[str, Json]) -> str:
    try:
        return words(value)
    except (KeyError, TypeError, ValueError):
        return "a while"
