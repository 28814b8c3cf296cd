"""The JSON Schema of every kind of node's settings. They are also what the builder's forms are made of.

`x-mapping` marks a field whose value comes from somewhere (`models/rules/mappings.py`) and holds the schema of that value;
`x-expression` marks a condition.
"""

from collections.abc import Mapping

from models.rules.automation_plan.moments import UNIT_DAYS
from models.types.automations import (
    MAX_DAYS,
    MAX_LOOP_STEPS,
    MAX_STEPS,
    ConcurrencyPolicy,
    Join,
    Json,
    NodeKind,
    OnError,
    SubMode,
    TriggerKind,
)
from models.types.working_time import WEEKDAYS

DEFAULT_RETRY = {"max_attempts": 5, "initial_seconds": 2, "backoff": 2, "max_interval_seconds": 600}
DEFAULT_TIMEOUT_SECONDS = 60
DEFAULT_ITEMS = 100
DEFAULT_REMINDERS = 3

_EXPRESSION = {"type": "object", "x-expression": True}
_UNIT = {"enum": list(UNIT_DAYS)}
_TIME = {"type": "string", "format": "time"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 64}


def _record(required: tuple[str, ...] = (), /, **fields: Json) -> dict[str, Json]:
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def _mapping(of: Json) -> dict[str, Json]:
    return {"type": "object", "x-mapping": of}


_DURATION = _record(("amount", "unit"), amount={"type": "integer", "minimum": 1, "maximum": 100_000_000}, unit=_UNIT)
_OFFSET = _record(
    ("amount", "unit"),
    amount={"type": "integer", "minimum": -100_000_000, "maximum": 100_000_000},
    unit={"enum": [unit for unit in UNIT_DAYS if unit != "business_hours"]},
)
_QUIET = {"anyOf": [{"type": "boolean"}, _record(("from", "to"), **{"from": _TIME, "to": _TIME})]}
_ZONE = {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 64}, _record(("path",), path={"type": "string"})]}
_TIMING = {
    "zone": _ZONE,
    "working_days": {"type": "array", "minItems": 1, "maxItems": 7, "items": {"enum": list(WEEKDAYS)}},
    "holidays": {"enum": ["free", "worked"]},
    "quiet_hours": _QUIET,
    "working_hours": {"type": "boolean"},
}
_RETRY = _record(
    max_attempts={"type": "integer", "minimum": 1, "maximum": 20},
    initial_seconds={"type": "integer", "minimum": 1, "maximum": 3600},
    backoff={"type": "number", "minimum": 1, "maximum": 10},
    max_interval_seconds={"type": "integer", "minimum": 1, "maximum": 86_400},
)
_REPEATS = {"type": "integer", "minimum": 1, "maximum": 50, "default": DEFAULT_REMINDERS}
_PEOPLE = {"type": ["array", "string"], "items": {"type": "string"}, "x-lookup": "approvers"}
_CONCURRENCY = _record(("key", "policy"), key={"type": "string"}, policy={"enum": list(ConcurrencyPolicy)})

SHAPES: Mapping[str, Mapping[str, Json]] = {
    NodeKind.TRIGGER: _record(
        ("kind",),
        kind={"enum": list(TriggerKind)},
        type={"type": "string", "maxLength": 100},
        noun={"type": "string", "maxLength": 40, "x-lookup": "nouns"},
        filter=_EXPRESSION,
        dedupe={"type": "string"},
        concurrency=_CONCURRENCY,
        offset=_OFFSET,
        time=_TIME,
        zone=_ZONE,
        cron={"type": "string", "maxLength": 100},
        past={"enum": ["skip", "start"]},
        on_gone={"enum": ["cancel", "keep"]},
    ),
    NodeKind.ACTION: _record(
        ("action",),
        action={"type": "string", "maxLength": 100},
        input={"type": "object"},
        retry=_RETRY,
        on_error={"enum": list(OnError)},
        timeout_seconds={"type": "integer", "minimum": 1, "maximum": 3600},
    ),
    NodeKind.CONDITION: _record(
        ("cases",),
        cases={
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": _record(("port", "when"), port=_NAME, when={"type": "object"}),
        },
    ),
    NodeKind.DELAY: _record(
        ("amount", "unit"), amount={"type": "integer", "minimum": 0, "maximum": 100_000_000}, unit=_UNIT, **_TIMING
    ),
    NodeKind.WAIT_UNTIL: _record(
        at=_mapping({"type": "string"}),
        offset=_OFFSET,
        time=_TIME,
        past={"enum": ["continue", "branch"]},
        on_gone={"enum": ["cancel", "keep"]},
        **_TIMING,
    ),
    NodeKind.WAIT_FOR_EVENT: _record(
        ("event", "match", "timeout"), event={"type": "string", "maxLength": 100}, match=_EXPRESSION, timeout=_DURATION
    ),
    NodeKind.APPROVAL: _record(
        ("approvers",),
        approvers=_mapping(_PEOPLE),
        message=_mapping({"type": "string"}),
        timeout=_DURATION,
        remind=_record(
            ("every",), every=_DURATION, repeats={"type": "integer", "minimum": 1, "maximum": 50, "default": DEFAULT_REMINDERS}
        ),
        escalate=_record(("after", "to"), after=_DURATION, to=_mapping(_PEOPLE)),
    ),
    NodeKind.PARALLEL: _record(
        ("branches",),
        branches={
            "type": "array",
            "minItems": 2,
            "maxItems": 10,
            "items": _record(("port",), port=_NAME, label={"type": "string", "maxLength": 120}),
        },
        join={"enum": list(Join), "default": Join.ALL},
    ),
    NodeKind.FOR_EACH: _record(
        ("items",),
        items=_mapping({"type": "array"}),
        limit={"type": "integer", "minimum": 1, "maximum": 1000, "default": DEFAULT_ITEMS},
        concurrency={"type": "integer", "minimum": 1, "maximum": 20, "default": 1},
    ),
    NodeKind.SUB_AUTOMATION: _record(
        ("automation_id",),
        automation_id={"type": "string", "minLength": 1, "maxLength": 64, "x-lookup": "automations"},
        input={"type": "object"},
        mode={"enum": list(SubMode), "default": SubMode.WAIT},
    ),
    NodeKind.STOP: _record(outcome={"enum": ["success", "failure"]}, output={"type": "object"}),
}

LIMITS = _record(
    max_steps={
        "type": "integer",
        "minimum": 1,
        "maximum": 50_000,
        "title": "Steps of one run, at most",
        "description": f"Every pass of a loop counts. Not set: {MAX_STEPS}, and {MAX_LOOP_STEPS} where there is a loop.",
    },
    max_days={
        "type": "integer",
        "minimum": 1,
        "maximum": 3650,
        "title": "Days of one wait, at most",
        "description": f"Not set: {MAX_DAYS}.",
    },
)
"""What holds for the whole of an automation. A run that comes to a limit waits for a person."""

TRIGGER_NEEDS: Mapping[str, tuple[str, ...]] = {
    TriggerKind.EVENT: ("type",),
    TriggerKind.DATE: ("type",),
    TriggerKind.SCHEDULE: ("cron",),
    TriggerKind.WEBHOOK: (),
    TriggerKind.MANUAL: ("noun",),
    TriggerKind.CALLED: (),
}
