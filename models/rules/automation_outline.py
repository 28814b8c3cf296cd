"""From a drawing to the steps a page shows, in order and in words. Works on drawings that cannot run yet, too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from models.rules.automation_drawings.graph import Graph, body_ports, document_problems, graph_of, ports_of
from models.rules.automation_drawings.shapes import DEFAULT_ITEMS
from models.rules.automation_ways import port_words, step_look
from models.rules.automation_words import (
    Names,
    expression_words,
    mapping_words,
    span_words,
    trigger_words,
    working_days_words,
)
from models.rules.json_schemas import properties
from models.rules.path_words import path_words
from models.types.automation_outline import OutlineStep, OutlineWay
from models.types.automations import Catalogue, Drawing, Json, NodeKind, Problem
from models.types.events import CATALOGUE

Node = Mapping[str, Json]

_OWNERS = (NodeKind.PARALLEL, NodeKind.FOR_EACH)


def outline(drawing: Drawing, *, catalogue: Catalogue, problems: Sequence[Problem] = (), names: Names) -> list[OutlineStep]:
    """The steps from the trigger on; a step that two ways lead to is shown once. Steps that nothing leads to come last.

    Empty for what is no drawing. names: ids, such as those of members, to what people call them.
    """
    if document_problems(drawing):
        return []
    found = {node["id"]: tuple(one for one in problems if one.node_id == node["id"]) for node in drawing.nodes}
    steps = {node["id"]: _step(node, catalogue, found[node["id"]], names) for node in drawing.nodes}
    nodes = {node["id"]: node for node in drawing.nodes}
    starts = [drawing.trigger["id"]] if drawing.trigger else []
    seen: set[str] = set()
    shown: list[OutlineStep] = []
    for start in (*starts, *nodes):
        shown += _line(start, nodes, graph_of(drawing), steps, seen)
    return shown


def _line(
    start: str | None, nodes: Mapping[str, Node], graph: Graph, steps: Mapping[str, OutlineStep], seen: set[str]
) -> Iterator[OutlineStep]:
    """The steps that follow each other from a node on, up to one that has several ways out."""
    node_id = start
    while node_id is not None and node_id not in seen:
        seen.add(node_id)
        ways = _ways(nodes[node_id], graph[node_id])
        if ways:
            yield replace(steps[node_id], ways=tuple(_way(*way, nodes, graph, steps, seen) for way in ways))
            return
        yield steps[node_id]
        node_id = graph[node_id].get("ok")


def _ways(node: Node, following: Mapping[str, str]) -> list[tuple[str, str, str | None]]:
    """(port, words, next node) of a node whose ways out have to be told apart; none where the next step simply follows."""
    always = node["kind"] in (NodeKind.CONDITION, NodeKind.WAIT_FOR_EVENT, NodeKind.APPROVAL, *_OWNERS)
    if not always and set(following) <= {"ok"}:
        return []
    always = always and node["kind"] not in _OWNERS
    ports = [port for port in ports_of(node) if always or port in ("ok", *body_ports(node)) or port in following]
    return [(port, port_words(node, port), following.get(port)) for port in ports]


def _way(
    port: str,
    words: str,
    target: str | None,
    nodes: Mapping[str, Node],
    graph: Graph,
    steps: Mapping[str, OutlineStep],
    seen: set[str],
) -> OutlineWay:
    if target in seen:
        return OutlineWay(port, words, (), joins=steps[target].label or steps[target].verb)
    return OutlineWay(port, words, tuple(_line(target, nodes, graph, steps, seen)))


def _step(node: Node, catalogue: Catalogue, problems: tuple[Problem, ...], names: Names) -> OutlineStep:
    kind, settings = node["kind"], node["settings"]
    icon, verb = step_look(node, catalogue)
    details: Iterator[tuple[str, str]] = iter(())
    if kind == NodeKind.ACTION:
        details = _input_details(settings, catalogue.get(str(settings.get("action")), {}), names)
    elif kind in _DETAILS:
        details = _DETAILS[kind](settings, names)
    label = str(node.get("label") or "")
    shown = tuple(one for one in _readable(details) if one[1] != label)
    return OutlineStep(node["id"], str(kind), icon, verb, label, shown, problems)


def _readable(details: Iterator[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The details as far as they can be read: a drawing may hold anything."""
    found: list[tuple[str, str]] = []
    try:
        found.extend((name, words) for name, words in details if words)
    except (KeyError, TypeError, ValueError, AttributeError):
        found.append(("Settings", "cannot be read yet"))
    return tuple(found)


