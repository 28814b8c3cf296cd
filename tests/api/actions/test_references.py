"""What an action names by its id and is no longer there is told at that field, whichever action and field it is."""

from typing import Any

from sqlmodel import Session

from api.actions.action import Action
from api.actions.catalogue import ACTIONS, schemas
from models import clock
from models.queries.automation_lookups import drawing_lookups
from models.queries.automation_schemas import trigger_schemas
from models.queries.automation_tables import ARCHIVED, MIXED, TABLES
from models.rules.automations import drawing_problems
from tests.builders.automations import HEAD, drawing, node
from tests.builders.everything import make_everything
from tests.builders.workspaces import Studio

FIELDS = [
    (action, name, field["x-lookup"])
    for action in ACTIONS.values()
    for name, field in action.Input.model_json_schema()["properties"].items()
    if "x-lookup" in field
]
"""Action, field, list: asked in one test, as a row of everything takes seconds to make."""
GONE = "x_000000gone"
CATALOGUE = schemas()


def told(session: Session, action: Action, field: str, mapping: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The references that are told as gone when a field of an action has this mapping."""
    step = node("step", "action", action=action.name, input={field: mapping})
    problems = drawing_problems(
        drawing(HEAD, step), catalogue=CATALOGUE, events=trigger_schemas(), lookups=drawing_lookups(session)
    )
    assert all(problem.message and problem.fix for problem in problems)
    return [(problem.node_id, problem.field, problem.code) for problem in problems if problem.code == "deleted_reference"]


def ways_to_name(one: str) -> list[dict[str, Any]]:
    """Every mapping by which a field can come to have an id that was written by hand."""
    read = {"path": "trigger.event.id"}
    chosen = {"op": "coalesce", "args": [read, {"value": one}]}
    return [{"value": one}, {"text": one}, {**read, "default": one}, {"expr": chosen}]


def test_what_is_gone_is_told_and_what_is_there_is_not(session: Session, studio: Studio):
    rows = make_everything(session, studio, canary="Ada")
    assert len(FIELDS) > 60
    for action, field, listed in FIELDS:
        there = rows[MIXED.get(listed, (ARCHIVED.get(listed, listed),))[0]]
        for gone, fine in zip(ways_to_name(GONE), ways_to_name(there), strict=True):
            assert told(session, action, field, gone) == [("step", f"input.{field}", "deleted_reference")], (action.name, gone)
            assert told(session, action, field, fine) == [], (action.name, fine)


def test_what_was_put_away_is_gone(session: Session, studio: Studio):
    rows, lookups = make_everything(session, studio, canary="Ada"), drawing_lookups(session)
    for listed, table in TABLES.items():
        row = session.get_one(table, rows[listed])
        assert row.id in lookups[listed], listed
        if hasattr(row, "archived_at"):
            row.archived_at = clock.now()
            assert row.id not in lookups[listed], listed


def test_an_engagement_that_was_put_away_can_be_brought_back(session: Session, studio: Studio):
    engagement = session.get_one(TABLES["engagements"], studio.engagement_id)
    engagement.archived_at = clock.now()
    named = {"value": engagement.id}
    assert told(session, ACTIONS["engagements.unarchive"], "engagement_id", named) == []
    assert told(session, ACTIONS["engagements.archive"], "engagement_id", named) != []
