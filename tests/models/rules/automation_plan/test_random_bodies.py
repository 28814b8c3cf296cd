"""Branches, loops and called automations at random: every plan comes to an end, and hearing everything twice changes nothing."""

import json
import random
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.automation_plan.interpreter import advance, initial_state
from models.rules.automation_plan.paths import full_path, tokens_inside
from models.rules.automation_plan.records import from_json, happened_from_json, happened_to_json, to_json
from models.rules.automations import compile_drawing, drawing_problems
from models.types.automation_plan.commands import (
    AskApproval,
    CloseWait,
    Command,
    Finish,
    Park,
    PerformAction,
    RecordStep,
    RemindApprovers,
    StartSub,
    StartTimer,
    WaitForEvent,
)
from models.types.automation_plan.happenings import (
    ActionDone,
    ActionFailed,
    ApprovalDelegated,
    ApprovalGiven,
    Canceled,
    EventArrived,
    FactsChanged,
    Happened,
    RetryAsked,
    Skipped,
    Started,
    SubFinished,
    SubStarted,
    TimerFired,
)
from models.types.automation_plan.states import FINAL, RunStatus, TokenStatus
from models.types.automations import Drawing, Plan
from models.types.errors import DomainError
from tests.builders.automations import CATALOGUE, EVENTS, LOOKUPS, MONDAY, TRIGGER
from tests.builders.random_drawings import nested_drawings

CROWD = {**TRIGGER, "people": [{"name": "Ada"}, {"name": "Ben"}, {"name": None}]}
EFFECTS = (PerformAction, StartSub, AskApproval, RemindApprovers, WaitForEvent, Finish)
MOST_TURNS = 2000


def result(sketch):
    return compile_drawing(sketch, catalogue=CATALOGUE, events=EVENTS, lookups=LOOKUPS)


def fair_answer(command: Any, dice: random.Random) -> list[Happened]:
    """What comes of a command in a world where everything is answered sooner or later."""
    where = {"node_path": command.node_path, "iteration": command.iteration} if hasattr(command, "node_path") else {}
    if isinstance(command, PerformAction):
        if dice.random() < 0.3:
            return [ActionFailed(error="No.", retryable=dice.random() < 0.7, attempt=command.attempt, **where)]
        return [ActionDone(output={"task_id": f"{command.node_path}.{command.iteration}"}, **where)]
    if isinstance(command, StartTimer):
        return [TimerFired(command.wait_id)]
    if isinstance(command, WaitForEvent):
        event = {"id": "p", "event_id": command.wait_id, "engagement_id": dice.choice(["eng_1", "eng_2"])}
        return [EventArrived(command.wait_id, event), TimerFired(command.wait_id)]
    if isinstance(command, AskApproval):
        said = ApprovalGiven(command.wait_id, dice.choice(["approved", "rejected"]), "mem_1")
        handed = ApprovalDelegated(command.wait_id, command.approvers[0], ("member:mem_2",))
        return [TimerFired(command.wait_id), *([handed] if dice.random() < 0.5 else []), said]
    if isinstance(command, StartSub):
        ended = SubFinished(command.wait_id, dice.choice(["succeeded", "failed", "canceled"]), {"x": 1})
        return [SubStarted(command.wait_id, f"run {command.wait_id}"), ended]
    if isinstance(command, Park):
        return [Skipped(port="approved" if "approval" in command.error else None, **where)]
    return []


def moment_of(state, happened, now):
    """When it happens: timers fire at their time, never early."""
    at = next((wait.at for wait in state.waits if wait.id == getattr(happened, "wait_id", None)), None)
    return max(now, at) if at and isinstance(happened, TimerFired) else now


def drive(plan, seed, *, twice):
    """A run to its end under a driver that answers everything, in any order; the effects it was asked for, in order."""
    dice = random.Random(seed)
    state, now = initial_state(plan), MONDAY
    effects: list[Command] = []
    pending: list[Happened] = [Started(CROWD)]
    for _ in range(MOST_TURNS):
        if not pending:
            break
        happened = pending.pop(dice.randrange(len(pending)))
        now = moment_of(state, happened, now) + timedelta(minutes=1)
        state, commands = advance(plan, state, happened, now)
        if twice:
            happened = happened_from_json(json.loads(json.dumps(happened_to_json(happened))))
            state = from_json(json.loads(json.dumps(to_json(state), allow_nan=False)))
            again, more = advance(plan, state, happened, now)
            assert again == state
            assert [one for one in more if not isinstance(one, StartTimer)] == []
        check(plan, state, commands)
        effects += [one for one in commands if isinstance(one, EFFECTS)]
        pending += [answer for command in commands for answer in fair_answer(command, dice)]
    return state, effects


