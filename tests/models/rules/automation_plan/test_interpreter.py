from datetime import UTC, date, datetime, time, timedelta

import pytest

from models.rules.automation_plan.interpreter import advance
from models.rules.automation_plan.moving import moved_to
from models.rules.automation_plan.records import from_json, happened_from_json, happened_to_json, preview, to_json
from models.seed.drawings import new_lead_drawing
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
    RetryAsked,
    Skipped,
    Started,
    TimerFired,
)
from models.types.automation_plan.states import RunStatus, StepStatus
from models.types.automations import Drawing
from models.types.errors import Conflict, Invalid, Refused
from models.types.working_time import WorkCalendar
from tests.builders.automations import MONDAY, TRIGGER, asked, compiled, node, only, planned, started, task, wait

DAY = timedelta(days=1)
BERLIN = WorkCalendar("Europe/Berlin", holidays=frozenset({date(2026, 4, 3), date(2026, 4, 6)}), quiet=(time(20), time(8)))
TIMEOUT_ERROR = "The provider did not answer."


def starts_on(value):
    return {**TRIGGER, "engagement": {**TRIGGER["engagement"], "starts_on": value}}


def until(**settings):
    return planned(
        node("hold", "wait_until", **{"at": {"path": "trigger.engagement.starts_on"}, **settings}),
        task("after"),
        task("late"),
        edges=[
            "trigger.ok>hold",
            "hold.ok>after",
            *(["hold.past>late"] if settings.get("past") == "branch" else ["after.ok>late"]),
        ],
    )


def test_the_new_lead_runs_to_its_reminder():
    plan = compiled(Drawing(new_lead_drawing()))
    state, commands = started(plan)
    mail = only(commands, PerformAction)
    assert (mail.action, mail.idempotency_suffix) == ("messages.send_mail", "mail:0")
    assert mail.input["to"] == "ada@example.com"
    assert mail.input["subject"] == "Thank you, Ada"
    for step, action in (("mail", "inbox.post"), ("post", "tasks.create")):
        state, commands = advance(plan, state, ActionDone(step, {"message_id": "m1"}), MONDAY)
        assert only(commands, PerformAction).action == action
    assert only(commands, PerformAction).input["due_in_working_days"] == 2
    state, commands = advance(plan, state, ActionDone("task", {"task_id": "tsk_1"}), MONDAY)
    awaited = only(commands, WaitForEvent)
    assert (awaited.event_type, awaited.until) == ("proposal.sent", MONDAY + 3 * DAY)
    assert awaited.match == {"op": "eq", "args": [{"path": "event.engagement_id"}, {"value": "eng_1"}]}
    assert state.status is RunStatus.WAITING
    state, commands = advance(plan, state, TimerFired(awaited.wait_id), MONDAY + 3 * DAY)
    assert only(commands, PerformAction).action == "members.notify"
    state, commands = advance(plan, state, ActionDone("remind"), MONDAY + 3 * DAY)
    assert only(commands, Finish) == Finish(RunStatus.SUCCEEDED)


def test_the_event_ends_the_wait_and_the_reminder_stays_away():
    plan = compiled(Drawing(new_lead_drawing()))
    state, commands = started(plan)
    for step in ("mail", "post", "task"):
        state, commands = advance(plan, state, ActionDone(step), MONDAY)
    wait_id = only(commands, WaitForEvent).wait_id
    other, nothing = advance(plan, state, EventArrived(wait_id, {"engagement_id": "eng_2"}), MONDAY)
    assert (other, nothing) == (state, ())
    state, commands = advance(plan, state, EventArrived(wait_id, {"engagement_id": "eng_1"}), MONDAY)
    assert asked(commands, CloseWait) == [CloseWait(wait_id)]
    assert (state.status, state.waits) == (RunStatus.SUCCEEDED, ())
    assert advance(plan, state, TimerFired(wait_id), MONDAY + 3 * DAY) == (state, ())


def test_an_event_right_after_the_wait_began_is_taken():
    plan = planned(wait(), task("after", {"path": "nodes.wait.id"}))
    state, commands = started(plan)
    state, commands = advance(
        plan, state, EventArrived(only(commands, WaitForEvent).wait_id, {"id": "pro_1", "engagement_id": "eng_1"}), MONDAY
    )
    assert only(commands, PerformAction).input == {"title": "pro_1"}


