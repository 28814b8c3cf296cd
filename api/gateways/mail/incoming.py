"""Mail in: a raw mail taken apart, the reply in it found, its way to us proved."""

import hashlib
import hmac
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape
from typing import Final, TypeVar, cast

import nh3
from mailparser_reply.parser import EmailReplyParser

from models.types.mail import Attachment, IncomingMail

_BREAKS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_MAX_PARTS: Final = 200
_REPLY_LANGUAGES: Final = ["en", "de", "fr", "es", "it", "nl", "pl", "cs", "da", "sv"]

_T = TypeVar("_T")


def parse_incoming(raw: bytes) -> IncomingMail:
    """A mail taken apart. Never raises: what cannot be read is left empty or shown with replacement marks."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    text, html, attachments = _bodies(message)
    whole = text if text is not None else _text_of(html or "")
    sender_name, sender_address = (_addresses(message, "From") or [("", "")])[0]
    return IncomingMail(
        message_id=_header(message, "Message-ID") or None,
        sender_name=sender_name,
        sender_address=sender_address.lower(),
        to=tuple(address.lower() for _, address in _addresses(message, "To")),
        cc=tuple(address.lower() for _, address in _addresses(message, "Cc")),
        subject=_header(message, "Subject"),
        text=whole,
        reply=reply_text(whole),
        html=html,
        in_reply_to=_header(message, "In-Reply-To") or None,
        references=tuple(re.findall(r"<[^<>\s]+>", _header(message, "References"))),
        sent_at=_sent_at(message),
        is_automatic=_is_automatic(message),
        attachments=tuple(attachments),
    )


def reply_text(raw: str) -> str:
    """What the writer of a reply added: no quoted mail, no signature, no blank edges.

    A mail that is nothing but quote (written between the quoted lines) comes back whole.
    """
    text = _tamed(raw)
    reply = EmailReplyParser(languages=_REPLY_LANGUAGES).parse_reply(text=text) or ""
    kept: list[str] = []
    for line in reply.split("\n"):
        if line.strip() == "--":
            break
        kept.append(line)
    return re.sub(r"(?:\n\s*[_-]{5,}\s*)+$", "", "\n".join(kept)).strip() or text.strip()


def inbound_signature(raw: bytes, secret: str) -> str:
    """The proof that a raw mail comes from our own mail server: HMAC-SHA-256 over its bytes, hexadecimal."""
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def is_inbound_genuine(raw: bytes, signature: str, secret: str) -> bool:
    """Whether the X-Inbound-Signature header fits the bytes. Anything odd in it is a plain no."""
    return hmac.compare_digest(inbound_signature(raw, secret).encode(), signature.encode("utf-8", "replace"))


def _tamed(raw: str) -> str:
    """The beginning of a text in a shape on which the quote finder's patterns cannot run away.

    Unbounded, 50,000 line breaks kept it busy for four minutes; in this shape no input took more than a moment.
    """
    text = re.sub(r"[^\S\n]{5,}", "    ", raw[:200_000].replace("\r\n", "\n").replace("\r", "\n"))
    text = "\n".join(line.rstrip()[:500] for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text)[:8_000]


def _bodies(message: EmailMessage) -> tuple[str | None, str | None, list[Attachment]]:
    text: str | None = None
    html: str | None = None
    attachments: list[Attachment] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        is_body = part.get_content_disposition() != "attachment" and not part.get_filename()
        if is_body and kind == "text/plain" and text is None:
            text = _content(part)
        elif is_body and kind == "text/html" and html is None:
            html = _content(part)
        else:
            attachments.append(Attachment(_filename(part), kind, _payload(part)))
    return text, html, _without_twins(attachments)


def _without_twins(attachments: list[Attachment]) -> list[Attachment]:
    """Invites travel twice in a mail, as a body and as a file; the file is kept."""
    kept = {attachment.content: attachment for attachment in attachments if attachment.media_type == "text/calendar"}
    return [one for one in attachments if one.media_type != "text/calendar" or kept[one.content] is one]


def _leaves(message: EmailMessage) -> list[EmailMessage]:
    """The parts that hold something, in order. A forwarded mail is one part, not looked into."""
    found: list[EmailMessage] = []
    pending = [message]
    while pending and len(found) < _MAX_PARTS:
        part = pending.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            pending[:0] = cast(list[EmailMessage], part.get_payload())
        else:
            found.append(part)
    return found


def _content(part: EmailMessage) -> str:
    payload = _payload(part)
    try:
        return payload.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
    except LookupError:  # a charset nobody knows
        return payload.decode("utf-8", "replace").replace("\r\n", "\n")


def _payload(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = cast(list[EmailMessage], part.get_payload()) if part.is_multipart() else []
        return b"".join(one.as_bytes() for one in inner)
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _filename(part: EmailMessage) -> str:
    name = re.split(r"[/\\]", part.get_filename() or "")[-1]
    name = _BREAKS.sub("", name).strip().lstrip(".")[-120:]
    ending = {"message/rfc822": "eml", "text/calendar": "ics"}.get(part.get_content_type(), part.get_content_subtype())
    return name or f"attachment.{re.sub(r'[^a-z0-9]', '', ending) or 'bin'}"


def _text_of(html: str) -> str:
    broken = re.sub(r"(?i)<br\s*/?>|</(?:p|div|li|tr|h[1-6]|blockquote)>", "\n", html[:500_000])
    return unescape(nh3.clean(broken, tags=set(), clean_content_tags={"script", "style", "head", "title"})).strip()


def _header(message: EmailMessage, name: str) -> str:
    return _guarded(lambda: _BREAKS.sub(" ", str(message.get(name, ""))).strip(), "")


def _addresses(message: EmailMessage, name: str) -> list[tuple[str, str]]:
    nobody: list[tuple[str, str]] = []
    return _guarded(lambda: [one for one in getaddresses(map(str, message.get_all(name, []))) if "@" in one[1]], nobody)


def _sent_at(message: EmailMessage) -> datetime | None:
    with suppress(ValueError, TypeError, OverflowError):
        sent = parsedate_to_datetime(_header(message, "Date"))
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _is_automatic(message: EmailMessage) -> bool:
    """Source: RFC 3834; the others are what list servers and absence notices set in practice."""
    return (
        _header(message, "Auto-Submitted").lower() not in {"", "no"}
        or _header(message, "Precedence").lower() in {"bulk", "junk", "list", "auto_reply"}
        or bool(_header(message, "List-Id") or _header(message, "X-Autoreply") or _header(message, "X-Autorespond"))
        or _header(message, "Return-Path") == "<>"
        or message.get_content_type() == "multipart/report"
    )


def _guarded(read: Callable[[], _T], otherwise: _T) -> _T:
    """Some broken headers raise only when they are looked at, with all kinds of errors."""
    try:
        return read()
    except Exception:
        return otherwise
