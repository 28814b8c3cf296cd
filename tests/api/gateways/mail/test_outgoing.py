"""Mail goes out whole, once per key, and never with a header somebody typed into a field."""

import smtplib
import socket
import threading
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest

from api.gateways.mail import inline_css, message_id, send_mail, to_message, unsubscribe_headers
from models.types.errors import Invalid
from models.types.mail import Attachment, MailRefused, MailUnavailable, OutgoingMail, SmtpSecurity, SmtpSettings
from tests.standins.mail_sink import running_mail_sink

MAIL = OutgoingMail(
    message_id=message_id("invoice:inv_1:send", "birch.example"),
    sender_name="Birch & Stone, Studio",
    sender_address="studio@birch.example",
    to=("ada@client.example",),
    subject="Rechnung 2026-014 über 1.190,00 €",
    text="Guten Tag Ada,\n.\nim Anhang.",
    html="<p>Guten Tag Ada</p>",
)
BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\0"]


@pytest.fixture(scope="module")
def sink(tmp_path_factory):
    with running_mail_sink(tmp_path_factory.mktemp("sink")) as running:
        yield running


@pytest.fixture(autouse=True)
def _empty(sink):
    sink.clear()
    sink.fault(refuse=0)


def test_everything_arrives_as_it_was_meant(sink):
    invite = Attachment("invite.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    pdf = Attachment("Rechnung – März.pdf", "application/pdf", b"%PDF-1.7 \x00\xff" * 5000)
    mail = replace(
        MAIL,
        cc=("bo@client.example",),
        reply_to="reply+tok@birch.example",
        in_reply_to="<before@client.example>",
        attachments=(invite, pdf),
        headers=unsubscribe_headers("https://birch.example/u/1"),
    )
    assert send_mail(mail, sink.settings) == ()
    [got] = sink.messages(to="ADA@client", subject="rechnung")
    headers = {name.lower(): value for name, value in got["headers"]}
    assert (got["from"], got["from_name"], got["to"], got["cc"]) == (
        "studio@birch.example", "Birch & Stone, Studio", ["ada@client.example"], ["bo@client.example"],
    )  # fmt: skip
    assert got["envelope"]["to"] == ["ada@client.example", "bo@client.example"]
    assert (got["subject"], got["text"].strip(), got["html"].strip()) == (MAIL.subject, MAIL.text, MAIL.html)
    assert got["message_id"] == MAIL.message_id
    assert headers["in-reply-to"] == headers["references"] == "<before@client.example>"
    assert headers["list-unsubscribe"] == "<https://birch.example/u/1>"
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert headers["reply-to"] == "reply+tok@birch.example"
    files = [(one["filename"], one["media_type"], one["size"]) for one in got["attachments"]]
    assert files == [("invite.ics", "text/calendar", 32), ("Rechnung – März.pdf", "application/pdf", 55_000)]


def test_an_invite_is_a_body_that_mail_programs_can_answer():
    invite = Attachment("invite.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    message = BytesParser(policy=policy.default).parsebytes(to_message(replace(MAIL, attachments=(invite,))).as_bytes())
    alternative = next(part for part in message.walk() if part.get_content_type() == "multipart/alternative")
    kinds = [(part.get_content_type(), part.get_param("method")) for part in alternative.iter_parts()]
    assert kinds == [("text/plain", None), ("text/html", None), ("text/calendar", "REQUEST")]


def test_the_same_key_is_the_same_message_id():
    assert message_id("booking:1:confirm", "Büro.example") == message_id("booking:1:confirm", "büro.example")
    assert message_id("booking:1:confirm", "b.example") != message_id("booking:2:confirm", "b.example")
    assert "booking" not in message_id("booking:1:confirm", "b.example")


@pytest.mark.parametrize("line_break", BREAKS, ids=ascii)
@pytest.mark.parametrize(
    "field", ["subject", "sender_name", "sender_address", "to", "cc", "reply_to", "in_reply_to", "headers", "message_id"]
)
def test_no_field_can_add_a_header(field, line_break):
    poison = f"x{line_break}Bcc: all@victim.example"
    values: dict[str, Any] = {"to": (poison,), "cc": (poison,), "headers": (("X-Note", poison),)}
    with pytest.raises(Invalid):
        to_message(replace(MAIL, **{field: values.get(field, poison)}))


@pytest.mark.parametrize("name", ["Bcc", "from", "X-A: b\r\nBcc", "Content-Type", "", "X Y"])
def test_further_headers_cannot_replace_our_own(name):
    with pytest.raises(Invalid):
        to_message(replace(MAIL, headers=((name, "x@y.example"),)))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@x.example",
        "a@b@c.example",
        "Ada <ada@x.example>",
        "a@x.example,b@x.example",
        "a b@x.example",
        "a@x..example",
    ],
)
def test_a_crooked_address_is_invalid(address):
    with pytest.raises(Invalid):
        to_message(replace(MAIL, to=(address,)))


def test_a_foreign_domain_travels_in_its_ascii_form(sink):
    send_mail(replace(MAIL, to=("ada@bücher.example",)), sink.settings)
    assert sink.messages()[0]["envelope"]["to"] == ["ada@xn--bcher-kva.example"]


def test_come_back_later_is_unavailable_and_then_works(sink):
    sink.fault(refuse=2)
    for _ in range(2):
        with pytest.raises(MailUnavailable, match="451"):
            send_mail(MAIL, sink.settings)
    send_mail(MAIL, sink.settings)
    assert len(sink.messages()) == 1


def test_a_server_that_is_away_is_unavailable(sink):
    sink.fault(down=30)
    with pytest.raises(MailUnavailable, match="does not answer"):
        send_mail(MAIL, sink.settings)
    sink.fault(down=0)


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"554 5.7.1 Go away\r\n", MailRefused),
        (b"421 4.3.2 Busy\r\n", MailUnavailable),
        (b"HTTP/1.1 400\r\n", MailUnavailable),
        (b"", MailUnavailable),
    ],
)
def test_the_servers_number_decides(greeting, error):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_greet, args=(server, greeting), daemon=True).start()
        settings = SmtpSettings("127.0.0.1", server.getsockname()[1], SmtpSecurity.NONE, timeout_seconds=0.5)
        with pytest.raises(error):
            send_mail(MAIL, settings)


def test_starttls_that_the_server_lacks_is_refused_not_skipped(sink):
    with pytest.raises(MailRefused):
        send_mail(MAIL, replace(sink.settings, security=SmtpSecurity.STARTTLS))
    assert sink.messages() == []


def test_refused_receivers_are_named(sink, monkeypatch):
    """Real servers refuse single receivers; the sink takes all, so its answer is bent here."""
    original = smtplib.SMTP.rcpt

    def rcpt(self, address, options=()):
        return (550, b"unknown") if address.startswith("bo@") else original(self, address, options)

    monkeypatch.setattr(smtplib.SMTP, "rcpt", rcpt)
    assert send_mail(replace(MAIL, cc=("bo@client.example",)), sink.settings) == ("bo@client.example",)
    with pytest.raises(MailRefused, match="knows no receiver"):
        send_mail(replace(MAIL, to=("bo@client.example",)), sink.settings)


def test_css_moves_into_the_elements_and_media_queries_stay():
    page = inline_css(
        "<html><head><style>p { color: #123456 } @media (max-width: 600px) { p { color: red } }</style>"
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"></head><body><p>Hi</p></body></html>'
    )
    assert '<p style="color: #123456;">Hi</p>' in page
    assert "@media" in page


def _greet(server, greeting):
    connection, _ = server.accept()
    with connection:
        connection.sendall(greeting)
