"""What a client may see of their work with the studio."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.ids import derived_token
from models.tables.bookings import Booking
from models.tables.contracts import Contract
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.members import CapabilityLink
from models.tables.proposals import Proposal
from models.tables.waits import Wait

_LINK_PATHS = {"proposal": "/p/", "invoice": "/i/", "booking": "/b/", "contract": "/c/"}


@dataclass(frozen=True, slots=True)
class ClientDocument:
    """A document that was handed to the client."""

    kind: str
    """`proposal`, `contract` or `invoice`."""
    id: str
    title: str
    status: str
    at: datetime | None
    due_on: date | None = None
    amount_minor: int | None = None
    currency: str = ""


def list_client_engagements(session: Session, contact_id: str) -> list[Engagement]:
    """A client's engagements, newest first; archived and lost ones are left out."""
    statement = select(Engagement).where(
        Engagement.contact_id == contact_id, col(Engagement.archived_at).is_(None), Engagement.status != "lost"
    )
    return list(session.exec(statement.order_by(col(Engagement.id).desc())))


def list_client_waits(session: Session, engagement_ids: list[str]) -> list[Wait]:
    """The open waits of engagements that have words for the client, oldest first. All others are inner affairs."""
    if not engagement_ids:
        return []
    statement = select(Wait).where(
        col(Wait.engagement_id).in_(engagement_ids), col(Wait.closed_at).is_(None), Wait.client_what != "", Wait.kind != "repair"
    )
    return list(session.exec(statement.order_by(col(Wait.since))))


def list_client_documents(session: Session, contact_id: str, engagement_ids: list[str]) -> list[ClientDocument]:
    """Proposals that were sent, contracts that were signed and invoices that were issued to a client, newest first.

    Invoices are there whatever became of their engagement: what is owed stays payable.
    """
    invoices = session.exec(
        select(Invoice).where(Invoice.contact_id == contact_id, col(Invoice.status).in_(("open", "paid", "uncollectible")))
    )
    found = [
        ClientDocument(
            "invoice",
            row.id,
            f"Invoice {row.number or ''}".strip(),
            row.status,
            row.issued_at,
            row.due_on,
            row.total_minor,
            row.currency,
        )
        for row in invoices
    ]
    found += _agreements(session, contact_id, engagement_ids)
    return sorted(found, key=lambda one: one.id.partition("_")[2], reverse=True)


def find_link_path(session: Session, secret: str, kind: str, subject_id: str, contact_id: str) -> str | None:
    """The address of a document that a client was sent, or None when they never were. Makes no link."""
    link = session.exec(
        select(CapabilityLink).where(
            CapabilityLink.kind == kind,
            CapabilityLink.subject_id == subject_id,
            CapabilityLink.contact_id == contact_id,
            col(CapabilityLink.revoked_at).is_(None),
        )
    ).first()
    return f"{_LINK_PATHS[kind]}{derived_token(secret, link.id)}" if link else None


def find_accepted_proposal(session: Session, engagement_id: str) -> Proposal | None:
    """What was agreed last in an engagement, or None."""
    statement = select(Proposal).where(Proposal.engagement_id == engagement_id, Proposal.status == "accepted")
    return session.exec(statement.order_by(col(Proposal.id).desc()).limit(1)).first()


def find_upcoming_call(session: Session, engagement_id: str, *, now: datetime) -> Booking | None:
    """The next booked call of an engagement, or None."""
    statement = select(Booking).where(
        Booking.engagement_id == engagement_id, col(Booking.status).in_(("pending", "confirmed")), col(Booking.ends_at) > now
    )
    return session.exec(statement.order_by(col(Booking.starts_at)).limit(1)).first()


def _agreements(session: Session, contact_id: str, engagement_ids: list[str]) -> list[ClientDocument]:
    proposals = session.exec(
        select(Proposal).where(
            Proposal.contact_id == contact_id,
            col(Proposal.engagement_id).in_(engagement_ids),
            col(Proposal.status).in_(("sent", "accepted", "declined", "expired")),
        )
    )
    contracts = session.exec(
        select(Contract).where(
            col(Contract.engagement_id).in_(engagement_ids), col(Contract.status).in_(("pending", "completed"))
        )
    )
    return [
        *(
            ClientDocument("proposal", row.id, row.title, row.status, row.sent_at, None, row.total_minor, row.currency)
            for row in proposals
        ),
        *(ClientDocument("contract", row.id, row.title, row.status, row.completed_at or row.created_at) for row in contracts),
    ]
