"""Who may begin: runs about one record heed each other, and all runs of a workspace its quota. Nothing else lets a run begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.commands.event_gates import keep_others_out
from models.db import workspace_id_of
from models.queries.automation_quotas import room_for_runs
from models.queries.automation_runs import list_rivals, lock_run
from models.queries.automations import get_automation, get_version
from models.tables.automations import AutomationRun
from models.types.automations import ConcurrencyPolicy, Json

REPLACED = "A newer run for the same record took its place."


@dataclass(frozen=True, slots=True)
class Triggered:
    """A fact about a run, or its automation, that follows from an event and is recorded right after it."""

    event_type: str
    """`automation_run.requested`, `automation_run.woken`, `automation_run.canceled`, or `automation.switched_off`."""
    run_id: str
    """Of the run; of the automation when that is switched off."""
    engagement_id: str | None
    payload: dict[str, str]


def policy_of(trigger: Mapping[str, Json]) -> ConcurrencyPolicy:
    """How the runs that a plan's trigger starts heed others about the same record."""
    return ConcurrencyPolicy((trigger.get("concurrency") or {}).get("policy", ConcurrencyPolicy.PARALLEL))


def rivals_of_new(session: Session, automation_id: str, key: str, policy: ConcurrencyPolicy) -> list[AutomationRun]:
    """The live runs that a new one with a concurrency key has to heed, oldest first.

    Until this transaction ends no other starts one with that key, so that the policy holds.
    """
    if not key or policy == ConcurrencyPolicy.PARALLEL:
        return []
    keep_others_out(session, _lock(automation_id, key))
    return list_rivals(session, automation_id, key)


def take_place(
    session: Session, run: AutomationRun, policy: ConcurrencyPolicy, rivals: Sequence[AutomationRun], *, now: datetime
) -> None:
    """Let a new run, not written yet, be one that begins at once, or that is queued for its record or for the quota."""
    run.queued_for = "record" if rivals and policy == ConcurrencyPolicy.QUEUE else _held_back(session, now)
    run.status, run.begun_at = ("queued", None) if run.queued_for else ("requested", now)


def placed(
    session: Session, run: AutomationRun, policy: ConcurrencyPolicy, rivals: Sequence[AutomationRun], *, now: datetime
) -> tuple[Triggered, ...]:
    """The facts that follow once a new run is written: those it replaces are given up, and it begins unless it is queued."""
    replaced = rivals if policy == ConcurrencyPolicy.REPLACE else ()
    given_up = [fact for rival in replaced for fact in give_up(session, rival, REPLACED, now=now)]
    return (*given_up, *([_requested(run)] if run.status == "requested" else []))


def give_up(session: Session, run: AutomationRun, reason: str, *, now: datetime) -> tuple[Triggered, ...]:
    """Let a run do nothing more from here on; the facts, none when it is over already.

    A run that has begun is put in order by its workflow, which hears of it; one that has not is over at once, and the next in
    its queue begins.
    """
    run = lock_run(session, run.id)
    if run.finished_at is not None or run.status == "canceled":
        return ()
    is_over = not has_begun(run)
    run.status, run.queued_for, run.error = "canceled", "", {"node": "", "message": reason}
    run.finished_at = now if is_over else None
    session.add(run)
    session.flush()
    told = Triggered("automation_run.canceled", run.id, run.engagement_id, {})
    return (told, *(next_in_queue(session, run, now=now) if is_over else ()))


def has_begun(run: AutomationRun) -> bool:
    """Whether a run has a position and a workflow that looks after it. One that is begun again has its position beforehand."""
    return bool(run.state) and run.status != "queued"


def next_in_queue(session: Session, run: AutomationRun, *, now: datetime) -> tuple[Triggered, ...]:
    """Let the oldest run that waits for this one, which is over, begin, unless another is before it; the facts to be recorded.

    While the workspace is at its quota that run waits for the quota instead. None begins of an automation that is off.
    """
    if not run.concurrency_key or get_automation(session, run.automation_id).status != "published":
        return ()
    if policy_of(get_version(session, run.automation_id, run.automation_version).plan["trigger"]) == ConcurrencyPolicy.QUEUE:
        # Who comes just now either sees that this run has ended, or is seen here.
        keep_others_out(session, _lock(run.automation_id, run.concurrency_key))
    rivals = [one for one in list_rivals(session, run.automation_id, run.concurrency_key) if one.id != run.id]
    if not rivals or any(one.queued_for != "record" for one in rivals):
        return ()
    following = rivals[0]
    following.queued_for = _held_back(session, now)
    session.add(following)
    return () if following.queued_for else (begin(session, following, now=now),)


def begin(session: Session, run: AutomationRun, *, now: datetime) -> Triggered:
    """Let a queued run begin for which there is room; the fact to be recorded."""
    run.status, run.queued_for, run.begun_at = "requested", "", now
    session.add(run)
    session.flush()
    return _requested(run)


def _requested(run: AutomationRun) -> Triggered:
    return Triggered("automation_run.requested", run.id, run.engagement_id, {"automation_id": run.automation_id})


def _lock(automation_id: str, key: str) -> str:
    """What those hold alone who start or end runs of an automation about one record."""
    return f"{automation_id}:{key}"


def _held_back(session: Session, now: datetime) -> str:
    return "" if room_for_runs(session, workspace_id_of(session), now=now) else "quota"
