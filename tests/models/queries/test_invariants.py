"""The invariants themselves: each finds the row that breaks it. Without this they could all count nothing for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Column, MetaData, Table, text
from sqlmodel import Session, SQLModel

from models import clock
from models.db import Database
from models.queries.invariants import count_violations
from models.types.scope import Scope
from tests.builders.everything import is_counted, make_everything
from tests.builders.workspaces import make_studio
from tests.standins.postgres import fresh_database

LATER = timedelta(minutes=5)
ROW = {"sqlite": "rowid", "postgresql": "(ctid::text::point)[1]::int"}
"""A number that is another for every row of a table."""
BREAKS = {
    "I1 every accepted answer has its contact and engagement": "UPDATE submissions SET status = 'accepted', contact_id = NULL",
    "I2 one live contact per address": "INSERT INTO contacts SELECT * FROM contacts",
    "I3 one answer per form page": "INSERT INTO submissions SELECT * FROM submissions",
    "I5 one run per automation and event": "INSERT INTO automation_runs SELECT * FROM automation_runs",
    "I5 one outcome per step of a run": "INSERT INTO step_runs SELECT * FROM step_runs",
    "I6 one mail per key and per Message-ID": "INSERT INTO emails SELECT * FROM emails",
    "I7 proposal and contract are signed together": "UPDATE proposals SET status = 'accepted'",
    "I9 one project per proposal": "INSERT INTO projects SELECT * FROM projects",
    "I9 an accepted proposal has its project": "UPDATE proposals SET status = 'accepted'; DELETE FROM projects",
    "I10 no two live calls of a host overlap": "INSERT INTO bookings SELECT * FROM bookings; UPDATE bookings SET id = {row}",
    "I11 one running timer per person": (
        "INSERT INTO time_entries SELECT * FROM time_entries; UPDATE time_entries SET stopped_at = NULL"
    ),
    "I11 time ends after it began": "UPDATE time_entries SET seconds = -1",
    "I12 billed time is on a line of a live invoice": "UPDATE time_entries SET invoice_line_item_id = 'gone'",
    "I13 what is paid is what was received": "UPDATE invoices SET paid_minor = 7",
    "I13 a total is its parts": "UPDATE invoices SET status = 'open', total_minor = 7",
    "I14 one payment per charge of a provider": "INSERT INTO payments SELECT * FROM payments",
    "I15 every posting balances": "UPDATE ledger_entries SET amount_minor = 7",
    "I16 numbers have no gap and no twin": (
        "INSERT INTO invoices SELECT * FROM invoices; UPDATE invoices SET counter = 2 * {row}, number = {row}"
    ),
    "I17 a payment has its receipt": "DELETE FROM receipts",
    "I17 no receipt without its payment": "UPDATE payments SET status = 'failed'",
    "I18 a void invoice holds no money": "UPDATE invoices SET status = 'void', paid_minor = 7",
    "I19 one invoice per period of a retainer": (
        "UPDATE invoices SET period_index = 1; INSERT INTO invoices SELECT * FROM invoices"
    ),
    "I19 a period begins where the last one ended": (
        'INSERT INTO retainer_periods SELECT * FROM retainer_periods; UPDATE retainer_periods SET "index" = {row}, '
        "starts_on = '2026-01-01', ends_on = '2026-02-02'"
    ),
    "I20 every event reached its workflow": "UPDATE deliveries SET delivered_at = NULL",
    "I21 one row per message of a provider": "INSERT INTO webhook_events SELECT * FROM webhook_events",
    "I21 every message of a provider is applied": "UPDATE webhook_events SET status = 'stored'",
    "I22 nothing refers to another workspace": "UPDATE contacts SET workspace_id = 'ws_else'",
    "I23 no chain of evidence is broken": (
        "INSERT INTO evidence_entries (id, workspace_id, created_at, subject_id, number, kind, at, detail, previous_hash, hash)"
        " SELECT 'evi', 'ws', created_at, 'pro', 1, 'sent', created_at, payload, '', 'altered' FROM events"
    ),
    "I25 a signed document is sealed": "UPDATE proposals SET status = 'accepted'",
    "I25 both sides know of their call": "UPDATE bookings SET told_sequence = -1, sequence = 0",
    "I25 no mail is left lying": "UPDATE emails SET status = 'queued'",
    "I25 nothing needs repair": "UPDATE waits SET closed_at = NULL",
}
SOUND = (
    "UPDATE deliveries SET outcome = 'delivered'",
    "UPDATE bookings SET told_sequence = sequence",
    "UPDATE emails SET status = 'sent'",
    "UPDATE webhook_events SET status = 'applied'",
    "UPDATE waits SET closed_at = since",
    "UPDATE payments SET status = 'succeeded'",
    "UPDATE invoices SET paid_minor = 1",
    "DELETE FROM evidence_entries",
    "UPDATE ledger_entries SET amount_minor = 0",
    "UPDATE submissions SET status = 'quarantined'",
)
"""What makes a row of everything a sound record."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def plain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A sound record with a row of everything, in tables that refuse nothing."""
    if request.param == "sqlite":
        yield from _filled(f"sqlite:///{tmp_path_factory.mktemp('plain')}/plain.db")
        return
    with fresh_database(request.getfixturevalue("postgres_server"), "throughline_invariants") as url:
        yield from _filled(url)


def _filled(url: str) -> Iterator[Database]:
    database = Database(url)
    metadata = MetaData()
    for table in SQLModel.metadata.tables.values():
        columns = [Column(one.name, one.type, primary_key=is_counted(one)) for one in table.columns]
        Table(table.name, metadata, *columns)
    metadata.create_all(database.engine)
    with database.write(Scope(None)) as session:
        make_everything(session, make_studio(session), canary="sound")
        for statement in SOUND:
            session.connection().execute(text(statement))
    yield database
    database.engine.dispose()


@pytest.fixture
def record(plain: Database) -> Iterator[Session]:
    """A transaction over the sound record, undone after the test."""
    with plain.write(Scope(None)) as session:
        yield session
        session.rollback()


def broken(session: Session) -> set[str]:
    return {name for name, count in count_violations(session, now=clock.now() + LATER).items() if count}


def test_a_sound_record_breaks_nothing(record: Session):
    assert broken(record) == set()


def test_every_invariant_has_its_break(record: Session):
    assert set(count_violations(record, now=clock.now())) == set(BREAKS)


@pytest.mark.parametrize(("name", "statements"), BREAKS.items(), ids=BREAKS)
def test_what_breaks_an_invariant_is_found(record: Session, name: str, statements: str):
    for statement in statements.split("; "):
        record.connection().execute(text(statement.format(row=ROW[record.get_bind().dialect.name])))

    assert name in broken(record)
