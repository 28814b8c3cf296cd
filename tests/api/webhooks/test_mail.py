"""Replies by mail find their conversation, and nobody else's."""

from email.message import EmailMessage

import pytest
from sqlmodel import col, select

from api.gateways.mail import inbound_signature
from models import clock
from models.commands.conversations import client_conversation
from models.queries.conversations import list_messages
from models.tables.conversations import Conversation, Notification
from models.tables.emails import Email
from models.tables.files import File
from models.tables.members import Member
from tests import cast

QUOTE = "\n\nOn Mon, 23 Nov 2026 at 10:00, Atelier Nord wrote:\n> When shall we start?\n> Mara\n"


@pytest.fixture
def talk(database, studio):
    with database.write(studio.scope) as session:
        return client_conversation(session, studio.contact_id, studio.engagement_id).id


@pytest.fixture
def reply_to(owner, talk, database, studio):
    """The address that the client answers to: the studio wrote first."""
    owner.post(f"/inbox/{talk}/messages", data={"body": "When shall we start?", "key": "k"})
    return _emails(database, studio)[0].reply_to


def _emails(database, studio):
    with database.read(studio.scope) as session:
        return session.exec(select(Email).order_by(col(Email.id))).all()


def _messages(database, studio, talk):
    with database.read(studio.scope) as session:
        return [(one.author_name, one.body, one.via) for one in list_messages(session, talk)]


def _mail(to, body="Next week!" + QUOTE, *, sender=cast.ADA[1], message_id="<m1@client.example>", **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Ada <{sender}>", to, "Re: new website"
    mail["Message-ID"] = message_id
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail


def _deliver(public, settings, mail, *, secret=None):
    raw = mail.as_bytes()
    signature = inbound_signature(raw, secret or settings.mail_inbound_secret)
    return public.post("/webhooks/mail", content=raw, headers={"X-Inbound-Signature": signature})


def test_our_answer_goes_to_the_client_by_mail_with_a_way_back(reply_to, database, studio):
    mail = _emails(database, studio)[0]

    assert mail.to_address == cast.ADA[1]
    assert "When shall we start?" in mail.text
    assert reply_to.startswith("reply+")


def test_a_reply_stands_in_the_conversation_without_the_quote(public, settings, reply_to, talk, database, studio):
    got = _deliver(public, settings, _mail(reply_to))

    assert (got.status_code, got.json()) == (202, {"status": "received"})
    assert _messages(database, studio, talk)[-1] == ("Ada Byron", "Next week!", "mail")


def test_a_reply_is_told_to_the_owner_who_can_answer_by_mail(public, settings, reply_to, talk, database, studio):
    _deliver(public, settings, _mail(reply_to))

    with database.read(studio.scope) as session:
        assert session.exec(select(Notification.member_id)).all() == [studio.owner_id]
        assert session.get(Conversation, talk).is_waiting_on_us
        owner_address = session.get(Member, studio.owner_id).email
    told = _emails(database, studio)[-1]
    assert (told.to_address, "Next week!" in told.text) == (owner_address, True)

    mail = _mail(told.reply_to, "Monday it is.", sender=owner_address, message_id="<m2@studio.example>")
    assert _deliver(public, settings, mail).json() == {"status": "received"}
    assert _messages(database, studio, talk)[-1] == (cast.OWNER[0], "Monday it is.", "mail")
    answer = _emails(database, studio)[-1]
    assert (answer.to_address, answer.in_reply_to) == (cast.ADA[1], "<m1@client.example>")


def test_the_same_mail_twice_is_one_message(public, settings, reply_to, talk, database, studio):
    _deliver(public, settings, _mail(reply_to))

    assert _deliver(public, settings, _mail(reply_to)).json() == {"status": "duplicate"}
    assert len(_messages(database, studio, talk)) == 2
    assert len(_emails(database, studio)) == 2


def test_a_mail_that_our_server_did_not_sign_is_refused(public, settings, reply_to, talk, database, studio):
    assert _deliver(public, settings, _mail(reply_to), secret="guessed").status_code == 401
    assert public.post("/webhooks/mail", content=_mail(reply_to).as_bytes()).status_code == 401
    assert len(_messages(database, studio, talk)) == 1


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(_mail("hello@atelier-nord.example"), id="no token"),
        pytest.param(_mail(f"reply+{'0' * 46}@mail.localhost"), id="made up"),
        pytest.param(_mail("REPLY", Auto_Submitted="auto-replied"), id="absence notice"),
        pytest.param(_mail("REPLY", "   "), id="empty"),
    ],
)
def test_what_is_not_a_reply_is_taken_and_forgotten(public, settings, reply_to, talk, database, studio, mail):
    if mail["To"] == "REPLY":
        mail.replace_header("To", reply_to)

    got = _deliver(public, settings, mail)

    assert (got.status_code, got.json()) == (202, {"status": "ignored"})
    assert len(_messages(database, studio, talk)) == 1


def test_a_member_who_left_speaks_for_nobody(public, settings, reply_to, talk, database, studio):
    _deliver(public, settings, _mail(reply_to))
    with database.write(studio.scope) as session:
        session.get(Member, studio.owner_id).archived_at = clock.now()

    told = _emails(database, studio)[-1]
    mail = _mail(told.reply_to, "I was fired", message_id="<m3@x.example>")

    assert _deliver(public, settings, mail).json() == {"status": "ignored"}


def test_a_foreign_sender_is_named(public, settings, reply_to, talk, owner):
    _deliver(public, settings, _mail(reply_to, sender="assistant@byron-mills.example"))

    assert "by mail from assistant@byron-mills.example" in owner.get(f"/inbox/{talk}").text


def test_attachments_are_kept(public, settings, reply_to, talk, database, studio, client_browser):
    mail = _mail(reply_to)
    mail.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="../plan.pdf")
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="virus.exe")

    _deliver(public, settings, mail)

    with database.read(studio.scope) as session:
        file = session.exec(select(File)).one()
    assert (file.filename, file.uploaded_by) == ("plan.pdf", f"contact:{studio.contact_id}")
    assert client_browser.get(f"/portal/files/{file.id}").content == b"%PDF-1.7 x"
