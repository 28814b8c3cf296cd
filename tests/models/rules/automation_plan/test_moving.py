from datetime import timedelta

import pytest

from models.rules.automation_plan.interpreter import advance
from models.rules.automation_plan.moving import moved_to
from models.types.automation_plan.commands import CloseWait, PerformAction, StartTimer
from models.types.automation_plan.happenings import ActionDone, ActionFailed, RetryAsked, TimerFired
from models.types.automation_plan.states import RunStatus
from models.types.errors import Conflict, Refused
from tests.builders.automations import MONDAY, TRIGGER, asked, for_each, node, only, parallel, planned, started, task

DAY = timedelta(days=1)
CROWD = {**TRIGGER, "people": [{"name": "Ada"}, {"name": "Ben"}]}


def nap(node_id="nap", days=5):
    return node(node_id, "delay", amount=days, unit="days")


def branches(*, rest="nap", days=5, title="two"):
    return planned(
        parallel(),
        nap(rest, days),
        task("two", {"value": title}),
        task("after"),
        edges=["trigger.ok>par", f"par.a>{rest}", "par.b>two", "par.ok>after"],
    )


def waiting(plan):
    state, _ = started(plan)
    return advance(plan, state, ActionDone("par/two"), MONDAY)[0]


def test_a_wait_inside_a_branch_is_shortened():
    old, new = branches(), branches(days=2)
    state = waiting(old)
    _moved, commands = moved_to(old, new, state, MONDAY + DAY)
    assert only(commands, StartTimer).at == MONDAY + 2 * DAY
    assert asked(commands, CloseWait) == [CloseWait(state.waits[0].id)]
    _, commands = moved_to(old, new, state, MONDAY + 3 * DAY)
    assert only(commands, PerformAction).node_path == "after"


def test_a_step_may_be_told_where_to_go_on():
    old, new = branches(), branches(rest="rest")
    state = waiting(old)
    with pytest.raises(Refused):
        moved_to(old, new, state, MONDAY)
    moved, commands = moved_to(old, new, state, MONDAY + DAY, mapping={"nap": "rest"})
    assert (moved.waits[0].node_path, moved.waits[0].at, commands) == ("par/rest", MONDAY + 5 * DAY, ())
    _, commands = advance(new, moved, TimerFired(moved.waits[0].id), MONDAY + 5 * DAY)
    assert only(commands, PerformAction).node_path == "after"


def test_a_step_of_another_kind_begins_when_it_is_named():
    old, new = planned(nap(), task("end")), planned(task("nap", {"value": "awake"}), task("end"))
    state, _ = started(old)
    with pytest.raises(Refused, match="another kind"):
        moved_to(old, new, state, MONDAY)
    moved, commands = moved_to(old, new, state, MONDAY, mapping={"nap": "end"})
    assert (moved.waits, only(commands, PerformAction).node_path) == ((), "end")


def test_no_step_moves_into_a_body_or_out_of_one():
    inside, outside = branches(), planned(nap(), task("two"))
    for old, new in ((inside, outside), (outside, inside)):
        state = waiting(old) if old is inside else started(old)[0]
        with pytest.raises(Refused, match=r"another body|is not in"):
            moved_to(old, new, state, MONDAY)


def test_items_keep_their_places_and_outputs():
    def looped(first, second, title):
        return planned(
            for_each(),
            task(first, {"path": "item.name"}),
            nap(),
            task(second, {"text": title}),
            edges=["trigger.ok>each", f"each.each>{first}", f"{first}.ok>nap", f"nap.ok>{second}"],
        )

    old = looped("greet", "thank", "{{ nodes.greet.task_id }}")
    new = looped("hello", "thank", "New {{ nodes.hello.task_id }}")
    state, _ = started(old, trigger=CROWD)
    state, _ = advance(old, state, ActionDone("each/greet", {"task_id": "t0"}), MONDAY)
    state, _ = moved_to(old, new, state, MONDAY, mapping={"greet": "hello"})
    state, commands = advance(new, state, TimerFired(state.waits[0].id), MONDAY + 5 * DAY)
    assert only(commands, PerformAction).input == {"title": "New t0"}
    _, commands = advance(new, state, ActionDone("each/thank"), MONDAY + 5 * DAY)
    assert (only(commands, PerformAction).node_path, only(commands, PerformAction).iteration) == ("each/hello", 1)


def test_a_step_between_two_attempts_sends_what_the_new_version_says():
    old, new = planned(task("one", {"value": "old"})), planned(task("one", {"value": "new"}))
    state, _ = started(old)
    with pytest.raises(Refused, match="performed"):
        moved_to(old, new, state, MONDAY)
    state, _ = advance(old, state, ActionFailed("one", "Busy.", retryable=True), MONDAY)
    _, commands = moved_to(old, new, state, MONDAY)
    assert only(commands, PerformAction).input == {"title": "new"}
    assert moved_to(old, planned(task("one", {"value": "old"}), task("more")), state, MONDAY)[1] == ()


def test_a_stuck_step_stays_stuck_until_its_retry_follows_the_new_version():
    old, new = planned(task("one", {"value": "old"})), planned(task("one", {"value": "new"}))
    state, _ = started(old)
    state, _ = advance(old, state, ActionFailed("one", "Wrong."), MONDAY)
    state, commands = moved_to(old, new, state, MONDAY)
    assert (state.status, commands) == (RunStatus.PARKED, ())
    _, commands = advance(new, state, RetryAsked("one"), MONDAY)
    assert only(commands, PerformAction).input == {"title": "new"}


def test_moving_twice_is_moving_once():
    old, new = branches(), branches(days=2)
    moved, _ = moved_to(old, new, waiting(old), MONDAY)
    assert moved_to(old, new, moved, MONDAY) == (moved, ())
    with pytest.raises(Conflict):
        moved_to(new, branches(days=3), waiting(old), MONDAY)
