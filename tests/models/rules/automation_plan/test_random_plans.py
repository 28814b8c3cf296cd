"""Whatever is drawn, the compiler answers; whatever happens to what it lets through, the interpreter knows what to do."""

import json
import random
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.automation_plan.interpreter import advance, initial_state
from models.rules.automation_plan.records import from_json, to_json
from models.rules.automations import compile_drawing, drawing_problems
from models.types.automation_plan.commands import (
    AskApproval,
    CloseWait,
    Finish,
    Park,
    PerformAction,
    RecordStep,
    StartTimer,
    WaitForEvent,
)
from models.types.automation_plan.happenings import (
    ActionDone,
    ActionFailed,
    ApprovalGiven,
    Canceled,
    EventArrived,
    FactsChanged,
    ForcedNow,
    Happened,
    RetryAsked,
    Skipped,
    Started,
    TimerFired,
)
from models.types.automation_plan.states import FINAL, RunStatus, TokenStatus
from models.types.automations import Drawing, Plan
from models.types.errors import DomainError
from models.types.working_time import WorkCalendar
from tests.builders.automations import CATALOGUE, EVENTS, HEAD, LOOKUPS, MONDAY, SAME_ENGAGEMENT, TRIGGER, edge, node, task

CALENDAR = WorkCalendar("Europe/Berlin")
UNITS = ("minutes", "hours", "days", "weeks", "business_days", "business_hours")
IDS = [f"n{number}" for number in range(7)]
TITLES = st.sampled_from(
    [
        {"value": "x"},
        {"path": "trigger.contact.name"},
        {"path": "trigger.contact.nothing"},
        {"path": "nodes.n0.task_id"},
        {"path": "nodes.n1.task_id", "default": "-"},
        {"text": "{{ trigger.contact.name | first_name }} {{ nodes.n2.task_id | default:'-' }}"},
        {"expr": {"op": "coalesce", "args": [{"path": "nodes.n3.id"}, {"path": "now"}]}},
    ]
)
WHENS = st.sampled_from(
    [
        {"value": True},
        {"op": "gt", "args": [{"path": "trigger.engagement.budget"}, {"value": 100}]},
        {"op": "is_empty", "args": [{"path": "nodes.n0.task_id"}]},
        {"path": "trigger.contact.name"},
    ]
)
SPANS = st.builds(lambda amount, unit: {"amount": amount, "unit": unit}, st.integers(0, 30), st.sampled_from(UNITS))


def kinds(node_id):
    """Any node of that id, mostly right."""
    return st.one_of(
        st.builds(
            lambda title, error: task(node_id, title, **error), TITLES, st.sampled_from([{}, {}, {"on_error": "continue"}])
        ),
        st.builds(
            lambda when: node(node_id, "condition", cases=[{"port": "a", "when": when}, {"port": "b", "when": {"value": False}}]),
            WHENS,
        ),
        st.builds(lambda span: node(node_id, "delay", **span), SPANS),
        st.builds(
            lambda past, time: node(
                node_id, "wait_until", at={"path": "trigger.engagement.starts_on"}, past=past, time=time, quiet_hours=True
            ),
            st.sampled_from(["continue", "branch"]),
            st.sampled_from(["09:00", "02:30"]),
        ),
        st.builds(
            lambda span: node(node_id, "wait_for_event", event="proposal.sent", match=SAME_ENGAGEMENT, timeout=span), SPANS
        ),
        st.builds(
            lambda who: node(node_id, "approval", approvers=who),
            st.sampled_from([{"value": ["role:owner"]}, {"path": "trigger.contact.id"}]),
        ),
        st.just(node(node_id, "stop")),
    )


PORTS = ("ok", "error", "a", "b", "else", "past", "timeout", "approved", "rejected", "bogus")
NODES = st.lists(st.sampled_from(IDS), unique=True, min_size=1).flatmap(
    lambda ids: st.tuples(*(kinds(node_id) for node_id in ids))
)
EDGES = st.lists(
    st.builds(
        lambda a, port, b: edge(f"{a}.{port}>{b}"),
        st.sampled_from(["trigger", *IDS]),
        st.sampled_from(PORTS),
        st.sampled_from(IDS),
    ),
    max_size=12,
)


