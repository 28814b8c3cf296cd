"""The moves of a token: into a wait, out by a port, aside to be repaired, or off with the whole run."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from models.rules.automation_plan.paths import full_path, is_visible, loops_around, step_at, tokens_inside
from models.rules.automation_plan.records import preview
from models.types.automation_plan.commands import CloseWait, Finish, Park, RecordStep, Turn
from models.types.automation_plan.states import FINAL, RunState, RunStatus, StepStatus, Token, TokenStatus, Wait, WaitKind
from models.types.automations import Json, Plan


def node_at(plan: Plan, node_path: str) -> Mapping[str, Json]:
    """The node at a path of ids; a loop's index in a segment is passed over. Raises KeyError when there is none."""
    body, node = plan.root, None
    for segment in node_path.split("/"):
        node = body["nodes"][segment.partition("[")[0]]
        body = node.get("body", {"nodes": {}})
    return node or {}


def has_node(plan: Plan, node_path: str) -> bool:
    """Whether a plan has a node at that path."""
    try:
        return bool(node_at(plan, node_path))
    except KeyError:
        return False


def scope_of(turn: Turn, state: RunState, token: Token) -> dict[str, Json]:
    """What the expressions of a node may read. `now` is when the node was entered, so that a retry reads the same."""
    since = token.since or turn.now
    full = path_of(turn, token)
    outputs = {path.rpartition("/")[2]: output for path, output in state.outputs.items() if is_visible(path, full)}
    scope: dict[str, Json] = {"trigger": state.trigger, "nodes": outputs, "now": since.isoformat()}
    loops: dict[str, Json] = {}
    for loop, index in loops_around(full):
        owner = token_at(state, *step_at(loop))
        here = {"item": owner.input["items"][index] if owner else None, "index": index}
        loops[loop.rpartition("/")[2]] = here
        scope = {**scope, **here, "loops": loops}
    return scope


def path_of(turn: Turn, token: Token) -> str:
    """The full path of a token: with the index of every loop around it."""
    return full_path(turn.plan, token.node_path, token.iteration)


def token_at(state: RunState, node_path: str, iteration: int) -> Token | None:
    """The token on a node, when there is one."""
    return next((token for token in state.tokens if (token.node_path, token.iteration) == (node_path, iteration)), None)


def wait_of(state: RunState, wait_id: str | None) -> Wait | None:
    """The open wait of that id."""
    return next((wait for wait in state.waits if wait.id == wait_id), None)


def put(state: RunState, old: Token, *new: Token) -> RunState:
    """The state with one token replaced by others, or by none."""
    key = old.node_path, old.iteration
    tokens: list[Token] = []
    for token in state.tokens:
        tokens.extend(new if (token.node_path, token.iteration) == key else (token,))
    return replace(state, tokens=tuple(tokens))


def record(turn: Turn, token: Token, status: StepStatus, **shown: Json) -> None:
    """Ask for the step's row to be written. shown: input, output, error; the first two are clipped."""
    turn.commands.append(
        RecordStep(
            token.node_path,
            token.iteration,
            status,
            max(token.attempt, 1),
            preview(shown.get("input")),
            preview(shown.get("output")),
            shown.get("error"),
        )
    )


def open_wait(
    state: RunState, token: Token, kind: WaitKind, *, at: datetime | None, what: str, match: Json = None
) -> tuple[RunState, Wait]:
    """The state with a new wait and the token in it. The id is new in the whole run, so a late timer finds nothing."""
    serial = state.waits_opened + 1
    wait = Wait(f"{token.node_path}.{token.iteration}.{serial}", token.node_path, token.iteration, kind, at, what, match)
    status = TokenStatus.RETRYING if kind is WaitKind.RETRY else TokenStatus.WAITING
    state = put(state, token, replace(token, status=status, wait_id=wait.id))
    return replace(state, waits=(*state.waits, wait), waits_opened=serial), wait


def retimed(state: RunState, wait: Wait) -> RunState:
    """The state in which the wait of that id fires when this one says."""
    return replace(state, waits=tuple(wait if other.id == wait.id else other for other in state.waits))


def close_wait(turn: Turn, state: RunState, token: Token) -> tuple[RunState, Token]:
    """The state without the token's wait, and the token out of it."""
    if token.wait_id is None:
        return state, token
    turn.commands.append(CloseWait(token.wait_id))
    free = replace(token, wait_id=None)
    state = put(state, token, free)
    return replace(state, waits=tuple(wait for wait in state.waits if wait.id != token.wait_id)), free


