"""Plans, run states and happenings as JSON and back, and what a step row shows of a value."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from models.rules.secret_names import without_secrets
from models.types.automation_plan import happenings
from models.types.automation_plan.happenings import Happened
from models.types.automation_plan.states import RunState, RunStatus, Token, TokenStatus, Wait, WaitKind
from models.types.automations import Json, Plan
from models.types.errors import Invalid

PREVIEW_TEXT = 300
PREVIEW_ITEMS = 20
PREVIEW_DEPTH = 4

_HAPPENINGS: dict[str, Any] = {
    "started": happenings.Started,
    "action_done": happenings.ActionDone,
    "action_failed": happenings.ActionFailed,
    "timer_fired": happenings.TimerFired,
    "event_arrived": happenings.EventArrived,
    "approval_given": happenings.ApprovalGiven,
    "approval_delegated": happenings.ApprovalDelegated,
    "sub_started": happenings.SubStarted,
    "sub_finished": happenings.SubFinished,
    "canceled": happenings.Canceled,
    "skipped": happenings.Skipped,
    "retry_asked": happenings.RetryAsked,
    "input_given": happenings.InputGiven,
    "forced_now": happenings.ForcedNow,
    "facts_changed": happenings.FactsChanged,
}


def canonical_json(value: Json) -> str:
    """The one spelling of a JSON value: keys sorted, no spaces. Raises ValueError for NaN and infinities."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def plan_hash(schema: int, trigger: Json, limits: Json, root: Json) -> str:
    """`sha256:` and the digest of what a plan does; its name and version are no part of it."""
    content = canonical_json({"schema": schema, "trigger": trigger, "limits": limits, "root": root})
    return "sha256:" + sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def plan_to_json(plan: Plan) -> dict[str, Json]:
    """The plan as JSON, for its version's row."""
    return asdict(plan)


def plan_from_json(document: Mapping[str, Json]) -> Plan:
    """The plan back from its row. Raises Invalid when its hash does not fit its content."""
    plan = Plan(**document)
    if plan.hash != plan_hash(plan.schema, plan.trigger, plan.limits, plan.root):
        raise Invalid("This plan was changed after it was compiled; publish the automation again.")
    return plan


def to_json(state: RunState) -> dict[str, Json]:
    """The state as JSON: enums as their words, moments as ISO texts."""
    document = asdict(state)
    document["tokens"] = [_plain(token) for token in document["tokens"]]
    document["waits"] = [_plain(wait) for wait in document["waits"]]
    return _plain(document)


def from_json(document: Mapping[str, Json]) -> RunState:
    """The state back from JSON, equal to what was written."""
    rest = {name: document[name] for name in ("plan_hash", "trigger", "outputs", "steps", "waits_opened", "output")}
    return RunState(
        status=RunStatus(document["status"]),
        tokens=tuple(_token(token) for token in document["tokens"]),
        waits=tuple(_wait(wait) for wait in document["waits"]),
        heard=tuple(document.get("heard", ())),
        **rest,
    )


def happened_to_json(happened: Happened) -> dict[str, Json]:
    """A happening as JSON: its fields, and its `kind` in small letters such as `timer_fired`."""
    kind = next(name for name, shape in _HAPPENINGS.items() if isinstance(happened, shape))
    return {"kind": kind, **asdict(happened)}


def happened_from_json(document: Mapping[str, Json]) -> Happened:
    """The happening back from JSON. Raises Invalid when there is no such kind, or its fields do not fit."""
    shape = _HAPPENINGS.get(str(document.get("kind")))
    given = {name: value for name, value in document.items() if name != "kind"}
    if shape is None or not set(given) <= {field.name for field in fields(shape)}:
        raise Invalid("Nothing of this kind can happen to a run.", field="kind")
    given = {name: tuple(value) if name == "to" and isinstance(value, list) else value for name, value in given.items()}
    try:
        happened: Happened = shape(**given)
    except TypeError:
        raise Invalid(f"“{document['kind']}” lacks a field.", field="kind") from None
    return happened


def preview(value: Json, depth: int = 0) -> Json:
    """The same value, clipped for people: texts of 300 letters, 20 items, four levels, nothing under the name of a secret."""
    if isinstance(value, str):
        return value if len(value) <= PREVIEW_TEXT else value[: PREVIEW_TEXT - 1] + "…"
    if not isinstance(value, dict | list):
        return value
    if depth >= PREVIEW_DEPTH:
        return "…"
    if isinstance(value, list):
        return [preview(item, depth + 1) for item in value[:PREVIEW_ITEMS]]
    shown = without_secrets({str(name): item for name, item in list(value.items())[:PREVIEW_ITEMS]})
    return {name: preview(item, depth + 1) for name, item in shown.items()}


def _plain(document: dict[str, Json]) -> dict[str, Json]:
    return {name: _plain_value(value) for name, value in document.items()}


def _plain_value(value: Json) -> Json:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, RunStatus | TokenStatus | WaitKind) else value


def _token(document: Mapping[str, Json]) -> Token:
    since = document["since"]
    return Token(
        **{**document, "status": TokenStatus(document["status"]), "since": datetime.fromisoformat(since) if since else None}
    )


def _wait(document: Mapping[str, Json]) -> Wait:
    at = document["at"]
    return Wait(**{**document, "kind": WaitKind(document["kind"]), "at": datetime.fromisoformat(at) if at else None})