def _input_details(settings: Mapping[str, Json], entry: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    wanted = properties(entry.get("input", {}))
    given = settings.get("input", {})
    for name in (*(name for name in wanted if name in given), *(name for name in given if name not in wanted)):
        title = wanted.get(name, {}).get("title", name.replace("_", " ").capitalize())
        yield title, mapping_words(given[name], names)


def _trigger_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    yield "Starts when", trigger_words(settings)
    if settings.get("filter"):
        yield "Only if", expression_words(settings["filter"], names)
    concurrency = settings.get("concurrency")
    if concurrency and concurrency["policy"] != "parallel":
        yield "While one is running", _RIVALRY[concurrency["policy"]].format(path_words(concurrency["key"]))


def _condition_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    for case in settings["cases"]:
        yield str(case["port"]), expression_words(case["when"], names)


def _delay_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    yield "For", span_words(settings)
    yield from _timing(settings)


def _until_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    if "at" in settings:
        yield "Date", mapping_words(settings["at"], names)
    if "offset" in settings:
        yield "Moved by", ("−" if settings["offset"]["amount"] < 0 else "+") + span_words(settings["offset"])
    if "time" in settings:
        yield "At", str(settings["time"])
    yield from _timing(settings)


def _timing(settings: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    if days := working_days_words(settings):
        yield "Working days", days
    if settings.get("working_hours"):
        yield "Only", "in working hours"
    quiet = settings.get("quiet_hours")
    if quiet:
        yield "Quiet", "at night" if quiet is True else f"{quiet['from']} to {quiet['to']}"


def _event_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    known = CATALOGUE.get(settings["event"])
    yield "Event", known.says if known else str(settings["event"])
    yield "Which one", expression_words(settings["match"], names)
    yield "At most", span_words(settings["timeout"])


def _approval_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    yield "Who", mapping_words(settings["approvers"], names)
    if "message" in settings:
        yield "Text", mapping_words(settings["message"], names)
    if "remind" in settings:
        yield "Reminder", f"every {span_words(settings['remind']['every'])}"
    if "escalate" in settings:
        yield "Then also", f"{mapping_words(settings['escalate']['to'], names)} after {span_words(settings['escalate']['after'])}"


def _parallel_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    yield "Goes on", "when the first has ended" if settings.get("join") == "any" else "when all have ended"


def _loop_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    yield "Items", mapping_words(settings["items"], names)
    yield "At most", f"{settings.get('limit', DEFAULT_ITEMS)} items"
    if settings.get("concurrency", 1) > 1:
        yield "At once", str(settings["concurrency"])


def _sub_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    yield "Which one", names.get(settings["automation_id"], str(settings["automation_id"]))
    yield "Then", "go on at once" if settings.get("mode") == "detach" else "go on when it has ended"


def _stop_details(settings: Mapping[str, Json], names: Names) -> Iterator[tuple[str, str]]:
    yield "As", "a failure" if settings.get("outcome") == "failure" else "a success"


_RIVALRY = {
    "queue": "the next one for the same {} waits its turn",
    "skip": "another one for the same {} is left out",
    "replace": "a newer one for the same {} takes its place",
}
_DETAILS: Mapping[str, Callable[[Mapping[str, Json], Names], Iterator[tuple[str, str]]]] = {
    NodeKind.TRIGGER: _trigger_details,
    NodeKind.CONDITION: _condition_details,
    NodeKind.DELAY: _delay_details,
    NodeKind.WAIT_UNTIL: _until_details,
    NodeKind.WAIT_FOR_EVENT: _event_details,
    NodeKind.APPROVAL: _approval_details,
    NodeKind.PARALLEL: _parallel_details,
    NodeKind.FOR_EACH: _loop_details,
    NodeKind.SUB_AUTOMATION: _sub_details,
    NodeKind.STOP: _stop_details,
}
