"""The story of a person or an engagement: events, with the messages, mails, documents and money they are about."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, SQLModel, col, or_, select

from models.queries.event_causes import cause_of
from models.rules.timeline import HIDDEN, event_href, event_icon, event_title, why_text
from models.tables.automations import Automation
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.contracts import Contract
from models.tables.conversations import Message
from models.tables.emails import Email
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.files import File
from models.tables.forms import Form
from models.tables.invoices import Invoice
from models.tables.members import ApiToken, Member
from models.tables.payments import Payment
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.tables.retainers import Retainer
from models.tables.tasks import Task
from models.types.automation_authors import RunAuthor
from models.types.scope import Cause
from models.types.timeline import Timeline, TimelineItem

# What a subject is called, by its kind: the table and the column of its name.
_NAMED: dict[str, tuple[type[SQLModel], str]] = {
    "contact": (Contact, "name"),
    "company": (Company, "name"),
    "proposal": (Proposal, "title"),
    "contract": (Contract, "title"),
    "project": (Project, "name"),
    "task": (Task, "title"),
    "file": (File, "filename"),
    "invoice": (Invoice, "number"),
    "retainer": (Retainer, "name"),
}


def list_timeline(
    session: Session,
    *,
    contact_id: str | None = None,
    engagement_id: str | None = None,
    cursor: str | None = None,
    limit: int = 40,
    is_for_client: bool = False,
    subject_ids: Collection[str] | None = None,
) -> Timeline:
    """One page of the story, newest first; all of a person's engagements, or one engagement.

    A person's story holds that of everybody who was merged into them. is_for_client: only what a client may see.
    cursor: the id of the last entry seen. subject_ids: instead, what is about these things alone.
    """
    statement = select(Event).where(col(Event.type).not_in(HIDDEN))
    if subject_ids is None:
        statement = statement.where(_concerns(session, contact_id, engagement_id))
    else:
        statement = statement.where(col(Event.subject_id).in_(subject_ids))
    if is_for_client:
        statement = statement.where(col(Event.is_client_visible).is_(True))
    if cursor:
        statement = statement.where(col(Event.id) < cursor)
    events = list(session.exec(statement.order_by(col(Event.id).desc()).limit(limit + 1)))
    shown = events[:limit]
    facts = _facts(session, shown)
    items = [_item(event, facts) for event in shown]
    return Timeline(items, shown[-1].id if len(events) > limit else None)


def _concerns(session: Session, contact_id: str | None, engagement_id: str | None) -> Any:
    if contact_id is None:
        return col(Event.engagement_id) == engagement_id
    people = [contact_id, *session.exec(select(Contact.id).where(Contact.merged_into_id == contact_id))]
    engagements = select(Engagement.id).where(col(Engagement.contact_id).in_(people))
    concerned = or_(col(Event.contact_id).in_(people), col(Event.engagement_id).in_(engagements))
    return concerned & (col(Event.engagement_id) == engagement_id) if engagement_id else concerned


@dataclass(slots=True)
class _Facts:
    """What the entries of one page need, loaded once each."""

    whys: dict[str, Cause]
    """Event id to what led to it, traced back to the automation where there is one."""
    names: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, tuple[int, str]] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)
    automations: dict[str, str] = field(default_factory=dict)
    causes: dict[str, Event] = field(default_factory=dict)


def _facts(session: Session, events: list[Event]) -> _Facts:
    whys = {event.id: _cause(session, event) for event in events}
    causes = {why.event_id for why in whys.values() if why.event_id}
    automations = {one for why in whys.values() for one in why.automation_ids}
    found = _Facts(whys, causes=_by_id(session, Event, causes), automations=_names(session, Automation, "name", automations))
    for kind, (table, column) in _NAMED.items():
        found.names |= _names(session, table, column, _subjects((*events, *found.causes.values()), kind))
    found.names |= _names(session, Form, "name", {str(one.payload.get("form_id")) for one in events if one.type[:5] == "submi"})
    for message in _by_id(session, Message, _subjects(events, "message")).values():
        found.bodies[message.id], found.authors[message.id] = message.body, message.author_name
    for email in _by_id(session, Email, _subjects(events, "email")).values():
        found.bodies[email.id] = email.subject
    for payment in _by_id(session, Payment, _subjects(events, "payment")).values():
        found.amounts[payment.id] = (payment.amount_minor, payment.currency)
    for prefix, table in (("member", Member), ("contact", Contact), ("token", ApiToken)):
        people = {event.actor.partition(":")[2] for event in events if event.actor.startswith(f"{prefix}:")}
        found.actors |= _names(session, table, "name", people)
    return found


def _cause(session: Session, event: Event) -> Cause:
    """What led to an event: the automation, however far back; where there is none, the event right before."""
    traced = cause_of(session, event)
    return traced if traced.automation_ids else Cause(event_id=event.cause.get("event_id"))


def _item(event: Event, facts: _Facts) -> TimelineItem:
    minor, currency = facts.amounts.get(event.subject_id, (None, ""))
    return TimelineItem(
        id=event.id,
        type=event.type,
        at=event.created_at,
        icon=event_icon(event.type),
        title=_title(event, facts),
        href=event_href(event.subject_kind, event.subject_id, event.payload),
        actor=facts.authors.get(event.subject_id) or facts.actors.get(event.actor.partition(":")[2], ""),
        body=facts.bodies.get(event.subject_id, ""),
        amount_minor=minor,
        currency=currency,
        why=_why(event, facts),
        why_href=_why_href(event, facts),
    )


def _title(event: Event, facts: _Facts) -> str:
    name = facts.names.get(event.subject_id) or facts.names.get(str(event.payload.get("form_id")), "")
    return event_title(event.type, event.payload, name)


def _why(event: Event, facts: _Facts) -> str:
    why = facts.whys[event.id]
    cause = facts.causes.get(why.event_id or "")
    automations = [facts.automations.get(one, "that was deleted") for one in why.automation_ids]
    return why_text(automations, _title(cause, facts) if cause else "")


def _why_href(event: Event, facts: _Facts) -> str:
    run_id = facts.whys[event.id].run_id
    if not run_id or event.subject_id == run_id:
        return ""
    return RunAuthor("", run_id, event.subject_id).href


def _subjects(events: Iterable[Event], kind: str) -> set[str]:
    return {event.subject_id for event in events if event.subject_kind == kind}


def _by_id(session: Session, table: Any, ids: set[str]) -> dict[str, Any]:
    return {row.id: row for row in session.exec(select(table).where(table.id.in_(ids)))} if ids else {}


def _names(session: Session, table: Any, column: str, ids: set[str]) -> dict[str, str]:
    return {row_id: getattr(row, column) or "" for row_id, row in _by_id(session, table, ids).items()}
