"""The workspace scope and the transactions that everything stands on."""

import threading

import pytest
from sqlmodel import col, delete, func, select, update

from models.db import Database
from models.ids import new_id
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.types.errors import Conflict, Forbidden
from models.types.scope import Scope
from tests.builders.workspaces import Studio, make_studio


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
