"""One story over all engagements of a person."""

from sqlmodel import Session

from models import clock
from models.commands.contacts import change_contact
from models.commands.conversations import client_conversation, post_message
from models.commands.engagements import open_engagement
from models.commands.events import record
from models.db import enter
from models.ids import new_id
from models.queries.contacts import get_contact
from models.queries.timeline import list_timeline
from models.tables.automations import Automation
from models.tables.contacts import Contact
from models.types.scope import Cause, Scope
from tests import cast


def _titles(session: Session, **about):
    return [item.title for item in list_timeline(session, **about).items]


def test_a_story_covers_every_engagement_of_the_person_newest_first(session, studio):
    first = open_engagement(session, title="One", contact_id=studio.contact_id, now=clock.now())
    second = open_engagement(session, title="Two", contact_id=studio.contact_id, now=clock.now())
    record(session, "invoice.paid", "inv_1", engagement_id=first.id)

    items = list_timeline(session, contact_id=studio.contact_id).items

    assert [item.title for item in items] == ["An invoice was paid", "An engagement began", "An engagement began"]
    assert [item.href for item in items] == ["/invoices/inv_1", f"/engagements/{second.id}", f"/engagements/{first.id}"]
    assert _titles(session, engagement_id=second.id) == ["An engagement began"]


def test_what_was_said_stands_in_the_story(session, studio):
    talk = client_conversation(session, studio.contact_id, studio.engagement_id)
    author = f"contact:{studio.contact_id}"
    post_message(session, talk, author=author, author_name="Ada", body="When do we start?", key="k", now=clock.now())

    item = list_timeline(session, engagement_id=studio.engagement_id).items[0]

    assert (item.body, item.icon, item.href) == ("When do we start?", "message-circle", f"/inbox/{talk.id}")


def test_an_entry_names_who_did_it_and_what_it_is_about(session, studio):
    contact = get_contact(session, studio.contact_id)
    change_contact(session, contact, {"title": "Countess"}, actor="member:x", now=clock.now())

    item = list_timeline(session, contact_id=studio.contact_id).items[0]

    assert item.title == f"A contact was changed: {cast.ADA[0]}"
    assert (item.actor, item.why) == (cast.OWNER[0], "")


def test_what_happened_by_itself_can_answer_why(session, studio):
    event = record(session, "submission.accepted", "sub_1", contact_id=studio.contact_id, form_id="frm_1")
    session.add(Automation(id="aut_1", name="New lead"))
    session.flush()
    cause = Cause(event_id=event.id, automation_ids=("aut_1",), depth=1)
    enter(session, Scope(studio.workspace_id, "worker", cause))
    record(session, "task.created", "tsk_1", contact_id=studio.contact_id)

    item = list_timeline(session, contact_id=studio.contact_id).items[0]

    assert item.why == "The automation “New lead” did it after this: A form was submitted."


def test_the_story_of_people_who_were_merged_is_one(session, studio):
    other = Contact(id=new_id("con"), name="A. Byron", merged_into_id=studio.contact_id)
    session.add(other)
    session.flush()
    open_engagement(session, title="Old", contact_id=other.id, now=clock.now())

    assert _titles(session, contact_id=studio.contact_id) == ["An engagement began"]


def test_a_client_sees_their_half_only(session, studio):
    record(session, "proposal.sent", "pro_1", engagement_id=studio.engagement_id)
    record(session, "proposal.viewed", "pro_1", engagement_id=studio.engagement_id)

    assert _titles(session, engagement_id=studio.engagement_id, is_for_client=True) == ["A proposal was sent"]


def test_a_long_story_comes_in_pages_without_gaps(session, studio):
    for _ in range(7):
        record(session, "task.created", "tsk_1", engagement_id=studio.engagement_id)

    seen, cursor = [], None
    while True:
        page = list_timeline(session, engagement_id=studio.engagement_id, cursor=cursor, limit=3)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)
