"""What each kind of node does when a token enters it. Adding a kind is adding a function to ENTER."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from models.rules.automation_plan.approvals import enter_approval
from models.rules.automation_plan.bodies import ended, enter_loop, enter_parallel, tended
from models.rules.automation_plan.moments import delay_end, moved_by, node_calendar, settled, wait_end
from models.rules.automation_plan.moves import end, leave, node_at, open_wait, park, put, record, retimed, scope_of, wait_of
from models.rules.expressions import bound, evaluate
from models.rules.mappings import mapped_input, missing_fields
from models.types.automation_plan.commands import PerformAction, StartSub, StartTimer, Turn, WaitForEvent
from models.types.automation_plan.states import RunState, RunStatus, StepStatus, Token, TokenStatus, WaitKind
from models.types.automations import Json, NodeKind, OnError, SubMode
from models.types.errors import DomainError, Refused

Node = Mapping[str, Json]


def run_ready(turn: Turn, state: RunState) -> RunState:
    """The state after every token that can go on has gone on, as far as it gets without waiting."""
    while True:
        token = next((token for token in state.tokens if token.status in (TokenStatus.READY, TokenStatus.ENDED)), None)
        if token is not None:
            state = ended(turn, state, token) if token.status is TokenStatus.ENDED else _stepped(turn, state, token)
            continue
        before, state = state, tended(turn, state)
        if state is before:
            return state


def enter(turn: Turn, state: RunState, token: Token) -> RunState:
    """The state after a token entered the node it stands on. What the node refuses parks it, and undoes what it asked for."""
    node = node_at(turn.plan, token.node_path)
    asked = len(turn.commands)
    try:
        return ENTER[node["kind"]](turn, state, token, node)
    except DomainError as error:
        del turn.commands[asked:]
        return park(turn, state, token, error.detail)


def perform(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    """Ask for the action once more or for the first time, with the input it was first given."""
    record(turn, token, StepStatus.RUNNING, input=token.input)
    turn.commands.append(
        PerformAction(
            token.node_path,
            token.iteration,
            node["action"],
            token.input,
            f"{token.node_path}:{token.iteration}",
            token.attempt,
            node["timeout_seconds"],
        )
    )
    return state


def fail(turn: Turn, state: RunState, token: Token, error: str) -> RunState:
    """The action's attempts are used up: out by the error port, on regardless, or parked."""
    node = node_at(turn.plan, token.node_path)
    if node["on_error"] == OnError.PARK:
        return park(turn, state, token, error)
    port = "error" if node["on_error"] == OnError.BRANCH else "ok"
    return leave(turn, state, token, port, output={"error": {"message": error}}, status=StepStatus.FAILED, error=error)


def retime(turn: Turn, state: RunState, token: Token) -> RunState:
    """A timer that follows facts moves with them; where its date is past by now, the stated policy decides."""
    node, wait = node_at(turn.plan, token.node_path), wait_of(state, token.wait_id)
    if wait is None or node["kind"] not in _FOLLOWING or (node["kind"] == NodeKind.WAIT_UNTIL and "at" not in node):
        return state
    try:
        at, port = _FOLLOWING[node["kind"]](turn, state, token, node)
    except DomainError as error:
        return park(turn, state, token, error.detail)
    if port:
        return leave(turn, state, token, port)
    if at == wait.at:
        return state
    turn.commands.append(StartTimer(wait.id, at, wait.what, token.node_path, token.iteration))
    record(turn, token, StepStatus.WAITING, output={"until": at.isoformat()})
    return retimed(state, replace(wait, at=at))


def _stepped(turn: Turn, state: RunState, token: Token) -> RunState:
    most = turn.plan.limits["max_steps"]
    entered = replace(token, since=token.since or turn.now, attempt=1)
    state = put(state, token, entered)
    if state.steps >= most:
        return park(turn, state, entered, f"This run has taken {most} steps, which is its limit. Cancel it, or raise the limit.")
    return enter(turn, replace(state, steps=state.steps + 1), entered)


def _action(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    scope = scope_of(turn, state, token)
    lacking = missing_fields(node["input"], scope, node["required"], client_facing=node["client_facing"])
    if lacking:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in lacking.items())
        return fail(turn, state, token, f"A value is missing. {reasons}")
    try:
        given = mapped_input(node["input"], scope, zone=turn.calendar.zone)
    except DomainError as error:
        return fail(turn, state, token, error.detail)
    asked = replace(token, status=TokenStatus.PERFORMING, input=given, error=None)
    return perform(turn, put(state, token, asked), asked, node)


