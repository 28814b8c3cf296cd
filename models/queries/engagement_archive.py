"""What archiving an engagement touches: the same answer is the preview and the plan of the act."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.tables.automations import Automation, AutomationRun
from models.tables.bookings import Booking
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.tables.retainers import Retainer
from models.tables.time_entries import TimeEntry
from models.tables.waits import Wait
from models.types.engagements import ArchivePreview, Stopping

LIVE_RUNS = ("requested", "running", "waiting", "parked")
LIVE_RETAINERS = ("active", "past_due")


@dataclass(frozen=True)
class Alive:
    """The rows of an engagement that archiving touches or leaves."""

    waits: list[Wait] = field(default_factory=list)
    runs: list[AutomationRun] = field(default_factory=list)
    timers: list[TimeEntry] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    """Sent and undecided."""
    drafts: list[Proposal | Invoice] = field(default_factory=list)
    retainers: list[Retainer] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    """Open, so payable."""


def find_alive(session: Session, engagement: Engagement, *, now: datetime) -> Alive:
    """Everything of an engagement that is under way at an instant."""

    def rows(table: type[Any], *conditions: Any) -> list[Any]:
        return rows_of(session, table, table.engagement_id == engagement.id, *conditions)

    return Alive(
        # An open invoice goes on waiting for its money.
        waits=rows(Wait, col(Wait.closed_at).is_(None), col(Wait.workflow_id).not_like("invoice/%")),
        runs=rows(AutomationRun, col(AutomationRun.status).in_(LIVE_RUNS)),
        timers=rows(TimeEntry, col(TimeEntry.stopped_at).is_(None)),
        proposals=rows(Proposal, Proposal.status == "sent"),
        drafts=[*rows(Proposal, Proposal.status == "draft"), *rows(Invoice, Invoice.status == "draft")],
        retainers=rows(Retainer, col(Retainer.status).in_(LIVE_RETAINERS)),
        bookings=rows(Booking, col(Booking.status).in_(("pending", "confirmed")), col(Booking.starts_at) > now),
        projects=rows(Project, Project.status == "active"),
        invoices=rows(Invoice, Invoice.status == "open"),
    )


def rows_of(session: Session, table: type[Any], *conditions: Any) -> list[Any]:
    """The rows of a table that fit, the oldest first."""
    return list(session.exec(select(table).where(*conditions).order_by(table.id)))


def preview_archive(session: Session, engagement: Engagement, *, now: datetime) -> ArchivePreview:
    """In words: what archiving stops, what it leaves as it is, and what the client still owes."""
    return in_words(session, find_alive(session, engagement, now=now))


def in_words(session: Session, alive: Alive) -> ArchivePreview:
    """What happens to everything that is under way."""
    names = {row.id: row.name for row in session.exec(select(Automation))} if alive.runs else {}
    stops = (
        *(Stopping("wait", row.id, f"Waiting ends: {row.what}") for row in alive.waits),
        *(Stopping("run", row.id, f"Automation is cancelled: {names.get(row.automation_id, 'a run')}") for row in alive.runs),
        *(Stopping("timer", row.id, f"Timer is stopped: {row.note or 'running now'}") for row in alive.timers),
        *(Stopping("proposal", row.id, f"Proposal is withdrawn: {row.title}") for row in alive.proposals),
        *(Stopping("retainer", row.id, f"Retainer is paused, no more charges: {row.name}") for row in alive.retainers),
        *(Stopping("access", row.id, f"The client no longer sees the project: {row.name}") for row in alive.projects),
    )
    keeps = (
        *(Stopping("draft", row.id, f"Draft stays unsent: {_name(row)}") for row in alive.drafts),
        *(Stopping("booking", row.id, "A booked call stays booked; cancel it if it should not happen") for row in alive.bookings),
    )
    payable = tuple(
        Stopping("invoice", row.id, f"Invoice {row.number or ''} stays payable, without reminders") for row in alive.invoices
    )
    return ArchivePreview(stops=stops, keeps=keeps, stays_payable=payable)


def _name(row: Proposal | Invoice) -> str:
    return row.title if isinstance(row, Proposal) else row.number or "an invoice"
