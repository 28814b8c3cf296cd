"""People by hand."""

import pytest
from sqlmodel import select

from models import clock
from models.commands.contacts import add_contact, change_contact
from models.queries.contacts import contacts_statement, get_contact
from models.tables.contacts import Contact
from models.tables.events import Event
from models.types.errors import Conflict, Invalid, NotFound
from tests import cast


def _add(session, **values):
    return add_contact(session, actor="member:mem_1", now=clock.now(), **values)


def test_an_address_belongs_to_one_person(session):
    with pytest.raises(Conflict) as refused:
        _add(session, name="Another Ada", email=cast.ADA[1].upper())

    assert refused.value.field == "email"


def test_a_person_needs_a_name_and_a_readable_address(session):
    with pytest.raises(Invalid):
        _add(session, name=" ")
    with pytest.raises(Invalid):
        _add(session, name="Ada", email="ada")


def test_a_change_remembers_where_it_came_from(session):
    contact = _add(session, name="Tomás Rey")

    change_contact(session, contact, {"phone": "030 1234567"}, actor="member:mem_9", now=clock.now())

    assert contact.phone_norm == "+49301234567"
    assert contact.provenance["phone"]["source"] == "member:mem_9"


def test_an_unchanged_value_is_no_change(session, studio):
    contact = get_contact(session, studio.contact_id)

    change_contact(session, contact, {"name": contact.name}, actor="member:mem_1", now=clock.now())

    assert session.exec(select(Event)).all() == []


def test_a_change_of_an_old_version_is_a_conflict(session, studio):
    contact = get_contact(session, studio.contact_id)

    with pytest.raises(Conflict):
        change_contact(session, contact, {"name": "X"}, actor="m", now=clock.now(), version=contact.version + 1)


def test_a_merged_person_is_found_at_the_survivor(session, studio):
    session.add(Contact(id="con_loser", name="Old", merged_into_id=studio.contact_id))

    assert get_contact(session, "con_loser").id == studio.contact_id
    with pytest.raises(NotFound):
        get_contact(session, "con_nobody")


@pytest.mark.parametrize("q", ["ada", "BYRON-MILLS.EX", "Byron M"])
def test_people_are_found_by_name_address_and_company(session, studio, q):
    _add(session, name="Tomás Rey", tags=["wine"])

    assert [contact.id for contact in session.exec(contacts_statement(q=q))] == [studio.contact_id]


def test_people_are_found_by_tag(session):
    tomas = _add(session, name="Tomás Rey", tags=["wine", "späte Zahler"])

    for tag in tomas.tags:
        assert [contact.id for contact in session.exec(contacts_statement(tag=tag))] == [tomas.id]
    assert session.exec(contacts_statement(tag="win")).all() == []
