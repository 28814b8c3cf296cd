"""Approvals: whom to ask, when to remind them, when to ask others too, and when to go on without an answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.rules.automation_plan.moments import moved_by
from models.rules.automation_plan.moves import leave, node_at, open_wait, put, record, retimed, scope_of
from models.rules.mappings import mapped_value
from models.types.automation_plan.commands import AskApproval, AskedAs, RemindApprovers, StartTimer, Turn
from models.types.automation_plan.states import RunState, StepStatus, Token, Wait, WaitKind
from models.types.automations import Json
from models.types.errors import Refused

Node = Mapping[str, Json]


def enter_approval(turn: Turn, state: RunState, token: Token, node: Node) -> RunState:
    """Ask. Raises Refused when there is nobody to ask."""
    approvers = _people(turn, state, token, node["approvers"])
    if not approvers:
        raise Refused("There is nobody to ask for approval. Name somebody and retry, or skip the step.")
    message = str(mapped_value(node["message"], scope_of(turn, state, token), zone=turn.calendar.zone) or "")
    asking = replace(
        token,
        input={"approvers": approvers, "message": message},
        progress={"reminded": 0, "escalated": "escalate" not in node},
    )
    state, wait = open_wait(state, asking, WaitKind.APPROVAL, at=_next_moment(turn, asking, node), what="an approval")
    _show(turn, asking, node)
    turn.commands.append(_question(wait, asking, approvers))
    return state


def approval_due(turn: Turn, state: RunState, token: Token, wait: Wait, node: Node) -> RunState:
    """The moment of an approval's wait has come: it ends, others are asked too, or people are reminded."""
    end = _moment(turn, token, node.get("timeout"))
    if end is not None and end <= turn.now:
        return leave(turn, state, token, "timeout")
    asking, newly = _escalated(turn, state, token, node)
    number = _reminders_due(turn, token, node)
    asking = replace(asking, progress={**asking.progress, "reminded": max(number, token.progress["reminded"])})
    wait = replace(wait, at=_next_moment(turn, asking, node))
    if newly:
        turn.commands.append(_question(wait, asking, newly, AskedAs.ESCALATED))
    if number > token.progress["reminded"]:
        known = tuple(asking.input["approvers"]), asking.input["message"]
        turn.commands.append(RemindApprovers(wait.id, *known, number, token.node_path, token.iteration))
    if wait.at is not None:
        turn.commands.append(StartTimer(wait.id, wait.at, wait.what, wait.node_path, wait.iteration))
    _show(turn, asking, node)
    return retimed(put(state, token, asking), wait)


def delegated(turn: Turn, state: RunState, token: Token, wait: Wait, by: str, to: tuple[str, ...]) -> RunState:
    """The others are asked in the place of the one who delegates; who is asked by role stays asked. Twice is once."""
    approvers = token.input["approvers"]
    stay = [one for one in approvers if one != by or one.startswith("role:")]
    wanted = list(dict.fromkeys([*stay, *to]))
    if wanted == approvers:
        return state
    asking = replace(token, input={**token.input, "approvers": wanted})
    _show(turn, asking, node_at(turn.plan, token.node_path))
    newly = [one for one in to if one not in approvers]
    turn.commands.append(_question(wait, asking, newly, AskedAs.DELEGATED))
    return put(state, token, asking)


def _escalated(turn: Turn, state: RunState, token: Token, node: Node) -> tuple[Token, list[str]]:
    """The token with the further people it is escalated to, when it is time, and who of them was not asked before."""
    if token.progress["escalated"]:
        return token, []
    due = _moment(turn, token, node["escalate"]["after"])
    if due is None or due > turn.now:
        return token, []
    approvers = token.input["approvers"]
    newly = [one for one in _people(turn, state, token, node["escalate"]["to"]) if one not in approvers]
    wider = {**token.input, "approvers": [*approvers, *newly]}
    return replace(token, input=wider, progress={**token.progress, "escalated": True}), newly


def _reminders_due(turn: Turn, token: Token, node: Node) -> int:
    """How many reminders should have gone out by now. Those missed while nobody looked are not made up for one by one."""
    remind = node.get("remind")
    number = token.progress["reminded"]
    while remind and number < remind["repeats"] and (_moment(turn, token, remind["every"], number + 1) or turn.now) <= turn.now:
        number += 1
    return int(number)


def _next_moment(turn: Turn, token: Token, node: Node) -> datetime | None:
    remind, escalate = node.get("remind"), node.get("escalate")
    moments = [_moment(turn, token, node.get("timeout"))]
    if remind and token.progress["reminded"] < remind["repeats"]:
        moments.append(_moment(turn, token, remind["every"], token.progress["reminded"] + 1))
    if escalate and not token.progress["escalated"]:
        moments.append(_moment(turn, token, escalate["after"]))
    return min((moment for moment in moments if moment is not None), default=None)


def _moment(turn: Turn, token: Token, span: Json, times: int = 1) -> datetime | None:
    since = token.since or turn.now
    return moved_by(since, span["amount"] * times, span["unit"], turn.calendar) if span else None


def _people(turn: Turn, state: RunState, token: Token, mapping: Mapping[str, Any]) -> list[str]:
    named = mapped_value(mapping, scope_of(turn, state, token))
    people = [str(one) for one in (named if isinstance(named, list) else [named]) if one]
    # A field of a record holds a member's id alone.
    return list(dict.fromkeys(one if ":" in one else f"member:{one}" for one in people))


def _question(wait: Wait, token: Token, newly: list[str], asked_as: AskedAs = AskedAs.FIRST) -> AskApproval:
    asked = tuple(token.input["approvers"])
    step = token.node_path, token.iteration
    return AskApproval(wait.id, asked, token.input["message"], wait.at, *step, tuple(newly), asked_as)


def _show(turn: Turn, token: Token, node: Node) -> None:
    end = _moment(turn, token, node.get("timeout"))
    shown = {"approvers": token.input["approvers"], "until": end.isoformat() if end else None}
    record(turn, token, StepStatus.WAITING, output=shown)
