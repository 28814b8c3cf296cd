"""The sink keeps every delivery, shows it harmlessly, and breaks on demand."""

import hashlib
import hmac
import signal
import smtplib
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from api.gateways.mail import message_id, parse_incoming, send_mail
from models.types.mail import Attachment, OutgoingMail
from tests.standins.mail_sink import MailSink, running_mail_sink

EVIL = '<script>fetch("/api/messages",{method:"DELETE"})</script><img src=x onerror=alert(1)><p>Hello</p>'


def mail(key="1", **changes):
    known: dict[str, Any] = {"to": ("ada@client.example",), "subject": f"Proposal {key}", "text": "Hi Ada", "html": EVIL}
    known.update(changes)
    return OutgoingMail(message_id(key, "birch.example"), "Birch", "studio@birch.example", **known)


@pytest.fixture(scope="module")
def product():
    """The product's door for incoming mail, as far as the sink can see it."""
    heard = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((body, dict(self.headers)))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_):
            return

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, heard
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def sink(tmp_path_factory, product):
    inbound = ("--inbound-url", f"http://127.0.0.1:{product[0]}/inbound", "--inbound-secret", "s3cret")
    with running_mail_sink(tmp_path_factory.mktemp("sink"), *inbound) as running:
        yield running


@pytest.fixture(autouse=True)
def _empty(sink):
    sink.clear()


def test_a_repeated_message_id_is_kept_twice_and_counted(sink):
    for _ in range(3):
        send_mail(mail(), sink.settings)
    send_mail(mail("2"), sink.settings)
    assert [one["copies"] for one in sink.messages()] == [1, 3, 3, 3]
    assert "×3" in httpx.get(sink.url).text


def test_mails_without_an_id_are_not_taken_for_copies(sink):
    with smtplib.SMTP("127.0.0.1", sink.smtp_port, local_hostname="t.example") as server:
        for word in ("a", "b"):
            server.sendmail("x@y.example", ["z@y.example"], f"Subject: {word}\r\n\r\n{word}")
    assert [one["copies"] for one in sink.messages()] == [1, 1]


def test_searches_narrow_the_list(sink):
    for key, to in (("1", "ada@client.example"), ("2", "bo@other.example"), ("3", "ada@client.example")):
        send_mail(mail(key, to=(to,)), sink.settings)
    everything = sink.messages()
    assert [one["subject"] for one in sink.messages(to="ADA@")] == ["Proposal 3", "Proposal 1"]
    assert [one["subject"] for one in sink.messages(subject="posal 2")] == ["Proposal 2"]
    assert [one["subject"] for one in sink.messages(since=str(everything[1]["id"]))] == ["Proposal 3"]
    assert [one["subject"] for one in sink.messages(since=everything[1]["received_at"])] == ["Proposal 3"]
    assert sink.messages(subject="%") == []
    assert httpx.get(f"{sink.url}/api/messages", params={"since": "tomorrow"}).status_code == 422


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    sink = MailSink(tmp_path / "mail.db")
    sink.start()
    for key in range(20):
        send_mail(mail(str(key)), sink.settings)
    sink.stop(signal.SIGKILL)
    sink.start()
    try:
        assert len(sink.messages()) == 20
        send_mail(mail("7"), sink.settings)
        assert sink.messages()[0]["copies"] == 2
    finally:
        sink.stop()


def test_away_for_a_while_and_back_again(sink):
    sink.fault(down=1)
    with pytest.raises(OSError, match="refused"):
        smtplib.SMTP("127.0.0.1", sink.smtp_port, local_hostname="t.example")
    time.sleep(1.3)
    send_mail(mail(), sink.settings)
    assert len(sink.messages()) == 1


def test_the_mails_html_is_shown_without_powers(sink):
    send_mail(mail(), sink.settings)
    number = sink.messages()[0]["id"]
    page = httpx.get(f"{sink.url}/messages/{number}")
    body = httpx.get(f"{sink.url}/messages/{number}/body")
    assert EVIL not in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert EVIL in body.text
    assert body.headers["content-security-policy"].startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'"
    )


def test_attachments_come_back_byte_for_byte(sink):
    content = bytes(range(256)) * 40
    attached = (Attachment("a.pdf", "application/pdf", content), Attachment("<b>.html", "text/html", b"<script>"))
    send_mail(mail(attachments=attached), sink.settings)
    number = sink.messages()[0]["id"]
    first, second = (httpx.get(f"{sink.url}/messages/{number}/attachments/{index}") for index in (0, 1))
    assert first.content == content
    assert second.headers["content-type"] == "application/octet-stream"
    assert second.headers["content-disposition"].startswith("attachment")
    assert httpx.get(f"{sink.url}/messages/{number}/attachments/2").status_code == 404
    assert httpx.get(f"{sink.url}/messages/999999").status_code == 404


@pytest.mark.parametrize("view", ["html", "phone", "text", "source"])
def test_every_view_renders(sink, view):
    send_mail(mail(), sink.settings)
    page = httpx.get(f"{sink.url}/messages/{sink.messages()[0]['id']}", params={"view": view, "q": "Proposal"})
    assert page.status_code == 200
    assert "Proposal 1" in page.text


def test_a_reply_reaches_the_product_as_signed_raw_mail(sink, product):
    send_mail(mail(reply_to="reply+tok@birch.example"), sink.settings)
    sent = sink.messages()[0]
    answer = httpx.post(f"{sink.url}/api/reply/{sent['id']}", json={"text": "Looks good — one question?"})
    assert answer.json()["status"] == 202
    raw, headers = product[1][-1]
    assert headers["X-Inbound-Signature"] == hmac.new(b"s3cret", raw, hashlib.sha256).hexdigest()
    got = parse_incoming(raw)
    assert (got.sender_address, got.to, got.in_reply_to) == (
        "ada@client.example",
        ("reply+tok@birch.example",),
        sent["message_id"],
    )
    assert (got.subject, got.reply) == ("Re: Proposal 1", "Looks good — one question?")


def test_other_hosts_names_are_not_answered(sink):
    assert httpx.get(f"{sink.url}/api/messages", headers={"Host": "evil.example"}).status_code == 400


def test_a_taken_port_is_one_clear_line(sink, tmp_path):
    twin = MailSink(tmp_path / "mail.db", smtp_port=sink.smtp_port)
    with pytest.raises(AssertionError, match="did not start"):
        twin.start()
