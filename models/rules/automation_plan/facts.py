"""Which records a waiting run follows: those that its timers read dates of, and what is to happen when one of them is over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.rules.automation_matching import is_given_up_when_over
from models.rules.automation_plan.moves import has_node, node_at, wait_of
from models.rules.automation_plan.paths import full_path, is_visible, step_at
from models.rules.mappings import mapping_reads
from models.types.automation_dates import CALLED_OFF
from models.types.automation_plan.states import RunState, Token, WaitKind
from models.types.automations import Json, NodeKind, Plan

Node = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Followed:
    """A record that a timer follows."""

    output_path: str
    """Where the run keeps what it heard of it; empty for the record of the trigger."""
    record: Mapping[str, Json]
    """As the run knows it."""
    on_gone: str
    """What the waiting step says about its end; empty when it says nothing."""
    is_date: bool
    """Whether the step waits for a date of the record itself."""


def followed(plan: Plan, state: RunState) -> list[Followed]:
    """The records that the open timers of a run read, one for each timer and read."""
    return [one for token in state.tokens for one in _followed_by(plan, state, token)]


def heard_of(plan: Plan, state: RunState) -> dict[str, Mapping[str, Json]]:
    """Those of them that the run heard of later, from events that ended its waits: output path to record."""
    return {one.output_path: one.record for one in followed(plan, state) if one.output_path and one.record.get("event_id")}


def is_read_by_timers(plan: Plan, node_path: str) -> bool:
    """Whether a step of the plan waits by what the wait at this path will have heard."""
    prefix = f"nodes.{node_path.rpartition('/')[2]}."
    return any(path.startswith(prefix) for node in _nodes(plan.root) for path in _read(node))


def may_be_over(plan: Plan) -> bool:
    """Whether a run of the plan may end because a record is over."""
    steps = list(_nodes(plan.root))
    return is_given_up_when_over(plan.trigger) or any(one.get("on_gone") == "cancel" or _own_dates(one) for one in steps)


def is_over_with(plan: Plan, state: RunState, event_type: str, subject_id: str, *, is_about: bool) -> bool:
    """Whether a run ends with a record that an event of `ENDS` is about. is_about: whether the run was started about it.

    What the waiting step says counts first, then what the trigger says. Where neither says anything, who waits for a date that
    was called off waits for nothing, and the run ends.
    """
    concerned = [one for one in followed(plan, state) if one.record.get("subject_id") == subject_id]
    stated = {one.on_gone for one in concerned if one.on_gone}
    if stated:
        return "cancel" in stated
    if "on_gone" not in plan.trigger and event_type in CALLED_OFF and any(one.is_date for one in concerned):
        return True
    return (is_about or bool(concerned)) and is_given_up_when_over(plan.trigger)


def _followed_by(plan: Plan, state: RunState, token: Token) -> Iterator[Followed]:
    wait = wait_of(state, token.wait_id)
    if wait is None or wait.kind is not WaitKind.TIMER:
        return
    node, full = node_at(plan, token.node_path), full_path(plan, token.node_path, token.iteration)
    own, says = _own_dates(node), node.get("on_gone", "")
    for path in _read(node):
        root, _, rest = path.partition(".")
        if root == "trigger":
            yield Followed("", state.trigger, says, path in own)
            continue
        kept = _output_path(plan, state, full, rest.partition(".")[0]) if root == "nodes" else None
        if kept is not None and isinstance(state.outputs[kept], Mapping):
            yield Followed(kept, state.outputs[kept], says, path in own)


def _output_path(plan: Plan, state: RunState, full: str, node_id: str) -> str | None:
    """Where the output of a wait for an event is kept that a step at a full path reads by its id."""
    seen = [path for path in state.outputs if path.rpartition("/")[2] == node_id and is_visible(path, full)]
    return next((path for path in reversed(seen) if _is_wait(plan, step_at(path)[0])), None)


def _is_wait(plan: Plan, node_path: str) -> bool:
    """Whether a step waits for an event; one of another version that the run has moved from is none."""
    return has_node(plan, node_path) and node_at(plan, node_path)["kind"] == NodeKind.WAIT_FOR_EVENT


def _read(node: Node) -> list[str]:
    """The fields whose change moves the end of a step that waits for a time."""
    found = _dates(node)
    zone = node.get("zone") if node["kind"] in (NodeKind.WAIT_UNTIL, NodeKind.DELAY) else None
    return [*found, zone["path"]] if isinstance(zone, Mapping) else found


def _dates(node: Node) -> list[str]:
    return [path for path, _ in mapping_reads(node["at"])] if node["kind"] == NodeKind.WAIT_UNTIL and "at" in node else []


def _own_dates(node: Node) -> list[str]:
    """The dates it waits for of the very record that an event is about, not of another that belongs to it."""
    return [path for path in _dates(node) if path.removeprefix("trigger.").startswith("subject.") or ".subject." in path]


def _nodes(body: Mapping[str, Json]) -> Iterator[Node]:
    for node in body.get("nodes", {}).values():
        yield node
        yield from _nodes(node.get("body", {}))
