"""The inbox in a browser."""

import pytest
from sqlmodel import select

from models.commands.conversations import client_conversation, ensure_channel
from models.queries.conversations import list_messages
from models.tables.conversations import Conversation
from models.tables.emails import Email


@pytest.fixture
def talk(database, studio):
    with database.write(studio.scope) as session:
        return client_conversation(session, studio.contact_id, studio.engagement_id).id


def _bodies(database, studio, talk):
    with database.read(studio.scope) as session:
        return [one.body for one in list_messages(session, talk)]


def test_the_list_shows_who_and_what_about_once_something_was_said(owner, talk):
    assert "Byron Mills: new website" not in owner.get("/inbox").text
    owner.post(f"/inbox/{talk}/messages", data={"body": "Hello", "key": "k"})

    shown = owner.get("/inbox").text
    assert "Ada Byron" in shown
    assert "Byron Mills: new website" in shown


def test_a_plain_post_leads_back_to_the_conversation(owner, talk, database, studio):
    sent = owner.post(f"/inbox/{talk}/messages", data={"body": "Hello <b>Ada</b>", "key": "k"})

    assert (sent.status_code, sent.headers["location"]) == (303, f"/inbox/{talk}")
    assert "Hello &lt;b&gt;Ada&lt;/b&gt;" in owner.get(f"/inbox/{talk}").text


def test_htmx_gets_the_conversation_alone(owner, talk):
    sent = owner.post(f"/inbox/{talk}/messages", data={"body": "Hello", "key": "k"}, headers={"HX-Request": "true"})

    assert sent.status_code == 200
    assert sent.text.lstrip().startswith('<div id="messenger"')
    assert "<html" not in sent.text


def test_a_double_click_says_it_once_and_mails_it_once(owner, talk, database, studio):
    for _ in range(2):
        owner.post(f"/inbox/{talk}/messages", data={"body": "Hello", "key": "same"})

    assert _bodies(database, studio, talk) == ["Hello"]
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Email)).all()) == 1


def test_an_empty_message_is_refused_at_its_field(owner, talk):
    refused = owner.post(f"/inbox/{talk}/messages", data={"body": "  "})

    assert refused.status_code == 422
    assert "Write something first." in refused.text


def test_a_channel_is_made_and_nobody_outside_gets_mail(owner, database, studio):
    made = owner.post("/inbox", data={"name": "CRM"})
    owner.post(f"{made.headers['location']}/messages", data={"body": "New lead", "key": "k"})

    with database.read(studio.scope) as session:
        assert session.exec(select(Conversation.name)).all() == ["CRM"]
        assert session.exec(select(Email)).all() == []


def test_the_views_sort_what_is_to_answer_from_the_rest(owner, client_browser, talk, database, studio):
    with database.write(studio.scope) as session:
        ensure_channel(session, "Studio")
    client_browser.post("/portal/messages", data={"body": "When?", "key": "k", "conversation_id": talk})

    waiting, channels = owner.get("/inbox?view=waiting").text, owner.get("/inbox?view=channels").text
    assert "Ada Byron" in waiting
    assert "#Studio" not in waiting
    assert "#Studio" in channels

    owner.post(f"/inbox/{talk}/settlement")
    assert "Nothing here" in owner.get("/inbox?view=waiting").text


def test_a_conversation_put_away_comes_back_with_a_message(owner, client_browser, talk):
    owner.post(f"/inbox/{talk}/archival")
    assert "Ada Byron" not in owner.get("/inbox").text

    client_browser.post("/portal/messages", data={"body": "Still there?", "key": "k", "conversation_id": talk})
    assert "Still there?" in owner.get("/inbox").text