def test_retry_comes_before_the_error_branch():
    """n8n #9236: a connected error output switched the retries off."""
    plan = planned(
        task("risky", retry={"max_attempts": 3, "initial_seconds": 10, "backoff": 3, "max_interval_seconds": 20}),
        task("tell", {"path": "nodes.risky.error.message"}),
        edges=["trigger.ok>risky", "risky.error>tell"],
    )
    state, commands = started(plan)
    now, pauses = MONDAY, []
    for attempt in (1, 2):
        state, commands = advance(plan, state, ActionFailed("risky", TIMEOUT_ERROR, retryable=True, attempt=attempt), now)
        timer = only(commands, StartTimer)
        pauses.append((timer.at - now).total_seconds())
        assert advance(plan, state, ActionFailed("risky", TIMEOUT_ERROR, retryable=True, attempt=attempt), now) == (state, ())
        now = timer.at
        state, commands = advance(plan, state, TimerFired(timer.wait_id), now)
        again = only(commands, PerformAction)
        assert (again.attempt, again.idempotency_suffix) == (attempt + 1, "risky:0")
    assert pauses == [10, 20]
    state, commands = advance(plan, state, ActionFailed("risky", TIMEOUT_ERROR, retryable=True, attempt=3), now)
    assert only(commands, PerformAction).input == {"title": TIMEOUT_ERROR}


def test_a_failure_that_cannot_be_retried_takes_the_branch_at_once():
    plan = planned(task("risky"), task("tell"), edges=["trigger.ok>risky", "risky.error>tell"])
    state, _ = started(plan)
    _, commands = advance(plan, state, ActionFailed("risky", "No."), MONDAY)
    assert only(commands, PerformAction).node_path == "tell"


def test_every_attempt_sends_the_same_input():
    plan = planned(task("one", {"expr": {"op": "coalesce", "args": [{"path": "now"}]}}))
    state, commands = started(plan)
    first = only(commands, PerformAction)
    state, commands = advance(plan, state, ActionFailed("one", "?", retryable=True), MONDAY)
    later = only(commands, StartTimer).at + DAY
    _, commands = advance(plan, state, TimerFired(only(commands, StartTimer).wait_id), later)
    assert only(commands, PerformAction).input == first.input == {"title": MONDAY.isoformat()}


def test_the_provider_may_ask_for_a_longer_pause():
    plan = planned(task("one"))
    state, _ = started(plan)
    _, commands = advance(plan, state, ActionFailed("one", "429", retryable=True, retry_after_seconds=900), MONDAY)
    assert only(commands, StartTimer).at == MONDAY + timedelta(seconds=900)


def test_without_a_branch_a_failure_parks_and_waits_for_a_person():
    plan = planned(task("one"), task("two"))
    state, _ = started(plan)
    state, commands = advance(plan, state, ActionFailed("one", "No."), MONDAY)
    assert (only(commands, Park), state.status) == (Park("one", 0, "No."), RunStatus.PARKED)
    retried, commands = advance(plan, state, RetryAsked("one"), MONDAY + DAY)
    assert (only(commands, PerformAction).attempt, retried.status) == (1, RunStatus.RUNNING)
    _, commands = advance(plan, state, Skipped("one"), MONDAY + DAY)
    assert [step.status for step in asked(commands, RecordStep)] == [StepStatus.SKIPPED, StepStatus.RUNNING]
    assert only(commands, PerformAction).node_path == "two"


def test_a_late_success_counts_after_all():
    plan = planned(task("one"), task("two"))
    state, _ = started(plan)
    parked, _ = advance(plan, state, ActionFailed("one", "timed out"), MONDAY)
    pausing, _ = advance(plan, state, ActionFailed("one", "timed out", retryable=True), MONDAY)
    for before in (parked, pausing):
        after, commands = advance(plan, before, ActionDone("one"), MONDAY)
        assert only(commands, PerformAction).node_path == "two"
        assert (after.waits, after.status) == ((), RunStatus.RUNNING)


def test_a_failure_may_be_passed_over():
    plan = planned(task("one", on_error="continue"), task("two"))
    state, _ = started(plan)
    state, commands = advance(plan, state, ActionFailed("one", "No."), MONDAY)
    assert only(commands, PerformAction).node_path == "two"
    assert state.outputs["one"] == {"error": {"message": "No."}}


