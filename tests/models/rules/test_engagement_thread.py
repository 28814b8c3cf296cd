"""Where an engagement stands, as a table of its moments."""

from dataclasses import replace

import pytest

from models.rules.engagement_thread import client_thread, step_of_wait, thread
from models.types.engagement_thread import BillingFacts, Mark, StepKey, StepState, WorkFacts
from tests.builders.engagement_facts import (
    CALL,
    FINISHED,
    ISSUED,
    NOON,
    PROPOSAL,
    billed,
    facts,
    finished,
    on_retainer,
    paid,
    sent,
    signed,
)

LETTERS = {
    StepState.DONE: "x",
    StepState.CURRENT: "O",
    StepState.OPEN: "o",
    StepState.COMING: ".",
    StepState.SKIPPED: "-",
}
AT = StepKey


def picture(known) -> str:
    """The line as eleven letters: x done, O current, o open besides, . coming, - passed over."""
    return "".join(LETTERS[step.state] for step in thread(known))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(facts(), "xO.........", id="a fresh enquiry"),
        pytest.param(facts(is_following_up=True), "xO.........", id="the thank-you is on its way"),
        pytest.param(facts(followed_up=Mark(NOON)), "xxO........", id="followed up, nothing drafted"),
        pytest.param(facts(waits_at=frozenset({AT.PROPOSAL})), "x-O........", id="no automation: the proposal is awaited"),
        pytest.param(facts(proposal=replace(PROPOSAL, status="draft")), "x-O........", id="drafted"),
        pytest.param(sent(), "xxxO.......", id="sent"),
        pytest.param(sent(is_following_up=True), "xxxO.......", id="a running automation does not hold the line back"),
        pytest.param(
            sent(followed_up=None, is_following_up=True, waits_at=frozenset({AT.FOLLOW_UP, AT.SIGNATURE})),
            "xoxO.......",
            id="nor does one that has not mailed yet",
        ),
        pytest.param(sent(proposal=replace(PROPOSAL, status="declined")), "xxO........", id="declined"),
        pytest.param(signed(waits_at=frozenset({AT.BOOKING, AT.PAYMENT})), "xxxxxOo....", id="to book, deposit open"),
        pytest.param(signed(booking=CALL, waits_at=frozenset({AT.WORK})), "xxxxxxO....", id="working"),
        pytest.param(signed(work=WorkFacts(open_tasks=2, done_tasks=4, seconds=60)), "xxxxx-Oo...", id="working, timed, no call"),
        pytest.param(finished(waits_at=frozenset({AT.INVOICE})), "xxxxxxxxO..", id="done, unbilled"),
        pytest.param(billed(), "xxxxxxxxxO.", id="billed"),
        pytest.param(billed(work=replace(FINISHED, seconds=0, last_time_at=None)), "xxxxxxx-xO.", id="fixed price: no time"),
        pytest.param(paid(), "xxxxxxxxxxO", id="paid"),
        pytest.param(on_retainer(), "xxxxxxxxxxO", id="retainer runs"),
        pytest.param(
            paid(billing=BillingFacts(issued=ISSUED, open_invoices=1, paid=Mark(NOON))),
            "xxxxxxxxxO.",
            id="a second invoice is open",
        ),
        pytest.param(paid(status="closed", closed_at=NOON), "xxxxxxxxxxx", id="closed"),
        pytest.param(sent(status="lost", closed_at=NOON), "xxx-------x", id="lost"),
        pytest.param(signed(archived_at=NOON), "xxxxx-----x", id="archived half-way"),
    ],
)
def test_the_line_shows_where_it_stands(known, expected):
    assert picture(known) == expected


@pytest.mark.parametrize("known", [facts(), sent(), signed(), finished(), billed(), paid(), on_retainer(), paid(status="closed")])
def test_there_are_eleven_steps_and_at_most_one_current(known):
    steps = thread(known)

    assert [step.key for step in steps] == list(StepKey)
    assert sum(step.state is StepState.CURRENT for step in steps) <= 1


def test_a_done_step_has_its_date_and_opens_what_it_left():
    steps = {step.key: step for step in thread(billed())}

    assert steps[AT.PROPOSAL].mark == Mark(NOON, "proposal", "pro_1")
    assert steps[AT.PAYMENT].mark == Mark(None, "invoice", "inv_1")


def test_an_engagement_opened_by_hand_says_so():
    assert thread(facts(has_enquiry=False))[0].label == "Opened"


def test_the_client_sees_neither_drafts_nor_inner_steps():
    steps = client_thread(thread(facts(is_following_up=True, proposal=replace(PROPOSAL, status="draft"))))

    assert [step.key for step in steps if step.state is StepState.CURRENT] == [AT.PROPOSAL]
    assert {AT.FOLLOW_UP, AT.TIME}.isdisjoint({step.key for step in steps})
    assert all(step.mark == Mark() for step in steps if step.state is not StepState.DONE)


@pytest.mark.parametrize(
    ("workflow_id", "own", "step"),
    [
        ("proposal/pro_1", "", AT.SIGNATURE),
        ("invoice/inv_1", "", AT.PAYMENT),
        ("engagement/eng_1", "work", AT.WORK),
        ("engagement/eng_1", "", None),
    ],
)
def test_a_wait_stands_at_the_step_of_its_workflow(workflow_id, own, step):
    assert step_of_wait(workflow_id, own) is step
