"""Runs follow the records they are about, and those they heard of: dates move their timers, and an end may end them."""

from collections.abc import Iterator

from sqlmodel import Session

from models.commands.run_queues import Triggered, give_up
from models.db import scope_of
from models.queries.automation_records import trigger_record_of
from models.queries.automation_runs import list_runs_about
from models.queries.automations import get_version
from models.queries.followed_records import heard_records
from models.rules.automation_plan.facts import is_over_with
from models.rules.automation_plan.interpreter import initial_state
from models.rules.automation_plan.records import canonical_json, from_json, plan_from_json
from models.tables.automations import AutomationRun
from models.tables.events import Event
from models.types.automation_dates import ENDS

OVER = "What it was about is over."


def follow_facts(session: Session, event: Event) -> Iterator[Triggered]:
    """The facts about live runs that follow from an event about their record: given up with it, or told of its new dates."""
    for run in list_runs_about(session, event):
        is_its_own_doing = scope_of(session).cause.run_id == run.id
        if event.type in ENDS and not is_its_own_doing and _is_over_with(session, run, event):
            yield from give_up(session, run, OVER, now=event.created_at)
        elif run.next_wake_at is not None and _has_news(session, run):
            happened = canonical_json({"kind": "facts_changed", "trigger": {}})
            yield Triggered("automation_run.woken", run.id, run.engagement_id, {"wait_id": "", "happened": happened})


def _is_over_with(session: Session, run: AutomationRun, event: Event) -> bool:
    plan = plan_from_json(get_version(session, run.automation_id, run.automation_version).plan)
    state = from_json(run.state) if run.state else initial_state(plan)
    return is_over_with(plan, state, event.type, event.subject_id, is_about=event.subject_id == run.subject_id)


def _has_news(session: Session, run: AutomationRun) -> bool:
    """Whether the records that a run reads say something else now than when it last looked."""
    known = run.state.get("trigger") or run.trigger
    outputs = run.state.get("outputs", {})
    heard = heard_records(session, run)
    return trigger_record_of(session, run) != known or any(record != outputs.get(path) for path, record in heard.items())
