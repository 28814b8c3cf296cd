"""Mail waits here until it is sent. One row per business key, so one mail per intent."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from models import clock
from models.commands.events import record
from models.db import scope_of, workspace_id_of
from models.ids import new_id
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.types.errors import NotFound

LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 250
"""About five days: a mail server that is away over a long weekend loses nothing (decision 0013)."""


@dataclass(frozen=True, slots=True)
class MailWanted:
    """A rendered mail to one recipient. key: the business key, such as `invoice:inv_…:delivery`."""

    key: str
    to_address: str
    subject: str
    html: str
    text: str
    template: str = ""
    is_marketing: bool = False
    to_name: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    attachments: list[str] = field(default_factory=list)
    invite: dict[str, str] = field(default_factory=dict)
    engagement_id: str | None = None
    contact_id: str | None = None
    subject_kind: str = ""
    subject_id: str = ""


def queue_email(session: Session, wanted: MailWanted, *, message_id: str) -> Email:
    """Queue a mail; the same key again is the mail that is there already."""
    known = find_email(session, wanted.key)
    if known is not None:
        return known
    email = Email(
        id=new_id("eml"),
        workspace_id=workspace_id_of(session),
        message_id=message_id,
        cause=asdict(scope_of(session).cause),
        **asdict(wanted),
    )
    session.add(email)
    session.flush()
    return email


def find_email(session: Session, key: str) -> Email | None:
    """The mail of a business key, or None."""
    return session.exec(select(Email).where(Email.key == key)).one_or_none()


def claim_emails(session: Session, *, now: datetime, limit: int) -> list[Email]:
    """Mails that are due to be sent, oldest first, each leased to the caller. Works across workspaces."""
    due = (
        select(Email)
        .where(Email.status == "queued", or_(col(Email.next_try_at).is_(None), col(Email.next_try_at) <= now))
        .order_by(col(Email.id))
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    emails = list(session.exec(due))
    for email in emails:
        email.next_try_at = now + LEASE
        email.attempts += 1
    return emails


def mark_sent(session: Session, email: Email) -> None:
    """Record that the mail server took it. Doing it twice changes nothing."""
    if email.status == "sent":
        return
    email.status, email.sent_at, email.error = "sent", clock.now(), ""
    record(session, "email.sent", email.id, engagement_id=email.engagement_id, contact_id=email.contact_id)


def mark_failed(session: Session, email: Email, error: str, *, is_final: bool) -> None:
    """Record a failed attempt: try again later, or give up when the server refused it for good."""
    email.error = error[:500]
    if is_final or email.attempts >= MAX_ATTEMPTS:
        email.status = "refused"
        record(session, "email.refused", email.id, engagement_id=email.engagement_id, contact_id=email.contact_id)
    else:
        email.next_try_at = clock.now() + timedelta(seconds=min(1800, 2**email.attempts))


def cancel_queued(session: Session, key_prefix: str, *, reason: str) -> None:
    """Take back the mails of a subject that have not left yet: what they tell of has become pointless."""
    waiting = select(Email).where(Email.status == "queued", col(Email.key).startswith(key_prefix, autoescape=True))
    for email in session.exec(waiting):
        email.status, email.error = "canceled", reason


def get_email(session: Session, email_id: str) -> Email:
    """One mail. Raises NotFound."""
    email = session.get(Email, email_id)
    if email is None:
        raise NotFound("There is no such mail.")
    return email


def has_unsubscribed(session: Session, contact_id: str | None) -> bool:
    """Whether a contact asked for no more mail that they did not order themselves."""
    contact = session.get(Contact, contact_id) if contact_id else None
    return contact is not None and contact.unsubscribed_at is not None