@pytest.mark.parametrize(
    "again", [Started(TRIGGER), ActionDone("first"), ActionFailed("first", "?"), Skipped("first"), TimerFired("first.0.1")]
)
def test_what_came_before_changes_nothing(again):
    plan = planned(task("first"), node("nap", "delay", amount=1, unit="days"))
    state, _ = started(plan)
    state, _ = advance(plan, state, ActionDone("first"), MONDAY)
    assert advance(plan, state, again, MONDAY) == (state, ())


def test_a_timer_that_fires_twice_moves_one_step():
    plan = planned(node("nap", "delay", amount=1, unit="hours"), node("nap2", "delay", amount=1, unit="hours"), task("end"))
    state, commands = started(plan)
    fired = TimerFired(only(commands, StartTimer).wait_id)
    state, _ = advance(plan, state, fired, MONDAY + DAY)
    assert advance(plan, state, fired, MONDAY + 9 * DAY) == (state, ())


def test_a_timer_that_fires_early_is_set_again():
    plan = planned(node("nap", "delay", amount=2, unit="days"), task("end"))
    state, commands = started(plan)
    timer = only(commands, StartTimer)
    after, commands = advance(plan, state, TimerFired(timer.wait_id), MONDAY + DAY)
    assert (after, commands) == (state, (timer,))


def test_missing_values_stop_a_message_to_a_client():
    plan = compiled(Drawing(new_lead_drawing()))
    nameless = {**TRIGGER, "workspace": {}}
    state, commands = started(plan, trigger=nameless)
    assert only(commands, Park).error == "A value is missing. body: nothing to show for “workspace’s name”"
    assert asked(commands, PerformAction) == []
    state, _ = advance(plan, state, FactsChanged(TRIGGER), MONDAY)
    _, commands = advance(plan, state, RetryAsked("mail"), MONDAY)
    assert only(commands, PerformAction).input["body"].endswith("Studio Nord")


def test_html_is_escaped():
    plan = compiled(Drawing(new_lead_drawing()))
    _, commands = started(plan, trigger={**TRIGGER, "contact": {"name": "<script>", "email": "a@b.c"}})
    assert "&lt;script&gt;" in only(commands, PerformAction).input["body"]


def test_the_first_case_that_holds_wins():
    def over(amount):
        return {"op": "gt", "args": [{"path": "trigger.engagement.budget"}, {"value": amount}]}

    plan = planned(
        node(
            "size",
            "condition",
            cases=[{"port": "big", "when": over(9000)}, {"port": "mid", "when": over(1000)}, {"port": "any", "when": over(0)}],
        ),
        *(task(name) for name in ("a", "b", "c", "d")),
        edges=["trigger.ok>size", "size.big>a", "size.mid>b", "size.any>c", "size.else>d"],
    )
    for budget, expected in ((9001, "a"), (5000, "b"), (10, "c"), (0, "d"), (None, "d")):
        _, commands = started(plan, trigger={"engagement": {"budget": budget}})
        assert only(commands, PerformAction).node_path == expected


@pytest.mark.parametrize(
    ("amount", "unit", "now", "expected"),
    [
        (90, "minutes", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 2, 0, tzinfo=UTC)),
        (1, "days", datetime(2026, 3, 28, 9, tzinfo=UTC), datetime(2026, 3, 29, 8, tzinfo=UTC)),
        (400, "days", datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2027, 4, 6, 9, tzinfo=UTC)),
        (2, "weeks", datetime(2026, 10, 20, 9, tzinfo=UTC), datetime(2026, 11, 3, 10, tzinfo=UTC)),
        (1, "business_days", datetime(2026, 4, 2, 9, tzinfo=UTC), datetime(2026, 4, 7, 9, tzinfo=UTC)),
        (2, "business_hours", datetime(2026, 4, 2, 14, tzinfo=UTC), datetime(2026, 4, 7, 8, tzinfo=UTC)),
    ],
    ids=["elapsed", "clock-change", "400-days", "autumn", "easter", "office-hours"],
)
def test_delays_keep_the_clock_on_the_wall(amount, unit, now, expected):
    plan = planned(node("nap", "delay", amount=amount, unit=unit), task("end"))
    state, commands = started(plan, now=now, calendar=BERLIN)
    timer = only(commands, StartTimer)
    assert timer.at == expected
    _, commands = advance(plan, from_json(to_json(state)), TimerFired(timer.wait_id), expected, BERLIN)
    assert only(commands, PerformAction).node_path == "end"


