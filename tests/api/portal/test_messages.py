"""The client's messages in the portal."""

import pytest
from sqlmodel import select

from models import clock
from models.commands.conversations import client_conversation, ensure_channel, post_message
from models.db import Database
from models.ids import new_id
from models.tables.contacts import Contact
from models.tables.conversations import Conversation, Notification
from models.tables.emails import Email
from models.tables.members import Member
from tests import cast


@pytest.fixture
def foreign_talk(database: Database, studio):
    """Another client's conversation, with a secret in it."""
    with database.write(studio.scope) as session:
        other = Contact(id=new_id("con"), name="Tomás Rey")
        session.add(other)
        session.flush()
        talk = client_conversation(session, other.id)
        post_message(session, talk, author="member:m", author_name="M", body="CANARY", key="x", now=clock.now())
        channel = ensure_channel(session, "CRM")
        post_message(session, channel, author="member:m", author_name="M", body="CANARY", key="y", now=clock.now())
        return talk.id, channel.id


def test_a_first_message_begins_a_talk_about_the_engagement(client_browser, database, studio):
    assert "Nothing was said yet" in client_browser.get("/portal/messages").text

    sent = client_browser.post("/portal/messages", data={"body": "When do we start?", "key": "k"})

    assert sent.status_code == 303
    with database.read(studio.scope) as session:
        talk = session.exec(select(Conversation)).one()
    assert (talk.engagement_id, talk.is_waiting_on_us) == (studio.engagement_id, True)
    assert "When do we start?" in client_browser.get(sent.headers["location"]).text


def test_the_member_responsible_is_told_by_notice_and_by_mail(client_browser, database, studio):
    client_browser.post("/portal/messages", data={"body": "When do we start?", "key": "k"})

    with database.read(studio.scope) as session:
        notice = session.exec(select(Notification)).one()
        mail = session.exec(select(Email)).one()
        owner = session.get(Member, studio.owner_id)
    assert (notice.member_id, notice.text) == (owner.id, "Ada Byron wrote about Byron Mills: new website")
    assert (mail.to_address, mail.subject) == (owner.email, "Byron Mills: new website")


def test_a_second_message_goes_into_the_same_talk(client_browser, database, studio):
    for key in ("k1", "k2"):
        client_browser.post("/portal/messages", data={"body": "Hello", "key": key})

    with database.read(studio.scope) as session:
        assert len(session.exec(select(Conversation)).all()) == 1


def test_a_client_sees_and_writes_to_their_own_talks_only(client_browser, foreign_talk):
    for conversation_id in foreign_talk:
        assert client_browser.get(f"/portal/messages/{conversation_id}").status_code == 404
        sent = client_browser.post("/portal/messages", data={"body": "x", "conversation_id": conversation_id})
        assert sent.status_code == 404
    assert "CANARY" not in client_browser.get("/portal/messages").text


def test_nobody_reads_without_signing_in(public, studio):
    assert public.get("/portal/messages").headers["location"].startswith("/portal/login")


def test_the_answer_of_the_studio_stands_in_the_portal(client_browser, owner, database, studio):
    client_browser.post("/portal/messages", data={"body": "When?", "key": "k"})
    with database.read(studio.scope) as session:
        talk = session.exec(select(Conversation)).one().id
    owner.post(f"/inbox/{talk}/messages", data={"body": "On Monday.", "key": "k"})

    shown = client_browser.get("/portal/messages").text

    assert "On Monday." in shown
    assert cast.OWNER[0] in shown
