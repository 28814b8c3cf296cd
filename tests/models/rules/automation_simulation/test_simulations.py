"""Plans on the virtual clock: who answers when, what fails, what calls what, and that every action can be described."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.actions.catalogue import schemas
from models.queries.automation_schemas import trigger_schemas
from models.rules.automation_simulation.consequences import days_until, filled, fitted, occurrence
from models.rules.automation_simulation.effects import described
from models.rules.automation_simulation.samples import sample_record, sample_value
from models.rules.automation_simulation.simulations import simulate
from models.rules.automations import compile_drawing
from models.rules.json_schemas import misfit
from models.rules.secret_names import HIDDEN
from models.types.automation_courses import Course, Stage
from models.types.automation_plan.states import RunState
from models.types.automation_simulations import DateMove, EntryKind, Ground, Scenario
from models.types.automations import Plan
from models.types.working_time import WorkCalendar
from tests.builders.automations import drawing as drawn
from tests.builders.automations import node, task, wait

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
ACTIONS, EVENTS = schemas(), trigger_schemas()
RECORD = sample_record(EVENTS["submission.accepted"], {}, now=NOW)


def ground(*nodes, scenario=None, **rest) -> Ground:
    plan = compile_drawing(drawn(*nodes, **rest), catalogue=ACTIONS, events=EVENTS, lookups={})
    assert isinstance(plan, Plan), plan
    return Ground(plan, ACTIONS, EVENTS, WorkCalendar("Europe/Berlin"), scenario or Scenario(), lambda *_: None)


def played(base: Ground, record=None, months=12):
    return simulate(base, record or RECORD, start=NOW, horizon=NOW + timedelta(days=31 * months)).entries


def kinds(entries):
    return [entry.kind.value for entry in entries]


def act(node_id, action, **given):
    return node(node_id, "action", action=action, input={name: {"value": value} for name, value in given.items()})


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action_gives_back_what_its_schema_promises(action: str):
    base = ground(task("one"))
    course = Course(base, 1, RunState(""), RECORD, Stage(NOW), NOW)
    given = sample_value(ACTIONS[action]["input"], name="input", now=NOW, serial=1, hints={})

    done = described(base, course, action, given)

    assert misfit(ACTIONS[action]["output"], dict(done.output)) is None
    assert done.title


def test_a_simulated_request_shows_no_secret_that_was_written_into_a_header():
    headers = {"parts": {"Authorization": {"value": "Bearer sk-live-1"}, "Accept": {"value": "text/plain"}}}
    given = {"url": {"value": "https://api.example.com"}, "headers": headers}
    entries = played(ground(node("ask", "action", action="http.request", input=given)))
    assert "sk-live-1" not in repr([(entry.title, entry.text, entry.details) for entry in entries])
    (shown,) = [dict(entry.details)["Headers"] for entry in entries if "Headers" in dict(entry.details)]
    assert set(shown.split(", ")) == {f"Authorization: {HIDDEN}", "Accept: text/plain"}


def test_an_invoice_is_drafted_issued_and_paid_with_one_amount():
    steps = (
        act("draft", "invoices.draft", description="Workshop", amount_minor=90_000),
        node("issue", "action", action="invoices.issue", input={"invoice_id": {"path": "nodes.draft.invoice_id"}}),
        node("paid", "wait_for_event", event="invoice.paid", match={"value": True}, timeout={"amount": 30, "unit": "days"}),
    )
    entries = played(replace(ground(*steps), tax_rate_mpct=19_000))

    assert kinds(entries) == ["start", "invoice", "invoice", "wait", "charge", "event", "end"]
    assert [entry.amount_minor for entry in entries if entry.amount_minor] == [107_100] * 3
    assert [sum(one.booked_minor for one in entries if one.kind is kind) for kind in (EntryKind.INVOICE, EntryKind.CHARGE)] == [
        107_100
    ] * 2
    assert (entries[4].at - NOW).days == 7


def test_a_client_who_says_no_is_heard_by_who_waits_for_it():
    no = node("no", "wait_for_event", event="proposal.declined", match={"value": True}, timeout={"amount": 9, "unit": "days"})

    declined = played(ground(no, task("sorry"), scenario=Scenario(client_declines=True)))
    accepted = played(ground(no, task("sorry")))

    assert (declined[-1].at - NOW).days == 2
    assert [entry.port for entry in accepted if entry.kind is EntryKind.WAIT] == ["timeout"]


def test_an_attempt_that_fails_is_retried_and_then_stuck():
    retry = {"max_attempts": 2, "initial_seconds": 60, "backoff": 1, "max_interval_seconds": 60}
    once = played(ground(task("one", retry=retry), scenario=Scenario(fails={"one": 1})))
    always = played(ground(task("one", retry=retry), scenario=Scenario(fails={"one": 9})))

    assert kinds(once) == ["start", "event", "wait", "task", "end"]
    assert kinds(always) == ["start", "event", "wait", "event", "stuck"]


def test_a_date_that_moves_takes_its_timer_along():
    until = node("until", "wait_until", at={"path": "trigger.submission.answers.starts_on"}, time="09:00")
    record = {**RECORD, "submission": {"id": "sub_1", "form_id": "frm_1", "answers": {"starts_on": "2027-03-27"}}}
    moved = Scenario(moves=(DateMove("submission.answers.starts_on", 5, 2),))

    still, later = played(ground(until, task("go")), record), played(ground(until, task("go"), scenario=moved), record)

    # The clocks are put forward on the 28th of March.
    assert [still[-1].at, later[-1].at] == [datetime(2027, 3, 27, 8, tzinfo=UTC), datetime(2027, 3, 29, 7, tzinfo=UTC)]
    assert "event" in kinds(later)


def test_the_wait_for_a_proposal_is_met_by_the_one_that_was_drafted():
    entries = played(ground(wait("wait", event="proposal.sent"), task("go"), scenario=Scenario(events={"proposal.sent": 1})))

    assert (entries[-1].at - NOW).days == 1


def test_what_a_condition_asks_for_is_filled_in():
    wanted = {"op": "all", "args": [{"op": "gt", "args": [{"path": "trigger.engagement.value_minor"}, {"value": 500_000}]}]}
    asked = {"op": "eq", "args": [{"path": "event.subject_id"}, {"value": "pro_7"}]}

    assert filled(wanted, RECORD)["engagement"]["value_minor"] == 500_001
    assert fitted(asked, occurrence("proposal.sent", NOW, RECORD, EVENTS)).record["subject_id"] == "pro_7"
    assert days_until("payment.failed", Scenario()) is None


def test_the_same_arguments_give_the_same_simulation():
    base = ground(task("one"), node("nap", "delay", amount=3, unit="weeks"), task("two"))

    assert played(base) == played(base)


HEAR = node("hear", "wait_for_event", event="booking.made", match={"value": True}, timeout={"amount": 60, "unit": "days"})


def before_the_call(**settings):
    at = {"path": "nodes.hear.subject.starts_at"}
    return node("day", "wait_until", at=at, offset={"amount": -1, "unit": "days"}, **settings)


def days_from_start(entries, kind):
    return [round((entry.at - NOW) / timedelta(days=1)) for entry in entries if entry.kind.value == kind]


def test_a_date_that_a_wait_heard_of_moves_its_timer():
    still = played(ground(HEAR, before_the_call(), task("remind"), scenario=Scenario(client_answers_after_days=2)))
    move = DateMove("nodes.hear.subject.starts_at", after_days=4, by_days=10)
    later = played(ground(HEAR, before_the_call(), task("remind"), scenario=Scenario(client_answers_after_days=2, moves=(move,))))

    assert [days_from_start(entries, "task") for entries in (still, later)] == [[8], [18]]


@pytest.mark.parametrize(
    ("trigger", "step", "kind", "status"),
    [
        ({}, {}, [], "canceled"),
        ({"on_gone": "keep"}, {}, ["task"], "succeeded"),
        ({"on_gone": "cancel"}, {}, [], "canceled"),
        ({}, {"on_gone": "cancel"}, [], "canceled"),
        ({"on_gone": "cancel"}, {"on_gone": "keep"}, ["task"], "succeeded"),
    ],
)
def test_a_call_that_is_canceled_ends_the_run_as_is_stated(trigger, step, kind, status):
    head = node("trigger", "trigger") | {"settings": {"kind": "event", "type": "submission.accepted", **trigger}}
    scenario = Scenario(client_answers_after_days=2, events={"booking.canceled": 3})
    entries = played(ground(head, HEAR, before_the_call(**step), task("remind"), scenario=scenario))

    assert [entry.kind.value for entry in entries if entry.kind.value == "task"] == kind
    assert (entries[-1].kind.value, entries[-1].outcome) == ("end", status)
    if status == "canceled":
        assert days_from_start(entries, "end") == [5]


def test_a_record_that_its_own_step_ends_does_not_end_the_run():
    head = node("trigger", "trigger") | {"settings": {"kind": "manual", "noun": "task", "on_gone": "cancel"}}
    done = node("done", "action", action="tasks.complete", input={"task_id": {"path": "trigger.subject_id"}})
    base = ground(head, done, node("rest", "delay", amount=1, unit="days"), task("next"))
    record = sample_record(trigger_schemas()["manual:task"], {}, now=NOW)

    assert [entry.outcome for entry in played(base, record) if entry.kind.value == "end"] == ["succeeded"]