@st.composite
def tidy_drawings(draw):
    """Drawings that mostly compile: every port leads to a later node or nowhere, and what nothing leads to is dropped."""
    nodes = draw(NODES)
    edges = [edge(f"trigger.ok>{nodes[0]['id']}")]
    reached = {nodes[0]["id"]}
    for place, item in enumerate(nodes):
        later = [other["id"] for other in nodes[place + 1 :]]
        for port in _ports(item) if item["id"] in reached and later else ():
            target = draw(st.sampled_from([*later, None]))
            if target and not (port == "error" and item["settings"].get("on_error")):
                edges.append(edge(f"{item['id']}.{port}>{target}"))
                reached.add(target)
    return Drawing({"nodes": [HEAD, *(item for item in nodes if item["id"] in reached)], "edges": edges})


def _ports(item):
    past = ("past",) if item["settings"].get("past") == "branch" else ()
    return {
        "action": ("ok", "error"),
        "condition": ("a", "b", "else"),
        "wait_for_event": ("ok", "timeout"),
        "approval": ("approved", "rejected", "timeout"),
        "stop": (),
    }.get(item["kind"], ("ok", *past))


def result(sketch):
    return compile_drawing(sketch, catalogue=CATALOGUE, events=EVENTS, lookups=LOOKUPS)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["trigger", "action", "id", "ok", "x", "business_days", "2026-03-01"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "kind",
                    "settings",
                    "nodes",
                    "edges",
                    "source",
                    "port",
                    "target",
                    "value",
                    "path",
                    "input",
                    "action",
                    "cases",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["nodes", "edges", "limits", "positions"]), JSON | st.lists(JSON, max_size=3)))
def test_any_json_gets_an_answer(document):
    found = result(Drawing(document))
    assert isinstance(found, Plan) or found


@given(NODES, st.data())
def test_any_settings_get_an_answer(nodes, data):
    broken = [
        {**item, "settings": {**item["settings"], data.draw(st.sampled_from(sorted(item["settings"]) or ["x"])): data.draw(JSON)}}
        for item in nodes
    ]
    edges = [
        edge(f"trigger.ok>{nodes[0]['id']}"),
        *(edge(f"{one['id']}.ok>{two['id']}") for one, two in pairwise(nodes)),
    ]
    found = result(Drawing({"nodes": [HEAD, *broken], "edges": edges}))
    assert isinstance(found, Plan) or found


@given(NODES, EDGES)
def test_a_drawing_is_a_plan_or_has_problems_and_always_the_same(nodes, edges):
    sketch = Drawing({"nodes": [HEAD, *nodes], "edges": edges})
    found = result(sketch)
    assert found == result(Drawing(json.loads(json.dumps(sketch.document))))
    errors = drawing_problems(sketch, catalogue=CATALOGUE, events=EVENTS, lookups=LOOKUPS)
    assert isinstance(found, Plan) or (found == errors and errors)


def _answers(command, dice):
    """What may come of a command, now or later, more than once."""
    if isinstance(command, PerformAction):
        done = ActionDone(command.node_path, {"task_id": "t"}, command.iteration)
        return [done, done, ActionFailed(command.node_path, "No.", dice.random() < 0.7, command.iteration, command.attempt)]
    if isinstance(command, StartTimer):
        return [TimerFired(command.wait_id), TimerFired(command.wait_id), ForcedNow(command.wait_id)]
    if isinstance(command, WaitForEvent):
        event = {"id": "p", "engagement_id": dice.choice(["eng_1", "eng_2"])}
        return [EventArrived(command.wait_id, event), TimerFired(command.wait_id)]
    if isinstance(command, AskApproval):
        return [ApprovalGiven(command.wait_id, dice.choice(["approved", "rejected"]), "mem_1")]
    if isinstance(command, Park):
        return [RetryAsked(command.node_path, command.iteration), Skipped(command.node_path, command.iteration)]
    return []


