"""Starting one run, whatever it is that starts it: an event, a date, a schedule, another system, a person."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.commands.run_queues import Triggered, placed, policy_of, rivals_of_new, take_place
from models.ids import new_id
from models.rules.automation_matching import key_at
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.types.automations import ConcurrencyPolicy, Json
from models.types.scope import Cause


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
    policy, key = policy_of(trigger), key_at((trigger.get("concurrency") or {}).get("key"), origin.record)
    rivals = rivals_of_new(session, automation.id, key, policy)
    if find_run_of(session, automation.id, origin.key, dedupe) is not None:
        return Started()
    if rivals and policy == ConcurrencyPolicy.SKIP:
        return Started()
    run = _new_run(automation, version, origin, dedupe, key)
    take_place(session, run, policy, rivals, now=origin.at)
    if not _added(session, run):
        return Started()
    return Started(run, placed(session, run, policy, rivals, now=origin.at))


def find_run_of(session: Session, automation_id: str, key: str, dedupe: str) -> AutomationRun | None:
    """The run that an origin has started already, or None."""
    same = (col(AutomationRun.event_id) == key) | (col(AutomationRun.dedupe_key) == dedupe)
    return session.exec(select(AutomationRun).where(AutomationRun.automation_id == automation_id, same)).first()


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
