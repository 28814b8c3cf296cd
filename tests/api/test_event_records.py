"""Every event of the catalogue starts an automation, and brings along just what its schema promises."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from api.gateways.passwords import hash_password
from models.db import Database
from models.queries.automation_records import event_record
from models.queries.automation_schemas import event_schemas
from models.rules.json_schemas import misfit
from models.tables.automations import AutomationRun
from models.tables.events import Event
from models.types.automations import MAY_BE_MISSING, NEVER_THERE
from models.types.events import CATALOGUE
from tests.builders.event_stories import automations, doors, enquiries, money, offers, people, talks, work
from tests.builders.event_stories.doors import Doors
from tests.builders.event_stories.telling import Story, Teller
from tests.builders.members import PASSWORD
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio

STORIES = {
    story: told for part in (people, enquiries, offers, work, talks, money, automations) for story, told in part.STORIES.items()
}
NOT_WATCHED = {"workspace.created"}
"""Nobody can have published an automation before the studio was there."""


def watch(session: Session, told: set[str]) -> None:
    """Let an automation begin at each of these events."""
    for event_type in sorted(told - NOT_WATCHED):
        make_automation(session, post(), type=event_type)


def check(session: Session, told: set[str]) -> None:
    """Whether what was told came about, and every record is as promised: now, and as the runs keep it."""
    events = session.exec(select(Event).order_by(col(Event.id))).all()
    assert told <= {event.type for event in events}
    records = [(event.type, event_record(session, event)) for event in events]
    wrong = [(name, reason) for name, record in records if not is_gone(name, record) for reason in faults(name, record)]
    runs = session.exec(select(AutomationRun).where(AutomationRun.event_id != "")).all()
    kept = [run.trigger for run in runs if run.trigger["type"] in told]
    wrong += [(record["type"], reason) for record in kept for reason in faults(record["type"], record)]
    assert wrong == []
    assert told - NOT_WATCHED <= {record["type"] for record in kept}


def is_gone(event_type: str, record: Mapping[str, Any]) -> bool:
    """Whether what the event was about was deleted since."""
    return record["subject"] == {} and "properties" in event_schemas()[event_type]["properties"]["subject"]


def faults(event_type: str, record: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a record, by the schema that automations are drawn with."""
    schema = event_schemas()[event_type]
    marks = {name: part for name, part in schema["properties"].items() if part.get(MAY_BE_MISSING) or part.get(NEVER_THERE)}
    said = {name: value for name, value in record.items() if not (name in marks and value is None)}
    yield from (f"“{name}” is there, against the promise." for name in said if marks.get(name, {}).get(NEVER_THERE))
    reason = misfit(schema, said)
    if reason:
        yield reason
    yield from (f"“{path}” is promised and missing." for path in missing(schema, said))


def missing(schema: Mapping[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """What a schema names and a value lacks."""
    for name, part in schema.get("properties", {}).items() if isinstance(value, dict) else ():
        if name in value:
            yield from missing(part, value[name], f"{path}{name}.")
        elif not (part.get(MAY_BE_MISSING) or part.get(NEVER_THERE)):
            yield f"{path}{name}"


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.__name__)
def test_what_is_told_has_the_record_that_was_promised(story: Story, session: Session, studio: Studio):
    watch(session, STORIES[story])

    story(Teller(session, studio))

    session.flush()
    check(session, STORIES[story])


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD, cheap=True)


@pytest.mark.parametrize("story", doors.STORIES, ids=lambda one: one.__name__)
def test_what_happens_at_the_doors_has_the_record_that_was_promised(
    story: doors.Story,
    database: Database,
    studio: Studio,
    program: TestClient,
    worker: TestClient,
    public: TestClient,
    password_hash: str,
):
    told = doors.STORIES[story]
    with database.write(studio.scope) as session:
        watch(session, told)

    story(Doors(database, studio, program, worker, public, password_hash))

    with database.read(studio.scope) as session:
        check(session, told)


def test_every_event_of_the_catalogue_is_in_a_story():
    told = set().union(*STORIES.values(), *doors.STORIES.values())
    untold = sorted(CATALOGUE.keys() - told)
    assert not untold, f"tell of {untold} in tests/builders/event_stories, so that their records are checked"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"at": "tomorrow"}, "date-time"),
        ({"subject_id": 7}, "string"),
        ({"more": 1}, "There is no “more” here."),
        ({"event": {"id": "evt_1"}}, "“event.type” is promised and missing."),
        ({"workspace": None}, "object"),
    ],
)
def test_a_record_that_is_otherwise_is_noticed(session: Session, studio: Studio, change: dict[str, Any], reason: str):
    people.a_studio(Teller(session, studio))
    event = session.exec(select(Event)).one()
    assert [*faults(event.type, event_record(session, event))] == []

    assert any(reason in fault for fault in faults(event.type, {**event_record(session, event), **change}))
