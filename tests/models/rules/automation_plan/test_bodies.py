import itertools

import pytest

from models.rules.automation_plan.bodies import MOST_STUCK_ITEMS
from models.rules.automation_plan.interpreter import advance
from models.types.automation_plan.commands import CloseWait, Finish, Park, PerformAction, RecordStep, StartSub, StartTimer
from models.types.automation_plan.happenings import (
    ActionDone,
    ActionFailed,
    Canceled,
    FactsChanged,
    ForcedNow,
    RetryAsked,
    Skipped,
    SubFinished,
    SubStarted,
    TimerFired,
)
from models.types.automation_plan.states import RunStatus, StepStatus
from models.types.errors import Refused
from tests.builders.automations import MONDAY, TRIGGER, asked, for_each, node, only, parallel, planned, started, task

PEOPLE = [{"name": name, "pets": [f"{name}'s cat", f"{name}'s dog"]} for name in ("Ada", "Ben", "Cid", "Dora")]
CROWD = {**TRIGGER, "people": PEOPLE}


def nap(node_id, days=1):
    return node(node_id, "delay", amount=days, unit="days")


def done(plan, state, path, iteration=0, output=None):
    return advance(plan, state, ActionDone(path, output or {"task_id": f"{path}:{iteration}"}, iteration), MONDAY)


def titles(commands):
    return [command.input["title"] for command in asked(commands, PerformAction)]


def steps(commands, status):
    return [(step.node_path, step.iteration) for step in asked(commands, RecordStep) if step.status is status]


def branches(first=None, second=None, join="all", **more):
    first, second = first or task("one"), second or task("two")
    return planned(
        parallel(join=join, **more),
        first,
        second,
        task("after", {"path": "nodes.par.first"} if join == "any" else {"value": "after"}),
        edges=["trigger.ok>par", f"par.a>{first['id']}", f"par.b>{second['id']}", "par.ok>after"],
    )


def loop(*body, concurrency=1, limit=100, after="after", items=None):
    edges = ["trigger.ok>each", f"each.each>{body[0]['id']}", f"each.ok>{after}"]
    edges += [f"{one['id']}.ok>{two['id']}" for one, two in itertools.pairwise(body)]
    title = {"text": "{{ nodes.each.done }} of {{ nodes.each.count }}, {{ nodes.each.failed }} failed"}
    return planned(for_each(items=items, concurrency=concurrency, limit=limit), *body, task(after, title), edges=edges)


def test_all_branches_begin_at_once_and_are_waited_for():
    plan = branches()
    state, commands = started(plan)
    assert titles(commands) == ["one", "two"]
    assert [command.idempotency_suffix for command in asked(commands, PerformAction)] == ["par/one:0", "par/two:0"]
    state, commands = done(plan, state, "par/two")
    assert asked(commands, PerformAction) == []
    assert done(plan, state, "par/two") == (state, ())
    state, commands = done(plan, state, "par/one")
    assert titles(commands) == ["after"]
    assert ("par", 0) in steps(commands, StepStatus.DONE)
    state, commands = done(plan, state, "after")
    assert only(commands, Finish).status is RunStatus.SUCCEEDED


def test_the_first_branch_cancels_the_others_and_closes_their_waits():
    plan = branches(first=nap("sleep"), join="any")
    state, commands = started(plan)
    wait_id = only(commands, StartTimer).wait_id
    state, commands = done(plan, state, "par/two")
    assert asked(commands, CloseWait) == [CloseWait(wait_id)]
    assert steps(commands, StepStatus.CANCELED) == [("par/sleep", 0)]
    assert titles(commands) == ["b"]
    assert advance(plan, state, TimerFired(wait_id), MONDAY.replace(day=30)) == (state, ())


def test_a_stuck_branch_does_not_hold_up_the_other():
    plan = branches()
    state, commands = started(plan)
    state, commands = advance(plan, state, ActionFailed("par/one", "No."), MONDAY)
    assert only(commands, Park).node_path == "par/one"
    assert state.status is RunStatus.PARKED
    state, _ = done(plan, state, "par/two")
    state, commands = advance(plan, state, RetryAsked("par/one"), MONDAY)
    assert titles(commands) == ["one"]
    _, commands = done(plan, state, "par/one")
    assert titles(commands) == ["after"]


def test_what_branches_wrote_is_read_behind_them():
    plan = planned(
        parallel(),
        task("one"),
        task("two"),
        task("after", {"text": "{{ nodes.one.task_id }} and {{ nodes.two.task_id }}"}),
        edges=["trigger.ok>par", "par.a>one", "par.b>two", "par.ok>after"],
    )
    state, _ = started(plan)
    state, _ = done(plan, state, "par/one")
    _, commands = done(plan, state, "par/two")
    assert titles(commands) == ["par/one:0 and par/two:0"]


