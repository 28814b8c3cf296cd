"""Which automations an event starts, and which waiting runs it wakes, decided inside the event's transaction."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from models.commands.event_gates import pass_gate
from models.commands.notifications import notify_responsible
from models.ids import new_id
from models.queries.automation_records import event_record
from models.queries.automation_runs import list_rivals, list_subscriptions_to
from models.queries.automations import list_published
from models.queries.event_causes import cause_of
from models.rules.automation_matching import MOST_PER_AUTOMATION, MOST_PER_RECORD, fits, key_at, wants, would_loop
from models.rules.automation_plan.records import canonical_json
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.tables.events import Event
from models.types.automations import ConcurrencyPolicy, Json
from models.types.scope import Cause


@dataclass(frozen=True, slots=True)
class Triggered:
    """A fact about a run that follows from an event and is recorded right after it."""

    event_type: str
    """`automation_run.requested`, `automation_run.woken` or `automation_run.canceled`."""
    run_id: str
    engagement_id: str | None
    payload: dict[str, str]


def match(session: Session, event: Event) -> list[Triggered]:
    """Write a run for every published automation that this event triggers; name the waiting runs that it wakes.

    An automation and an event make one run, however often this is called. An automation never follows from itself.
    """
    pass_gate(session, event.type)
    candidates = list_published(session, event.type)
    waiting = list_subscriptions_to(session, event)
    if not candidates and not waiting:
        return []
    record = event_record(session, event)
    found = [_woken(session, one.run_id, one.wait_id, event) for one in waiting if fits(one.match, record)]
    cause = cause_of(session, event)
    for automation, version in candidates:
        if not would_loop(automation.id, cause) and wants(version.plan["trigger"], record):
            found += _start(session, automation, version, event, record, cause)
    return found


def _woken(session: Session, run_id: str, wait_id: str, event: Event) -> Triggered:
    run = session.get_one(AutomationRun, run_id)
    # The run's workflow passes this on as it is; the API reads the event itself.
    happened = canonical_json({"kind": "event_arrived", "wait_id": wait_id, "event": {"event_id": event.id}})
    return Triggered("automation_run.woken", run_id, run.engagement_id, {"wait_id": wait_id, "happened": happened})


def _start(
    session: Session, automation: Automation, version: AutomationVersion, event: Event, record: dict[str, Json], cause: Cause
) -> list[Triggered]:
    trigger = version.plan["trigger"]
    dedupe = key_at(trigger.get("dedupe"), record) or event.id
    if _is_known(session, automation.id, event.id, dedupe) or _is_stopped(session, automation, event):
        return []
    concurrency = trigger.get("concurrency") or {}
    policy, key = concurrency.get("policy", ConcurrencyPolicy.PARALLEL), key_at(concurrency.get("key"), record)
    rivals = list_rivals(session, automation.id, key) if key and policy != ConcurrencyPolicy.PARALLEL else []
    if rivals and policy == ConcurrencyPolicy.SKIP:
        return []
    run = AutomationRun(
        id=new_id("run"),
        workspace_id=event.workspace_id,
        automation_id=automation.id,
        automation_version=version.number,
        plan_hash=version.plan_hash,
        event_id=event.id,
        dedupe_key=dedupe,
        concurrency_key=key,
        engagement_id=event.engagement_id,
        status="queued" if rivals and policy == ConcurrencyPolicy.QUEUE else "requested",
        trigger=record,
        cause=asdict(Cause(event.id, None, (*cause.automation_ids, automation.id), cause.depth + 1)),
    )
    if not _added(session, run):
        return []
    replaced = [_replaced(rival) for rival in rivals] if policy == ConcurrencyPolicy.REPLACE else []
    return [*replaced, *([requested(run)] if run.status == "requested" else [])]


def requested(run: AutomationRun) -> Triggered:
    """The fact that starts a run's workflow."""
    return Triggered("automation_run.requested", run.id, run.engagement_id, {"automation_id": run.automation_id})


def _replaced(run: AutomationRun) -> Triggered:
    """Give up an older run. Its workflow, when it has one, hears of it and puts the rest in order."""
    run.status = "canceled"
    return Triggered("automation_run.canceled", run.id, run.engagement_id, {})


def _is_known(session: Session, automation_id: str, event_id: str, dedupe: str) -> bool:
    same = (col(AutomationRun.event_id) == event_id) | (col(AutomationRun.dedupe_key) == dedupe)
    return session.exec(select(AutomationRun.id).where(AutomationRun.automation_id == automation_id, same)).first() is not None


def _added(session: Session, run: AutomationRun) -> bool:
    """Whether the run is new; another transaction may have written it meanwhile, then that one stands."""
    try:
        with session.begin_nested():
            session.add(run)
            session.flush()
    except IntegrityError:
        return False
    return True


def _is_stopped(session: Session, automation: Automation, event: Event) -> bool:
    """Whether the automation runs so often that it must be a loop or a flood; then it is switched off and somebody is told.

    Counted in the database's own time, so that a flood is seen across processes.
    """
    recent: Any = select(func.count()).where(
        AutomationRun.automation_id == automation.id, AutomationRun.created_at > event.created_at - timedelta(minutes=1)
    )
    about_this = recent.where(_same_record(event))
    if session.exec(about_this).one() < MOST_PER_RECORD and session.exec(recent).one() < MOST_PER_AUTOMATION:
        return False
    automation.status, automation.off_reason = "off", "It ran too often within a minute and was switched off."
    notify_responsible(
        session,
        None,
        f"“{automation.name}” ran too often within a minute and was switched off.",
        href=f"/automations/{automation.id}",
        key=f"automation:{automation.id}:off:{event.id}",
    )
    return True


def _same_record(event: Event) -> Any:
    if event.engagement_id:
        return col(AutomationRun.engagement_id) == event.engagement_id
    return col(AutomationRun.event_id).in_(select(Event.id).where(Event.subject_id == event.subject_id))
