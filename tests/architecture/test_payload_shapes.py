"""The fields of everything that crosses to Temporal are on disk in histories: they may be added to, never changed."""

import dataclasses
import json
from pathlib import Path

from models.types import automation_runs, calls, deliveries, events, waits, workflow_state

SHAPES = Path(__file__).parent / "payload_shapes.json"
CROSSING = (
    calls.SubjectInput,
    calls.Schedule,
    events.Happened,
    waits.Duty,
    waits.WaitInput,
    waits.CloseWaitInput,
    workflow_state.SubjectState,
    deliveries.ClaimedDelivery,
    automation_runs.AdvanceInput,
    automation_runs.EffectInput,
    automation_runs.RunPosition,
    automation_runs.RunTimer,
    automation_runs.RunEffect,
)


def shapes() -> dict[str, dict[str, str]]:
    return {one.__name__: {field.name: str(field.type) for field in dataclasses.fields(one)} for one in CROSSING}


def has_default(one: type, name: str) -> bool:
    field = next(field for field in dataclasses.fields(one) if field.name == name)
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def test_payloads_only_ever_gain_fields_with_defaults():
    """After adding a field with a default: `python -m tests.architecture.test_payload_shapes` writes the new shapes."""
    recorded = json.loads(SHAPES.read_text())
    now = shapes()
    for name, fields in recorded.items():
        kept = {field: now[name].get(field) for field in fields}
        assert kept == fields, f"{name} changed a field that histories carry"
    for one in CROSSING:
        added = set(now[one.__name__]) - set(recorded.get(one.__name__, now[one.__name__]))
        assert all(has_default(one, field) for field in added), f"{one.__name__} gained {added} without a default"


if __name__ == "__main__":
    SHAPES.write_text(json.dumps(shapes(), indent=2) + "\n")
