"""When waits end that count working days: `examples/working_days.json`, whose words the builder's tests read too."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from models.queries.holidays import list_holidays
from models.rules.automation_outline import outline
from models.rules.automation_simulation.simulations import simulate
from models.rules.automation_step_tests import step_outcome
from models.tables.workspaces import Workspace
from models.types.automation_simulations import Ground, Scenario
from models.types.working_time import QUIET_SPAN, WorkCalendar
from tests.builders.automations import CATALOGUE, EVENTS, TRIGGER, codes, drawing, node, planned, started, task

EXAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "examples" / "working_days.json").read_text())


def calendar_of(example: dict[str, Any]) -> WorkCalendar:
    since, ends = (datetime.fromisoformat(example[name]) for name in ("since", "ends"))
    free = list_holidays(
        Workspace(id="ws", name="", slug="", timezone=example["zone"], holidays_region=example["region"]),
        since.date(),
        ends.date(),
    )
    return WorkCalendar(zone=example["zone"], holidays=free, quiet=QUIET_SPAN)


@pytest.fixture(params=EXAMPLES, ids=lambda example: example["name"])
def example(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_a_run_waits_until_then(example: dict[str, Any]):
    plan = planned(node("wait", example["kind"], **example["settings"]), task("then"))
    since = datetime.fromisoformat(example["since"])
    state, _ = started(plan, now=since, calendar=calendar_of(example))
    (wait,) = state.waits
    assert wait.at == datetime.fromisoformat(example["ends"])


def test_a_simulation_waits_until_then(example: dict[str, Any]):
    plan = planned(node("wait", example["kind"], **example["settings"]), task("then"))
    since, ends = (datetime.fromisoformat(example[name]) for name in ("since", "ends"))
    ground = Ground(plan, CATALOGUE, EVENTS, calendar_of(example), Scenario(), lambda *_: None)
    entries = simulate(ground, TRIGGER, start=since, horizon=ends.replace(year=ends.year + 1)).entries
    assert [entry.at for entry in entries if entry.action == "tasks.create"] == [ends]


def test_the_test_of_a_step_says_the_same(example: dict[str, Any]):
    since, calendar = datetime.fromisoformat(example["since"]), calendar_of(example)
    told = step_outcome(example["kind"], example["settings"], {}, now=since, calendar=calendar, catalogue={})
    assert datetime.fromisoformat(told.given["at"]) == datetime.fromisoformat(example["ends"])


def test_the_outline_says_which_days_are_counted(example: dict[str, Any]):
    sketch = drawing(node("wait", example["kind"], **example["settings"]), task("then"))
    (step,) = [one for one in outline(sketch, catalogue=CATALOGUE, names={}) if one.node_id == "wait"]
    assert dict(step.details).get("Working days", "") == example["says"]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"working_days": []}, "working_days"),
        ({"working_days": ["monday"]}, "working_days"),
        ({"holidays": "sometimes"}, "holidays"),
        ({"holidays": True}, "holidays"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["delay", "wait_until"])
def test_what_is_no_calendar_is_told_before_publishing(kind: str, settings: dict[str, Any], field: str):
    usual = {"amount": 1, "unit": "days"} if kind == "delay" else {"time": "09:00"}
    assert codes(drawing(node("wait", kind, **usual, **settings))) == [("wait", field, "bad_value")]


def test_a_wait_that_says_nothing_keeps_the_plan_it_had():
    plain = planned(node("wait", "delay", amount=1, unit="business_days"), task("then"))
    worked = planned(node("wait", "delay", amount=1, unit="business_days", holidays="worked"), task("then"))
    assert set(plain.root["nodes"]["wait"]) == {"id", "kind", "ports", "next", "amount", "unit"}
    assert plain.hash != worked.hash
