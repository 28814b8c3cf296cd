"""What is said, and who may say it by mail."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from models import clock
from models.commands.conversations import (
    client_conversation,
    ensure_channel,
    find_reply_link,
    post_message,
    reply_token,
)
from models.queries.conversations import get_conversation
from models.tables.conversations import Conversation, Message
from models.tables.events import Event
from models.types.errors import Invalid

SECRET = "s" * 40


def _post(session, conversation, *, author, key="k1", body="Hello"):
    return post_message(session, conversation, author=author, author_name="A", body=body, key=key, now=clock.now())


def test_a_channel_is_made_once_whatever_its_case(session):
    assert ensure_channel(session, "CRM").id == ensure_channel(session, " crm ").id


def test_a_talk_is_one_per_document(session, studio):
    about = (studio.contact_id, studio.engagement_id, "proposal", "pro_1")

    assert client_conversation(session, *about).id == client_conversation(session, *about).id
    assert client_conversation(session, studio.contact_id, studio.engagement_id).id != client_conversation(session, *about).id


def test_the_same_key_is_the_same_message(session):
    channel = ensure_channel(session, "CRM")

    _post(session, channel, author="automation:aut_1")
    _post(session, channel, author="automation:aut_1", body="Again")

    assert [message.body for message in session.exec(select(Message))] == ["Hello"]


def test_many_clicks_at_once_are_one_message(database, studio):
    with database.write(studio.scope) as session:
        channel_id = ensure_channel(session, "CRM").id

    def click(_):
        with database.write(studio.scope) as session:
            return _post(session, get_conversation(session, channel_id), author="member:m").id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(click, range(16)))) == 1


def test_a_clients_message_waits_on_us_until_we_answer(session, studio):
    talk = client_conversation(session, studio.contact_id, studio.engagement_id)

    _post(session, talk, author=f"contact:{studio.contact_id}")
    assert talk.is_waiting_on_us
    _post(session, talk, author=f"member:{studio.owner_id}", key="k2")
    assert not talk.is_waiting_on_us

    facts = [(event.type, event.payload["conversation_id"], event.engagement_id) for event in session.exec(select(Event))]
    assert facts == [
        ("message.received", talk.id, studio.engagement_id),
        ("message.posted", talk.id, studio.engagement_id),
    ]


def test_a_message_brings_a_conversation_back(session, studio):
    talk = client_conversation(session, studio.contact_id)
    talk.archived_at = clock.now()

    _post(session, talk, author=f"contact:{studio.contact_id}")

    assert talk.archived_at is None


@pytest.mark.parametrize("body", ["", "  \n", "x" * 20_001])
def test_an_empty_or_endless_message_is_refused(session, body):
    with pytest.raises(Invalid):
        _post(session, ensure_channel(session, "CRM"), author="member:mem_1", body=body)


def test_a_reply_address_names_its_writer_and_survives_lower_case(session, studio):
    talk = client_conversation(session, studio.contact_id)

    token = reply_token(session, SECRET, talk.id, contact_id=studio.contact_id)

    assert token == reply_token(session, SECRET, talk.id, contact_id=studio.contact_id)
    assert token != reply_token(session, SECRET, talk.id, member_id=studio.owner_id)
    assert token == token.lower()
    assert len(f"reply+{token}") <= 64
    link = find_reply_link(session, SECRET, token)
    assert (link.subject_id, link.contact_id, link.role) == (talk.id, studio.contact_id, "contact")


def test_a_reply_address_cannot_be_made_up(session, studio):
    talk = client_conversation(session, studio.contact_id)
    token = reply_token(session, SECRET, talk.id, contact_id=studio.contact_id)

    assert find_reply_link(session, SECRET, token[:-1] + ("0" if token[-1] != "0" else "1")) is None
    assert find_reply_link(session, SECRET, "") is None
    assert find_reply_link(session, SECRET, "ä" * 46) is None
    assert find_reply_link(session, "other" * 8, token) is None


def test_a_conversation_of_nobody_is_not_begun_for_a_channel(session):
    ensure_channel(session, "CRM")

    assert [one.kind for one in session.exec(select(Conversation))] == ["channel"]
