"""Runs that change to another version of their plan: where they stand, whether they can, and what would become of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from models.rules.automation_plan.moves import has_node, node_at, wait_of
from models.rules.automation_plan.moving import moved_to, renamed
from models.rules.automation_plan.records import canonical_json
from models.types.automation_changes import MovePreview, NextStep
from models.types.automation_plan.commands import Command, RecordStep
from models.types.automation_plan.states import FINAL, RunState, RunStatus, StepStatus, Token, TokenStatus, Wait, WaitKind
from models.types.automations import Json, Plan
from models.types.errors import DomainError, Refused
from models.types.working_time import WorkCalendar

NodeMapping = Mapping[str, str]
"""Old node id to the id of the new one that takes its place."""
Moved = tuple[RunState, tuple[Command, ...]]

_INDEX = re.compile(r"\[\d+\]")
_READ = re.compile(r"\bnodes\.([\w-]+)")
_SHOWN = {
    TokenStatus.READY: StepStatus.RUNNING,
    TokenStatus.WAITING: StepStatus.WAITING,
    TokenStatus.RETRYING: StepStatus.RETRYING,
    TokenStatus.PARKED: StepStatus.PARKED,
    TokenStatus.HOLDING: StepStatus.RUNNING,
}
_USUAL = {"condition": "else", "wait_for_event": "timeout", "approval": "timeout"}


def standing(state: RunState | None) -> str:
    """Where a run stands, as the same word for all runs that stand there: node paths without the passes of loops.

    `start` for a run that has not begun.
    """
    if state is None or state.status is RunStatus.NEW:
        return "start"
    return "+".join(sorted({plain_path(token.node_path) for token in _at_work(state)})) or "end"


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
    """The state and commands of a run that goes on by another version, as `moved_to` tells.

    Raises Refused also when the new version is for another sort of record.
    """
    started_by = [(plan.trigger.get("kind"), plan.trigger.get("type")) for plan in (old, new)]
    if started_by[0] != started_by[1]:
        raise Refused("The new version is started by something else, so it would miss what this run began with.")
    state, commands = moved_to(old, new, state, now, calendar, mapping)
    return _with_own_waits(state), commands


def left_behind(state: RunState, mapping: NodeMapping) -> tuple[RecordStep, ...]:
    """What to write over the rows of the steps that a run stands on and that others take the place of."""
    gone = (token for token in state.tokens if renamed(token.node_path, mapping) != token.node_path)
    return tuple(RecordStep(one.node_path, one.iteration, StepStatus.SKIPPED, max(one.attempt, 1)) for one in gone)


def taken_up(before: RunState, after: RunState, mapping: NodeMapping) -> tuple[RecordStep, ...]:
    """What to write for steps on which a run goes on waiting in the place of others."""
    places = {(renamed(token.node_path, mapping), token.iteration) for token in before.tokens}
    places -= {(token.node_path, token.iteration) for token in before.tokens}
    told = []
    for token in after.tokens:
        if (token.node_path, token.iteration) in places and token.status is not TokenStatus.PERFORMING:
            wait = wait_of(after, token.wait_id)
            shown = {"until": wait.at.isoformat()} if wait and wait.at else None
            told.append(RecordStep(token.node_path, token.iteration, _SHOWN[token.status], 1, None, shown, token.error))
    return tuple(told)


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
    return tuple(_next_step(plan, state, token) for token in _at_work(state))


def unread_nodes(plan: Plan, state: RunState) -> tuple[str, ...]:
    """Ids of nodes whose output steps ahead of a run read, though it has none and the run will not come through them."""
    if state.status in FINAL or state.status is RunStatus.NEW:
        return ()
    ahead = _ahead(plan, state)
    known = {node_id_of(path) for path in state.outputs} | set(ahead)
    wanted = {name for node in ahead.values() for name in _READ.findall(canonical_json(dict(node)))}
    return tuple(sorted(wanted & _ids(plan.root) - known))


def _with_own_waits(state: RunState) -> RunState:
    """The state with every wait named after the step it is at, as people's links and pages expect."""
    names = {wait.id: _wait_id(wait) for wait in state.waits if wait.kind is not WaitKind.SUB}
    waits = tuple(replace(wait, id=names.get(wait.id, wait.id)) for wait in state.waits)
    tokens = tuple(replace(token, wait_id=names.get(token.wait_id or "", token.wait_id)) for token in state.tokens)
    return replace(state, waits=waits, tokens=tokens)


def _wait_id(wait: Wait) -> str:
    return f"{wait.node_path}.{wait.iteration}.{wait.id.rpartition('.')[2]}"


def _at_work(state: RunState) -> tuple[Token, ...]:
    """Where a run really stands: not the owners of bodies that are at work."""
    return tuple(token for token in state.tokens if token.status is not TokenStatus.HOLDING) or state.tokens


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