def test_a_stop_in_a_branch_ends_the_run():
    plan = branches(first=nap("sleep"), second=node("end", "stop", output={"why": {"value": "enough"}}))
    state, commands = started(plan)
    assert only(commands, Finish) == Finish(RunStatus.SUCCEEDED, {"why": "enough"})
    assert (state.tokens, state.waits, state.output) == ((), (), {"why": "enough"})
    assert set(steps(commands, StepStatus.CANCELED)) == {("par", 0), ("par/sleep", 0)}


def test_items_are_done_one_after_the_other():
    plan = loop(task("greet", {"text": "{{ index }} {{ item.name }}"}), task("thank", {"path": "nodes.greet.task_id"}))
    state, commands = started(plan, trigger=CROWD)
    seen = []
    for index, person in enumerate(PEOPLE):
        seen += titles(commands)
        assert titles(commands) == [f"{index} {person['name']}"]
        state, commands = done(plan, state, "each/greet", index)
        assert titles(commands) == [f"each/greet:{index}"]
        state, commands = done(plan, state, "each/thank", index)
    assert titles(commands) == ["4 of 4, 0 failed"]
    assert state.outputs == {"each": {"count": 4, "done": 4, "failed": 0}}


def test_so_many_items_are_under_way_at_once_and_no_more():
    plan = loop(task("greet", {"path": "item.name"}), concurrency=3)
    state, commands = started(plan, trigger=CROWD)
    assert titles(commands) == ["Ada", "Ben", "Cid"]
    assert {command.idempotency_suffix for command in asked(commands, PerformAction)} == {f"each/greet:{i}" for i in range(3)}
    state, commands = done(plan, state, "each/greet", 1)
    assert titles(commands) == ["Dora"]
    assert done(plan, state, "each/greet", 1) == (state, ())


def test_a_stuck_item_does_not_lose_the_others():
    plan = loop(task("greet", {"path": "item.name"}))
    state, _ = started(plan, trigger=CROWD)
    state, commands = advance(plan, state, ActionFailed("each/greet", "No."), MONDAY)
    assert (only(commands, Park).iteration, titles(commands)) == (0, ["Ben"])
    for index in (1, 2, 3):
        state, commands = done(plan, state, "each/greet", index)
    assert (state.status, titles(commands)) == (RunStatus.PARKED, [])
    _skipped, commands = advance(plan, state, Skipped("each/greet", 0), MONDAY)
    assert titles(commands) == ["3 of 4, 1 failed"]
    state, commands = advance(plan, state, RetryAsked("each/greet", 0), MONDAY)
    _, commands = done(plan, state, "each/greet", 0)
    assert titles(commands) == ["4 of 4, 0 failed"]


def test_an_item_that_takes_the_error_port_counts_as_failed():
    plan = planned(
        for_each(),
        task("greet", {"path": "item.name"}),
        task("tell", {"path": "nodes.greet.error.message"}),
        edges=["trigger.ok>each", "each.each>greet", "greet.error>tell"],
    )
    state, _ = started(plan, trigger=CROWD)
    state, commands = advance(plan, state, ActionFailed("each/greet", "No."), MONDAY)
    assert titles(commands) == ["No."]
    state, commands = done(plan, state, "each/tell")
    for index in (1, 2, 3):
        state, commands = done(plan, state, "each/greet", index)
    assert state.outputs["each"] == {"count": 4, "done": 3, "failed": 1}


def test_a_loop_of_which_every_item_gets_stuck_pauses():
    people = [{"name": str(number)} for number in range(100)]
    plan = loop(task("greet", {"path": "item.name"}), concurrency=5)
    state, commands = started(plan, trigger={**TRIGGER, "people": people})
    todo = [command.iteration for command in asked(commands, PerformAction)]
    while todo:
        state, commands = advance(plan, state, ActionFailed("each/greet", "No.", iteration=todo.pop()), MONDAY)
        todo += [command.iteration for command in asked(commands, PerformAction)]
    assert MOST_STUCK_ITEMS <= len(state.tokens) - 1 < MOST_STUCK_ITEMS + 5
    state, commands = advance(plan, state, Skipped("each/greet", 0), MONDAY)
    assert state.tokens[0].progress["failed"] == 1


