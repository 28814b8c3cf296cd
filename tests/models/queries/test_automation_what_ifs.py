"""Reading the past for simulations: many records read together are what each would be by itself."""

from typing import Any

from sqlmodel import Session

from models.commands.events import record
from models.ids import new_id
from models.queries.automation_records import event_record
from models.queries.automation_what_ifs import records_of
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.events import Event
from tests.builders.runs import submit
from tests.builders.workspaces import Studio


def mixed(session: Session, studio: Studio) -> list[Event]:
    """Events of every sort: about a submission, a row that is gone, a contact of a company, nobody."""
    company = Company(id=new_id("com"), name="Analytical Engines", name_norm="analytical engines")
    session.add(company)
    session.flush()
    ben = Contact(id=new_id("con"), name="Ben", email="ben@x.example", email_norm="ben@x.example", company_id=company.id)
    session.add(ben)
    session.flush()
    first = submit(session, studio, budget=5000)
    again = submit(session, studio, budget=7000)
    engagement = session.get_one(Engagement, studio.engagement_id)
    engagement.submission_id = first.subject_id
    about: dict[str, Any] = {"engagement_id": studio.engagement_id, "contact_id": studio.contact_id}
    return [
        first,
        again,
        record(session, "proposal.sent", "pro_gone", **about),
        record(session, "task.created", new_id("tsk"), engagement_id=studio.engagement_id),
        record(session, "contact.changed", ben.id, contact_id=ben.id),
        record(session, "message.received", "msg_1"),
    ]


def test_records_read_together_are_those_read_one_by_one(session: Session, studio: Studio):
    events = mixed(session, studio)

    read = records_of(session, events)

    assert [dict(read(event)) for event in events] == [event_record(session, event) for event in events]
    assert read(events[4])["company"]["name"] == "Analytical Engines"


def test_a_record_that_was_not_foreseen_is_read_by_itself(session: Session, studio: Studio):
    first, *others = mixed(session, studio)

    read = records_of(session, [first])

    assert [read(event) for event in others] == [event_record(session, event) for event in others]
