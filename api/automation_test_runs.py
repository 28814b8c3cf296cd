"""Trying a whole drawing with one record: a run like any other, in a transaction that is undone (decision 0011).

Nothing stays and nobody hears of it. What speaks to somebody outside is not done and its result made up, except what was
consented to by name: a request is made with no transaction open, and the drawing played again from its start with the answer;
mails go to the member who asks, once everything is undone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from api.actions import catalogue
from api.automation_failures import failed
from api.automation_step_tests import HTTP, mail_to_caller, own_address, trial_context
from api.automation_trials import Play, Trial
from api.deps import Call
from models.commands.automation_test_runs import write_test_run
from models.db import enter, scope_of
from models.queries.automations import get_automation
from models.tables.automations import AutomationRun
from models.types.automation_plan.happenings import ActionDone, Happened
from models.types.automation_test_runs import TestRunWish, WantedRequest
from models.types.automations import Json, Plan
from models.types.errors import DomainError

MOST_MAILS = 20
"""That one test sends to the member who asks."""

ShownT = TypeVar("ShownT")
Show = Callable[[AutomationRun], ShownT]
"""Told of the run in the open transaction, before all of it is undone."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is to be tried, and with what."""

    automation_id: str
    plan: Plan
    document: Mapping[str, Json]
    """The drawing that the plan was compiled from."""
    record: Mapping[str, Json]
    """What starts it."""
    wish: TestRunWish


@dataclass(frozen=True, slots=True)
class Tried(Generic[ShownT]):
    """What came of a test."""

    shown: ShownT
    play: Play
    mailed_to: str
    """Who got the mails; empty when nobody did."""
    troubles: list[str]
    """Why mails to the member who asks were not sent."""


def try_drawing(call: Call, attempt: Attempt, show: Show[ShownT]) -> Tried[ShownT]:
    """What a run did with the record before it was undone. The caller opens no transaction."""
    answers: dict[str, Happened] = {}
    while True:
        play = Play(call, attempt.wish, answers)
        with call.open(writes=True):
            shown = _played(call, attempt, play, show)
        if play.wanted is None:
            return Tried(shown, play, *_mailed(call, play))
        answers[play.wanted.key] = _requested(call, play.wanted)


def _played(call: Call, attempt: Attempt, play: Play, show: Show[ShownT]) -> ShownT:
    session, caller = call.session, scope_of(call.session)
    automation = get_automation(session, attempt.automation_id)
    savepoint = session.begin_nested()
    try:
        run = write_test_run(session, automation, attempt.plan, attempt.document, attempt.record, now=call.now)
        Trial(play, run).carry()
        return show(run)
    finally:
        savepoint.rollback()
        enter(session, caller)


def _requested(call: Call, wanted: WantedRequest) -> Happened:
    """Make a request, once: a test does not press a service that is busy."""
    with call.open(writes=False):
        context = trial_context(call, dict(wanted.trigger))
    try:
        return ActionDone(wanted.node_path, catalogue.perform(context, HTTP, dict(wanted.given)), wanted.iteration)
    except Exception as error:
        told = failed(wanted.node_path, wanted.iteration, wanted.attempt, error)
        return replace(told, retryable=False)


def _mailed(call: Call, play: Play) -> tuple[str, list[str]]:
    """Send the mails of a play to the member who asks, where that is wished; to whom, and what went wrong."""
    if not (play.wish.mails_me and play.mails):
        return "", []
    troubles = []
    with call.open(writes=True):
        address = own_address(call)
        for given in play.mails[:MOST_MAILS]:
            try:
                mail_to_caller(call, given)
            except DomainError as error:
                troubles.append(error.detail)
    return address, troubles
