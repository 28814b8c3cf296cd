"""The workspace scope and the transactions that everything stands on."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, delete, func, select, text, update
from structlog.testing import capture_logs

from models.db import Database, is_unfit
from models.ids import new_id
from models.settings import Settings
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.members import ApiToken
from models.types.errors import Conflict, Forbidden
from models.types.scope import Scope
from tests.builders.workspaces import Studio, make_studio

FULL = 2
"""SQLite's number for `synchronous=FULL`."""


@pytest.fixture
def other_studio(database: Database) -> Studio:
    with database.write(Scope(None)) as session:
        return make_studio(session, slug="rival", name="Rival")


def test_a_session_reads_only_its_own_workspace(database: Database, studio: Studio, other_studio: Studio):
    with database.read(other_studio.scope) as session:
        assert session.get(Contact, studio.contact_id) is None
        assert [row.id for row in session.exec(select(Contact))] == [other_studio.contact_id]
        assert session.exec(select(func.count()).select_from(Contact)).one() == 1
        joined = select(Contact.id, Engagement.id).join(Engagement, col(Engagement.contact_id) == Contact.id)
        assert session.exec(joined).all() == [(other_studio.contact_id, other_studio.engagement_id)]


def test_a_session_changes_only_its_own_workspace(database: Database, studio: Studio, other_studio: Studio):
    with database.write(other_studio.scope) as session:
        session.exec(update(Engagement).values(title="taken"))
        session.exec(delete(Engagement).where(col(Engagement.id) == studio.engagement_id))

    with database.read(studio.scope) as session:
        assert session.exec(select(Engagement.title)).one() != "taken"


def test_a_row_of_another_workspace_cannot_be_written(database: Database, studio: Studio, other_studio: Studio):
    with pytest.raises(Forbidden), database.write(other_studio.scope) as session:
        session.add(Contact(id=new_id("con"), workspace_id=studio.workspace_id, name="Intruder"))


def test_two_writers_of_one_version_cannot_both_win(database: Database, studio: Studio):
    with database.read(studio.scope) as session:
        stale = session.get(Engagement, studio.engagement_id)
    assert stale is not None
    with database.write(studio.scope) as session:
        fresh = session.get(Engagement, studio.engagement_id)
        assert fresh is not None
        fresh.title = "first"

    def change_what_was_read_before() -> None:
        with database.write(studio.scope) as session:
            session.merge(stale, load=False).title = "second"

    with pytest.raises(Conflict):
        change_what_was_read_before()


def test_no_write_is_lost_under_eight_writers(database: Database, studio: Studio):
    def add_a_tag(number: int) -> None:
        while True:
            try:
                with database.write(studio.scope) as session:
                    contact = session.get(Contact, studio.contact_id)
                    assert contact is not None
                    contact.tags = [*contact.tags, str(number)]
                return
            except Conflict:
                continue

    def add_five(first: int) -> None:
        for number in range(first, first + 5):
            add_a_tag(number)

    threads = [threading.Thread(target=add_five, args=(10 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read(studio.scope) as session:
        contact = session.get(Contact, studio.contact_id)
        assert contact is not None
        assert len(set(contact.tags)) == len(contact.tags) == 40


def test_sqlite_waits_for_the_disk_and_for_other_writers(settings: Settings, empty_sqlite: Path):
    shutil.copy(empty_sqlite, settings.home / "throughline.db")
    database = Database(settings.database_url)
    with database.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": FULL, "foreign_keys": 1, "busy_timeout": 15000}


def test_processes_that_share_no_lock_lose_no_write(database: Database, studio: Studio):
    """Each has an engine and a lock of its own, as two processes have; SQLite alone keeps them apart."""
    apart = [Database(database.engine.url.render_as_string(hide_password=False)) for _ in range(2)]
    reached = threading.Barrier(len(apart))

    def count_up(own: Database) -> None:
        reached.wait()
        for _ in range(25):
            with own.write(studio.scope) as session:
                counted = select(Engagement).where(Engagement.id == studio.engagement_id).with_for_update()
                engagement = session.exec(counted).one()
                engagement.title = str(int(engagement.title) + 1)

    with database.write(studio.scope) as session:
        session.exec(update(Engagement).values(title="0"))
    with ThreadPoolExecutor(len(apart)) as threads:
        list(threads.map(count_up, apart))
    for own in apart:
        own.engine.dispose()
    with database.read(studio.scope) as session:
        assert session.exec(select(Engagement.title)).one() == "50"


def test_transactions_taken_as_one_are_all_kept_or_none(database: Database, studio: Studio):
    class Killed(Exception):
        pass

    def add_two(database: Database) -> None:
        with database.write(studio.scope) as session:
            session.add(Contact(id=new_id("con"), name="First"))
        with database.read(studio.scope) as session:
            assert session.exec(select(Contact).where(Contact.name == "First")).one()
        with database.write(studio.scope) as session:
            session.add(Contact(id=new_id("con"), name="Second"))

    def refuse_one(database: Database) -> None:
        with pytest.raises(Conflict), database.write(studio.scope) as session:
            session.add(Contact(id=studio.contact_id, name="Twin"))

    def be_killed_after_two() -> None:
        with database.as_one() as whole:
            add_two(whole)
            raise Killed

    with pytest.raises(Killed):
        be_killed_after_two()
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Contact)).all()) == 1

    with database.as_one() as whole:
        refuse_one(whole)
        add_two(whole)
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Contact)).all()) == 3


def test_what_the_database_refuses_is_told_without_its_words(database: Database, studio: Studio):
    """They name tables and constraints, and on PostgreSQL the values too, which would also not belong into a log."""

    def add_the_same_twice() -> None:
        with database.write(Scope(None)) as session:
            for workspace_id in ("ws_1", "ws_2"):
                token_id = new_id("tok")
                session.add(ApiToken(id=token_id, workspace_id=workspace_id, name="", token_digest="canary", scopes=[]))

    with capture_logs() as logged, pytest.raises(Conflict) as raised:
        add_the_same_twice()

    assert raised.value.detail.startswith("This exists already")
    assert "token" not in raised.value.detail
    assert "token_digest" in logged[0]["reason"]
    assert "canary" not in repr(logged)


@pytest.mark.parametrize(
    ("statement", "value", "expected"),
    [
        ("SELECT CAST(:value AS integer)", 2**40, True),
        ("SELECT CAST(:value AS text)", "a\x00b", True),
        ("SELECT * FROM nowhere WHERE id = :value", 1, True),
        ("SET LOCAL statement_timeout TO 1; SELECT pg_sleep(30)", None, False),
        ("SELECT pg_terminate_backend(pg_backend_pid())", None, False),
    ],
)
def test_what_postgresql_refuses_is_told_from_one_that_is_away(postgres_url: str, statement: str, value: object, expected: bool):
    database = Database(postgres_url)
    with pytest.raises(DBAPIError) as refused, database.engine.connect() as connection:
        connection.execute(text(statement), {} if value is None else {"value": value})
    database.engine.dispose()

    assert is_unfit(refused.value) is expected
