"""Which records a waiting run follows."""

from dataclasses import replace
from typing import Any

import pytest

from models.rules.automation_plan.facts import heard_of, is_over_with, is_read_by_timers, may_be_over
from models.rules.automation_plan.interpreter import advance
from models.types.automation_plan.happenings import EventArrived, FactsChanged, Started
from models.types.automation_plan.states import RunState
from models.types.automations import Plan
from tests.builders.automations import MONDAY, TRIGGER, for_each, node, parallel, planned, task, wait
from tests.builders.automations import started as begun

YES = {"value": True}
SAID = {
    "event_id": "evt_2",
    "subject_id": "prp_1",
    "id": "2026-05-01",
    "engagement_id": "2026-06-01",
    "subject": {"expires_at": "2026-05-01"},
}


def until_heard(node_id: str = "day", path: str = "nodes.wait.id", **settings: Any) -> dict[str, Any]:
    return node(node_id, "wait_until", at={"path": path}, **settings)


def heard(plan: Plan, said: dict[str, Any] = SAID) -> RunState:
    """A run after its wait has ended with an event."""
    state, _ = begun(plan)
    (open_wait,) = [one for one in state.waits if one.kind == "event"]
    state, _ = advance(plan, state, EventArrived(open_wait.id, said), MONDAY)
    return state


def test_what_a_timer_reads_is_followed_and_nothing_else():
    plan = planned(wait(match=YES), until_heard())
    assert heard_of(plan, begun(plan)[0]) == {}
    assert heard_of(plan, heard(plan)) == {"wait": SAID}
    assert is_read_by_timers(plan, "wait")

    idle = planned(wait(match=YES), node("rest", "delay", amount=3, unit="days"))
    assert (heard_of(idle, heard(idle)), is_read_by_timers(idle, "wait")) == ({}, False)


def test_the_news_of_it_moves_the_timer_and_what_was_not_heard_is_left_out():
    plan = planned(wait(match=YES), until_heard())
    state = heard(plan)
    news = {"wait": {**SAID, "id": "2026-05-09"}, "other": {"id": "x"}}
    state, _ = advance(plan, state, FactsChanged(TRIGGER, news), MONDAY)
    assert [one.at.day for one in state.waits if one.at] == [9]
    assert "other" not in state.outputs


def test_each_branch_follows_what_it_heard_itself():
    ways = ["trigger.ok>par", "par.a>wait", "wait.ok>day", "par.b>rest"]
    plan = planned(parallel(), wait(match=YES), until_heard(), node("rest", "delay", amount=3, unit="days"), edges=ways)
    assert heard_of(plan, heard(plan)) == {"par/wait": SAID}


def test_an_item_of_a_loop_follows_its_own():
    trigger = {**TRIGGER, "people": [{"name": "Ada"}, {"name": "Grace"}]}
    plan = planned(
        for_each(concurrency=2), wait(match=YES), until_heard(), edges=["trigger.ok>each", "each.each>wait", "wait.ok>day"]
    )
    state, _ = advance(plan, begun(plan, trigger=trigger)[0], Started(trigger), MONDAY)
    first, second = [one for one in state.waits if one.kind == "event"]
    for one, subject in ((first, "prp_1"), (second, "prp_2")):
        said = {**SAID, "event_id": f"evt_{subject}", "subject_id": subject}
        state, _ = advance(plan, state, EventArrived(one.id, said), MONDAY)
    assert {path: said["subject_id"] for path, said in heard_of(plan, state).items()} == {
        "each[0]/wait": "prp_1",
        "each[1]/wait": "prp_2",
    }


def test_an_output_of_a_step_that_another_version_had_is_no_record():
    plan = planned(wait(match=YES), until_heard())
    state = heard(plan)
    other = planned(until_heard(path="trigger.engagement.starts_on"), task("wait"))
    assert heard_of(other, replace(state, outputs={"gone/wait": SAID})) == {}


@pytest.mark.parametrize(
    ("step", "event_type", "subject_id", "is_about", "is_over"),
    [
        ({}, "proposal.withdrawn", "prp_1", False, True),
        ({}, "proposal.withdrawn", "prp_2", False, False),
        ({}, "proposal.accepted", "prp_1", False, False),
        ({"on_gone": "cancel"}, "proposal.accepted", "prp_1", False, True),
        ({"on_gone": "cancel"}, "proposal.withdrawn", "prp_2", False, False),
        ({"on_gone": "keep"}, "proposal.withdrawn", "prp_1", True, False),
    ],
)
def test_the_step_says_what_the_end_of_its_record_means(
    step: dict[str, str], event_type: str, subject_id: str, is_about: bool, is_over: bool
):
    plan = planned(wait(match=YES), until_heard(path="nodes.wait.subject.expires_at", **step))
    assert may_be_over(plan)
    assert is_over_with(plan, heard(plan), event_type, subject_id, is_about=is_about) is is_over


def test_a_date_of_another_record_may_still_come():
    plan = planned(until_heard(path="trigger.engagement.starts_on"), task("wait"))
    assert not may_be_over(plan)
    trigger = {"subject_id": "prp_1", "engagement": {"starts_on": "2026-03-20"}}
    state, _ = advance(plan, begun(plan, trigger=trigger)[0], Started(trigger), MONDAY)
    assert not is_over_with(plan, state, "proposal.withdrawn", "prp_1", is_about=True)
