"""The migrations build exactly what the tables say, on both databases, also where there are rows already."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select
from sqlmodel import SQLModel

from models import clock
from models.commands.idempotency import FirstAnswer, KeyedWrite, claim_key
from models.db import Database
from models.ids import new_id
from models.migrations import versions
from models.migrations.run import differences, upgrade, write_revision
from models.settings import Settings
from models.tables.bookings import Booking
from models.tables.conversations import Notification
from models.tables.members import Member
from models.tables.waits import Wait
from models.types.scope import Scope
from tests.standins.postgres import fresh_database

RELEASED = {"20261122_create_everything.py": "1cb7ac930d101e534202ebd6eda886677cd55b0ba8948dcb01ceeb853c3daf37"}
"""Migrations that databases of users have been through, by the SHA-256 of what they were. A change needs a new migration."""
FIRST = "b7891d4b7f5c"
_FILLERS: dict[type, Any] = {int: 1, bool: False, datetime: datetime(2026, 11, 20, 10, tzinfo=UTC), dict: {}}


@pytest.fixture(params=["sqlite", "postgresql"])
def untouched_url(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    if request.param == "sqlite":
        settings.home.mkdir(parents=True, exist_ok=True)
        yield settings.database_url
        return
    with fresh_database(request.getfixturevalue("postgres_server"), new_id("db")) as url:
        yield url


def test_migrating_twice_leaves_no_difference(untouched_url: str):
    upgrade(untouched_url)
    upgrade(untouched_url)

    assert differences(untouched_url) == []


def test_migrated_tables_are_those_that_are_made_at_once(untouched_url: str, tmp_path: Path):
    upgrade(untouched_url)
    made = f"sqlite:///{tmp_path / 'made.db'}"
    SQLModel.metadata.create_all(Database(made).engine)

    assert names_of(untouched_url) == names_of(made)


def test_a_migration_is_written_for_a_column_that_is_new(tmp_path: Path):
    waits = SQLModel.metadata.tables["waits"]
    waits.append_column(Column("colour", String))
    try:
        written = write_revision("colour waits", folder=tmp_path).read_text()
    finally:
        waits._columns.remove(waits.c.colour)  # there is no public way

    assert '"""colour waits."""' in written
    assert "add_column(sa.Column('colour', sa.String(), nullable=True))" in written


def test_what_was_released_is_never_edited():
    here = Path(versions.__path__[0])

    assert {name: hashlib.sha256((here / name).read_bytes()).hexdigest() for name in RELEASED} == RELEASED


def test_rows_of_the_first_release_live_on(untouched_url: str):
    upgrade(untouched_url, to=FIRST)
    database = Database(untouched_url)
    with database.engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        put(connection, tables.tables["bookings"], id="bok_1", page_token=None)
        put(connection, tables.tables["waits"], id="wai_1")
        put(connection, tables.tables["members"], id="mem_1", email_norm="mem_1")
        put(connection, tables.tables["notifications"], id="ntf_1")
        answered = {"workspace_id": "ws_1", "key": "once", "request_hash": "hash", "status_code": 201, "answer": {"id": "inv_1"}}
        put(connection, tables.tables["idempotency_keys"], **answered)

    upgrade(untouched_url)

    assert differences(untouched_url) == []
    with database.write(Scope(None)) as session:
        assert session.get_one(Booking, "bok_1").page_token is None
        wait = session.get_one(Wait, "wai_1")
        assert (wait.can_skip, wait.duty) == (True, None)
        notice = session.get_one(Notification, "ntf_1")
        assert (notice.alert, notice.topic, notice.mail_at) == ({}, "", None)
        assert session.get_one(Member, "mem_1").wants_alerts
        assert claim_key(session, KeyedWrite("ws_1", "once", "hash"), now=clock.now()) == FirstAnswer(201, {"id": "inv_1"})
    database.engine.dispose()


def put(connection: Connection, table: Table, **given: Any) -> None:
    """A row with what is given, whatever else it must have, and the rows that it refers to."""
    row = {name: value for name, value in given.items() if name in table.c}
    for column in table.c:
        if column.nullable or column.name in row:
            continue
        referred = next((one.column for one in column.foreign_keys), None)
        row[column.name] = "one" if referred is not None else _FILLERS.get(column.type.python_type, "one")
        if referred is not None and not connection.execute(select(referred).where(referred == "one")).all():
            put(connection, referred.table, **{referred.name: "one"})
    connection.execute(insert(table).values(row))


def names_of(url: str) -> dict[str, set[str | None]]:
    """Of every table its columns, indices and rules, by name."""
    made = Database(url)
    looked = inspect(made.engine)
    found: dict[str, set[str | None]] = {}
    for table in looked.get_table_names():
        parts = (looked.get_columns(table), looked.get_indexes(table), looked.get_unique_constraints(table))
        found[table] = {one["name"] for part in parts for one in part} | {one["name"] for one in looked.get_foreign_keys(table)}
    made.engine.dispose()
    return {name: parts for name, parts in found.items() if name != "alembic_version"}
