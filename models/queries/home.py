"""What needs the studio today, what waits on clients, and money."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.rules.dates import end_of_month, start_of_day
from models.tables.contacts import Contact
from models.tables.conversations import Conversation
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer
from models.tables.tasks import Task
from models.tables.waits import Wait


@dataclass(frozen=True, slots=True)
class OpenWait:
    """An open wait with what it is about."""

    wait: Wait
    engagement: Engagement | None
    client: str
    """The client's name, or ""."""


@dataclass(slots=True)
class Sum:
    """Money of one kind over currencies, and how many things it comes from."""

    minor: dict[str, int] = field(default_factory=dict)
    """Currency to minor units."""
    count: int = 0

    def add(self, minor: int, currency: str) -> None:
        """Count one more thing in."""
        self.minor[currency] = self.minor.get(currency, 0) + minor
        self.count += 1


@dataclass(slots=True)
class MoneyOutlook:
    """What clients owe, and what should come."""

    due: Sum = field(default_factory=Sum)
    """Issued, unpaid, not late."""
    overdue: Sum = field(default_factory=Sum)
    expected: Sum = field(default_factory=Sum)
    """Invoices that fall due until the month's end, late ones too, and retainer periods that begin until then."""


def list_open_waits(session: Session, *, whom: str = "", kind: str = "", since_before: datetime | None = None) -> list[OpenWait]:
    """Open waits of the studio, longest first; of archived engagements none are open."""
    statement = select(Wait).where(col(Wait.closed_at).is_(None))
    if whom:
        statement = statement.where(Wait.whom == whom)
    if kind:
        statement = statement.where(Wait.kind == kind)
    if since_before is not None:
        statement = statement.where(col(Wait.since) <= since_before)
    waits = list(session.exec(statement.order_by(col(Wait.since), col(Wait.id)).limit(500)))
    engagements = _engagements(session, {wait.engagement_id for wait in waits if wait.engagement_id})
    people = _people(session, {one.contact_id for one in engagements.values()})
    return [_open_wait(wait, engagements.get(wait.engagement_id or ""), people) for wait in waits]


def list_due_tasks(session: Session, member_id: str, *, today: date) -> list[Task]:
    """A member's open tasks that are due today or were before, the oldest first."""
    statement = select(Task).where(
        Task.assignee_id == member_id, Task.status == "open", col(Task.archived_at).is_(None), col(Task.due_on) <= today
    )
    return list(session.exec(statement.order_by(col(Task.due_on), col(Task.id)).limit(50)))


def list_unanswered(session: Session) -> list[Conversation]:
    """Talks in which a client waits for an answer, longest first."""
    statement = select(Conversation).where(col(Conversation.is_waiting_on_us).is_(True), col(Conversation.archived_at).is_(None))
    return list(session.exec(statement.order_by(col(Conversation.last_message_at)).limit(50)))


def get_money_outlook(session: Session, *, today: date, zone: str) -> MoneyOutlook:
    """What is due, late and expected until the month's end. today: in the studio's zone."""
    outlook = MoneyOutlook()
    month_end = end_of_month(today)
    for invoice in session.exec(select(Invoice).where(Invoice.status == "open")):
        left = invoice.total_minor - invoice.paid_minor
        is_late = invoice.due_on is not None and invoice.due_on < today
        (outlook.overdue if is_late else outlook.due).add(left, invoice.currency)
        if invoice.due_on is not None and invoice.due_on <= month_end:
            outlook.expected.add(left, invoice.currency)
    for retainer in _billed_before(session, start_of_day(month_end + timedelta(days=1), zone)):
        outlook.expected.add(retainer.amount_minor, retainer.currency)
    return outlook


def contact_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Contact id to name."""
    return _people(session, set(ids))


def _billed_before(session: Session, instant: datetime) -> list[Retainer]:
    """Active retainers whose workflow waits for a period that begins before an instant."""
    waiting = select(Wait.subject_id).where(
        col(Wait.workflow_id).startswith("retainer/"), col(Wait.closed_at).is_(None), col(Wait.until) < instant
    )
    return list(session.exec(select(Retainer).where(Retainer.status == "active", col(Retainer.id).in_(waiting))))


def _open_wait(wait: Wait, engagement: Engagement | None, people: dict[str, str]) -> OpenWait:
    return OpenWait(wait, engagement, people.get(engagement.contact_id, "") if engagement else "")


def _engagements(session: Session, ids: set[str]) -> dict[str, Engagement]:
    return {row.id: row for row in session.exec(select(Engagement).where(col(Engagement.id).in_(ids)))} if ids else {}


def _people(session: Session, ids: set[str]) -> dict[str, str]:
    return {row.id: row.name for row in session.exec(select(Contact).where(col(Contact.id).in_(ids)))} if ids else {}
