"""What automations are told they may read is what they are given."""

from typing import Any

import pytest
from sqlmodel import Session

from models import clock
from models.queries.automation_records import find_row, subject_record, table_of
from models.queries.automation_schemas import subject_schemas, trigger_schemas
from models.rules.json_schemas import misfit, properties, schema_at
from models.types.automation_dates import DATE_FIELDS
from models.types.automation_nouns import NOUNS
from tests.builders.everything import make_everything
from tests.builders.workspaces import Studio


def test_the_rows_of_every_noun_fit_what_is_said_of_them(session: Session, studio: Studio):
    ids = make_everything(session, studio, canary="")
    schemas = subject_schemas()
    for noun in schemas:
        row = find_row(session, noun, ids[table_of(noun).__tablename__])
        record = subject_record(session, "k", f"{noun}.changed", noun, row, at=clock.now())
        assert (noun, misfit(schemas[noun], record["subject"])) == (noun, None)
        assert set(record["subject"]) == set(properties(schemas[noun]))


def test_every_noun_that_can_be_timed_or_started_by_hand_says_its_columns():
    known = subject_schemas()
    assert set(NOUNS) | {field.noun for field in DATE_FIELDS.values()} <= set(known)
    computed = {name for name, field in DATE_FIELDS.items() if field.column not in properties(known[field.noun])}
    assert computed == {"retainer.next_period_on"}


@pytest.mark.parametrize(
    ("trigger", "path", "expected"),
    [
        ("booking.made", "subject.starts_at", {"type": "string", "format": "date-time"}),
        ("invoice.issued", "subject.due_on", {"type": ["string", "null"], "format": "date"}),
        ("date:invoice.due_on", "subject.due_on", {"type": "string", "format": "date"}),
        ("manual:invoice", "subject.total_minor", {"type": "integer"}),
        ("task.created", "subject.is_shared", {"type": "boolean"}),
        ("booking.made", "subject.note", {"type": "string", "x-may-be-missing": True}),
        ("booking.made", "subject.starts_on", None),
        ("member.changed", "subject.password_hash", None),
        ("schedule", "subject.anything", {}),
    ],
)
def test_a_record_is_known_by_its_columns(trigger: str, path: str, expected: dict[str, Any] | None):
    assert schema_at(trigger_schemas()[trigger], path.split(".")) == expected
