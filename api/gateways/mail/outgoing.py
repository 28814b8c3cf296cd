"""Mail out: the MIME form of a mail and its handing over to a mail server."""

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterable
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final

import css_inline

from models.types.errors import Invalid
from models.types.mail import Attachment, MailRefused, MailUnavailable, OutgoingMail, SmtpSecurity, SmtpSettings

_OWN_HEADERS: Final = frozenset(
    {"from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "in-reply-to", "references"}
    | {"mime-version", "content-type", "content-transfer-encoding", "content-disposition", "return-path"}
)
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+")
_BREAKS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the mail that a business key stands for; the same key, the same id.

    key: such as `invoice:inv_01k…:reminder:2`; it cannot be read back from the id.
    A mail that went out twice after a crash thus collapses into one in every mail program and in every check.
    """
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{_ascii_domain(domain)}>"


def unsubscribe_headers(url: str) -> tuple[tuple[str, str], ...]:
    """The headers that give a mail program its unsubscribe button; the address must accept a POST.

    Source: RFC 2369, RFC 8058.
    """
    return (("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))


def send_mail(mail: OutgoingMail, settings: SmtpSettings) -> tuple[str, ...]:
    """Hands a mail over and returns the addresses the server refused for good, when it took the others.

    Not idempotent: a lost answer raises MailUnavailable though the mail may be out; the next try carries the
    same Message-ID.  Raises Invalid for a line break in a header or a crooked address, MailUnavailable when a
    later try may work, MailRefused when not.
    """
    message = to_message(mail)
    receivers = list(dict.fromkeys((*mail.to, *mail.cc)))
    try:
        with _connected(settings, mail.sender_address) as server:
            refused = server.send_message(message, from_addr=_wire(mail.sender_address), to_addrs=[_wire(a) for a in receivers])
    except smtplib.SMTPRecipientsRefused as error:
        raise _for_codes([answer for answer, _ in error.recipients.values()], "The mail server knows no receiver") from error
    except smtplib.SMTPResponseException as error:
        raise _for_codes([error.smtp_code], f"The mail server answers {error.smtp_code} {_words(error.smtp_error)}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefused(f"The mail server cannot do what is asked of it: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailUnavailable(f"The mail server {settings.host}:{settings.port} does not answer: {error}") from error
    return tuple(address for address in receivers if _wire(address) in refused)


def to_message(mail: OutgoingMail) -> EmailMessage:
    """The MIME form of a mail. Raises Invalid for a line break in a header or a crooked address."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = _address(mail.sender_address, mail.sender_name, "sender")
    message["To"] = [_address(address, "", "to") for address in mail.to]
    if mail.cc:
        message["Cc"] = [_address(address, "", "cc") for address in mail.cc]
    if mail.reply_to:
        message["Reply-To"] = _address(mail.reply_to, "", "reply_to")
    message["Subject"] = _one_line(mail.subject, "subject")
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = _one_line(mail.message_id, "message_id")
    if mail.in_reply_to:
        message["In-Reply-To"] = message["References"] = _one_line(mail.in_reply_to, "in_reply_to")
    _add_headers(message, mail.headers)
    message.set_content(mail.text, charset="utf-8")
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html", charset="utf-8")
    for attachment in mail.attachments:
        _attach(message, attachment)
    return message


def inline_css(html: str) -> str:
    """The page with its style rules moved into the elements and its variables resolved; media queries stay. Fetches nothing."""
    return css_inline.inline(html, keep_at_rules=True, load_remote_stylesheets=False, resolve_css_variables=True)


def _connected(settings: SmtpSettings, sender_address: str) -> smtplib.SMTP:
    # Naming ourselves by the sender's domain keeps smtplib from asking the resolver who we are.
    name, timeout = _ascii_domain(sender_address.rpartition("@")[2]), settings.timeout_seconds
    server: smtplib.SMTP
    if settings.security is SmtpSecurity.TLS:
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(settings.host, settings.port, local_hostname=name, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, local_hostname=name, timeout=timeout)
    try:
        if settings.security is SmtpSecurity.STARTTLS:
            server.starttls(context=ssl.create_default_context())
        if settings.username is not None:
            server.login(settings.username, settings.password or "")
    except BaseException:
        server.close()
        raise
    return server


def _for_codes(codes: Iterable[int], words: str) -> MailUnavailable | MailRefused:
    """A final no only when every answer is one; 4xx means: come back later (RFC 5321, 4.2.1)."""
    return MailRefused(f"{words}.") if all(500 <= code < 600 for code in codes) else MailUnavailable(f"{words}.")


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _add_headers(message: EmailMessage, headers: Iterable[tuple[str, str]]) -> None:
    for name, value in headers:
        if not re.fullmatch(r"[A-Za-z0-9-]+", name) or name.lower() in _OWN_HEADERS:
            raise Invalid(f"{name[:40]!r} cannot be set as a further header.", field="headers")
        message[name] = _one_line(value, "headers")


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind, *parameters = (part.strip() for part in attachment.media_type.split(";"))
    maintype, _, subtype = kind.partition("/")
    if kind == "text/calendar" and parameters and message.get_content_type() != "multipart/mixed":
        # Mail programs offer "accept" only for an invite that is a body of the mail, not a file beside it.
        named = {name: value for name, _, value in (parameter.partition("=") for parameter in parameters) if name != "charset"}
        message.add_alternative(attachment.content.decode(), subtype="calendar", charset="utf-8", params=named)
    filename = _one_line(attachment.filename, "filename")
    message.add_attachment(attachment.content, maintype=maintype, subtype=subtype or "octet-stream", filename=filename)


def _address(address: str, name: str, field: str) -> Address:
    if not _ADDRESS.fullmatch(address) or _BREAKS.search(address):
        raise Invalid(f"{address[:80]!r} is not a mail address.", field=field)
    try:
        return Address(display_name=_one_line(name, field), addr_spec=_wire(address))
    except (ValueError, MessageError, IndexError) as error:
        raise Invalid(f"{address[:80]!r} is not a mail address.", field=field) from error


def _wire(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise Invalid(f"{address[:80]!r} has letters before the @ that mail servers do not carry.", field="to")
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError as error:
        raise Invalid(f"{domain[:80]!r} is not a domain.", field="domain") from error


def _one_line(value: str, field: str) -> str:
    if _BREAKS.search(value):
        raise Invalid("A line break is not allowed here.", field=field)
    return value.strip()
