"""Putting a person away with everything that is under way for them, and bringing them back."""

from datetime import datetime

from sqlmodel import Session

from models.commands.automation_runs import cancel_others
from models.commands.engagement_archive import archive_engagement, remind_from_now, reschedule, unarchive_engagement
from models.commands.events import record
from models.queries.contact_archive import find_loose, list_engagements_archived_with, list_open_engagements
from models.tables.contacts import Contact


def archive_contact(session: Session, contact: Contact, *, now: datetime) -> None:
    """Put a person away: what `preview_contact_archive` lists stops in this transaction. Open invoices stay payable.

    Their engagements are archived at the same instant, by which `unarchive_contact` knows them again. Twice is once.
    """
    if contact.archived_at is not None:
        return
    loose = find_loose(session, contact, now=now)
    for engagement in list_open_engagements(session, contact):
        archive_engagement(session, engagement, now=now)
    contact.archived_at = now
    session.add(contact)
    cancel_others(session, loose.runs, reason="The contact was archived", now=now)
    reschedule(session, loose.invoices)
    record(session, "contact.archived", contact.id, contact_id=contact.id)


def unarchive_contact(session: Session, contact: Contact, *, now: datetime) -> None:
    """Bring a person back with the engagements that were put away with them; nothing is made up for. Twice is once."""
    if contact.archived_at is None:
        return
    for engagement in list_engagements_archived_with(session, contact):
        unarchive_engagement(session, engagement, now=now)
    revive_contact(session, contact, now=now)


def revive_contact(session: Session, contact: Contact, *, now: datetime) -> None:
    """Bring a person back alone, as a new enquiry of theirs does: their old engagements stay away. Twice is once."""
    if contact.archived_at is None:
        return
    contact.archived_at = None
    session.add(contact)
    remind_from_now(session, find_loose(session, contact, now=now).invoices, now=now)
    record(session, "contact.unarchived", contact.id, contact_id=contact.id)
