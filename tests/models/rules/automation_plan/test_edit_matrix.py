"""Every edit of a parallel and of a loop, at every position of a run: what it still does, and when, once it is moved.

Positions are days after the start. A branch or an item naps some days and then makes a task that bears its name.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.rules.automation_plan.interpreter import advance
from models.rules.automation_plan.moving import moved_to
from models.types.automation_plan.commands import PerformAction
from models.types.automation_plan.happenings import ActionDone, Happened, TimerFired
from models.types.automation_plan.states import RunState, RunStatus
from models.types.automations import Plan
from models.types.errors import Refused
from tests.builders.automations import MONDAY, TRIGGER, for_each, node, parallel, planned, started, task

DAY = timedelta(days=1)
PEOPLE = {**TRIGGER, "people": [{"name": "Ada"}, {"name": "Ben"}, {"name": "Cid"}]}
Done = list[tuple[str, int]]
"""The titles of tasks, each with the day on which it was made."""


def nap(node_id: str, days: int) -> dict[str, Any]:
    return node(node_id, "delay", amount=days, unit="days")


def forked(join: str = "all", **days: int) -> Plan:
    """Branches that nap so many days each."""
    edges = ["trigger.ok>par", "par.ok>after"]
    steps = []
    for name, count in days.items():
        steps += [nap(f"nap_{name}", count), task(f"do_{name}", {"value": name})]
        edges += [f"par.{name}>nap_{name}", f"nap_{name}.ok>do_{name}"]
    return planned(parallel(ports=tuple(days), join=join), *steps, task("after", {"value": "after"}), edges=edges)


def looped(days: int = 2, **settings: Any) -> Plan:
    """A loop over three people, two days each."""
    edges = ["trigger.ok>each", "each.each>nap", "nap.ok>do", "each.ok>after"]
    steps = nap("nap", days), task("do", {"path": "item.name"}), task("after", {"value": "after"})
    return planned(for_each(**settings), *steps, edges=edges)


def played(plan: Plan, state: RunState, commands: Sequence[Any], *, since: datetime, until: datetime) -> tuple[RunState, Done]:
    """The run until a moment, its actions done at once and its timers in their order; what it did."""
    done: Done = []
    now, waiting = since, deque[Happened]()
    while True:
        for command in commands:
            if isinstance(command, PerformAction):
                done.append((str(dict(command.input)["title"]), (now - MONDAY).days))
                waiting.append(ActionDone(command.node_path, {"task_id": "tsk_1"}, command.iteration))
        if waiting:
            state, commands = advance(plan, state, waiting.popleft(), now)
            continue
        at, wait_id = min(((wait.at, wait.id) for wait in state.waits if wait.at), default=(until + DAY, ""))
        if at > until:
            return state, done
        now = max(now, at)
        state, commands = advance(plan, state, TimerFired(wait_id), now)


def moved(old: Plan, new: Plan, day: int) -> tuple[Done, Done]:
    """What a run does before it is moved on that day, and after that."""
    at = MONDAY + day * DAY
    state, commands = started(old, trigger=PEOPLE)
    state, before = played(old, state, commands, since=MONDAY, until=at)
    state, commands = moved_to(old, new, state, at)
    state, after = played(new, state, commands, since=at, until=MONDAY + 365 * DAY)
    assert state.status is RunStatus.SUCCEEDED, "an edit leaves no run behind"
    return before, after


FORKS = {
    "the first is enough now, and one has ended": (forked(a=2, b=6), forked("any", a=2, b=6), 3, [("after", 3)]),
    "the first is enough now, and none has ended": (forked(a=2, b=6), forked("any", a=2, b=6), 1, [("a", 2), ("after", 2)]),
    "all are waited for now": (forked("any", a=2, b=6), forked(a=2, b=6), 1, [("a", 2), ("b", 6), ("after", 6)]),
    "a branch is added before any ended": (forked(a=2, b=6), forked(a=2, b=6, c=1), 1, [("a", 2), ("b", 6), ("after", 6)]),
    "a branch is added after one ended": (forked(a=2, b=6), forked(a=2, b=6, c=1), 3, [("b", 6), ("after", 6)]),
    "a branch that has ended is removed": (forked(a=2, b=6, c=7), forked(b=6, c=7), 3, [("b", 6), ("c", 7), ("after", 7)]),
    "a branch that has ended is removed, and the first is enough": (
        forked(a=2, b=6, c=7),
        forked("any", b=6, c=7),
        3,
        [("after", 3)],
    ),
    "the branch it stands in is shorter now": (forked(a=2, b=6), forked(a=2, b=4), 3, [("b", 4), ("after", 4)]),
    "the branch it stands in is over by now": (forked(a=2, b=6), forked(a=2, b=1), 3, [("b", 3), ("after", 3)]),
    "a branch is added and the first is enough": (forked(a=2, b=6), forked("any", a=2, b=6, c=1), 1, [("a", 2), ("after", 2)]),
}


@pytest.mark.parametrize("name", FORKS)
def test_a_run_that_stands_in_branches(name: str):
    old, new, day, expected = FORKS[name]

    before, after = moved(old, new, day)

    assert before == ([("a", 2)] if day > 2 else [])
    assert after == expected


def test_a_branch_in_which_a_run_stands_cannot_be_taken_away():
    old, new = forked(a=2, b=6, c=7), forked(a=2, c=7)

    with pytest.raises(Refused, match="not in the other version"):
        moved(old, new, 3)


def test_branches_that_never_began_do_not_count_as_ended_by_a_later_edit():
    first, second, third = forked(a=2, b=6), forked(a=2, b=6, c=1), forked("any", a=2, b=6, c=1)
    state, commands = started(first, trigger=PEOPLE)
    state, _ = moved_to(first, second, state, MONDAY)
    state, commands = moved_to(second, third, state, MONDAY + DAY)

    _, done = played(third, state, commands, since=MONDAY + DAY, until=MONDAY + 365 * DAY)

    assert done == [("a", 2), ("after", 2)]


ONE_BY_ONE = [("Ada", 2), ("Ben", 4), ("Cid", 6), ("after", 6)]
FEWER, MORE = {"value": [{"name": "Ada"}]}, {"value": [{"name": name} for name in ("Eve", "Flo", "Gil", "Hal", "Ian")]}
LOOPS = {
    "the list is shorter now": (looped(), looped(items=FEWER), ONE_BY_ONE),
    "the list is longer now": (looped(), looped(items=MORE), ONE_BY_ONE),
    "fewer items are allowed now than there are": (looped(), looped(limit=1), ONE_BY_ONE),
    "two at once are allowed now": (looped(), looped(concurrency=2), None),
    "only one at once is allowed now": (looped(concurrency=3), looped(concurrency=1), None),
    "each item is shorter now": (looped(), looped(days=1), None),
}


@pytest.mark.parametrize("day", [1, 3, 5])
@pytest.mark.parametrize("name", [name for name, (_, _, expected) in LOOPS.items() if expected])
def test_a_loop_keeps_its_items(name: str, day: int):
    old, new, expected = LOOPS[name]

    before, after = moved(old, new, day)

    assert before + after == expected


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("two at once are allowed now", 1, [("Ada", 2), ("Ben", 3), ("Cid", 4), ("after", 4)]),
        ("two at once are allowed now", 3, [("Ada", 2), ("Ben", 4), ("Cid", 5), ("after", 5)]),
        ("only one at once is allowed now", 1, [("Ada", 2), ("Ben", 2), ("Cid", 2), ("after", 2)]),
        ("each item is shorter now", 1, [("Ada", 1), ("Ben", 2), ("Cid", 3), ("after", 3)]),
        ("each item is shorter now", 3, [("Ada", 2), ("Ben", 3), ("Cid", 4), ("after", 4)]),
    ],
)
def test_a_loop_goes_on_as_it_is_drawn_now(name: str, day: int, expected: Done):
    old, new, _ = LOOPS[name]

    before, after = moved(old, new, day)

    assert before + after == expected


@pytest.mark.parametrize(("old", "new"), [(looped(), looped(concurrency=2)), (looped(), looped(items=FEWER))])
def test_moving_there_and_back_changes_nothing(old: Plan, new: Plan):
    """As a move that is undone before its first effect: the run does what it would have done."""
    state, commands = started(old, trigger=PEOPLE)
    there, _ = moved_to(old, new, state, MONDAY)
    back, commands = moved_to(new, old, there, MONDAY)

    _, done = played(old, back, commands, since=MONDAY, until=MONDAY + 365 * DAY)

    assert [title for title, _ in done] == ["Ada", "Ben", "Cid", "after"]
