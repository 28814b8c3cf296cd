"""What a client would read a hole in: fields that may be empty, or can never be there, where a step needs them filled in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from models.rules.automation_drawings.graph import Graph
from models.rules.automation_drawings.settings import mapped_fields
from models.rules.expressions import paths_filled
from models.rules.json_schemas import Schema, alternatives, properties, required_fields, schema_at
from models.rules.mappings import is_mapping, mapping_reads
from models.rules.path_words import path_words
from models.types.automations import (
    MAY_BE_MISSING,
    NEVER_THERE,
    Catalogue,
    Drawing,
    Json,
    NodeKind,
    OnError,
    Problem,
    Severity,
)

Node = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class FilledWays:
    """Which paths are sure to hold something, by the way that a run took."""

    always: frozenset[str]
    """By the trigger's filter."""
    by_way: Mapping[tuple[str, str], frozenset[str]]
    """Behind a way out of a condition: node and port."""

    def is_filled(self, graph: Graph, start: str, node_id: str, path: str) -> bool:
        """Whether no run comes to a node without that something lies at the path, or below it."""
        if _covers(self.always, path):
            return True
        cut = {way for way, filled in self.by_way.items() if _covers(filled, path)}
        return bool(cut) and node_id not in _reached(graph, start, cut)


def filled_ways(drawing: Drawing) -> FilledWays:
    """What the filter and the conditions of a drawing make sure of. Every node has its shape."""
    head = (drawing.trigger or {}).get("settings", {})
    found: dict[tuple[str, str], frozenset[str]] = {}
    for node in drawing.nodes:
        if node["kind"] == NodeKind.CONDITION:
            found |= {(node["id"], port): filled for port, filled in _condition_ways(node["settings"]["cases"])}
    return FilledWays(_filled(head.get("filter"), True), found)


def missing_problems(
    drawing: Drawing, graph: Graph, node: Node, scope: Schema, catalogue: Catalogue, ways: FilledWays
) -> Iterator[Problem]:
    """What of an action's input may turn out empty. scope: the schema of what the node may read.

    A warning where a client would get it and nobody says what to do then; an error where it is empty in every run.
    """
    entry = catalogue.get(node["settings"]["action"]) if node["kind"] == NodeKind.ACTION else None
    if entry is None or drawing.trigger is None:
        return
    yield from _nobody_problems(node, scope, entry)
    facing = bool(entry.get("client_facing")) and not _fails_elsewhere(node, graph)
    for field, path, wanted in _needed(node, entry, catalogue):
        gaps = [*_gaps(scope, path)]
        if any(gap.get(NEVER_THERE) for _, gap in gaps):
            message = f"What starts this brings no “{path_words(path)}”, so it is always empty here."
            fix = "Choose another field, say what to take instead, or let something else start it."
            yield Problem(node["id"], field, "never_there", message, fix)
        elif facing and not wanted.get("x-recipient") and not _all_filled(drawing, graph, node["id"], gaps, ways):
            message = f"“{path_words(path)}” may be empty. Then the client gets nothing, and the run waits for a person."
            yield Problem(node["id"], field, "may_be_empty", message, _fix(node, field), Severity.WARNING)


def _needed(node: Node, entry: Mapping[str, Json], catalogue: Catalogue) -> Iterator[tuple[str, str, Schema]]:
    """Field, path and schema of the value, for all that is read with nothing to take instead and must not be empty."""
    required = required_fields(entry.get("input", {}))
    for field, mapping, wanted in mapped_fields(node, catalogue):
        is_needed = field.removeprefix("input.") in required
        if not is_mapping(mapping) or not (is_needed or ("text" in mapping and entry.get("client_facing"))):
            continue
        for path in dict.fromkeys(path for path, guarded in mapping_reads(mapping) if not guarded):
            yield field, path, wanted


def _nobody_problems(node: Node, scope: Schema, entry: Mapping[str, Json]) -> Iterator[Problem]:
    """Actions for the contact of the run, where no run has one."""
    contact = schema_at(scope, ["trigger", "contact_id"])
    if contact is not None and not contact.get(NEVER_THERE):
        return
    for name, wanted in properties(entry.get("input", {})).items():
        if wanted.get("x-about") == "contact" and name not in node["settings"].get("input", {}):
            message = "What starts this is about no contact, so there is nobody to do this for."
            yield Problem(node["id"], f"input.{name}", "no_contact", message, "Say who is meant, or let something else start it.")


def _gaps(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """The parts of a path where there may be nothing, outermost first, each with its schema."""
    segments = path.split(".")
    for length in range(1, len(segments) + 1):
        found = schema_at(schema, segments[:length])
        if found is not None and (found.get(MAY_BE_MISSING) or found.get(NEVER_THERE) or _allows_null(found)):
            yield ".".join(segments[:length]), found


def _allows_null(schema: Schema) -> bool:
    """Whether a schema says that there may be nothing; one that says nothing of types does not."""
    declared = [one.get("type") for one in alternatives(schema)]
    return any(kind == "null" or (isinstance(kind, list) and "null" in kind) for kind in declared)


def _all_filled(drawing: Drawing, graph: Graph, node_id: str, gaps: Iterable[tuple[str, Schema]], ways: FilledWays) -> bool:
    start = (drawing.trigger or {})["id"]
    return all(ways.is_filled(graph, start, node_id, path) for path, _ in gaps)


def _fails_elsewhere(node: Node, graph: Graph) -> bool:
    """Whether the author says what happens when the step cannot be done."""
    return "error" in graph[node["id"]] or node["settings"].get("on_error") == OnError.CONTINUE


def _fix(node: Node, field: str) -> str:
    mapping = node["settings"].get("input", {}).get(field.removeprefix("input."), {})
    instead = "Put what to show then behind it, such as | default:'there'" if "text" in mapping else "Say what to take then"
    return f"{instead}, decide before this step whether it is filled in, or connect a step to “If it fails”."


def _condition_ways(cases: list[Mapping[str, Json]]) -> Iterator[tuple[str, frozenset[str]]]:
    """Ports of a condition, each with what is filled in on its way: its own case holds, those before it do not."""
    before: frozenset[str] = frozenset()
    for case in cases:
        yield case["port"], before | _filled(case["when"], True)
        before |= _filled(case["when"], False)
    yield "else", before


def _filled(expression: Json, value: bool) -> frozenset[str]:
    return paths_filled(expression, value) if is_mapping({"expr": expression}) else frozenset()


def _covers(filled: frozenset[str], path: str) -> bool:
    return any(one == path or one.startswith(f"{path}.") for one in filled)


def _reached(graph: Graph, start: str, cut: set[tuple[str, str]]) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        node_id = todo.pop()
        if node_id not in seen:
            seen.add(node_id)
            todo += [target for port, target in graph[node_id].items() if (node_id, port) not in cut]
    return seen
