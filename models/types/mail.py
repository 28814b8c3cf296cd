"""A mail as the product sees it: what goes out, what comes in, and how to reach the server."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.types.errors import Refused, Unavailable


class MailUnavailable(Unavailable):
    """The mail server does not answer or asks to come back later; send the same mail again."""


class MailRefused(Refused):
    """The mail server said a final no: to the sender, to every recipient or to the content."""


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mail is handed over."""

    host: str
    port: int = 587
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_seconds: float = 15.0
    """For each step of the conversation: connecting, and every answer."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a mail, or inside a PDF."""

    filename: str
    media_type: str
    """Such as `application/pdf`; parameters are allowed: `text/calendar; method=REQUEST`."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail to hand over. Its `message_id` comes from a business key, so a retry is the same mail."""

    message_id: str
    """With angle brackets."""
    sender_name: str
    sender_address: str
    to: tuple[str, ...]
    """Bare addresses, without names."""
    subject: str
    text: str
    html: str | None = None
    cc: tuple[str, ...] = ()
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str | None = None
    """The Message-ID this mail answers; mail programs thread by it."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers, such as List-Unsubscribe; never one that has a field of its own here."""


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """One mail that arrived, taken apart."""

    message_id: str | None
    sender_name: str
    sender_address: str
    """Lower case; empty when the mail names no sender."""
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    """The whole plain text, quotes included; made from the HTML when the mail has nothing else."""
    reply: str
    """What the sender wrote, without the quoted mail below it and without the signature."""
    html: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    sent_at: datetime | None
    """As the sender's machine claims, UTC."""
    is_automatic: bool
    """An absence notice, a bounce or a mailing list: never answer it by itself, never count it as a reply."""
    attachments: tuple[Attachment, ...]
