"""What is true of every action there is: it does its work once and tells what it causes.

The actions come from the catalogue: one without a case in tests/builders/actions.py fails here.
"""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from api.actions.action import Action
from api.actions.catalogue import ACTIONS, GROUPS
from api.web import assets
from models.db import Database
from models.settings import Settings
from models.tables.automations import AutomationRun, StepRun
from models.tables.events import Event
from models.types.events import CATALOGUE
from tests.api.test_automation_runs import STARTED
from tests.builders.actions import CASES
from tests.builders.runs import make_automation, submit
from tests.builders.workspaces import Studio

BOOKS_OF_THE_RUN = {"automation_runs", "step_runs", "idempotency_keys", "waits", "event_deliveries"}
EVERY = pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The service that is called stands on loopback, so the operator opens that."""
    settings.egress_allow = ["127.0.0.1/32"]
    return settings


@EVERY
def test_its_icon_is_there(action: Action):
    assert "<svg" in assets.icon(action.icon), "the icon is drawn from the pages' assets: `make assets` builds them"


@EVERY
def test_it_says_what_it_is(action: Action):
    schema = action.schema()
    noun, _, verb = action.name.partition(".")
    assert noun
    assert verb
    assert action.title[0].isupper()
    assert action.docs.endswith(".")
    assert action.__doc__
    assert action.needs
    assert all(scope.endswith((":read", ":write")) for scope in action.needs)
    assert GROUPS[action.name]
    assert set(action.emits) <= set(CATALOGUE)
    assert all(field.get("title") for field in schema["input"]["properties"].values())
    action.Input.model_validate(action.example)


def test_names_and_titles_are_unique():
    titles = [action.title for action in ACTIONS.values()]
    assert len(set(titles)) == len(titles) == len(CASES)


@EVERY
def test_twice_is_once(action: Action, database: Database, studio: Studio, worker: TestClient):
    run_id = started(database, studio, action.name)
    position = advance(worker, run_id)
    if action.kind == "slow":
        before_effect = standing(database, studio, run_id)
        perform_effects(worker, run_id, position)
        after = contents(database)
        # What a crash leaves between the effect and the note that it is done: the run still waits for it.
        put_back(database, studio, run_id, before_effect)
        perform_effects(worker, run_id, position)
    else:
        after = contents(database)
        advance(worker, run_id)
    step = step_of(database, studio, run_id)
    assert step.status == "done", step.error
    ours = {name: rows for name, rows in contents(database).items() if name not in BOOKS_OF_THE_RUN | {"events"}}
    assert ours == {name: after[name] for name in ours}
    acts = [event for event in facts(database, studio, run_id) if not event.startswith("automation_run.")]
    assert len(acts) == len([name for name in acts if name in action.emits]), f"{action.name} caused {acts}"


@EVERY
def test_it_causes_what_it_says(action: Action, database: Database, studio: Studio, worker: TestClient):
    run_id = performed(database, studio, worker, action.name)

    step = step_of(database, studio, run_id)
    caused = {event for event in facts(database, studio, run_id) if not event.startswith("automation_run.")}
    assert step.status == "done", step.error
    assert caused <= set(action.emits), f"{action.name} also causes {sorted(caused - set(action.emits))}"
    own = {name for name in action.emits if not name.startswith(("email.", "retainer.period_"))}
    assert caused or not own, f"{action.name} causes none of {sorted(own)}"
    action.Output.model_validate(step.output)


def performed(database: Database, studio: Studio, worker: TestClient, name: str, **more: str) -> str:
    """The run that did an action, with the input of its case and more, which the client typed into a form."""
    run_id = started(database, studio, name, **more)
    perform_effects(worker, run_id, advance(worker, run_id))
    return run_id


def started(database: Database, studio: Studio, name: str, **more: str) -> str:
    """A run about to do one action; what it is about is there."""
    with database.write(studio.scope) as session:
        given = CASES[name](session, studio)
        mapped = {field: {"value": value} for field, value in given.items()}
        mapped |= {field: {"path": f"trigger.submission.answers.{field}"} for field in more}
        node = {"id": "it", "kind": "action", "settings": {"action": name, "input": mapped}}
        automation = make_automation(session, node)
        event = submit(session, studio, **more)
        wanted = select(AutomationRun.id).where(AutomationRun.event_id == event.id)
        return session.exec(wanted.where(AutomationRun.automation_id == automation.id)).one()


def advance(worker: TestClient, run_id: str) -> dict[str, Any]:
    answer = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=STARTED)
    assert answer.status_code == 200, answer.text
    return answer.json()


def perform_effects(worker: TestClient, run_id: str, position: dict[str, Any]) -> None:
    for effect in position["effects"]:
        body = {name: effect[name] for name in ("node_path", "iteration", "attempt")}
        answer = worker.post(f"/api/v1/automation_runs/{run_id}/effects", json=body)
        assert answer.status_code == 200, answer.text


def step_of(database: Database, studio: Studio, run_id: str) -> StepRun:
    with database.read(studio.scope) as session:
        return session.exec(select(StepRun).where(StepRun.run_id == run_id)).one()


def facts(database: Database, studio: Studio, run_id: str) -> list[str]:
    """The types of the events that a run caused."""
    with database.read(studio.scope) as session:
        return [event.type for event in session.exec(select(Event)) if event.cause.get("run_id") == run_id]


def standing(database: Database, studio: Studio, run_id: str) -> dict[str, Any]:
    with database.read(studio.scope) as session:
        return session.get_one(AutomationRun, run_id).model_dump(include={"state", "status", "finished_at"})


def put_back(database: Database, studio: Studio, run_id: str, values: dict[str, Any]) -> None:
    with database.write(studio.scope) as session:
        run = session.get_one(AutomationRun, run_id)
        for name, value in values.items():
            setattr(run, name, value)


def contents(
    database: Database, workspace_id: str | None = None, without: frozenset[str] | set[str] = frozenset()
) -> dict[str, list[Any]]:
    """Every row, by table; of one workspace when it is named."""
    tables = [table.name for table in SQLModel.metadata.tables.values() if "workspace_id" in table.columns]
    with Session(database.engine) as session:
        return {
            table: [
                tuple(row)
                for row in session.connection().execute(
                    text(f"SELECT * FROM {table}" + (" WHERE workspace_id = :of" if workspace_id else "")),  # noqa: S608
                    {"of": workspace_id} if workspace_id else {},
                )
            ]
            for table in tables
            if table not in without
        }
