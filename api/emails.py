"""Mail: rendered in the studio's brand and queued in the transaction of what it tells about; sent by the worker's mailer."""

import html as html_text
import re
from typing import Any

import structlog
from sqlmodel import Session

from api.deps import Call
from api.gateways.mail import inline_css, message_id, send_mail, unsubscribe_headers
from api.gateways.storage import LocalFolder
from api.render import brand
from api.web.environment import environment
from models.commands.emails import MailWanted, get_email, has_unsubscribed, mark_failed, mark_sent, queue_email
from models.db import Database
from models.ids import derived_token
from models.settings import Settings
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.files import File
from models.tables.members import Member
from models.tables.workspaces import Workspace
from models.types.mail import Attachment, MailRefused, MailUnavailable, OutgoingMail, SmtpSecurity, SmtpSettings
from models.types.scope import Scope

log = structlog.get_logger("emails")


def queue_mail(
    call: Call,
    *,
    key: str,
    template: str,
    to: Contact | Member | str,
    subject: str,
    context: dict[str, Any],
    is_marketing: bool = False,
    **more: Any,
) -> Email | None:
    """Render a mail and queue it, once per key.

    template: a name under `templates/email/`, without `.html`. to: a person, or a bare address. is_marketing: not sent to
    somebody who unsubscribed. more: the other fields of MailWanted. None when there is nobody to send it to.
    """
    address = to if isinstance(to, str) else to.email
    contact_id = to.id if isinstance(to, Contact) else None
    if not address or (is_marketing and has_unsubscribed(call.session, contact_id)):
        return None
    page = render_mail(call.workspace, template, {"base_url": call.settings.public_url, **context}, subject=subject)
    wanted = MailWanted(
        key=key,
        to_address=address,
        to_name="" if isinstance(to, str) else to.name,
        subject=subject,
        html=page,
        text=as_text(page),
        template=template,
        is_marketing=is_marketing,
        **{"contact_id": contact_id, **more},
    )
    return queue_email(call.session, wanted, message_id=message_id(key, call.settings.mail_domain))


def render_mail(workspace: Workspace, template: str, context: dict[str, Any], *, subject: str) -> str:
    """The mail's HTML with its styles inlined, in the workspace's brand."""
    frame = {"brand": brand(workspace), "zone": workspace.timezone, "locale": workspace.locale, "subject": subject}
    made = environment().get_template(f"email/{template}.html").render({**frame, **context})
    return inline_css(made)


def as_text(page: str) -> str:
    """The plain-text part: links spelled out, tags gone, blank lines few."""
    body = re.sub(r"(?is)<(style|title|head)\b.*?</\1>", "", page)
    body = re.sub(r'(?is)<a\b[^>]*href="([^"#]+)"[^>]*>(.*?)</a>', r"\2 (\1)", body)
    body = re.sub(r"(?i)<br\s*/?>|</(p|div|tr|h[1-6]|li)>", "\n", body)
    body = html_text.unescape(re.sub(r"(?s)<[^>]+>", " ", body))
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in body.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def send_queued(database: Database, settings: Settings, workspace_id: str, email_id: str) -> str:
    """Send one queued mail and record what became of it: `sent`, `queued` (again later) or `refused`.

    The server is spoken to with no transaction open. A crash after it took the mail sends it again with the same
    Message-ID, which is all that SMTP can promise.
    """
    scope = Scope(workspace_id, "worker")
    with database.read(scope) as session:
        email = get_email(session, email_id)
        if email.status != "queued":
            return email.status
        outgoing = _outgoing(session, settings, email)
    error, is_final = _hand_over(outgoing, settings)
    with database.write(scope) as session:
        email = get_email(session, email_id)
        if error:
            log.warning("mail not sent", email_id=email_id, reason=error, final=is_final)
            mark_failed(session, email, error, is_final=is_final)
        else:
            mark_sent(session, email)
        return email.status


def _hand_over(mail: OutgoingMail, settings: Settings) -> tuple[str, bool]:
    """("", False) when the server took it; otherwise the reason, and whether it is a final no."""
    try:
        send_mail(mail, smtp_settings(settings))
    except MailUnavailable as error:
        return error.detail, False
    except MailRefused as error:
        return error.detail, True
    return "", False


def smtp_settings(settings: Settings) -> SmtpSettings:
    """Where the installation hands its mail over."""
    return SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=SmtpSecurity.STARTTLS if settings.smtp_starttls else SmtpSecurity.NONE,
        username=settings.smtp_user or None,
        password=settings.smtp_password or None,
    )


def _outgoing(session: Session, settings: Settings, email: Email) -> OutgoingMail:
    workspace = session.get(Workspace, email.workspace_id)
    assert workspace is not None  # noqa: S101 - the mail belongs to it
    return OutgoingMail(
        message_id=email.message_id,
        sender_name=workspace.sender_name or workspace.name,
        sender_address=workspace.sender_address or f"{workspace.slug}@{settings.mail_domain}",
        to=(email.to_address,),
        subject=email.subject,
        text=email.text,
        html=email.html or None,
        reply_to=email.reply_to or None,
        in_reply_to=email.in_reply_to or None,
        attachments=_attachments(session, settings, email),
        headers=_leaving(settings, email) if email.is_marketing else (),
    )


def _leaving(settings: Settings, email: Email) -> tuple[tuple[str, str], ...]:
    token = derived_token(settings.secret_key, email.id)
    return unsubscribe_headers(f"{settings.public_url}/unsubscribe/{email.id}/{token}")


def _attachments(session: Session, settings: Settings, email: Email) -> tuple[Attachment, ...]:
    store = LocalFolder(settings.files_dir)
    found = []
    for file_id in email.attachments:
        file = session.get(File, file_id)
        if file is not None:
            with store.open(file.storage_key) as blob:
                found.append(Attachment(file.filename, file.media_type, blob.read()))
    if email.invite:
        media_type = f"text/calendar; method={email.invite['method']}; charset=utf-8"
        found.append(Attachment("invite.ics", media_type, email.invite["ics"].encode()))
    return tuple(found)
