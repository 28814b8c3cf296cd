"""Moving a live run to another version of its automation."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from models.rules.automation_plan.bodies import rejoined
from models.rules.automation_plan.moves import close_wait, has_node, node_at, put, rested, token_at
from models.rules.automation_plan.nodes import enter, run_ready
from models.types.automation_plan.commands import Command, Turn
from models.types.automation_plan.states import FINAL, RunState, Token, TokenStatus
from models.types.automations import Json, Plan
from models.types.errors import Conflict, Refused
from models.types.working_time import WorkCalendar

Mapped = Mapping[str, str]
"""Node id in the old version to the node id in the new one that a run goes on from; what is not named keeps its id."""


def moved_to(
    old: Plan, new: Plan, state: RunState, now: datetime, calendar: WorkCalendar | None = None, mapping: Mapped | None = None
) -> tuple[RunState, tuple[Command, ...]]:
    """The state and commands of a run that goes on by another version of its plan.

    A wait whose node is unchanged stays as it is; one that was edited is begun anew, counted from when it first began, so a
    delay that became shorter than the time already waited is over at once. A step that is mapped to one of another kind is left
    for that one. What is parked stays parked; its retry follows the new version. A loop keeps its items, a parallel the
    branches that have begun; where the first of them is enough now, one that has ended is. A run that is over, or that follows
    the new version already, stays as it is.
    Raises Conflict when the state belongs to another plan than `old`; Refused when a step the run stands on has no counterpart
    in the same bodies of the new version, or an action is being performed just now.
    """
    if state.status in FINAL or state.plan_hash == new.hash:
        return state, ()
    if state.plan_hash != old.hash:
        raise Conflict("This run follows another version of its automation.")
    turn = Turn(new, now, calendar or WorkCalendar())
    pairs = [(token, _moved(old, new, token, mapping or {})) for token in state.tokens]
    outputs = {renamed(path, mapping or {}): output for path, output in state.outputs.items()}
    waits = tuple(replace(wait, node_path=renamed(wait.node_path, mapping or {})) for wait in state.waits)
    tokens = tuple(after for _, after in pairs)
    state = replace(state, plan_hash=new.hash, outputs=outputs, tokens=tokens, waits=waits)
    for before, after in pairs:
        state = _begun_anew(turn, state, old, before, after)
    state = rested(turn, run_ready(turn, rejoined(turn, state)))
    return state, tuple(turn.commands)


def _moved(old: Plan, new: Plan, token: Token, mapping: Mapped) -> Token:
    """The token on its counterpart."""
    if token.status is TokenStatus.PERFORMING:
        raise Refused("An action is being performed; the run can move when it waits.")
    path = renamed(token.node_path, mapping)
    if not has_node(new, path):
        is_elsewhere = path.rpartition("/")[2] in _node_ids(new.root)
        where = "is in another body of" if is_elsewhere else "is not in"
        raise Refused(f"The step this run stands on {where} the other version.")
    if not has_node(old, token.node_path) or node_at(old, token.node_path)["kind"] == node_at(new, path)["kind"]:
        return replace(token, node_path=path)
    if token.node_path == path or token.status is TokenStatus.HOLDING:
        raise Refused("The step this run stands on is of another kind in the other version.")
    return replace(Token(path, token.iteration), wait_id=token.wait_id)


def _node_ids(body: Mapping[str, Json]) -> Iterator[str]:
    for node_id, node in body["nodes"].items():
        yield node_id
        if "body" in node:
            yield from _node_ids(node["body"])


def renamed(path: str, mapping: Mapped) -> str:
    """A path with every node that was replaced under its new id; the items of loops stay."""
    segments = (segment.partition("[") for segment in path.split("/"))
    return "/".join(mapping.get(name, name) + bracket + rest for name, bracket, rest in segments)


def _begun_anew(turn: Turn, state: RunState, old: Plan, before: Token, after: Token) -> RunState:
    """The state in which a wait of an edited step has begun anew, and one for another step is closed."""
    if token_at(state, after.node_path, after.iteration) != after:
        return state
    if after.status is TokenStatus.READY:
        return close_wait(turn, state, after)[0]
    is_edited = _settings(old, before.node_path) != _settings(turn.plan, after.node_path)
    if after.wait_id is None or not is_edited:
        return state
    state, free = close_wait(turn, state, after)
    if after.status is TokenStatus.WAITING:
        return enter(turn, state, free)
    # A step between two attempts: the next one sends what the new version says.
    return put(state, free, Token(free.node_path, free.iteration))


def _settings(plan: Plan, node_path: str) -> dict[str, Json]:
    return {name: value for name, value in node_at(plan, node_path).items() if name not in ("id", "next", "body")}