def test_no_delay_is_no_wait():
    _, commands = started(planned(node("nap", "delay", amount=0, unit="days"), task("end")))
    assert asked(commands, StartTimer) == []


def test_nine_on_the_next_business_day_across_the_clock_change():
    plan = planned(node("hold", "wait_until", offset={"amount": 1, "unit": "business_days"}, time="09:00"), task("end"))
    _, commands = started(plan, now=datetime(2026, 3, 27, 15, tzinfo=UTC), calendar=BERLIN)
    assert only(commands, StartTimer).at == datetime(2026, 3, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "expected"), [(6, datetime(2026, 3, 2, 8, tzinfo=UTC)), (12, datetime(2026, 3, 3, 8, tzinfo=UTC))]
)
def test_a_time_alone_means_the_next_one(hour, expected):
    plan = planned(node("hold", "wait_until", time="09:00"), task("end"))
    _, commands = started(plan, now=datetime(2026, 3, 2, hour, tzinfo=UTC), calendar=BERLIN)
    assert only(commands, StartTimer).at == expected


@pytest.mark.parametrize(
    ("settings", "starts", "expected"),
    [
        ({"time": "09:00"}, "2026-04-01", datetime(2026, 4, 1, 7, tzinfo=UTC)),
        ({"offset": {"amount": -3, "unit": "days"}, "time": "09:00"}, "2026-04-01", datetime(2026, 3, 29, 7, tzinfo=UTC)),
        ({"offset": {"amount": -1, "unit": "business_days"}, "time": "09:00"}, "2026-04-07", datetime(2026, 4, 2, 7, tzinfo=UTC)),
        ({"offset": {"amount": -90, "unit": "minutes"}}, "2026-04-01T12:00:00+00:00", datetime(2026, 4, 1, 10, 30, tzinfo=UTC)),
        ({"quiet_hours": True}, "2026-04-01T22:00:00+00:00", datetime(2026, 4, 2, 6, tzinfo=UTC)),
        ({"quiet_hours": {"from": "12:00", "to": "14:00"}}, "2026-04-01T11:00:00Z", datetime(2026, 4, 1, 12, tzinfo=UTC)),
        ({"working_hours": True, "quiet_hours": True}, "2026-04-02T22:00:00Z", datetime(2026, 4, 7, 7, tzinfo=UTC)),
        ({"time": "09:00", "zone": "America/New_York"}, "2026-04-01", datetime(2026, 4, 1, 13, tzinfo=UTC)),
        ({"time": "09:00", "zone": {"path": "trigger.contact.name"}}, "2026-04-01", datetime(2026, 4, 1, 7, tzinfo=UTC)),
    ],
    ids=["day", "before", "business", "minutes", "quiet", "own-quiet", "office", "zone", "no-zone"],
)
def test_waits_follow_a_date(settings, starts, expected):
    _, commands = started(until(**settings), trigger=starts_on(starts), calendar=BERLIN)
    assert only(commands, StartTimer).at == expected


def test_a_date_that_is_past_goes_on_or_branches_off():
    for settings, expected in (({}, "after"), ({"past": "branch"}, "late")):
        _, commands = started(until(**settings), trigger=starts_on("2026-01-01"), calendar=BERLIN)
        assert only(commands, PerformAction).node_path == expected


def test_what_is_past_still_keeps_the_quiet_hours():
    night = datetime(2026, 3, 2, 22, tzinfo=UTC)
    _, commands = started(until(quiet_hours=True), now=night, trigger=starts_on("2026-01-01"), calendar=BERLIN)
    assert only(commands, StartTimer).at == datetime(2026, 3, 3, 7, tzinfo=UTC)


@pytest.mark.parametrize("starts", [None, "", "soon", "9999-12-31", 20260401])
def test_a_date_that_is_missing_parks(starts):
    state, commands = started(until(), trigger=starts_on(starts))
    assert "date" in only(commands, Park).error
    assert state.status is RunStatus.PARKED


def test_a_date_beyond_the_limit_parks():
    _, commands = started(until(), trigger=starts_on("2031-01-01"))
    assert "1100 days" in only(commands, Park).error


