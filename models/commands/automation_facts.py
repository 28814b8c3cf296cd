"""Runs follow the record they are about: its dates move their timers, and its end may end them."""

from collections.abc import Iterator

from sqlmodel import Session

from models.commands.run_queues import Triggered, give_up
from models.db import scope_of
from models.queries.automation_records import trigger_record_of
from models.queries.automation_runs import list_runs_about
from models.queries.automations import get_version
from models.rules.automation_matching import is_given_up_when_over
from models.rules.automation_plan.records import canonical_json
from models.tables.automations import AutomationRun
from models.tables.events import Event
from models.types.automation_dates import ENDS

OVER = "What it was about is over."


def follow_facts(session: Session, event: Event) -> Iterator[Triggered]:
    """The facts about live runs that follow from an event about their record: given up with it, or told of its new dates."""
    for run in list_runs_about(session, event):
        is_its_own_doing = scope_of(session).cause.run_id == run.id
        is_over = event.type in ENDS and event.subject_id == run.subject_id
        if is_over and not is_its_own_doing and _ends_with_its_record(session, run):
            yield from give_up(session, run, OVER, now=event.created_at)
        elif run.next_wake_at is not None and _has_news(session, run):
            happened = canonical_json({"kind": "facts_changed", "trigger": {}})
            yield Triggered("automation_run.woken", run.id, run.engagement_id, {"wait_id": "", "happened": happened})


def _ends_with_its_record(session: Session, run: AutomationRun) -> bool:
    return is_given_up_when_over(get_version(session, run.automation_id, run.automation_version).plan["trigger"])


def _has_news(session: Session, run: AutomationRun) -> bool:
    """Whether the records of the trigger read otherwise now than when the run last looked."""
    known = run.state.get("trigger") or run.trigger
    return trigger_record_of(session, run) != known
