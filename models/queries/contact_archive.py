"""What archiving a person touches: their engagements, and what they have outside of any."""

from datetime import datetime

from sqlmodel import Session, col

from models.queries.engagement_archive import LIVE_RUNS, Alive, in_words, preview_archive, rows_of
from models.tables.automations import AutomationRun
from models.tables.bookings import Booking
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.types.engagements import ArchivePreview, Stopping


def list_open_engagements(session: Session, contact: Contact) -> list[Engagement]:
    """A person's engagements that are not archived, the oldest first."""
    return rows_of(session, Engagement, Engagement.contact_id == contact.id, col(Engagement.archived_at).is_(None))


def list_engagements_archived_with(session: Session, contact: Contact) -> list[Engagement]:
    """The engagements that were put away in the same act as the person; those put away before stay away."""
    return rows_of(session, Engagement, Engagement.contact_id == contact.id, Engagement.archived_at == contact.archived_at)


def find_loose(session: Session, contact: Contact, *, now: datetime) -> Alive:
    """Everything that is under way for a person and belongs to no engagement."""
    runs = (AutomationRun.contact_id == contact.id, col(AutomationRun.engagement_id).is_(None))
    invoices = (Invoice.contact_id == contact.id, col(Invoice.engagement_id).is_(None))
    bookings = (Booking.contact_id == contact.id, col(Booking.engagement_id).is_(None))
    is_ahead = (col(Booking.status).in_(("pending", "confirmed")), col(Booking.starts_at) > now)
    return Alive(
        runs=rows_of(session, AutomationRun, *runs, col(AutomationRun.status).in_(LIVE_RUNS)),
        drafts=rows_of(session, Invoice, *invoices, Invoice.status == "draft"),
        invoices=rows_of(session, Invoice, *invoices, Invoice.status == "open"),
        bookings=rows_of(session, Booking, *bookings, *is_ahead),
    )


def preview_contact_archive(session: Session, contact: Contact, *, now: datetime) -> ArchivePreview:
    """In words: what archiving a person stops, what it leaves as it is, and what they still owe."""
    engagements = list_open_engagements(session, contact)
    away = tuple(Stopping("engagement", one.id, f"Engagement is archived: {one.title}") for one in engagements)
    parts = [preview_archive(session, one, now=now) for one in engagements]
    parts.append(in_words(session, find_loose(session, contact, now=now)))
    return ArchivePreview(
        stops=away + tuple(one for part in parts for one in part.stops),
        stays_payable=tuple(one for part in parts for one in part.stays_payable),
        keeps=tuple(one for part in parts for one in part.keeps),
    )