@pytest.mark.parametrize(
    ("people", "error"),
    [(None, "There is no list of items to go through."), (PEOPLE, "There are 4 items, more than the limit of 3.")],
)
def test_no_list_or_too_long_a_list_takes_the_error_port_or_gets_stuck(people, error):
    plan = loop(task("greet", {"path": "item.name"}), limit=3)
    _state, commands = started(plan, trigger={**TRIGGER, "people": people})
    assert only(commands, Park).error == error
    plan = planned(
        for_each(limit=3),
        task("greet"),
        task("tell", {"path": "nodes.each.error.message"}),
        edges=["trigger.ok>each", "each.each>greet", "each.error>tell"],
    )
    _, commands = started(plan, trigger={**TRIGGER, "people": people})
    assert titles(commands) == [error]


def test_a_loop_over_nothing_goes_on_at_once():
    _, commands = started(loop(task("greet")), trigger={**TRIGGER, "people": []})
    assert titles(commands) == ["0 of 0, 0 failed"]


def nested():
    return planned(
        for_each("outer", concurrency=2),
        for_each("inner", {"path": "item.pets"}),
        task("feed", {"text": "{{ item }} of {{ loops.outer.item.name }} ({{ loops.outer.index }}.{{ index }})"}),
        task("log", {"text": "{{ item.name }} {{ nodes.inner.done }}"}),
        edges=["trigger.ok>outer", "outer.each>inner", "inner.each>feed", "inner.ok>log"],
    )


def test_loops_in_loops_know_their_items():
    plan = nested()
    state, commands = started(plan, trigger={**TRIGGER, "people": PEOPLE[:2]})
    assert titles(commands) == ["Ada's cat of Ada (0.0)", "Ben's cat of Ben (1.0)"]
    assert [(one.node_path, one.iteration) for one in asked(commands, PerformAction)] == [
        ("outer[0]/inner/feed", 0),
        ("outer[1]/inner/feed", 0),
    ]
    state, commands = done(plan, state, "outer[1]/inner/feed", 0)
    assert titles(commands) == ["Ben's dog of Ben (1.1)"]
    state, commands = done(plan, state, "outer[1]/inner/feed", 1)
    (logged,) = asked(commands, PerformAction)
    assert (logged.node_path, logged.iteration, logged.input) == ("outer/log", 1, {"title": "Ben 2"})
    state, _ = done(plan, state, "outer/log", 1)
    state, commands = done(plan, state, "outer[0]/inner/feed", 0)
    state, commands = done(plan, state, "outer[0]/inner/feed", 1)
    state, commands = done(plan, state, "outer/log", 0)
    assert only(commands, Finish).status is RunStatus.SUCCEEDED


def test_a_failure_in_an_inner_loop_fails_the_items_around_it():
    plan = nested()
    state, _ = started(plan, trigger={**TRIGGER, "people": PEOPLE[:1]})
    state, _ = advance(plan, state, ActionFailed("outer[0]/inner/feed", "No."), MONDAY)
    state, _ = advance(plan, state, Skipped("outer[0]/inner/feed"), MONDAY)
    state, _ = done(plan, state, "outer[0]/inner/feed", 1)
    assert state.outputs["outer[0]/inner"] == {"count": 2, "done": 1, "failed": 1}
    state, _commands = done(plan, state, "outer/log", 0)
    assert state.outputs["outer"] == {"count": 1, "done": 0, "failed": 1}


def test_branches_in_a_loop_belong_to_their_item():
    plan = planned(
        for_each(concurrency=2),
        parallel(join="any"),
        nap("sleep"),
        task("call", {"path": "item.name"}),
        edges=["trigger.ok>each", "each.each>par", "par.a>sleep", "par.b>call"],
    )
    state, commands = started(plan, trigger={**TRIGGER, "people": PEOPLE[:2]})
    assert len(state.waits) == 2
    state, commands = done(plan, state, "each/par/call", 1)
    assert [(wait.node_path, wait.iteration) for wait in state.waits] == [("each/par/sleep", 0)]
    assert state.outputs == {}
    state, commands = advance(plan, state, TimerFired(state.waits[0].id), MONDAY.replace(day=3))
    assert only(commands, Finish).status is RunStatus.SUCCEEDED


def test_a_person_may_skip_a_whole_loop_but_not_begin_it_again():
    plan = loop(nap("sleep"))
    state, _ = started(plan, trigger=CROWD)
    with pytest.raises(Refused, match="stuck"):
        advance(plan, state, RetryAsked("each"), MONDAY)
    state, commands = advance(plan, state, Skipped("each"), MONDAY)
    assert (state.waits, steps(commands, StepStatus.CANCELED)) == ((), [("each/sleep", 0)])


