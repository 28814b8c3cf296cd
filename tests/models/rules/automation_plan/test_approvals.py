from datetime import timedelta

import pytest

from models.rules.automation_plan.interpreter import advance
from models.types.automation_plan.commands import AskApproval, PerformAction, RemindApprovers, StartTimer
from models.types.automation_plan.happenings import ApprovalDelegated, ApprovalGiven, TimerFired
from models.types.errors import Invalid
from tests.builders.automations import MONDAY, asked, node, only, planned, started, task

DAY = timedelta(days=1)
ADA, BEN, CID = "member:mem_1", "member:mem_2", "member:mem_3"


def days(amount):
    return {"amount": amount, "unit": "days"}


def asking(**settings):
    return planned(
        node("ask", "approval", approvers={"value": [ADA]}, message={"value": "May I?"}, **settings),
        task("yes"),
        task("late"),
        edges=["trigger.ok>ask", "ask.approved>yes", "ask.timeout>late"],
    )


def test_people_are_reminded_so_many_times_and_then_left_alone():
    plan = asking(remind={"every": days(2), "repeats": 2})
    state, commands = started(plan)
    question = only(commands, AskApproval)
    assert (question.until, question.newly) == (MONDAY + 2 * DAY, (ADA,))
    told = []
    for day in (2, 4):
        state, commands = advance(plan, state, TimerFired(question.wait_id), MONDAY + day * DAY)
        reminder = only(commands, RemindApprovers)
        told.append((reminder.approvers, reminder.message, reminder.number))
    assert told == [((ADA,), "May I?", 1), ((ADA,), "May I?", 2)]
    assert (state.waits[0].at, asked(commands, StartTimer)) == (None, [])
    assert advance(plan, state, TimerFired(question.wait_id), MONDAY + 9 * DAY) == (state, ())
    _, commands = advance(plan, state, ApprovalGiven(question.wait_id, "approved", "mem_1"), MONDAY + 400 * DAY)
    assert only(commands, PerformAction).input == {"title": "yes"}


def test_reminders_missed_while_nobody_looked_are_one():
    plan = asking(remind={"every": days(1), "repeats": 5})
    state, commands = started(plan)
    state, commands = advance(plan, state, TimerFired(state.waits[0].id), MONDAY + 3.5 * DAY)
    assert only(commands, RemindApprovers).number == 3
    assert only(commands, StartTimer).at == MONDAY + 4 * DAY
    again, commands = advance(plan, state, TimerFired(state.waits[0].id), MONDAY + 3.5 * DAY)
    assert (again, asked(commands, RemindApprovers)) == (state, [])


def test_others_are_asked_too_when_nobody_answers():
    plan = asking(escalate={"after": days(3), "to": {"value": [BEN, ADA]}}, remind={"every": days(2)}, timeout=days(7))
    state, commands = started(plan)
    wait_id = state.waits[0].id
    seen = []
    for _ in range(4):
        now = state.waits[0].at
        state, commands = advance(plan, state, TimerFired(wait_id), now)
        what = [type(one).__name__ for one in commands if isinstance(one, AskApproval | RemindApprovers | PerformAction)]
        seen.append(((now - MONDAY).days, what))
        if what == ["AskApproval"]:
            assert (only(commands, AskApproval).approvers, only(commands, AskApproval).newly) == ((ADA, BEN), (BEN,))
    assert seen == [(2, ["RemindApprovers"]), (3, ["AskApproval"]), (4, ["RemindApprovers"]), (6, ["RemindApprovers"])]
    state, commands = advance(plan, state, TimerFired(wait_id), MONDAY + 7 * DAY)
    assert only(commands, PerformAction).input == {"title": "late"}


def test_one_who_was_asked_may_let_others_decide():
    plan = asking()
    state, commands = started(plan)
    wait_id = state.waits[0].id
    handed = ApprovalDelegated(wait_id, ADA, (CID,))
    state, commands = advance(plan, state, handed, MONDAY)
    assert (only(commands, AskApproval).approvers, only(commands, AskApproval).newly) == ((CID,), (CID,))
    assert state.tokens[0].input["approvers"] == [CID]
    assert advance(plan, state, handed, MONDAY) == (state, ())
    with pytest.raises(Invalid):
        advance(plan, state, ApprovalDelegated(wait_id, CID, ()), MONDAY)
    state, commands = advance(plan, state, ApprovalGiven(wait_id, "approved", "mem_3"), MONDAY)
    assert advance(plan, state, ApprovalDelegated(wait_id, CID, (ADA,)), MONDAY) == (state, ())
