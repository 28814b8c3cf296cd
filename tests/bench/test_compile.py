"""How long the compiler takes for a drawing of two hundred nodes. Prints figures and asserts none: machines are shared."""

import statistics
import time
from typing import Any

import pytest

from models.rules.automation_plan.interpreter import advance, initial_state
from models.rules.automation_plan.records import from_json, to_json
from models.rules.automations import compile_drawing, drawing_problems
from models.types.automation_plan.commands import PerformAction
from models.types.automation_plan.happenings import ActionDone, Happened, Started
from models.types.automations import Drawing, Plan
from tests.builders.automations import CATALOGUE, EVENTS, HEAD, LOOKUPS, MONDAY, TRIGGER, edge, for_each, node, parallel, task

pytestmark = pytest.mark.bench
WHEN = {"op": "gt", "args": [{"path": "trigger.engagement.budget"}, {"value": 100}]}
ROUNDS = 20


def two_hundred_nodes() -> Drawing:
    """Twenty stretches of ten nodes: a condition, branches, a loop over people, and actions that read what came before."""
    nodes: list[dict[str, Any]] = [HEAD]
    edges, last = [], "trigger.ok"
    for at in range(20):
        fork, par, each, end = f"fork{at}", f"par{at}", f"each{at}", f"end{at}"
        before = {"path": f"nodes.end{at - 1}.task_id"} if at else {"path": "trigger.contact.name"}
        nodes += [
            node(fork, "condition", cases=[{"port": "yes", "when": WHEN}]),
            task(f"yes{at}", before),
            task(f"no{at}", {"text": "{{ trigger.contact.name }} of {{ trigger.workspace.name }}"}),
            parallel(par),
            task(f"a{at}", before),
            task(f"b{at}", before),
            for_each(each),
            task(f"one{at}", {"path": "item.name"}),
            task(f"two{at}", {"text": f"{{{{ nodes.one{at}.task_id }}}} {{{{ index }}}}"}),
            task(end, {"text": f"{{{{ nodes.a{at}.task_id }}}} {{{{ nodes.each{at}.count }}}}"}),
        ]
        lines = [f"{last}>{fork}", f"{fork}.yes>yes{at}", f"{fork}.else>no{at}", f"yes{at}.ok>{par}", f"no{at}.ok>{par}"]
        lines += [f"{par}.a>a{at}", f"{par}.b>b{at}", f"{par}.ok>{each}", f"{each}.each>one{at}", f"one{at}.ok>two{at}"]
        edges += [edge(line) for line in (*lines, f"{each}.ok>{end}")]
        last = f"{end}.ok"
    return Drawing({"nodes": nodes, "edges": edges})


def test_compiling_two_hundred_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    sketch = two_hundred_nodes()
    known: dict[str, Any] = {"catalogue": CATALOGUE, "events": EVENTS, "lookups": LOOKUPS}
    assert isinstance(compile_drawing(sketch, **known), Plan)
    compiling = [_seconds(lambda: compile_drawing(sketch, **known)) for _ in range(ROUNDS)]
    checking = [_seconds(lambda: drawing_problems(sketch, **known)) for _ in range(ROUNDS)]
    with capsys.disabled():
        print(f"\ncompile 200 nodes: {_ms(compiling)}; problems of 200 nodes: {_ms(checking)}")  # noqa: T201 - the figure is the point


def test_running_two_hundred_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole run of that plan, over ten people a loop, with the state written and read between any two happenings."""
    sketch = two_hundred_nodes()
    plan = compile_drawing(sketch, catalogue=CATALOGUE, events=EVENTS, lookups=LOOKUPS)
    assert isinstance(plan, Plan)
    crowd = {**TRIGGER, "people": [{"name": str(number)} for number in range(10)]}
    began, turns = time.perf_counter(), 0
    state, waiting = initial_state(plan), list[Happened]([Started(crowd)])
    while waiting:
        state, commands = advance(plan, from_json(to_json(state)), waiting.pop(0), MONDAY)
        waiting += [
            ActionDone(one.node_path, {"task_id": "t"}, one.iteration) for one in commands if isinstance(one, PerformAction)
        ]
        turns += 1
    took = time.perf_counter() - began
    with capsys.disabled():
        print(f"\nrun of 200 nodes: {turns} turns in {took:.2f} s, {took / turns * 1000:.2f} ms each")  # noqa: T201 - the figure is the point


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ms(took: list[float]) -> str:
    return f"p50 {statistics.median(took) * 1000:.0f} ms, worst {max(took) * 1000:.0f} ms"