def test_dates_of_all_branches_follow_the_facts():
    at = {"path": "trigger.engagement.starts_on"}
    plan = branches(node("x", "wait_until", at=at), node("y", "wait_until", at=at, time="12:00"), join="any")
    state, _ = started(plan)
    moved = {**TRIGGER, "engagement": {**TRIGGER["engagement"], "starts_on": "2026-05-01"}}
    state, commands = advance(plan, state, FactsChanged(moved), MONDAY)
    assert [timer.at.isoformat() for timer in asked(commands, StartTimer)] == [
        "2026-05-01T00:00:00+00:00",
        "2026-05-01T12:00:00+00:00",
    ]
    past = {**TRIGGER, "engagement": {**TRIGGER["engagement"], "starts_on": "2026-01-01"}}
    state, commands = advance(plan, state, FactsChanged(past), MONDAY)
    assert (titles(commands), state.waits) == (["a"], ())


def called(mode="wait", *, edges=()):
    sub = node("sub", "sub_automation", automation_id="aut_2", input={"who": {"path": "trigger.contact.name"}}, mode=mode)
    title = {"path": "nodes.sub.run_id"} if mode == "detach" else {"path": "nodes.sub.total", "default": "-"}
    return planned(sub, task("after", title), edges=edges or ["trigger.ok>sub", "sub.ok>after"])


def test_another_automation_is_started_and_its_output_read():
    plan = called()
    state, commands = started(plan)
    asked_for = only(commands, StartSub)
    assert (asked_for.automation_id, asked_for.input, asked_for.is_detached) == ("aut_2", {"who": "Ada Byron"}, False)
    state, _ = advance(plan, state, SubStarted(asked_for.wait_id, "run_2"), MONDAY)
    assert advance(plan, state, SubStarted(asked_for.wait_id, "run_2"), MONDAY) == (state, ())
    assert state.status is RunStatus.WAITING
    with pytest.raises(Refused):
        advance(plan, state, ForcedNow(asked_for.wait_id), MONDAY)
    finished = SubFinished(asked_for.wait_id, "succeeded", {"total": "many"})
    state, commands = advance(plan, state, finished, MONDAY)
    assert titles(commands) == ["many"]
    assert advance(plan, state, finished, MONDAY) == (state, ())


def test_a_detached_automation_is_not_waited_for():
    plan = called("detach")
    state, commands = started(plan)
    asked_for = only(commands, StartSub)
    assert asked_for.is_detached
    _, commands = advance(plan, state, SubStarted(asked_for.wait_id, "run_2"), MONDAY)
    assert titles(commands) == ["run_2"]


def test_another_automation_that_fails_takes_the_error_port_or_gets_stuck():
    plan = called()
    state, commands = started(plan)
    ended, commands = advance(plan, state, SubFinished(state.waits[0].id, "failed", error="Not published."), MONDAY)
    assert only(commands, Park).error == "Not published."
    _again, commands = advance(plan, ended, RetryAsked("sub"), MONDAY)
    assert only(commands, StartSub).wait_id != state.waits[0].id
    plan = called(edges=["trigger.ok>sub", "sub.error>after"])
    state, commands = started(plan)
    state, commands = advance(plan, state, SubFinished(state.waits[0].id, "canceled"), MONDAY)
    assert state.outputs["sub"] == {"error": {"message": "The other automation ended as canceled."}}


def test_canceling_gives_up_everything_inside():
    plan = planned(
        parallel(), nap("sleep"), node("sub", "sub_automation", automation_id="aut_2"),
        edges=["trigger.ok>par", "par.a>sleep", "par.b>sub"],
    )  # fmt: skip
    state, _ = started(plan)
    waits = {wait.id for wait in state.waits}
    state, commands = advance(plan, state, Canceled("enough"), MONDAY)
    assert {command.wait_id for command in asked(commands, CloseWait)} == waits
    assert (state.tokens, state.status) == ((), RunStatus.CANCELED)


@pytest.mark.parametrize(("mode", "count"), [("wait", 0), ("detach", 1)])
def test_what_would_be_given_up_as_it_starts_is_not_started(mode: str, count: int):
    """The other branch is through at once: nobody would end the run that is started here."""
    either = {"path": "trigger.contact.name"}
    plan = planned(
        parallel(join="any"),
        node("sub", "sub_automation", automation_id="aut_2", mode=mode),
        node("gate", "condition", cases=[{"port": "a", "when": {"op": "is_empty", "args": [either]}}]),
        task("never"),
        task("after"),
        edges=["trigger.ok>par", "par.a>sub", "par.b>gate", "gate.a>never", "par.ok>after"],
    )

    _, commands = started(plan)

    assert len(asked(commands, StartSub)) == count
    assert titles(commands) == ["after"]
