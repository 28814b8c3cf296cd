"""The doors through which other systems start automations: their addresses, secrets and samples, and the runs they start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Session

from models.commands.automation_starts import Origin, find_run_of, start_run
from models.commands.events import record, record_facts
from models.db import workspace_id_of
from models.ids import derived_token, digest, new_id
from models.queries.automation_hooks import find_hook
from models.queries.automation_records import workspace_part
from models.queries.automations import find_published_version
from models.rules.automation_matching import key_at, wants
from models.rules.automation_plan.records import canonical_json
from models.tables.automation_hooks import AutomationHook
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.types.automations import Json, TriggerKind
from models.types.errors import Invalid, Refused
from models.types.hooks import HookOutcome, HookProof
from models.types.scope import Cause

_NAMED = "hook:id:"
CAPTURE_LASTS = timedelta(minutes=10)
_SAME_CALL_TIME = timedelta(seconds=10)
"""How exactly the time of the last call is kept: writing it for each of many calls would make them wait for each other."""


@dataclass(frozen=True, slots=True)
class HookCall:
    """A genuine call of another system."""

    record: Mapping[str, Json]
    """`{"body", "headers", "query"}`."""
    proof: str
    """The signature; empty where none was asked for."""
    event_id: str
    """What the caller calls it, so that it can be sent again; empty when it does not."""


def open_hook(session: Session, automation: Automation, secret_key: str) -> AutomationHook:
    """The hook of an automation, made at the first call."""
    hook = find_hook(session, automation.id)
    if hook is None:
        hook = AutomationHook(
            id=new_id("hok"), workspace_id=workspace_id_of(session), automation_id=automation.id, token_digest=""
        )
        hook.token_digest = digest(hook_token(hook, secret_key))
        session.add(hook)
        session.flush()
        record(session, "automation.changed", automation.id)
    return hook


def hook_token(hook: AutomationHook, secret_key: str) -> str:
    """The last part of a hook's address; the same for ever."""
    return derived_token(secret_key, f"hook:{hook.id}")


def hook_secret(hook: AutomationHook, secret_key: str) -> str:
    """What a caller signs with, or sends."""
    return derived_token(secret_key, f"hook-secret:{hook.id}:{hook.generation}")


def renew_secret(session: Session, hook: AutomationHook) -> None:
    """Give a hook another secret; the old one counts no more."""
    hook.generation += 1
    session.add(hook)
    record(session, "automation.changed", hook.automation_id)


def set_proof(session: Session, hook: AutomationHook, proof: HookProof) -> None:
    """Say how callers prove to be genuine."""
    hook.proof = proof
    session.add(hook)
    record(session, "automation.changed", hook.automation_id)


def await_sample(session: Session, hook: AutomationHook, *, now: datetime) -> None:
    """Take the next genuine call as a sample instead of starting a run."""
    hook.capture_until = now + CAPTURE_LASTS
    session.add(hook)


def take_call(
    session: Session, hook: AutomationHook, automation: Automation, call: HookCall, *, now: datetime
) -> tuple[HookOutcome, AutomationRun | None]:
    """What a genuine call comes to: a run, the run it had before, a sample, or nothing by the automation's own word.

    Raises Refused when the automation is off or the very same call came before, Invalid when its id was used for another one.
    """
    if hook.last_called_at is None or now - hook.last_called_at >= _SAME_CALL_TIME:
        hook.last_called_at = now
    session.add(hook)
    if hook.capture_until is not None and now < hook.capture_until:
        hook.sample, hook.sampled_at, hook.capture_until = dict(call.record), now, None
        return HookOutcome.CAPTURED, None
    version = find_published_version(session, automation)
    if version is None or version.plan["trigger"]["kind"] != TriggerKind.WEBHOOK:
        raise Refused("This automation is off, or something else starts it. Publish it and send this again.")
    if hook.sample is None:
        hook.sample, hook.sampled_at = dict(call.record), now
    origin = _origin(session, call, version, now)
    known = _known(session, automation.id, origin, call)
    if known is not None:
        return HookOutcome.DUPLICATE, known
    if not wants(version.plan["trigger"], origin.record):
        return HookOutcome.FILTERED, None
    return _started(session, automation, version, origin)


def _started(
    session: Session, automation: Automation, version: AutomationVersion, origin: Origin
) -> tuple[HookOutcome, AutomationRun | None]:
    started = start_run(session, automation, version, origin)
    record_facts(session, started.facts)
    if started.run is None:
        same = find_run_of(session, automation.id, origin.key, origin.dedupe)
        return (HookOutcome.DUPLICATE, same) if same is not None else (HookOutcome.SKIPPED, None)
    return HookOutcome.QUEUED if started.run.status == "queued" else HookOutcome.STARTED, started.run


def _origin(session: Session, call: HookCall, version: AutomationVersion, now: datetime) -> Origin:
    key = f"hook:{sha256(call.proof.encode()).hexdigest()[:40]}" if call.proof else f"hook:{new_id('hkc')}"
    workspace = workspace_part(session)
    whole = {"event_id": key, "type": "webhook", "at": now.isoformat(), "workspace": workspace, **call.record}
    chosen = version.plan["trigger"].get("dedupe")
    # What the author chose comes before what the caller calls it; the usual choice is no choice.
    named = key_at(chosen, whole) if chosen != "trigger.event_id" else ""
    dedupe = named or (f"{_NAMED}{call.event_id}" if call.event_id else key)
    return Origin(key=key, record=whole, cause=Cause(), at=now, dedupe=dedupe)


def _known(session: Session, automation_id: str, origin: Origin, call: HookCall) -> AutomationRun | None:
    """The run that the same call has started already. A signature that was used counts again only for the very same call."""
    by_proof = find_run_of(session, automation_id, origin.key, origin.key) if call.proof else None
    if by_proof is not None and (not call.event_id or by_proof.dedupe_key != origin.dedupe):
        raise Refused("This signature was used before. Sign each call anew, or give it an Idempotency-Key to send it again.")
    by_name = find_run_of(session, automation_id, origin.dedupe, origin.dedupe) if origin.dedupe != origin.key else None
    if (
        by_name is not None
        and origin.dedupe.startswith(_NAMED)
        and canonical_json(by_name.trigger.get("body")) != canonical_json(call.record["body"])
    ):
        raise Invalid("This Idempotency-Key was used for another body.", field="Idempotency-Key")
    return by_name
