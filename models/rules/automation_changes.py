"""What differs between two drawings, as people read it: nodes with their fields, and lines."""

from collections.abc import Iterator, Mapping

from models.types.automation_changes import Change, DrawingChanges, EdgeChange, FieldChange, NodeChange
from models.types.automations import Drawing, Json


def drawing_changes(before: Drawing, after: Drawing) -> DrawingChanges:
    """What was added, removed and changed on the way from one drawing to another; places and notes do not count."""
    return DrawingChanges(
        nodes=tuple(_node_changes(before, after)),
        edges=tuple(_edge_changes(before, after)),
        limits=field_changes(before.limits, after.limits),
    )


def field_changes(before: Mapping[str, Json], after: Mapping[str, Json], path: str = "") -> tuple[FieldChange, ...]:
    """The values that differ, by dotted path; lists and texts are compared as a whole."""
    found: list[FieldChange] = []
    for name in [*before, *(name for name in after if name not in before)]:
        one, two, at = before.get(name), after.get(name), f"{path}{name}"
        if one == two:
            continue
        if isinstance(one, Mapping) and isinstance(two, Mapping):
            found += field_changes(one, two, f"{at}.")
        else:
            found.append(FieldChange(at, one, two))
    return tuple(found)


def _node_changes(before: Drawing, after: Drawing) -> Iterator[NodeChange]:
    old = {str(node.get("id")): node for node in before.nodes}
    new = {str(node.get("id")): node for node in after.nodes}
    for node_id, node in new.items():
        if node_id not in old:
            yield _changed(node, Change.ADDED)
        elif fields := _fields(old[node_id], node):
            yield _changed(node, Change.CHANGED, fields)
    yield from (_changed(node, Change.REMOVED) for node_id, node in old.items() if node_id not in new)


def _changed(node: Mapping[str, Json], change: Change, fields: tuple[FieldChange, ...] = ()) -> NodeChange:
    return NodeChange(str(node.get("id")), change, str(node.get("kind", "")), str(node.get("label") or ""), fields)


def _fields(one: Mapping[str, Json], two: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    own = [
        FieldChange(name, one.get(name), two.get(name))
        for name in ("kind", "label")
        if (one.get(name) or "") != (two.get(name) or "")
    ]
    return (*own, *field_changes(_settings(one), _settings(two)))


def _settings(node: Mapping[str, Json]) -> Mapping[str, Json]:
    settings = node.get("settings")
    return settings if isinstance(settings, Mapping) else {}


def _edge_changes(before: Drawing, after: Drawing) -> Iterator[EdgeChange]:
    old, new = _lines(before), _lines(after)
    yield from (EdgeChange(Change.ADDED, *line) for line in new if line not in old)
    yield from (EdgeChange(Change.REMOVED, *line) for line in old if line not in new)


def _lines(drawing: Drawing) -> dict[tuple[str, str, str], None]:
    """Source, port and target of every edge, in the order drawn, each once."""
    return {(str(edge.get("source")), str(edge.get("port")), str(edge.get("target"))): None for edge in drawing.edges}
