"""Starting one run, whatever it is that starts it: an event, a date, a schedule, another system, a person."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.commands.event_gates import keep_others_out
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.automation_quotas import room_for_runs
from models.queries.automation_runs import list_rivals, lock_run
from models.rules.automation_matching import key_at
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.types.automations import ConcurrencyPolicy, Json
from models.types.scope import Cause

REPLACED = "A newer run for the same record took its place."


@dataclass(frozen=True, slots=True)
class Origin:
    """What starts a run."""

    key: str
    """The event's id, or what stands for one: unique with the automation, so it starts one run."""
    record: Mapping[str, Json]
    """What the plan reads as `trigger`."""
    cause: Cause
    at: datetime
    dedupe: str = ""
    """Which other origins count as the same one; by itself what the automation's `dedupe` says."""
    engagement_id: str | None = None
    subject_kind: str = ""
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class Triggered:
    """A fact about a run, or its automation, that follows from an event and is recorded right after it."""

    event_type: str
    """`automation_run.requested`, `automation_run.woken`, `automation_run.canceled`, or `automation.switched_off`."""
    run_id: str
    """Of the run; of the automation when that is switched off."""
    engagement_id: str | None
    payload: dict[str, str]


@dataclass(frozen=True, slots=True)
class Started:
    """What came of an origin."""

    run: AutomationRun | None = None
    """The new run; None when the origin was known already or the policy left it out."""
    facts: tuple[Triggered, ...] = ()


def start_run(session: Session, automation: Automation, version: AutomationVersion, origin: Origin) -> Started:
    """Write a run for an origin, unless it has one, and heed what else runs about the same record.

    The facts are to be recorded in this transaction. Two transactions that start runs with one concurrency key come one after
    the other, so that the policy holds.
    """
    trigger = version.plan["trigger"]
    dedupe = origin.dedupe or key_at(trigger.get("dedupe"), origin.record) or origin.key
    concurrency = trigger.get("concurrency") or {}
    policy, key = concurrency.get("policy", ConcurrencyPolicy.PARALLEL), key_at(concurrency.get("key"), origin.record)
    if key and policy != ConcurrencyPolicy.PARALLEL:
        keep_others_out(session, concurrency_lock(automation.id, key))
    if find_run_of(session, automation.id, origin.key, dedupe) is not None:
        return Started()
    rivals = list_rivals(session, automation.id, key) if key and policy != ConcurrencyPolicy.PARALLEL else []
    if rivals and policy == ConcurrencyPolicy.SKIP:
        return Started()
    run = _new_run(automation, version, origin, dedupe, key)
    run.queued_for = "record" if rivals and policy == ConcurrencyPolicy.QUEUE else _held_back(session, origin)
    run.status, run.begun_at = ("queued", None) if run.queued_for else ("requested", origin.at)
    if not _added(session, run):
        return Started()
    given_up = (
        [give_up(session, rival, REPLACED, now=origin.at) for rival in rivals] if policy == ConcurrencyPolicy.REPLACE else []
    )
    begun = [requested(run)] if run.status == "requested" else []
    return Started(run, tuple([fact for fact in given_up if fact] + begun))


def concurrency_lock(automation_id: str, key: str) -> str:
    """What those hold alone who start or end runs of an automation about one record."""
    return f"{automation_id}:{key}"


def find_run_of(session: Session, automation_id: str, key: str, dedupe: str) -> AutomationRun | None:
    """The run that an origin has started already, or None."""
    same = (col(AutomationRun.event_id) == key) | (col(AutomationRun.dedupe_key) == dedupe)
    return session.exec(select(AutomationRun).where(AutomationRun.automation_id == automation_id, same)).first()


def requested(run: AutomationRun) -> Triggered:
    """The fact that starts a run's workflow."""
    return Triggered("automation_run.requested", run.id, run.engagement_id, {"automation_id": run.automation_id})


def give_up(session: Session, run: AutomationRun, reason: str, *, now: datetime) -> Triggered | None:
    """Let a run do nothing more from here on; the fact, or None when it is over already.

    A run that has begun is put in order by its workflow, which hears of it; one that has not is over at once.
    """
    run = lock_run(session, run.id)
    if run.finished_at is not None or run.status == "canceled":
        return None
    run.status, run.queued_for, run.error = "canceled", "", {"node": "", "message": reason}
    if not run.state:
        run.finished_at = now
    session.add(run)
    session.flush()
    return Triggered("automation_run.canceled", run.id, run.engagement_id, {})


def begin(session: Session, run: AutomationRun, *, now: datetime) -> Triggered:
    """Let a queued run begin; the fact to be recorded."""
    run.status, run.queued_for, run.begun_at = "requested", "", now
    session.add(run)
    session.flush()
    return requested(run)


def _held_back(session: Session, origin: Origin) -> str:
    return "" if room_for_runs(session, workspace_id_of(session), now=origin.at) else "quota"


def _new_run(automation: Automation, version: AutomationVersion, origin: Origin, dedupe: str, key: str) -> AutomationRun:
    cause = origin.cause
    chain = Cause(cause.event_id or origin.key, None, (*cause.automation_ids, automation.id), cause.depth + 1)
    return AutomationRun(
        id=new_id("run"),
        workspace_id=automation.workspace_id,
        automation_id=automation.id,
        automation_version=version.number,
        plan_hash=version.plan_hash,
        event_id=origin.key,
        dedupe_key=dedupe,
        concurrency_key=key,
        engagement_id=origin.engagement_id,
        subject_kind=origin.subject_kind,
        subject_id=origin.subject_id,
        contact_id=origin.record.get("contact_id"),
        trigger=dict(origin.record),
        cause=asdict(chain),
    )


def _added(session: Session, run: AutomationRun) -> bool:
    """Whether the run is new; another transaction may have written it meanwhile, then that one stands."""
    try:
        with session.begin_nested():
            session.add(run)
            session.flush()
    except IntegrityError:
        return False
    return True
