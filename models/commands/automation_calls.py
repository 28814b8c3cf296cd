"""Runs that other runs start: begun in the turn that asks for them, given up with the step that waits for them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from models.commands.automation_starts import Origin, find_run_of, start_run
from models.commands.events import record_facts
from models.commands.run_queues import give_up
from models.queries.automation_records import SHARED
from models.queries.automations import find_automation, get_version
from models.rules.automation_matching import NOT_PUBLISHED, call_refused, left_out
from models.tables.automations import AutomationRun
from models.types.automation_plan.commands import CloseWait, Command, StartSub
from models.types.automations import Json
from models.types.errors import Refused
from models.types.scope import Cause

GIVEN_UP = "The run that started it does not wait for it any more."


def start_called_run(
    session: Session, parent: AutomationRun, asked: StartSub, trigger: Mapping[str, Json], cause: Cause, *, now: datetime
) -> AutomationRun:
    """The run of another automation's published version that a step asks for, with its start on the way; twice is once.

    trigger: what the parent reads. cause: of what the parent writes; the child is one deeper.
    Raises Refused when there is no such automation that may be called, when it would run itself without end, or when its own
    concurrency policy leaves the run out.
    """
    automation = find_automation(session, asked.automation_id)
    if automation is None or automation.status != "published":
        raise Refused(NOT_PUBLISHED)
    version = get_version(session, automation.id, automation.published_version)
    refused = call_refused(automation.id, automation.name, version.plan["trigger"], cause)
    if refused:
        raise Refused(refused)
    key = f"call:{parent.id}:{asked.wait_id}"
    origin = Origin(
        key=key,
        record={"input": dict(asked.input), **{name: trigger[name] for name in SHARED if name in trigger}},
        cause=cause,
        at=now,
        dedupe=key,
        engagement_id=parent.engagement_id,
        subject_kind=parent.subject_kind,
        subject_id=parent.subject_id,
    )
    started = start_run(session, automation, version, origin)
    run = started.run or find_run_of(session, automation.id, key, key)
    if run is None:
        raise Refused(left_out(automation.name))
    run.parent_run_id, run.parent_wait_id = parent.id, "" if asked.is_detached else asked.wait_id
    session.add(run)
    session.flush()
    record_facts(session, started.facts)
    return run


def give_up_called_runs(session: Session, parent: AutomationRun, commands: Iterable[Command], *, now: datetime) -> None:
    """Give up the runs that a run started and whose end it does not wait for any more, as the commands say."""
    closed = [command.wait_id for command in commands if isinstance(command, CloseWait)]
    if not closed:
        return
    concerned = col(AutomationRun.parent_wait_id).in_(closed), col(AutomationRun.finished_at).is_(None)
    children = session.exec(select(AutomationRun).where(AutomationRun.parent_run_id == parent.id, *concerned))
    record_facts(session, [fact for child in children.all() for fact in give_up(session, child, GIVEN_UP, now=now)])