def _facts(dice):
    start = dice.choice([None, "2026-03-05", "2026-01-01", "2026-09-01T10:00:00Z", "soon", "2099-01-01"])
    return {
        **TRIGGER,
        "contact": dice.choice([TRIGGER["contact"], {}]),
        "engagement": {**TRIGGER["engagement"], "starts_on": start},
    }


def _check(plan, state, commands):
    """What holds for a run at every moment."""
    assert len(state.tokens) <= 1
    assert {wait.id for wait in state.waits} == {token.wait_id for token in state.tokens if token.wait_id}
    assert all(token.status is not TokenStatus.READY for token in state.tokens)
    assert (state.status in FINAL) == (not state.tokens and state.status is not RunStatus.NEW)
    assert sum(isinstance(command, Finish) for command in commands) == (1 if commands and state.status in FINAL else 0)
    assert state.steps <= plan.limits["max_steps"]
    opened = [command.wait_id for command in commands if isinstance(command, StartTimer | WaitForEvent | AskApproval)]
    closed = {command.wait_id for command in commands if isinstance(command, CloseWait)}
    assert {wait.id for wait in state.waits} >= set(opened) - closed
    for step in commands:
        if isinstance(step, RecordStep):
            json.dumps([step.input_preview, step.output_preview], allow_nan=False)


def _drive(plan, seed, *, through_json):
    """One run under a driver that repeats, delays and drops; the trace of everything it was asked."""
    dice = random.Random(seed)
    state, now, trace = initial_state(plan), MONDAY, []
    pending: list[Happened] = [Started(_facts(dice))]
    for turn in range(80):
        extra: list[Happened] = [FactsChanged(_facts(dice))] if turn < 40 else []
        happened = dice.choice(pending + extra) if dice.random() < 0.98 or turn < 2 else Canceled("enough")
        now += timedelta(minutes=dice.choice([0, 1, 600, 60_000]))
        try:
            state, commands = advance(plan, state, happened, now, CALENDAR)
        except DomainError:
            # Only what people ask for may be refused.
            if not isinstance(happened, Skipped | ForcedNow):
                raise
            commands = ()
        if through_json:
            state = from_json(json.loads(json.dumps(to_json(state), allow_nan=False)))
        _check(plan, state, commands)
        trace.append((happened, commands))
        pending += [answer for command in commands for answer in _answers(command, dice)]
    return state, trace


@settings(max_examples=150, deadline=None)
@given(tidy_drawings(), st.integers(0, 2**32))
def test_every_plan_runs_under_any_driver_and_always_the_same(sketch, seed):
    plan = result(sketch)
    if not isinstance(plan, Plan):
        return
    live = _drive(plan, seed, through_json=False)
    assert _drive(plan, seed, through_json=True) == live
    assert live[0].status is not RunStatus.NEW


def _patient(plan, seed):
    """A driver that answers every command, right and in order, until nothing is left to answer."""
    state, commands = advance(plan, initial_state(plan), Started(TRIGGER), MONDAY, CALENDAR)
    dice, now = random.Random(seed), MONDAY
    for _ in range(60):
        answers = [answer for command in commands for answer in _answers(command, dice)[:1]]
        if not answers:
            return state
        now += timedelta(days=400)
        state, commands = advance(plan, state, answers[-1], now, CALENDAR)
    return state


@settings(max_examples=150, deadline=None)
@given(tidy_drawings(), st.integers(0, 2**32))
def test_every_plan_comes_to_an_end_or_knows_what_it_waits_for(sketch, seed):
    plan = result(sketch)
    if isinstance(plan, Plan):
        state = _patient(plan, seed)
        assert state.status in FINAL or state.waits or state.status is RunStatus.PARKED


def test_the_drawings_of_these_tests_do_compile():
    compiling = []

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(tidy_drawings())
    def count(sketch):
        compiling.append(isinstance(result(sketch), Plan))

    count()
    assert sum(compiling) > len(compiling) // 4
