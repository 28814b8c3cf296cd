"""Nodes that own bodies: branches that run at once, and loops. What happens when a token comes to the end of one."""

from collections.abc import Mapping
from dataclasses import replace

from models.rules.automation_plan.moves import forgotten, leave, node_at, path_of, put, record, refuse, scope_of, token_at
from models.rules.automation_plan.paths import loops_around, owner_of, step_at, tokens_inside
from models.rules.expressions import value_at
from models.rules.mappings import mapped_value
from models.types.automation_plan.commands import Turn
from models.types.automation_plan.states import RunState, StepStatus, Token, TokenStatus
from models.types.automations import Join, Json, NodeKind

MOST_STUCK_ITEMS = 20
"""A loop begins no further items while so many of them need a person: most likely all would."""

Node = Mapping[str, Json]


def enter_parallel(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    """All branches begin, in the order drawn."""
    holding = replace(token, status=TokenStatus.HOLDING, progress={"branches": list(node["branches"])})
    record(turn, holding, StepStatus.RUNNING)
    entries = [f"{path_of(turn, token)}/{node['body']['entries'][port]}" for port in node["branches"]]
    return put(state, token, holding, *(Token(*step_at(entry)) for entry in entries))


def enter_loop(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    """The items are fixed; `tended` begins with them."""
    items = _items(node["items"], scope_of(turn, state, token))
    if not isinstance(items, list):
        return refuse(turn, state, token, "There is no list of items to go through.")
    if len(items) > node["limit"]:
        return refuse(turn, state, token, f"There are {len(items)} items, more than the limit of {node['limit']}.")
    progress = {"next": 0, "done": 0, "failed": 0, "failing": []}
    holding = replace(token, status=TokenStatus.HOLDING, input={"items": items}, progress=progress)
    record(turn, holding, StepStatus.RUNNING, input=holding.input, output=_result(holding))
    return put(state, token, holding)


def ended(turn: Turn, state: RunState, token: Token) -> RunState:
    """A token came to the end of its body: its owner goes on, waits for others, or takes the next item."""
    full = path_of(turn, token)
    state = put(state, token)
    owner = token_at(state, *step_at(owner_of(full)))
    if owner is None:
        return state
    node = node_at(turn.plan, owner.node_path)
    if node["kind"] == NodeKind.FOR_EACH:
        return _item_ended(turn, state, owner, loops_around(full)[-1][1])
    if node["join"] == Join.ANY:
        return leave(turn, state, owner, "ok", output={"first": _branch_of(node, token.node_path.rpartition("/")[2])})
    return state if tokens_inside(turn.plan, state, owner) else leave(turn, state, owner, "ok")


def rejoined(turn: Turn, state: RunState) -> RunState:
    """The state after parallels that came to wait for the first branch only, with a move, went on if one had ended before."""
    for token in state.tokens:
        node = node_at(turn.plan, token.node_path)
        if token.status is not TokenStatus.HOLDING or node["kind"] != NodeKind.PARALLEL or node["join"] != Join.ANY:
            continue
        if (ended_before := _ended_branches(turn, state, token, node)) and token_at(state, token.node_path, token.iteration):
            state = leave(turn, state, token, "ok", output={"first": ended_before[0]})
    return state


def _ended_branches(turn: Turn, state: RunState, owner: Token, node: Node) -> list[str]:
    """The branches of a parallel that began and in which it stands no more, in the order drawn."""
    begun = owner.progress["branches"] if owner.progress else node["branches"]
    inside = path_of(turn, owner) + "/"
    steps = (path.removeprefix(inside).partition("/")[0].partition("[")[0] for _, path in tokens_inside(turn.plan, state, owner))
    busy = {_branch_of(node, step) for step in steps}
    return [port for port in begun if port not in busy]


def tended(turn: Turn, state: RunState) -> RunState:
    """The state after a loop that has room began its next items, or came to its end; the same state when none is due."""
    for token in state.tokens:
        if token.status is TokenStatus.HOLDING and "items" in (token.input or {}):
            changed = _tended(turn, state, token)
            if changed is not state:
                return changed
    return state


def _items(mapping: Mapping[str, Json], scope: Mapping[str, Json]) -> Json:
    found = mapped_value(mapping, scope)
    # For other fields an empty list is as good as none; a loop over it has nothing to do.
    return [] if found is None and value_at(scope, mapping.get("path", "")) == [] else found


def _tended(turn: Turn, state: RunState, owner: Token) -> RunState:
    node, full = node_at(turn.plan, owner.node_path), path_of(turn, owner)
    count, after = len(owner.input["items"]), owner.progress["next"]
    inside = tokens_inside(turn.plan, state, owner)
    if after >= count:
        return state if inside else leave(turn, state, owner, "ok", output=_result(owner))
    busy = {_index(path, full) for _, path in inside}
    stuck = {_index(path, full) for token, path in inside if token.status is TokenStatus.PARKED}
    if len(stuck) >= MOST_STUCK_ITEMS:
        return state
    until = min(count, after + node["concurrency"] - len(busy - stuck))
    if until <= after:
        return state
    entry = node["body"]["entries"]["each"]
    begun = [Token(*step_at(f"{full}[{index}]/{entry}")) for index in range(after, until)]
    return put(state, owner, replace(owner, progress={**owner.progress, "next": until}), *begun)


def _item_ended(turn: Turn, state: RunState, owner: Token, index: int) -> RunState:
    progress = dict(owner.progress)
    outcome = "failed" if index in progress["failing"] else "done"
    progress[outcome] += 1
    progress["failing"] = [other for other in progress["failing"] if other != index]
    counted = replace(owner, progress=progress)
    record(turn, counted, StepStatus.RUNNING, output=_result(counted))
    return forgotten(put(state, owner, counted), f"{path_of(turn, owner)}[{index}]/")


def _result(owner: Token) -> dict[str, int]:
    return {"count": len(owner.input["items"]), "done": owner.progress["done"], "failed": owner.progress["failed"]}


def _index(path: str, loop: str) -> int:
    return int(path[len(loop) + 1 :].partition("]")[0])


def _branch_of(node: Node, node_id: str) -> str:
    """The port of the branch that a node of a parallel's body is in."""
    for port, entry in node["body"]["entries"].items():
        todo, seen = [entry], set()
        while todo:
            current = todo.pop()
            if current not in seen:
                seen.add(current)
                todo.extend(node["body"]["nodes"][current]["next"].values())
        if node_id in seen:
            return str(port)
    return ""