def test_a_date_that_moves_takes_its_timer_along():
    plan = until(past="branch")
    state, commands = started(plan, trigger=starts_on("2026-04-01"))
    timer = only(commands, StartTimer)
    state, commands = advance(plan, state, FactsChanged(starts_on("2026-05-01")), MONDAY)
    moved = only(commands, StartTimer)
    assert (moved.wait_id, moved.at) == (timer.wait_id, datetime(2026, 5, 1, tzinfo=UTC))
    still, commands = advance(plan, state, TimerFired(timer.wait_id), timer.at)
    assert (still, only(commands, StartTimer).at) == (state, moved.at)
    unmoved, commands = advance(plan, state, FactsChanged(starts_on("2026-05-01")), MONDAY)
    assert (unmoved.waits, commands) == (state.waits, ())
    _, commands = advance(plan, state, FactsChanged(starts_on("2026-02-01")), MONDAY)
    assert only(commands, PerformAction).node_path == "late"
    assert asked(commands, CloseWait) == [CloseWait(timer.wait_id)]
    _, commands = advance(plan, state, FactsChanged(starts_on(None)), MONDAY)
    assert only(commands, Park).node_path == "hold"


def test_an_approval_takes_the_ways_it_has():
    ask = node(
        "ask",
        "approval",
        approvers={"value": ["role:owner", "member:mem_1"]},
        message={"text": "Send {{ trigger.engagement.title }}?"},
        timeout={"amount": 2, "unit": "days"},
    )
    plan = planned(
        ask,
        task("yes", {"path": "nodes.ask.by"}),
        task("no"),
        task("late"),
        edges=["trigger.ok>ask", "ask.approved>yes", "ask.rejected>no", "ask.timeout>late"],
    )
    state, commands = started(plan)
    question = only(commands, AskApproval)
    assert (question.approvers, question.message, question.until) == (
        ("role:owner", "member:mem_1"),
        "Send Site?",
        MONDAY + 2 * DAY,
    )
    for happened, expected in (
        (ApprovalGiven(question.wait_id, "approved", "mem_1"), "yes"),
        (ApprovalGiven(question.wait_id, "rejected", "mem_1", "too dear"), "no"),
        (TimerFired(question.wait_id), "late"),
    ):
        _, commands = advance(plan, state, happened, MONDAY + 2 * DAY)
        assert only(commands, PerformAction).node_path == expected
    with pytest.raises(Invalid):
        advance(plan, state, ApprovalGiven(question.wait_id, "perhaps", "mem_1"), MONDAY)
    for person in (ForcedNow(question.wait_id), Skipped("ask")):
        with pytest.raises(Refused):
            advance(plan, state, person, MONDAY)


def test_an_approval_without_an_end_waits_for_ever():
    plan = planned(
        node("ask", "approval", approvers={"value": "role:owner"}), task("yes"), edges=["trigger.ok>ask", "ask.approved>yes"]
    )
    state, commands = started(plan)
    assert only(commands, AskApproval).until is None
    assert advance(plan, state, TimerFired(state.waits[0].id), MONDAY + 4000 * DAY) == (state, ())


def test_nobody_to_ask_parks():
    plan = planned(node("ask", "approval", approvers={"path": "trigger.engagement.owner_id"}))
    _, commands = started(plan, trigger={"engagement": {}})
    assert "nobody" in only(commands, Park).error


def test_people_may_hurry_a_wait():
    plan = planned(
        node("nap", "delay", amount=9, unit="days"),
        wait(),
        task("end"),
        edges=["trigger.ok>nap", "nap.ok>wait", "wait.timeout>end"],
    )
    state, commands = started(plan)
    state, commands = advance(plan, state, ForcedNow(only(commands, StartTimer).wait_id), MONDAY)
    state, commands = advance(plan, state, ForcedNow(only(commands, WaitForEvent).wait_id), MONDAY)
    assert only(commands, PerformAction).node_path == "end"


def test_a_waiting_step_may_be_done_again_or_skipped_by_a_named_way():
    plan = planned(wait(), task("end"), edges=["trigger.ok>wait", "wait.timeout>end"])
    state, commands = started(plan)
    first = only(commands, WaitForEvent).wait_id
    again, commands = advance(plan, state, RetryAsked("wait"), MONDAY + DAY)
    assert (asked(commands, CloseWait), only(commands, WaitForEvent).until) == ([CloseWait(first)], MONDAY + 4 * DAY)
    assert only(commands, WaitForEvent).wait_id != first
    assert advance(plan, again, TimerFired(first), MONDAY + 9 * DAY) == (again, ())
    _, commands = advance(plan, state, Skipped("wait", port="timeout"), MONDAY)
    assert only(commands, PerformAction).node_path == "end"
    with pytest.raises(Invalid):
        advance(plan, state, Skipped("wait", port="sideways"), MONDAY)