def check(plan, state, commands):
    """What holds for a run at every moment."""
    at_rest = {TokenStatus.PERFORMING, TokenStatus.WAITING, TokenStatus.RETRYING, TokenStatus.PARKED, TokenStatus.HOLDING}
    assert {token.status for token in state.tokens} <= at_rest
    assert {wait.id for wait in state.waits} == {token.wait_id for token in state.tokens if token.wait_id}
    assert len({(token.node_path, token.iteration) for token in state.tokens}) == len(state.tokens)
    assert (state.status in FINAL) == (not state.tokens and state.status is not RunStatus.NEW)
    assert sum(isinstance(command, Finish) for command in commands) == (1 if commands and state.status in FINAL else 0)
    for token in state.tokens:
        if token.status is TokenStatus.HOLDING:
            assert tokens_inside(plan, state, token)
        owner = full_path(plan, token.node_path, token.iteration).rpartition("/")[0]
        assert not owner or any(other.status is TokenStatus.HOLDING for other in state.tokens)
    opened = {command.wait_id for command in commands if isinstance(command, StartTimer | WaitForEvent | AskApproval | StartSub)}
    closed = {command.wait_id for command in commands if isinstance(command, CloseWait)}
    assert {wait.id for wait in state.waits} >= opened - closed
    for step in commands:
        if isinstance(step, RecordStep):
            json.dumps([step.input_preview, step.output_preview], allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(nested_drawings())
def test_a_drawing_with_bodies_is_a_plan_or_has_problems_and_always_the_same(sketch):
    found = result(sketch)
    assert found == result(Drawing(json.loads(json.dumps(sketch.document))))
    errors = drawing_problems(sketch, catalogue=CATALOGUE, events=EVENTS, lookups=LOOKUPS)
    assert isinstance(found, Plan) or (found == errors and errors)


@settings(max_examples=200, deadline=None)
@given(nested_drawings(), st.integers(0, 2**32))
def test_every_plan_comes_to_an_end_and_hearing_everything_twice_changes_nothing(sketch, seed):
    plan = result(sketch)
    if not isinstance(plan, Plan):
        return
    once = drive(plan, seed, twice=False)
    assert once[0].status in FINAL
    assert drive(plan, seed, twice=True) == once


@settings(max_examples=150, deadline=None)
@given(nested_drawings(), st.integers(0, 2**32))
def test_no_meddling_breaks_a_run(sketch, seed):
    """People retry, skip and cancel at any moment, facts change, and reports come late, more than once, or never."""
    plan = result(sketch)
    if not isinstance(plan, Plan):
        return
    dice = random.Random(seed)
    state, now = initial_state(plan), MONDAY
    pending: list[Happened] = [Started(CROWD)]
    for _ in range(60):
        meddling: list[Happened] = [
            FactsChanged({**CROWD, "engagement": {"id": "eng_1", "starts_on": dice.choice(["2026-01-01", "2027-01-01"])}})
        ]
        for token in state.tokens:
            meddling += [RetryAsked(token.node_path, token.iteration), Skipped(token.node_path, token.iteration)]
        happened = dice.choice([*pending, *meddling]) if dice.random() < 0.97 else Canceled("enough")
        now += timedelta(minutes=dice.choice([0, 1, 600, 60_000]))
        try:
            state, commands = advance(plan, state, happened, now)
        except DomainError:
            assert isinstance(happened, Skipped | RetryAsked)
            commands = ()
        check(plan, state, commands)
        pending += [answer for command in commands for answer in fair_answer(command, dice)]


def test_the_drawings_of_these_tests_do_compile():
    compiling = []

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(nested_drawings())
    def count(sketch):
        found = result(sketch)
        owners = {node["kind"] for node in sketch.nodes} & {"parallel", "for_each"}
        compiling.append(isinstance(found, Plan) and bool(owners))

    count()
    assert sum(compiling) > len(compiling) // 4
