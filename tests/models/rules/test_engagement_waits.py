"""What an engagement waits for next, moment by moment."""

from dataclasses import replace

import pytest

from models.rules.engagement_waits import next_wait
from models.types.engagement_thread import WorkFacts
from tests.builders.engagement_facts import CALL, NOON, PROPOSAL, billed, facts, finished, on_retainer, paid, sent, signed


@pytest.mark.parametrize(
    ("known", "whom", "what"),
    [
        pytest.param(facts(), "us", "a proposal for Ada", id="lead"),
        pytest.param(
            facts(proposal=replace(PROPOSAL, status="draft")), "us", "the proposal for Ada to be finished and sent", id="draft"
        ),
        pytest.param(
            facts(proposal=replace(PROPOSAL, status="declined")),
            "us",
            "a new proposal for Ada, the last one was declined",
            id="no",
        ),
        pytest.param(signed(), "client", "Ada to book the kickoff call", id="to book"),
        pytest.param(signed(booking=CALL), "us", "6 open tasks", id="working"),
        pytest.param(
            signed(booking=CALL, work=WorkFacts(open_tasks=1, open_client_tasks=1)),
            "client",
            "Ada to finish 1 task",
            id="their task",
        ),
        pytest.param(signed(work=WorkFacts(open_tasks=2, seconds=60)), "us", "2 open tasks", id="began without the call"),
        pytest.param(finished(), "us", "an invoice for 12:30 h of tracked time", id="unbilled"),
        pytest.param(finished(status="paused"), "us", "somebody to resume the engagement", id="paused"),
        pytest.param(paid(), "us", "the next piece of work, or the engagement to be closed", id="paid"),
        pytest.param(
            sent(proposal=replace(PROPOSAL, has_project_template=False)),
            "us",
            "a project for Ada",
            id="agreed without a template",
        ),
    ],
)
def test_it_waits_for(known, whom, what):
    wait = next_wait(known)

    assert wait is not None
    assert (wait.whom, wait.what) == (whom, what)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(sent(), id="the proposal waits by itself"),
        pytest.param(sent(proposal=PROPOSAL), id="the project is being made"),
        pytest.param(billed(), id="the invoice waits by itself"),
        pytest.param(on_retainer(), id="the retainer waits by itself"),
        pytest.param(facts(status="lost"), id="lost"),
        pytest.param(facts(archived_at=NOON), id="archived"),
    ],
)
def test_it_says_nothing_when_another_wait_does_or_it_is_over(known):
    assert next_wait(known) is None


def test_what_the_client_may_read_of_a_wait_on_us_names_no_inner_fact():
    assert next_wait(finished()).client_what == ""
    assert next_wait(facts()).client_what == "We are preparing your proposal"