def _condition(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    scope = scope_of(turn, state, token)
    matched = (case["port"] for case in node["cases"] if evaluate(case["when"], scope) is True)
    return leave(turn, state, token, next(matched, "else"))


def _delay(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    at, port = _delay_end(turn, state, token, node)
    if port:
        return leave(turn, state, token, port)
    return _timed(turn, state, token, at, f"{node['amount']} {node['unit'].replace('_', ' ')}")


def _delay_end(turn: Turn, state: RunState, token: Token, node: Node) -> tuple[datetime, str | None]:
    at = delay_end(node, scope_of(turn, state, token), token.since or turn.now, turn.calendar)
    return at, "ok" if at <= turn.now else None


def _wait_until(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    at, port = _wait_until_end(turn, state, token, node)
    if port:
        return leave(turn, state, token, port)
    return _timed(turn, state, token, at, "a date" if "at" in node else "a time of day")


def _wait_until_end(turn: Turn, state: RunState, token: Token, node: Node) -> tuple[datetime, str | None]:
    """When to go on, and by which port when that is now."""
    scope = scope_of(turn, state, token)
    target = wait_end(node, scope, token.since or turn.now, turn.calendar)
    if target <= turn.now and node["past"] == "branch":
        return turn.now, "past"
    # What is past goes on at once, but not in the quiet hours.
    at = settled(node, max(target, turn.now), node_calendar(node, scope, turn.calendar))
    most = turn.plan.limits["max_days"]
    if "at" in node and at - turn.now > timedelta(days=most):
        raise Refused(f"This step would wait until {at:%Y-%m-%d}, longer than the limit of {most} days.")
    return at, "ok" if at <= turn.now else None


def _timed(turn: Turn, state: RunState, token: Token, at: datetime, what: str) -> RunState:
    state, wait = open_wait(state, token, WaitKind.TIMER, at=at, what=what)
    record(turn, token, StepStatus.WAITING, output={"until": at.isoformat()})
    turn.commands.append(StartTimer(wait.id, at, what, token.node_path, token.iteration))
    return state


def _wait_for_event(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    until = _timeout_end(turn, token, node["timeout"])
    match = bound(node["match"], scope_of(turn, state, token), free="event")
    state, wait = open_wait(state, token, WaitKind.EVENT, at=until, what=node["event"], match=match)
    record(turn, token, StepStatus.WAITING, output={"event": node["event"], "until": until.isoformat()})
    turn.commands.append(WaitForEvent(wait.id, node["event"], match, until, node["event"], token.node_path, token.iteration))
    return state


def _sub_automation(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    given = mapped_input(node["input"], scope_of(turn, state, token), zone=turn.calendar.zone)
    state, wait = open_wait(state, replace(token, progress={}), WaitKind.SUB, at=None, what="another automation")
    record(turn, token, StepStatus.WAITING, input=given)
    is_detached = node["mode"] == SubMode.DETACH
    turn.commands.append(StartSub(wait.id, node["automation_id"], given, is_detached, token.node_path, token.iteration))
    return state


def _stop(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    output = mapped_input(node["output"], scope_of(turn, state, token), zone=turn.calendar.zone)
    failed = node["outcome"] == "failure"
    record(turn, token, StepStatus.DONE, output=output)
    return end(turn, put(state, token), RunStatus.FAILED if failed else RunStatus.SUCCEEDED, output)


def _timeout_end(turn: Turn, token: Token, timeout: Mapping[str, Json]) -> datetime:
    return moved_by(token.since or turn.now, timeout["amount"], timeout["unit"], turn.calendar)


ENTER: Mapping[str, Callable[[Turn, RunState, Token, Node], RunState]] = {
    NodeKind.ACTION: _action,
    NodeKind.CONDITION: _condition,
    NodeKind.DELAY: _delay,
    NodeKind.WAIT_UNTIL: _wait_until,
    NodeKind.WAIT_FOR_EVENT: _wait_for_event,
    NodeKind.APPROVAL: enter_approval,
    NodeKind.PARALLEL: enter_parallel,
    NodeKind.FOR_EACH: enter_loop,
    NodeKind.SUB_AUTOMATION: _sub_automation,
    NodeKind.STOP: _stop,
}
_FOLLOWING: Mapping[str, Callable[[Turn, RunState, Token, Node], tuple[datetime, str | None]]] = {
    NodeKind.DELAY: _delay_end,
    NodeKind.WAIT_UNTIL: _wait_until_end,
}
