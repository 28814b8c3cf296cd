"""Runs that change to another version of their plan: where they stand, whether they can, and what would become of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from models.rules.automation_plan.moves import has_node, node_at, wait_of
from models.rules.automation_plan.moving import moved_to
from models.rules.automation_plan.records import canonical_json
from models.types.automation_changes import MovePreview, NextStep
from models.types.automation_plan.commands import Command, RecordStep
from models.types.automation_plan.states import FINAL, RunState, RunStatus, StepStatus, Token, TokenStatus
from models.types.automations import Json, Plan
from models.types.errors import DomainError, Refused
from models.types.working_time import WorkCalendar

NodeMapping = Mapping[str, str]
"""Old node id to the id of the new one that takes its place."""
Moved = tuple[RunState, tuple[Command, ...]]

_INDEX = re.compile(r"\[\d+\]")
_READ = re.compile(r"\bnodes\.([\w-]+)")
_USUAL = {"condition": "else", "wait_for_event": "timeout", "approval": "timeout"}


def standing(state: RunState | None) -> str:
    """Where a run stands, as the same word for all runs that stand there: node paths without the passes of loops.

    `start` for a run that has not begun.
    """
    if state is None or state.status is RunStatus.NEW:
        return "start"
    return "+".join(sorted({plain_path(token.node_path) for token in state.tokens})) or "end"


def group_key(version: int, state: RunState | None) -> str:
    """The key under which people choose what becomes of all runs of a version that stand in one place, `v2:wait`."""
    return f"v{version}:{standing(state)}"


def plain_path(node_path: str) -> str:
    """A node path without the passes of its loops."""
    return _INDEX.sub("", node_path)


def node_id_of(node_path: str) -> str:
    """The id of the node that a path leads to."""
    return plain_path(node_path).rpartition("/")[2]


def choice_for(choices: Mapping[str, str], version: int, state: RunState | None) -> str:
    """What was chosen for a run: for its group, else for `*`, else that it finishes on its version."""
    return choices.get(group_key(version, state)) or choices.get("*") or "finish"


def moved(
    old: Plan, new: Plan, state: RunState, mapping: NodeMapping, now: datetime, calendar: WorkCalendar | None = None
) -> Moved:
    """The state and commands of a run that goes on by another version.

    mapping: old node id to the new one that takes its place. A run that stands on the old one enters the new one; when both
    are of one kind, what it has waited already counts. Outputs go over under the new name.
    Raises Refused when an action is being performed, when a step the run stands on is gone and nothing takes its place, or
    when the new version is for another sort of record.
    """
    _check(old, new, state)
    if state.status is RunStatus.NEW:
        return replace(state, plan_hash=new.hash), ()
    state, told = remapped(old, new, state, mapping)
    state, commands = moved_to(old, new, state, now, calendar)
    return state, (*told, *commands)


def remapped(old: Plan, new: Plan, state: RunState, mapping: NodeMapping) -> tuple[RunState, tuple[RecordStep, ...]]:
    """The state with each token on a node that was replaced put before the one that takes its place, and the rows to write."""
    told: list[RecordStep] = []
    for token in state.tokens:
        path = renamed(token.node_path, mapping)
        if path == token.node_path or not has_node(new, path):
            continue
        is_alike = node_at(old, token.node_path)["kind"] == node_at(new, path)["kind"] and token.status is TokenStatus.WAITING
        fresh = Token(path, token.iteration, since=token.since if is_alike else None)
        told.append(RecordStep(token.node_path, token.iteration, StepStatus.SKIPPED, max(token.attempt, 1)))
        state = replace(
            state,
            tokens=tuple(fresh if one == token else one for one in state.tokens),
            waits=tuple(wait for wait in state.waits if wait.id != token.wait_id),
        )
    outputs = {renamed(path, mapping): output for path, output in state.outputs.items()}
    return replace(state, outputs={**outputs, **state.outputs}), tuple(told)


def renamed(node_path: str, mapping: NodeMapping) -> str:
    """A node path with every node that was replaced under its new id; passes of loops stay."""
    return "/".join(_renamed_segment(segment, mapping) for segment in node_path.split("/"))


def move_preview(
    old: Plan, new: Plan, state: RunState, mapping: NodeMapping, now: datetime, calendar: WorkCalendar | None = None
) -> MovePreview:
    """What moving a run now would do to it: where it stands and when it goes on, before and after."""
    before = next_steps(old, state)
    try:
        after, _ = moved(old, new, state, mapping, now, calendar)
    except DomainError as error:
        return MovePreview(False, error.detail, before)
    return MovePreview(True, "", before, next_steps(new, after), unread_nodes(new, after))


def next_steps(plan: Plan, state: RunState) -> tuple[NextStep, ...]:
    """Where each token stands and when it goes on; one step `start` or `end` when there is no token."""
    if state.status is RunStatus.NEW:
        return (NextStep(plan.root["entry"], "start", None),)
    if state.status in FINAL or not state.tokens:
        return (NextStep("", "end", None),)
    return tuple(_next_step(plan, state, token) for token in state.tokens)


def unread_nodes(plan: Plan, state: RunState) -> tuple[str, ...]:
    """Ids of nodes whose output steps ahead of a run read, though it has none and the run will not come through them."""
    if state.status in FINAL or state.status is RunStatus.NEW:
        return ()
    ahead = _ahead(plan, state)
    known = {node_id_of(path) for path in state.outputs} | set(ahead)
    wanted = {name for node in ahead.values() for name in _READ.findall(canonical_json(dict(node)))}
    return tuple(sorted(wanted & _ids(plan.root) - known))


def _check(old: Plan, new: Plan, state: RunState) -> None:
    started_by = [(plan.trigger.get("kind"), plan.trigger.get("type")) for plan in (old, new)]
    if started_by[0] != started_by[1]:
        raise Refused("The new version is started by something else, so it would miss what this run began with.")
    if any(token.status is TokenStatus.PERFORMING for token in state.tokens):
        raise Refused("An action is being performed; the run can move when it waits.")


def _renamed_segment(segment: str, mapping: NodeMapping) -> str:
    name, bracket, index = segment.partition("[")
    return mapping.get(name, name) + bracket + index


def _next_step(plan: Plan, state: RunState, token: Token) -> NextStep:
    wait, node = wait_of(state, token.wait_id), node_at(plan, token.node_path)
    target = token.node_path if token.status is TokenStatus.RETRYING else _follower(token, node)
    return NextStep(token.node_path, token.status.value, wait.at if wait else None, target)


def _follower(token: Token, node: Mapping[str, Json]) -> str | None:
    target = node.get("next", {}).get(_USUAL.get(node["kind"], "ok"))
    parent, slash, _ = token.node_path.rpartition("/")
    return f"{parent}{slash}{target}" if target else None


def _ahead(plan: Plan, state: RunState) -> dict[str, Mapping[str, Json]]:
    """Every node a run may still come through, with those it stands on, by path."""
    found: dict[str, Mapping[str, Json]] = {}
    waiting = [plain_path(token.node_path) for token in state.tokens]
    waiting += [parent for path in waiting for parent in _owners(path)]
    while waiting:
        path = waiting.pop()
        if path in found or not has_node(plan, path):
            continue
        found[path] = node = node_at(plan, path)
        parent, slash, _ = path.rpartition("/")
        waiting += [f"{parent}{slash}{target}" for target in node.get("next", {}).values()]
        waiting += [f"{path}/{inner}" for inner in node.get("body", {}).get("nodes", {})]
    return {node_id_of(path): node for path, node in found.items()}


def _ids(body: Mapping[str, Json]) -> set[str]:
    """The ids of all nodes of a body, inner ones too."""
    found: set[str] = set()
    for node_id, node in body.get("nodes", {}).items():
        found |= {node_id, *_ids(node.get("body", {}))}
    return found


def _owners(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