def leave(
    turn: Turn,
    state: RunState,
    token: Token,
    port: str,
    *,
    output: Json = None,
    status: StepStatus = StepStatus.DONE,
    error: str | None = None,
) -> RunState:
    """The token goes on by a port, and what is in its bodies is given up; where no edge leaves it, its body ends there."""
    state, token = close_wait(turn, state, token)
    state = emptied(turn, state, token)
    if status is StepStatus.FAILED or (status is StepStatus.SKIPPED and token.status is TokenStatus.PARKED):
        state = _marked(turn, state, token)
    if output is not None:
        state = replace(state, outputs={**state.outputs, path_of(turn, token): output})
    record(turn, token, status, output={"port": port} if output is None else output, error=error)
    target = node_at(turn.plan, token.node_path)["next"].get(port)
    parent, slash, _ = token.node_path.rpartition("/")
    if target is not None:
        return put(state, token, Token(f"{parent}{slash}{target}", token.iteration))
    return put(state, token, Token(token.node_path, token.iteration, TokenStatus.ENDED)) if slash else put(state, token)


def emptied(turn: Turn, state: RunState, owner: Token) -> RunState:
    """The state with nothing left in the bodies of a node: what was under way there is given up, its waits are closed."""
    if owner.status is not TokenStatus.HOLDING:
        return state
    for token, _ in tokens_inside(turn.plan, state, owner):
        state = _given_up(turn, state, token)
    return forgotten(state, f"{path_of(turn, owner)}[")


def forgotten(state: RunState, begin: str) -> RunState:
    """The state without the outputs whose paths begin so: their item of a loop is over, and nothing can read them."""
    return replace(state, outputs={path: output for path, output in state.outputs.items() if not path.startswith(begin)})


def _given_up(turn: Turn, state: RunState, token: Token) -> RunState:
    state, free = close_wait(turn, state, token)
    record(turn, free, StepStatus.CANCELED)
    return put(state, free)


def _marked(turn: Turn, state: RunState, token: Token) -> RunState:
    """The state in which the items around a step that failed count as failed."""
    for loop, index in loops_around(path_of(turn, token)):
        owner = token_at(state, *step_at(loop))
        if owner is not None and index not in owner.progress["failing"]:
            progress = {**owner.progress, "failing": [*owner.progress["failing"], index]}
            state = put(state, owner, replace(owner, progress=progress))
    return state


def park(turn: Turn, state: RunState, token: Token, error: str) -> RunState:
    """The token stays where it is until a person retries, skips or cancels."""
    state, token = close_wait(turn, state, token)
    record(turn, token, StepStatus.PARKED, error=error)
    turn.commands.append(Park(token.node_path, token.iteration, error))
    return put(state, token, replace(token, status=TokenStatus.PARKED, error=error))


def refuse(turn: Turn, state: RunState, token: Token, error: str) -> RunState:
    """The node cannot do its part: out by the error port where it is connected, or parked."""
    if "error" not in node_at(turn.plan, token.node_path)["next"]:
        return park(turn, state, token, error)
    return leave(turn, state, token, "error", output={"error": {"message": error}}, status=StepStatus.FAILED, error=error)


def end(turn: Turn, state: RunState, status: RunStatus, output: Json = None) -> RunState:
    """The run is over: every wait is closed and every other step marked as given up."""
    for token in state.tokens:
        state = _given_up(turn, state, token)
    turn.commands.append(Finish(status, output))
    return replace(state, status=status, tokens=(), waits=(), output=output)


def rested(turn: Turn, state: RunState) -> RunState:
    """The state with the status that its tokens add up to; without any the run has succeeded."""
    if state.status in FINAL or state.status is RunStatus.NEW:
        return state
    at = {token.status for token in state.tokens} - {TokenStatus.HOLDING}
    if not state.tokens:
        turn.commands.append(Finish(RunStatus.SUCCEEDED))
        return replace(state, status=RunStatus.SUCCEEDED)
    if TokenStatus.PARKED in at:
        return replace(state, status=RunStatus.PARKED)
    return replace(state, status=RunStatus.RUNNING if TokenStatus.PERFORMING in at else RunStatus.WAITING)
