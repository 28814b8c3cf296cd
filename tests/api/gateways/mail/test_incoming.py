"""Strangers' mail is taken apart without a stumble, and only what they wrote counts as the reply."""

import random
import time

import pytest

from api.gateways.mail import inbound_signature, is_inbound_genuine, parse_incoming, reply_text, to_message
from models.types.mail import Attachment, OutgoingMail

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("raw", "reply"),
    [
        ("Yes, go.\n\nOn Mon, 2 Mar 2026 at 10:00, Birch <a@b.example> wrote:\n> Shall we?\n> Ada", "Yes, go."),
        ("Ja, passt.\r\n\r\nAm 02.03.2026 um 10:00 schrieb Birch <a@b.example>:\r\n> Sollen wir?\r\n", "Ja, passt."),
        ("Bonjour, oui.\n\nLe lun. 2 mars 2026 à 10:00, Birch <a@b.example> a écrit :\n> On y va ?", "Bonjour, oui."),
        ("Deal\n\n________________________________\nFrom: Birch\nSent: Monday\nTo: Ada\nSubject: Hi\n\nold words", "Deal"),
        ("Klar\n-- \nAda Lovelace\n+44 20", "Klar"),
        ("Two\n\nparagraphs here.", "Two\n\nparagraphs here."),
        ("> only a quote", "> only a quote"),
        ("", ""),
    ],
    ids=["english", "german", "french", "outlook", "signature", "no quote", "only quote", "empty"],
)
def test_only_the_new_words_are_the_reply(raw, reply):
    assert reply_text(raw) == reply


def test_no_input_keeps_the_quote_finder_busy():
    """The library's patterns took minutes on some of these."""
    rng = random.Random(3)
    words = [
        "On ",
        "wrote:",
        "\n",
        "\n\n",
        "> ",
        " ",
        "\t",
        "_",
        "-",
        "Sent ",
        "From: ",
        "Am ",
        "a écrit :",
        "\u2003",
        "*",
        "\n--\n",
    ]
    hostile = ["".join(rng.sample(words, rng.randint(1, 4))) * 20_000 for _ in range(60)]
    started = time.process_time()
    for text in [*hostile, "\n" * 200_000, " " * 200_000, "On " + "x" * 200_000 + " wrote"]:
        reply_text(text)
    assert time.process_time() - started < 20


def test_a_mail_comes_apart_into_its_fields():
    attached = Attachment("brief.pdf", "application/pdf", b"%PDF-1.7 x")
    mail = OutgoingMail(
        "<1@c.example>", "Ada Łoś", "Ada@C.example", ("reply+tok@birch.example",), "Re: Angebot – ja!",
        "Gern.\n\nAm 02.03.2026 um 10:00 schrieb Birch <a@b.example>:\n> Sollen wir?", "<p>Gern.</p>",
        in_reply_to="<0@birch.example>", attachments=(attached,),
    )  # fmt: skip
    got = parse_incoming(to_message(mail).as_bytes())
    assert (got.message_id, got.in_reply_to, got.references) == ("<1@c.example>", "<0@birch.example>", ("<0@birch.example>",))
    assert (got.sender_name, got.sender_address, got.to) == ("Ada Łoś", "ada@c.example", ("reply+tok@birch.example",))
    assert (got.subject, got.reply) == ("Re: Angebot – ja!", "Gern.")
    assert "Sollen wir?" in got.text
    assert got.html is not None
    assert got.html.strip() == "<p>Gern.</p>"
    assert got.attachments == (attached,)
    assert got.sent_at is not None
    assert not got.is_automatic


def test_a_mail_with_html_alone_has_text_too():
    html = "<head><title>t</title><style>p{}</style></head><p>Ja &amp; nein<br>doch</p><script>x</script>"
    got = parse_incoming(b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())
    assert got.text == "Ja & nein\ndoch"


@pytest.mark.parametrize(
    ("header", "is_automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: no", False),
        ("Precedence: bulk", True),
        ("List-Id: <all.example>", True),
        ("Return-Path: <>", True),
        ("Content-Type: multipart/report; boundary=x", True),
        ("X-Mailer: Mutt", False),
    ],
)
def test_machines_are_told_from_people(header, is_automatic):
    raw = f"From: a@b.example\r\nSubject: x\r\n{header}\r\n\r\nAway until Monday".encode()
    assert parse_incoming(raw).is_automatic is is_automatic


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe" * 100,
        b"From: \r\nTo: ,,,\r\nDate: yesterday\r\nReferences: x\r\n\r\nhi",
        b"From: =?utf-8?b?!!!?= <a@b>\r\nSubject: =?nope?q?x?=\r\n\r\n",
        b"Content-Type: text/plain; charset=klingon-8\r\n\r\n\xff\xfehi",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x\r\n\r\n--x",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nx",
        b'Content-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nroot',
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64",
        b"Message-ID: <a\r\n b@c>\r\nFrom: a@b.c <\r\n\r\n",
        b"From: a@b.example, c@d.example\r\nTo: group: x@y.example;\r\nDate: Mon, 99 Foo 2026 99:99:99 +9999\r\n\r\n",
    ],
)
def test_broken_mail_never_raises(raw):
    got = parse_incoming(raw)
    assert "\n" not in got.subject
    assert all("/" not in one.filename for one in got.attachments)


def test_random_damage_never_raises():
    rng = random.Random(11)
    attached = (Attachment("a.bin", "a/b", b"1" * 90),)
    mail = OutgoingMail("<1@c.example>", "Ada", "ada@c.example", ("b@d.example",), "Über", "x", "<p>x", attachments=attached)
    whole = to_message(mail).as_bytes()
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 12)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        parse_incoming(bytes(damaged))


def test_only_our_own_server_can_hand_mail_in():
    raw = b"From: a@b.example\r\n\r\nhi"
    genuine = inbound_signature(raw, SECRET)
    assert is_inbound_genuine(raw, genuine, SECRET)
    for forged in (
        genuine[:-1] + ("0" if genuine[-1] != "0" else "1"),
        "",
        "ü" * 64,
        inbound_signature(raw, "other"),
        genuine.upper(),
    ):
        assert not is_inbound_genuine(raw, forged, SECRET)
    assert not is_inbound_genuine(raw + b"!", genuine, SECRET)
