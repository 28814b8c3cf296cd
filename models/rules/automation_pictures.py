"""Where the steps of a drawing stand in a picture of it: in rows below each other, with a lane for every further way."""

from collections.abc import Iterable, Mapping, Sequence

from models.types.automations import Json

Place = tuple[int, int]
"""Row and lane, from 0."""


def places(node_ids: Sequence[str], edges: Iterable[Mapping[str, Json]]) -> dict[str, Place]:
    """Node id to its place: a row below all that lead to it, and the first row where nothing does.

    Lines that lead back are passed over. Lanes may be shared by nodes of different rows, never by two of one row.
    """
    known = {node_id: order for order, node_id in enumerate(node_ids)}
    ways: dict[str, list[str]] = {node_id: [] for node_id in node_ids}
    for edge in edges:
        source, target = edge.get("source"), edge.get("target")
        if source in known and target in known and source != target:
            ways[source].append(target)
    rows = _rows(ways)
    lanes = _lanes(ways, rows)
    return {node_id: (rows[node_id], lanes[node_id]) for node_id in node_ids}


def _rows(ways: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The longest way to each node; as many rounds as there are nodes end it whatever the lines are."""
    rows = dict.fromkeys(ways, 0)
    for _ in ways:
        before = dict(rows)
        for source, targets in ways.items():
            for target in targets:
                rows[target] = min(max(rows[target], rows[source] + 1), len(ways) - 1)
        if rows == before:
            break
    return rows


def _lanes(ways: Mapping[str, Sequence[str]], rows: Mapping[str, int]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    taken: set[Place] = set()
    lanes = {}
    for node_id in sorted(ways, key=lambda one: rows[one]):
        lane = wanted.get(node_id, 0)
        while (rows[node_id], lane) in taken:
            lane += 1
        taken.add((rows[node_id], lane))
        lanes[node_id] = lane
        for place, target in enumerate(ways[node_id]):
            wanted[target] = min(wanted.get(target, lane + place), lane + place)
    return lanes
