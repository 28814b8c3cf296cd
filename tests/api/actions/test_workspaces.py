"""No action of one studio reads or touches a row of another, whatever id it is given."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import SQLModel

from api.actions.action import Action
from api.actions.catalogue import ACTIONS
from models.db import Database
from models.settings import Settings
from models.types.scope import Scope
from tests.api.actions.test_every_action import BOOKS_OF_THE_RUN, contents, performed, step_of
from tests.builders.everything import Ids, make_everything
from tests.builders.workspaces import Studio, make_studio

CANARY = "quietkestrel"
TABLES = {"people": "members", "tasks_and_projects": "tasks", "archived_engagements": "engagements"}
"""Lookups that are no tables of their own, to one of the tables they look in."""
STEPS_IN = {("members.notify", "member_id"), ("tasks.create", "assignee_id")}
"""Where somebody who is not there, or no longer, is stood in for."""


@dataclass(frozen=True)
class House:
    """Our studio, and theirs, which has a row of everything."""

    file: Path
    ours: Studio
    theirs: str
    rows: Ids


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("house")
    database = Database(f"sqlite:///{home}/house.db")
    SQLModel.metadata.create_all(database.engine)
    with database.write(Scope(None)) as session:
        ours, theirs = make_studio(session), make_studio(session, slug="contoso", name="Contoso")
        rows = make_everything(session, theirs, canary=CANARY)
    database.engine.dispose()  # the last connection folds the log into the file
    return House(home / "house.db", ours, theirs.workspace_id, rows)


@pytest.fixture
def database(house: House, settings: Settings) -> Iterator[Database]:
    settings.home.mkdir(parents=True, exist_ok=True)
    shutil.copy(house.file, settings.home / "throughline.db")
    made = Database(settings.database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def studio(house: House) -> Studio:
    return house.ours


@pytest.mark.parametrize(
    ("action", "field"),
    [
        pytest.param(action, name, id=f"{action.name} {name}")
        for action in ACTIONS.values()
        for name, field in action.Input.model_json_schema()["properties"].items()
        if "x-lookup" in field
    ],
)
def test_it_touches_nothing_of_another_studio(
    action: Action, field: str, house: House, database: Database, studio: Studio, worker: TestClient
):
    lookup = action.Input.model_json_schema()["properties"][field]["x-lookup"]
    foreign = house.rows[TABLES.get(lookup, lookup)]
    before = contents(database, house.theirs)
    run_id = performed(database, studio, worker, action.name, **{field: foreign})

    step = step_of(database, studio, run_id)
    assert contents(database, house.theirs) == before
    assert CANARY not in json.dumps(step.output) + step.error
    if (action.name, field) not in STEPS_IN:
        assert step.status == "parked", f"{action.name} took {field} of another studio"
    ours = contents(database, studio.workspace_id, without=BOOKS_OF_THE_RUN | {"submissions"})
    assert foreign not in repr(ours)
