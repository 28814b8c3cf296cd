"""The interpreter of plans: what a run does next, given what happened. No clock, no I/O, no surprise.

A driver keeps the state, carries out the commands in order and reports back. It may report anything twice, late or out of
order: what no longer fits the state changes nothing. Whether an action is quick or slow is the driver's own affair.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from models.rules.automation_plan.approvals import approval_due, delegated
from models.rules.automation_plan.moves import (
    close_wait,
    end,
    leave,
    node_at,
    open_wait,
    put,
    record,
    refuse,
    rested,
    token_at,
    wait_of,
)
from models.rules.automation_plan.nodes import fail, perform, retime, run_ready
from models.rules.expressions import evaluate
from models.types.automation_plan import happenings
from models.types.automation_plan.commands import CloseWait, Command, StartSub, StartTimer, Turn
from models.types.automation_plan.happenings import Happened
from models.types.automation_plan.states import FINAL, RunState, RunStatus, StepStatus, Token, TokenStatus, Wait, WaitKind
from models.types.automations import NodeKind, Plan, SubMode
from models.types.errors import Conflict, Invalid, Refused
from models.types.working_time import WorkCalendar

Advanced = tuple[RunState, tuple[Command, ...]]

_TIMED_OUT = {WaitKind.TIMER: "ok", WaitKind.EVENT: "timeout"}
_NOT_FORCED = {
    WaitKind.APPROVAL: "An approval is given or refused by those who were asked; it cannot be forced.",
    WaitKind.SUB: "This goes on when the other automation has ended. Cancel that run, or skip this step.",
}


def initial_state(plan: Plan) -> RunState:
    """The state of a run that has not started; feed it Started."""
    return RunState(plan.hash)


def advance(plan: Plan, state: RunState, happened: Happened, now: datetime, calendar: WorkCalendar | None = None) -> Advanced:
    """The state after something happened, and what to do about it, in order.

    now: aware. calendar: of the workspace; by itself Monday to Friday, 9 to 17, UTC. The same arguments give the same result.
    What does not fit the state (a second time, too late, a run that ended) gives the state as it was and no commands.
    Raises Conflict when the state belongs to another plan, Invalid or Refused when a person asked for what cannot be.
    """
    if state.plan_hash != plan.hash:
        raise Conflict("This run follows another version of its automation.")
    if state.status in FINAL:
        return state, ()
    turn = Turn(plan, now, calendar or WorkCalendar())
    state = _HANDLERS[type(happened)](turn, state, happened)
    state = rested(turn, run_ready(turn, state))
    return state, _worth_doing(turn.commands)


def _worth_doing(commands: list[Command]) -> tuple[Command, ...]:
    """The commands without the starts of other runs that the same ones give up: nobody would end such a run afterwards."""
    closed = {command.wait_id for command in commands if isinstance(command, CloseWait)}
    return tuple(
        command
        for command in commands
        if not (isinstance(command, StartSub) and command.wait_id in closed and not command.is_detached)
    )


def _started(turn: Turn, state: RunState, happened: happenings.Started) -> RunState:
    if state.status is not RunStatus.NEW:
        return state
    first = Token(turn.plan.root["entry"])
    return replace(state, status=RunStatus.RUNNING, trigger=happened.trigger, tokens=(first,))


def _action_done(turn: Turn, state: RunState, happened: happenings.ActionDone) -> RunState:
    # Taken in every status: an attempt given up for lost may turn out to have been performed.
    token = _acting_token(turn, state, happened.node_path, happened.iteration)
    return state if token is None else leave(turn, state, token, "ok", output=happened.output or {})


def _action_failed(turn: Turn, state: RunState, happened: happenings.ActionFailed) -> RunState:
    token = _acting_token(turn, state, happened.node_path, happened.iteration)
    if token is None or token.status is not TokenStatus.PERFORMING or happened.attempt not in (None, token.attempt):
        return state
    # First the attempts, then the error port, then the person: a connected error port must not cut the attempts short.
    retry = node_at(turn.plan, token.node_path)["retry"]
    if happened.retryable and token.attempt < retry["max_attempts"]:
        return _retry_later(turn, state, token, happened)
    return fail(turn, state, token, happened.error)


def _retry_later(turn: Turn, state: RunState, token: Token, happened: happenings.ActionFailed) -> RunState:
    retry = node_at(turn.plan, token.node_path)["retry"]
    pause = min(retry["initial_seconds"] * retry["backoff"] ** (token.attempt - 1), retry["max_interval_seconds"])
    at = turn.now + timedelta(seconds=max(pause, happened.retry_after_seconds or 0))
    failed = replace(token, error=happened.error)
    state, wait = open_wait(state, failed, WaitKind.RETRY, at=at, what="another attempt")
    record(turn, failed, StepStatus.RETRYING, output={"until": at.isoformat()}, error=happened.error)
    turn.commands.append(StartTimer(wait.id, at, wait.what, token.node_path, token.iteration))
    return state


def _timer_fired(turn: Turn, state: RunState, happened: happenings.TimerFired) -> RunState:
    wait = wait_of(state, happened.wait_id)
    if wait is None or wait.at is None:
        return state
    if turn.now < wait.at:
        # Early: the timer of a wait that was moved, or a clock that runs ahead. Nothing is ever cut short.
        turn.commands.append(StartTimer(wait.id, wait.at, wait.what, wait.node_path, wait.iteration))
        return state
    return _waited(turn, state, wait)


def _forced_now(turn: Turn, state: RunState, happened: happenings.ForcedNow) -> RunState:
    wait = wait_of(state, happened.wait_id)
    if wait is None:
        return state
    if wait.kind in _NOT_FORCED:
        raise Refused(_NOT_FORCED[wait.kind])
    return _waited(turn, state, wait)


def _waited(turn: Turn, state: RunState, wait: Wait) -> RunState:
    token = _waiting_token(state, wait)
    if wait.kind is WaitKind.APPROVAL:
        return approval_due(turn, state, token, wait, node_at(turn.plan, token.node_path))
    if wait.kind is not WaitKind.RETRY:
        return leave(turn, state, token, _TIMED_OUT[wait.kind])
    state, token = close_wait(turn, state, token)
    again = replace(token, status=TokenStatus.PERFORMING, attempt=token.attempt + 1, error=None)
    return perform(turn, put(state, token, again), again, node_at(turn.plan, token.node_path))


def _event_arrived(turn: Turn, state: RunState, happened: happenings.EventArrived) -> RunState:
    wait = wait_of(state, happened.wait_id)
    if wait is None or wait.kind is not WaitKind.EVENT or evaluate(wait.match, {"event": happened.event}) is not True:
        return state
    event_id = happened.event.get("event_id")
    state = replace(state, heard=(*state.heard, str(event_id))) if event_id else state
    return leave(turn, state, _waiting_token(state, wait), "ok", output=happened.event)


def _approval_given(turn: Turn, state: RunState, happened: happenings.ApprovalGiven) -> RunState:
    if happened.decision not in ("approved", "rejected"):
        raise Invalid("An approval is either approved or rejected.", field="decision")
    wait = wait_of(state, happened.wait_id)
    if wait is None or wait.kind is not WaitKind.APPROVAL:
        return state
    output = {"decision": happened.decision, "by": happened.by, "note": happened.note}
    return leave(turn, state, _waiting_token(state, wait), happened.decision, output=output)


def _approval_delegated(turn: Turn, state: RunState, happened: happenings.ApprovalDelegated) -> RunState:
    if not happened.to:
        raise Invalid("Say who is to decide.", field="to")
    wait = wait_of(state, happened.wait_id)
    if wait is None or wait.kind is not WaitKind.APPROVAL:
        return state
    return delegated(turn, state, _waiting_token(state, wait), wait, happened.by, happened.to)


def _sub_started(turn: Turn, state: RunState, happened: happenings.SubStarted) -> RunState:
    wait = wait_of(state, happened.wait_id)
    if wait is None or wait.kind is not WaitKind.SUB:
        return state
    token = _waiting_token(state, wait)
    if node_at(turn.plan, token.node_path)["mode"] == SubMode.DETACH:
        return leave(turn, state, token, "ok", output={"run_id": happened.run_id})
    if token.progress == {"run_id": happened.run_id}:
        return state
    record(turn, token, StepStatus.WAITING, output={"run_id": happened.run_id})
    return put(state, token, replace(token, progress={"run_id": happened.run_id}))


def _sub_finished(turn: Turn, state: RunState, happened: happenings.SubFinished) -> RunState:
    wait = wait_of(state, happened.wait_id)
    if wait is None or wait.kind is not WaitKind.SUB:
        return state
    token = _waiting_token(state, wait)
    if happened.status == RunStatus.SUCCEEDED:
        return leave(turn, state, token, "ok", output=happened.output or {})
    return refuse(turn, state, token, happened.error or f"The other automation ended as {happened.status}.")


def _canceled(turn: Turn, state: RunState, happened: happenings.Canceled) -> RunState:
    return end(turn, state, RunStatus.CANCELED, {"reason": happened.reason})


def _skipped(turn: Turn, state: RunState, happened: happenings.Skipped) -> RunState:
    token = token_at(state, happened.node_path, happened.iteration)
    if token is None:
        return state
    node = node_at(turn.plan, token.node_path)
    usual = {NodeKind.CONDITION: "else", NodeKind.APPROVAL: None}.get(node["kind"], "ok")
    port = happened.port or usual
    if port is None:
        raise Refused("Say whether the approval counts as approved, rejected or timed out.")
    if port not in node["ports"]:
        raise Invalid(f"The step has no way out called “{port[:40]}”.", field="port")
    return leave(turn, state, token, port, status=StepStatus.SKIPPED)


def _retry_asked(turn: Turn, state: RunState, happened: happenings.RetryAsked) -> RunState:
    token = token_at(state, happened.node_path, happened.iteration)
    if token is None:
        return state
    if token.status is TokenStatus.HOLDING:
        raise Refused("Steps inside are under way. Retry those that are stuck.")
    state, token = close_wait(turn, state, token)
    return put(state, token, Token(token.node_path, token.iteration))


def _input_given(turn: Turn, state: RunState, happened: happenings.InputGiven) -> RunState:
    token = _acting_token(turn, state, happened.node_path, happened.iteration)
    if token is None:
        return state
    if token.status is TokenStatus.PERFORMING:
        raise Refused("This step is being performed just now.")
    state, token = close_wait(turn, state, token)
    given = replace(token, status=TokenStatus.PERFORMING, attempt=1, input=dict(happened.input), error=None)
    return perform(turn, put(state, token, given), given, node_at(turn.plan, token.node_path))


def _facts_changed(turn: Turn, state: RunState, happened: happenings.FactsChanged) -> RunState:
    heard = {path: record for path, record in happened.heard.items() if path in state.outputs}
    state = replace(state, trigger=happened.trigger, outputs={**state.outputs, **heard})
    for token in state.tokens:
        # One that went on may have ended a body, and with it others.
        if token in state.tokens:
            state = retime(turn, state, token)
    return state


def _acting_token(turn: Turn, state: RunState, node_path: str, iteration: int) -> Token | None:
    token = token_at(state, node_path, iteration)
    return token if token and node_at(turn.plan, node_path)["kind"] == NodeKind.ACTION else None


def _waiting_token(state: RunState, wait: Wait) -> Token:
    token = token_at(state, wait.node_path, wait.iteration)
    if token is None:
        raise Conflict("A wait of this run has lost its step.")
    return token


_HANDLERS: Mapping[type, Callable[[Turn, RunState, Any], RunState]] = {
    happenings.Started: _started,
    happenings.ActionDone: _action_done,
    happenings.ActionFailed: _action_failed,
    happenings.TimerFired: _timer_fired,
    happenings.EventArrived: _event_arrived,
    happenings.ApprovalGiven: _approval_given,
    happenings.ApprovalDelegated: _approval_delegated,
    happenings.SubStarted: _sub_started,
    happenings.SubFinished: _sub_finished,
    happenings.Canceled: _canceled,
    happenings.Skipped: _skipped,
    happenings.RetryAsked: _retry_asked,
    happenings.InputGiven: _input_given,
    happenings.ForcedNow: _forced_now,
    happenings.FactsChanged: _facts_changed,
}