def test_cancelling_closes_every_wait():
    plan = planned(wait(), task("end"))
    state, commands = started(plan)
    state, commands = advance(plan, state, Canceled("Client gone"), MONDAY)
    assert asked(commands, CloseWait) == [CloseWait("wait.0.1")]
    assert only(commands, Finish) == Finish(RunStatus.CANCELED, {"reason": "Client gone"})
    assert advance(plan, state, EventArrived("wait.0.1", {"engagement_id": "eng_1"}), MONDAY) == (state, ())


def test_stop_ends_the_run_with_its_word():
    plan = planned(node("halt", "stop", outcome="failure", output={"who": {"path": "trigger.contact.name"}}))
    state, commands = started(plan)
    assert only(commands, Finish) == Finish(RunStatus.FAILED, {"who": "Ada Byron"})
    assert state.output == {"who": "Ada Byron"}


def test_a_run_takes_so_many_steps_and_no_more():
    plan = planned(*(node(f"nap{n}", "delay", amount=0, unit="days") for n in range(5)), task("end"), limits={"max_steps": 5})
    state, commands = started(plan)
    assert only(commands, Park) == Park(
        "end", 0, "This run has taken 5 steps, which is its limit. Cancel it, or raise the limit."
    )
    assert state.status is RunStatus.PARKED
    long = planned(*(node(f"nap{n}", "delay", amount=0, unit="days") for n in range(290)))
    assert started(long)[0].status is RunStatus.SUCCEEDED


def test_a_run_keeps_to_its_plan():
    plan, other = planned(task("one")), planned(task("two"))
    state, _ = started(plan)
    with pytest.raises(Conflict):
        advance(other, state, ActionDone("one"), MONDAY)


def test_a_moved_run_has_waited_already():
    def nap(amount):
        return planned(node("nap", "delay", amount=amount, unit="days"), task("end"))

    old, now = nap(10), MONDAY + 4 * DAY
    state, commands = started(old)
    first = only(commands, StartTimer).wait_id
    shorter, commands = moved_to(old, nap(6), state, now)
    assert (only(commands, StartTimer).at, asked(commands, CloseWait)) == (MONDAY + 6 * DAY, [CloseWait(first)])
    assert shorter.plan_hash == nap(6).hash
    _, commands = moved_to(old, nap(2), state, now)
    assert only(commands, PerformAction).node_path == "end"
    same, commands = moved_to(old, planned(node("nap", "delay", amount=10, unit="days"), task("other")), state, now)
    assert (same.waits, commands) == (state.waits, ())


def test_a_run_moves_only_where_its_step_still_is():
    old = planned(node("here", "delay", amount=1, unit="days"), task("end"))
    state, _ = started(old)
    for new in (planned(task("end")), planned(task("here"))):
        with pytest.raises(Refused):
            moved_to(old, new, state, MONDAY)
    busy = planned(task("one"))
    with pytest.raises(Refused):
        moved_to(busy, planned(task("one"), task("two")), started(busy)[0], MONDAY)


@pytest.mark.parametrize(
    "happened",
    [
        Started(TRIGGER),
        ActionDone("a", {"x": 1}),
        ActionFailed("a", "?", True, 0, 2, 30),
        TimerFired("w"),
        EventArrived("w", {"a": 1}),
        Canceled(),
        Skipped("a", 0, "ok"),
        ApprovalGiven("w", "approved", "mem_1"),
    ],
    ids=lambda happened: type(happened).__name__,
)
def test_happenings_travel_as_json(happened):
    assert happened_from_json(happened_to_json(happened)) == happened


@pytest.mark.parametrize(
    "document", [{}, {"kind": "boom"}, {"kind": "timer_fired"}, {"kind": "timer_fired", "wait_id": "w", "x": 1}], ids=str
)
def test_what_cannot_happen_is_refused(document):
    with pytest.raises(Invalid):
        happened_from_json(document)


def test_previews_are_clipped():
    shown = preview({"text": "x" * 5000, "many": list(range(500)), "deep": {"a": {"b": {"c": {"d": 1}}}}})
    assert (len(shown["text"]), len(shown["many"]), shown["deep"]) == (300, 20, {"a": {"b": {"c": "…"}}})
