"""Kind of edit × where a run stands: what moving it now does, in the root, in a branch and in a loop, and what comes next."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from models.rules.automation_moves import group_key, left_behind, move_preview, moved, standing, taken_up
from models.rules.automation_plan.interpreter import advance, initial_state
from models.types.automation_plan.commands import AskApproval, CloseWait, StartSub, StartTimer
from models.types.automation_plan.happenings import (
    ActionDone,
    ActionFailed,
    Canceled,
    Happened,
    SubFinished,
    TimerFired,
)
from models.types.automation_plan.states import RunState, RunStatus, StepStatus, TokenStatus, WaitKind
from models.types.automations import Plan
from models.types.errors import DomainError
from tests.builders.automations import HEAD, MONDAY, TRIGGER, node, planned, started, task, wait

DAY = timedelta(days=1)
BUSY, GONE, KIND, TRIGGERED = "refused: performed", "refused: gone", "refused: kind", "refused: trigger"
_REASONS = {"being performed": BUSY, "is not in": GONE, "of another kind": KIND, "started by something else": TRIGGERED}


def rest(node_id: str, days: int) -> dict[str, Any]:
    return node(node_id, "delay", amount=days, unit="days")


def budget(most: int) -> dict[str, Any]:
    below = {"op": "lt", "args": [{"path": "trigger.engagement.budget"}, {"value": most}]}
    return node("x", "condition", cases=[{"port": "yes", "when": below}])


def trigger(**settings: Any) -> dict[str, Any]:
    usual: Any = HEAD["settings"]
    return {**HEAD, "settings": {**usual, **settings}}


BEFORE, AFTER, OTHER = rest("before", 1), rest("after", 2), rest("other", 4)
NAP, MAIL = rest("x", 5), task("x", {"value": "old"})
LINE = [BEFORE, NAP, AFTER]
SENT = wait("x")
CONTACT_US = {"op": "eq", "args": [{"path": "trigger.form.name"}, {"value": "Contact us"}]}
WAYS = ["before.ok>x", "x.ok>after", "x.timeout>after"]
CROSSED = ["before.ok>x", "x.yes>other", "x.else>after"]
CREATED = wait("x", event="task.created", match={"value": True})
SOON = wait("x", timeout={"amount": 1, "unit": "days"})
FORK = ["before.ok>x", "x.yes>after", "x.else>other"]
PAST = ["before.ok>x", "x.ok>after", "x.past>other"]
ASKED_OTHER = ["before.ok>x", "x.approved>after", "x.timeout>other"]
ASKED = ["before.ok>x", "x.approved>after", "x.timeout>after"]
CALL = node("x", "sub_automation", automation_id="aut_2", input={"who": {"value": "Ada"}})


def approval(who: str = "mem_1", days: int = 5, **settings: Any) -> dict[str, Any]:
    due = {"amount": days, "unit": "days"}
    people = {"value": [f"member:{who}"]}
    return node("x", "approval", approvers=people, message={"value": "May we?"}, timeout=due, **settings)


def until(day: int, **settings: Any) -> dict[str, Any]:
    return node("x", "wait_until", at={"value": (MONDAY + day * DAY).isoformat()}, **settings)


# Name: the line of version 1, of version 2, and which old step another takes the place of. A line may end with its edges.
EDITS: dict[str, tuple[list[Any], list[Any], dict[str, str]]] = {
    "delay longer": (LINE, [BEFORE, rest("x", 9), AFTER], {}),
    "delay shorter": (LINE, [BEFORE, rest("x", 1), AFTER], {}),
    "wait removed": (LINE, [BEFORE, AFTER], {}),
    "wait removed, another named": (LINE, [BEFORE, AFTER], {"x": "after"}),
    "inserted before": (LINE, [BEFORE, task("extra"), NAP, AFTER], {}),
    "inserted after": (LINE, [BEFORE, NAP, task("extra"), AFTER], {}),
    "wait replaced by a longer one": (LINE, [BEFORE, rest("y", 9), AFTER], {"x": "y"}),
    "wait replaced by its like": (LINE, [BEFORE, rest("y", 5), AFTER], {"x": "y"}),
    "wait replaced by an action": (LINE, [BEFORE, task("y"), AFTER], {"x": "y"}),
    "kind changed": (LINE, [BEFORE, task("x"), AFTER], {}),
    "text changed": ([BEFORE, MAIL, AFTER], [BEFORE, task("x", {"value": "new"}), AFTER], {}),
    "action removed": ([BEFORE, MAIL, AFTER], [BEFORE, AFTER], {}),
    "inserted before an action": ([BEFORE, MAIL, AFTER], [BEFORE, task("extra"), MAIL, AFTER], {}),
    "inserted after an action": ([BEFORE, MAIL, AFTER], [BEFORE, MAIL, task("extra"), AFTER], {}),
    "action replaced": ([BEFORE, MAIL, AFTER], [BEFORE, task("y", {"value": "new"}), AFTER], {"x": "y"}),
    "event changed": (
        [BEFORE, SENT, AFTER, WAYS],
        [BEFORE, CREATED, AFTER, WAYS],
        {},
    ),
    "time-out shorter": (
        [BEFORE, SENT, AFTER, WAYS],
        [BEFORE, SOON, AFTER, WAYS],
        {},
    ),
    "branch re-wired": (
        [BEFORE, budget(9000), AFTER, OTHER, FORK],
        [BEFORE, budget(9000), AFTER, OTHER, CROSSED],
        {},
    ),
    "condition changed": ([BEFORE, budget(9000), AFTER, OTHER, FORK], [BEFORE, budget(100), AFTER, OTHER, FORK], {}),
    "approvers changed": ([BEFORE, approval(), AFTER, ASKED], [BEFORE, approval("mem_2"), AFTER, ASKED], {}),
    "approval due sooner": ([BEFORE, approval(), AFTER, ASKED], [BEFORE, approval(days=1), AFTER, ASKED], {}),
    "approval re-wired": ([BEFORE, approval(), AFTER, ASKED], [BEFORE, approval(), AFTER, OTHER, ASKED_OTHER], {}),
    "approval removed": ([BEFORE, approval(), AFTER, ASKED], [BEFORE, AFTER], {}),
    "input of the called changed": (
        [BEFORE, CALL, AFTER],
        [BEFORE, node("x", "sub_automation", automation_id="aut_2", input={"who": {"value": "Ben"}}), AFTER],
        {},
    ),
    "inserted after a call": ([BEFORE, CALL, AFTER], [BEFORE, CALL, task("extra"), AFTER], {}),
    "call removed": ([BEFORE, CALL, AFTER], [BEFORE, AFTER], {}),
    "call replaced": ([BEFORE, CALL, AFTER], [BEFORE, rest("y", 9), AFTER], {"x": "y"}),
    "date later": ([BEFORE, until(6), AFTER], [BEFORE, until(9), AFTER], {}),
    "date past": ([BEFORE, until(6), AFTER], [BEFORE, until(2), AFTER], {}),
    "date past, with a way out": (
        [BEFORE, until(6, past="branch"), AFTER, OTHER, PAST],
        [BEFORE, until(2, past="branch"), AFTER, OTHER, PAST],
        {},
    ),
    "offset changed": ([BEFORE, until(6), AFTER], [BEFORE, until(6, offset={"amount": -1, "unit": "days"}), AFTER], {}),
    "trigger changed": (LINE, [trigger(type="proposal.sent"), *LINE], {}),
    "trigger's filter changed": (LINE, [trigger(filter=CONTACT_US), *LINE], {}),
}


# Edit, where the run stands, on which day it is moved, what becomes of it: step, status and until which day; after `>` what
# follows when that wait is over. Before the edited step it waits until day 1; a run that cannot move says why.
OUTCOMES = [
    ("delay longer", "before", 0.5, "before waiting until 1 > x waiting until 10"),
    ("delay longer", "waiting", 4, "x waiting until 10 > after waiting until 12"),
    ("delay longer", "after", 7, "after waiting until 8 > end"),
    ("delay shorter", "before", 0.5, "before waiting until 1 > x waiting until 2"),
    ("delay shorter", "waiting", 4, "after waiting until 6 > end"),
    ("delay shorter", "after", 7, "after waiting until 8 > end"),
    ("wait removed", "before", 0.5, "before waiting until 1 > after waiting until 3"),
    ("wait removed", "waiting", 4, "refused: gone"),
    ("wait removed", "after", 7, "after waiting until 8 > end"),
    ("wait removed, another named", "before", 0.5, "before waiting until 1 > after waiting until 3"),
    ("wait removed, another named", "waiting", 4, "end"),
    ("wait removed, another named", "after", 7, "after waiting until 8 > end"),
    ("inserted before", "before", 0.5, "before waiting until 1 > extra performing “extra”"),
    ("inserted before", "waiting", 4, "x waiting until 6 > after waiting until 8"),
    ("inserted before", "after", 7, "after waiting until 8 > end"),
    ("inserted after", "before", 0.5, "before waiting until 1 > x waiting until 6"),
    ("inserted after", "waiting", 4, "x waiting until 6 > extra performing “extra”"),
    ("inserted after", "after", 7, "after waiting until 8 > end"),
    ("wait replaced by a longer one", "before", 0.5, "before waiting until 1 > y waiting until 10"),
    ("wait replaced by a longer one", "waiting", 4, "y waiting until 10 > after waiting until 12"),
    ("wait replaced by a longer one", "after", 7, "after waiting until 8 > end"),
    ("wait replaced by its like", "before", 0.5, "before waiting until 1 > y waiting until 6"),
    ("wait replaced by its like", "waiting", 4, "y waiting until 6 > after waiting until 8"),
    ("wait replaced by its like", "after", 7, "after waiting until 8 > end"),
    ("wait replaced by an action", "before", 0.5, "before waiting until 1 > y performing “y”"),
    ("wait replaced by an action", "waiting", 4, "y performing “y”"),
    ("wait replaced by an action", "after", 7, "after waiting until 8 > end"),
    ("kind changed", "before", 0.5, "before waiting until 1 > x performing “x”"),
    ("kind changed", "waiting", 4, "refused: kind"),
    ("kind changed", "after", 7, "after waiting until 8 > end"),
    ("text changed", "before", 0.5, "before waiting until 1 > x performing “new”"),
    ("text changed", "performing", 1.2, "refused: performed"),
    ("text changed", "retrying", 1.2, "x performing “new”"),
    ("text changed", "parked", 1.2, "x parked"),
    ("text changed", "after", 2, "after waiting until 3 > end"),
    ("action removed", "before", 0.5, "before waiting until 1 > after waiting until 3"),
    ("action removed", "performing", 1.2, "refused: performed"),
    ("action removed", "retrying", 1.2, "refused: gone"),
    ("action removed", "parked", 1.2, "refused: gone"),
    ("action removed", "after", 2, "after waiting until 3 > end"),
    ("inserted before an action", "before", 0.5, "before waiting until 1 > extra performing “extra”"),
    ("inserted before an action", "performing", 1.2, "refused: performed"),
    ("inserted before an action", "retrying", 1.2, "x retrying until 1 > x performing “old”"),
    ("inserted before an action", "parked", 1.2, "x parked"),
    ("inserted before an action", "after", 2, "after waiting until 3 > end"),
    ("inserted after an action", "before", 0.5, "before waiting until 1 > x performing “old”"),
    ("inserted after an action", "performing", 1.2, "refused: performed"),
    ("inserted after an action", "retrying", 1.2, "x retrying until 1 > x performing “old”"),
    ("inserted after an action", "parked", 1.2, "x parked"),
    ("inserted after an action", "after", 2, "after waiting until 3 > end"),
    ("action replaced", "before", 0.5, "before waiting until 1 > y performing “new”"),
    ("action replaced", "performing", 1.2, "refused: performed"),
    ("action replaced", "retrying", 1.2, "y performing “new”"),
    ("action replaced", "parked", 1.2, "y parked"),
    ("action replaced", "after", 2, "after waiting until 3 > end"),
    ("event changed", "before", 0.5, "before waiting until 1 > x waiting for task.created until 4"),
    ("event changed", "waiting", 3, "x waiting for task.created until 4 > after waiting until 6"),
    ("event changed", "after", 7, "after waiting until 8 > end"),
    ("time-out shorter", "before", 0.5, "before waiting until 1 > x waiting for proposal.sent until 2"),
    ("time-out shorter", "waiting", 3, "x waiting for proposal.sent until 2 > after waiting until 5"),
    ("time-out shorter", "after", 7, "after waiting until 8 > end"),
    ("branch re-wired", "before", 0.5, "before waiting until 1 > other waiting until 5"),
    ("branch re-wired", "after", 2, "after waiting until 3 > end"),
    ("condition changed", "before", 0.5, "before waiting until 1 > other waiting until 5"),
    ("condition changed", "after", 2, "after waiting until 3 > end"),
    ("approvers changed", "before", 0.5, "before waiting until 1 > x waiting for mem_2 until 6"),
    ("approvers changed", "waiting", 4, "x waiting for mem_2 until 6 > after waiting until 8"),
    ("approvers changed", "after", 7, "after waiting until 8 > end"),
    ("approval due sooner", "before", 0.5, "before waiting until 1 > x waiting for mem_1 until 2"),
    ("approval due sooner", "waiting", 4, "x waiting for mem_1 until 2 > after waiting until 6"),
    ("approval due sooner", "after", 7, "after waiting until 8 > end"),
    ("approval re-wired", "before", 0.5, "before waiting until 1 > x waiting for mem_1 until 6"),
    ("approval re-wired", "waiting", 4, "x waiting for mem_1 until 6 > other waiting until 10"),
    ("approval re-wired", "after", 7, "after waiting until 8 > end"),
    ("approval removed", "before", 0.5, "before waiting until 1 > after waiting until 3"),
    ("approval removed", "waiting", 4, "refused: gone"),
    ("approval removed", "after", 7, "after waiting until 8 > end"),
    ("input of the called changed", "before", 0.5, "before waiting until 1 > x waiting"),
    ("input of the called changed", "waiting", 4, "x waiting > after waiting until 6"),
    ("input of the called changed", "after", 7, "after waiting until 8 > end"),
    ("inserted after a call", "before", 0.5, "before waiting until 1 > x waiting"),
    ("inserted after a call", "waiting", 4, "x waiting > extra performing “extra”"),
    ("inserted after a call", "after", 7, "after waiting until 8 > end"),
    ("call removed", "before", 0.5, "before waiting until 1 > after waiting until 3"),
    ("call removed", "waiting", 4, "refused: gone"),
    ("call removed", "after", 7, "after waiting until 8 > end"),
    ("call replaced", "before", 0.5, "before waiting until 1 > y waiting until 10"),
    ("call replaced", "waiting", 4, "y waiting until 13 > after waiting until 15"),
    ("call replaced", "after", 7, "after waiting until 8 > end"),
    ("date later", "before", 0.5, "before waiting until 1 > x waiting until 9"),
    ("date later", "waiting", 4, "x waiting until 9 > after waiting until 11"),
    ("date later", "after", 7, "after waiting until 8 > end"),
    ("date past", "before", 0.5, "before waiting until 1 > x waiting until 2"),
    ("date past", "waiting", 4, "after waiting until 6 > end"),
    ("date past", "after", 7, "after waiting until 8 > end"),
    ("date past, with a way out", "before", 0.5, "before waiting until 1 > x waiting until 2"),
    ("date past, with a way out", "waiting", 4, "other waiting until 8 > end"),
    ("date past, with a way out", "after", 7, "after waiting until 8 > end"),
    ("offset changed", "before", 0.5, "before waiting until 1 > x waiting until 5"),
    ("offset changed", "waiting", 4, "x waiting until 5 > after waiting until 7"),
    ("offset changed", "after", 7, "after waiting until 8 > end"),
    ("trigger changed", "before", 0.5, "refused: trigger"),
    ("trigger changed", "waiting", 4, "refused: trigger"),
    ("trigger changed", "after", 7, "refused: trigger"),
    ("trigger's filter changed", "before", 0.5, "before waiting until 1 > x waiting until 6"),
    ("trigger's filter changed", "waiting", 4, "x waiting until 6 > after waiting until 8"),
    ("trigger's filter changed", "after", 7, "after waiting until 8 > end"),
]


def version(line: list[Any], around: str) -> Plan:
    """The plan of a line, by itself, in a branch beside a long wait, or in a loop over one person."""
    heads = [one for one in line if isinstance(one, dict) and one["kind"] == "trigger"] or [HEAD]
    steps = [one for one in line if isinstance(one, dict) and one["kind"] != "trigger"]
    ways = next((one for one in line if isinstance(one, list)), [])
    edges = ways or [f"{one['id']}.ok>{two['id']}" for one, two in pairwise(steps)]
    if around == "root":
        return planned(*heads, *steps, edges=["trigger.ok>before", *edges])
    if around == "branch":
        owner = node("par", "parallel", branches=[{"port": "a", "label": "A"}, {"port": "b", "label": "B"}], join="all")
        return planned(*heads, owner, *steps, rest("side", 30), edges=["trigger.ok>par", "par.a>before", "par.b>side", *edges])
    owner = node("each", "for_each", items={"value": [{"name": "Ada"}]}, limit=5, concurrency=1)
    return planned(*heads, owner, *steps, edges=["trigger.ok>each", "each.each>before", *edges])


def at(plan: Plan, position: str) -> RunState:
    """A run that stands there: before the edited step, on it in one of its states, or behind it."""
    state, _ = started(plan, trigger=TRIGGER)
    if position == "before":
        return state
    state = fired(plan, state, 1)
    if position == "waiting":
        return state
    token = next(one for one in state.tokens if one.node_path.endswith(("x", "after", "other")))
    path, iteration = token.node_path, token.iteration
    if token.status is not TokenStatus.PERFORMING:
        return fired(plan, state, 6) if path.endswith("x") else state
    happened: dict[str, Happened] = {
        "retrying": ActionFailed(path, "Busy.", retryable=True, iteration=iteration),
        "parked": ActionFailed(path, "Wrong.", iteration=iteration),
        "after": ActionDone(path, {"task_id": "t"}, iteration),
    }
    return advance(plan, state, happened[position], MONDAY + DAY)[0] if position in happened else state


def fired(plan: Plan, state: RunState, day: float) -> RunState:
    """The run after the wait in its line is over; the one beside it goes on."""
    own = next(one for one in state.waits if not one.node_path.endswith("side"))
    over = SubFinished(own.id, "succeeded") if own.kind is WaitKind.SUB else TimerFired(own.id)
    return advance(plan, state, over, MONDAY + day * DAY)[0]


def told(state: RunState) -> str:
    """Where the line of a run stands: step, status, and until which day or with which title."""
    words = []
    for token in state.tokens:
        if token.status is TokenStatus.HOLDING or token.node_path.endswith("side"):
            continue
        wait = next((one for one in state.waits if one.id == token.wait_id), None)
        until = f" until {round((wait.at - MONDAY) / DAY, 2):g}" if wait and wait.at else ""
        what = f" for {wait.what}" if wait and wait.match else ""
        if wait and wait.kind is WaitKind.APPROVAL:
            what = f" for {' and '.join(token.input['approvers'])}".replace("member:", "")
        title = f" “{token.input['title']}”" if token.status is TokenStatus.PERFORMING else ""
        words.append(f"{token.node_path.rpartition('/')[2]} {token.status.value}{what}{until}{title}")
    return " + ".join(words) or "end"


def outcome(old: Plan, new: Plan, state: RunState, mapping: dict[str, str], day: float) -> str:
    """What moving at that day does; after `>` what follows once the wait it then has is over."""
    try:
        after, _ = moved(old, new, state, mapping, MONDAY + day * DAY)
    except DomainError as error:
        return next((words for text, words in _REASONS.items() if text in error.detail), error.detail)
    own = [one.at for one in after.waits if not one.node_path.endswith("side")]
    if not own:
        return told(after)
    over = (own[0] - MONDAY) / DAY if own[0] else day
    return f"{told(after)} > {told(fired(new, after, max(day, over)))}"


@pytest.mark.parametrize("around", ["root", "branch", "loop"])
@pytest.mark.parametrize(("edit", "position", "day", "expected"), OUTCOMES, ids=[f"{row[0]}, {row[1]}" for row in OUTCOMES])
def test_moving_now(edit: str, position: str, day: float, expected: str, around: str):
    before, after, mapping = EDITS[edit]
    old, new = version(before, around), version(after, around)

    assert outcome(old, new, at(old, position), mapping, day) == expected


def test_the_table_has_every_edit_at_every_position_it_can_have():
    waits = ("delay", "wait_until", "wait_for_event", "approval", "sub_automation")
    on = {**{kind: {"waiting"} for kind in waits}, "action": {"performing", "retrying", "parked"}, "condition": set()}
    told_of = {(edit, position) for edit, position, _, _ in OUTCOMES}

    wanted = {(edit, position) for edit, (line, _, _) in EDITS.items() for position in {"before", "after", *on[line[1]["kind"]]}}

    assert told_of == wanted


@pytest.mark.parametrize("around", ["root", "branch", "loop"])
@pytest.mark.parametrize(
    ("edit", "begun"),
    [
        ("approvers changed", AskApproval),
        ("approval re-wired", None),
        ("input of the called changed", StartSub),
        ("inserted after a call", None),
        ("call replaced", StartTimer),
        ("date later", StartTimer),
    ],
)
def test_what_an_edited_step_waited_for_is_ended_once_and_begun_once(edit: str, begun: type | None, around: str):
    before, after, mapping = EDITS[edit]
    old, new = version(before, around), version(after, around)
    state = at(old, "waiting")
    (own,) = [one.id for one in state.waits if not one.node_path.endswith("side")]

    _, commands = moved(old, new, state, mapping, MONDAY + 4 * DAY)

    assert [one.wait_id for one in commands if isinstance(one, CloseWait)] == ([own] if begun else [])
    opened = [one for one in commands if isinstance(one, AskApproval | StartSub | StartTimer)]
    assert [type(one) for one in opened] == ([begun] if begun else [])


@pytest.mark.parametrize("around", ["root", "branch", "loop"])
@pytest.mark.parametrize("edit", EDITS)
def test_finishing_and_stopping_do_not_ask_what_was_edited(edit: str, around: str):
    before, after, _ = EDITS[edit]
    old, new = version(before, around), version(after, around)
    state = at(old, "before")

    move_preview(old, new, state, {}, MONDAY)
    stopped, _ = advance(old, state, Canceled("Stopped."), MONDAY)

    assert told(state) == "before waiting until 1"
    assert (stopped.status, stopped.waits) == (RunStatus.CANCELED, ())


@pytest.mark.parametrize("around", ["root", "branch", "loop"])
def test_a_run_that_moves_at_its_next_wait_is_moved_where_it_then_rests(around: str):
    old, new = version(LINE, around), version([BEFORE, rest("x", 9), AFTER], around)
    resting = fired(old, at(old, "before"), 1)

    assert told(resting) == "x waiting until 6"
    assert outcome(old, new, resting, {}, 1) == "x waiting until 10 > after waiting until 12"


def test_a_run_that_has_not_begun_begins_with_the_new_version():
    old, new = version(LINE, "root"), version([BEFORE, AFTER], "root")

    state, commands = moved(old, new, initial_state(old), {}, MONDAY)

    assert (state, commands) == (initial_state(new), ())
    preview = move_preview(old, new, initial_state(old), {}, MONDAY)
    assert [(step.node_path, step.doing) for step in (*preview.old, *preview.new)] == [("before", "start")] * 2


def test_runs_are_grouped_by_where_they_stand_whatever_item_they_are_at():
    old = version(LINE, "loop")
    assert standing(at(old, "before")) == "each/before"
    branch = version(LINE, "branch")
    assert group_key(3, at(branch, "waiting")) == "v3:par/side+par/x"
    assert group_key(3, None) == "v3:start"


def test_a_wait_that_goes_over_to_another_step_bears_its_name():
    old, new = version(LINE, "root"), version([BEFORE, rest("y", 5), AFTER], "root")

    before, mapping = at(old, "waiting"), {"x": "y"}
    state, _ = moved(old, new, before, mapping, MONDAY + 2 * DAY)

    (one,) = state.waits
    assert (one.id, state.tokens[0].wait_id) == ("y.0.2", "y.0.2")
    told_of = (*left_behind(before, mapping), *taken_up(before, state, mapping))
    assert [step.status for step in told_of] == [StepStatus.SKIPPED, StepStatus.WAITING]


def test_the_preview_names_both_ways_and_what_the_run_will_lack():
    old = version(LINE, "root")
    reads = task("extra", {"text": "{{ nodes.first.task_id }}"})
    new = planned(task("first"), BEFORE, NAP, reads, AFTER)

    preview = move_preview(old, new, at(old, "waiting"), {}, MONDAY + 2 * DAY)

    assert [(step.node_path, step.at, step.then) for step in preview.old] == [("x", MONDAY + 6 * DAY, "after")]
    assert [(step.node_path, step.at, step.then) for step in preview.new] == [("x", MONDAY + 6 * DAY, "extra")]
    assert preview.unread == ("first",)
    soon = version([BEFORE, rest("x", 1), task("mail"), AFTER], "root")
    shorter = move_preview(old, soon, at(old, "waiting"), {}, MONDAY + 4 * DAY)
    assert [(step.node_path, step.doing, step.at) for step in shorter.new] == [("mail", "performing", None)]
    gone = move_preview(old, version([BEFORE, AFTER], "root"), at(old, "waiting"), {}, MONDAY)
    assert (gone.can_move, gone.new) == (False, ())
