"""The moves of a token: into a wait, out by a port, aside to be repaired, or off with the whole run."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from models.rules.automation_plan.records import preview
from models.types.automation_plan.commands import CloseWait, Finish, Park, RecordStep, Turn
from models.types.automation_plan.states import RunState, RunStatus, StepStatus, Token, TokenStatus, Wait, WaitKind
from models.types.automations import Json, Plan


def node_at(plan: Plan, node_path: str) -> Mapping[str, Json]:
    """The node at a path of ids; a loop's index in a segment is passed over."""
    body, node = plan.root, None
    for segment in node_path.split("/"):
        node = body["nodes"][segment.partition("[")[0]]
        body = node.get("body", {})
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
    return {"trigger": state.trigger, "nodes": state.outputs, "now": since.isoformat()}


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
    """The token goes on by a port; where no edge leaves it, its body ends there."""
    state, token = close_wait(turn, state, token)
    if output is not None:
        state = replace(state, outputs={**state.outputs, token.node_path: output})
    record(turn, token, status, output={"port": port} if output is None else output, error=error)
    target = node_at(turn.plan, token.node_path)["next"].get(port)
    if target is None:
        return put(state, token)
    parent, slash, _ = token.node_path.rpartition("/")
    return put(state, token, Token(f"{parent}{slash}{target}", token.iteration))


def park(turn: Turn, state: RunState, token: Token, error: str) -> RunState:
    """The token stays where it is until a person retries, skips or cancels."""
    state, token = close_wait(turn, state, token)
    record(turn, token, StepStatus.PARKED, error=error)
    turn.commands.append(Park(token.node_path, token.iteration, error))
    return put(state, token, replace(token, status=TokenStatus.PARKED, error=error))


def end(turn: Turn, state: RunState, status: RunStatus, output: Json = None) -> RunState:
    """The run is over: every wait is closed and every other step marked as given up."""
    for token in state.tokens:
        state, free = close_wait(turn, state, token)
        record(turn, free, StepStatus.CANCELED)
    turn.commands.append(Finish(status, output))
    return replace(state, status=status, tokens=(), waits=(), output=output)
