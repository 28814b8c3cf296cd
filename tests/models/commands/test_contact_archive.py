"""Archiving a person stops what runs for them; bringing them back makes up for nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from models import clock
from models.commands.contact_archive import archive_contact, unarchive_contact
from models.commands.contacts import upsert_contact
from models.commands.engagement_archive import archive_engagement
from models.queries.contact_archive import preview_contact_archive
from models.queries.contacts import get_contact
from models.queries.invoice_facts import get_invoice_facts
from models.rules.invoices import invoice_schedule
from models.tables.automations import AutomationRun
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer
from models.tables.workspaces import Workspace
from models.types.contacts import ContactFacts
from tests.builders.engagements import (
    make_engagement,
    make_invoice,
    make_proposal,
    make_retainer,
    make_run,
    make_timer,
    make_wait,
)
from tests.builders.workspaces import Studio


@dataclass
class Client:
    """A client with two engagements under way, one put away before, and a run and an invoice that belong to none."""

    contact: Contact
    website: Engagement
    care: Engagement
    old: Engagement
    invoice: Invoice
    run: AutomationRun


@pytest.fixture
def client(session: Session, studio: Studio) -> Client:
    contact = get_contact(session, studio.contact_id)
    website = session.get_one(Engagement, studio.engagement_id)
    care = make_engagement(session, contact.id, title="Care")
    old = make_engagement(session, contact.id, title="Old shop")
    make_proposal(session, website, status="sent")
    make_timer(session, website, studio.owner_id)
    make_wait(session, website)
    make_retainer(session, care)
    make_invoice(session, care, status="open", number="INV-7")
    invoice = make_invoice(session, care, status="open", number="INV-8", engagement_id=None)
    run = make_run(session, care, engagement_id=None, contact_id=contact.id)
    archive_engagement(session, old, now=clock.now() - timedelta(days=30))
    session.flush()
    return Client(contact, website, care, old, invoice, run)


def events(session: Session) -> list[str]:
    return [event.type for event in session.exec(select(Event).order_by(Event.id))]


def test_the_preview_says_what_stops_and_what_stays_payable(session: Session, client: Client):
    preview = preview_contact_archive(session, client.contact, now=clock.now())

    kinds = sorted(one.kind for one in preview.stops)
    assert kinds == ["engagement", "engagement", "proposal", "retainer", "run", "timer", "wait"]
    assert "Engagement is archived: Care" in [one.says for one in preview.stops]
    assert [one.says[:13] for one in preview.stays_payable] == ["Invoice INV-7", "Invoice INV-8"]
    assert client.contact.archived_at is None


def test_archiving_does_what_the_preview_said_and_leaves_nothing_under_way(session: Session, client: Client):
    archive_contact(session, client.contact, now=clock.now())
    session.flush()

    after = preview_contact_archive(session, client.contact, now=clock.now())
    assert after.stops == ()
    assert client.run.status == "canceled"
    assert client.website.archived_at == client.care.archived_at == client.contact.archived_at
    assert session.exec(select(Retainer)).one().status == "paused"
    assert client.invoice.status == "open"
    assert events(session).count("engagement.archived") == 3
    assert events(session)[-1] == "contact.archived"


def test_bringing_back_restores_what_went_with_them_and_fires_no_backlog(session: Session, client: Client):
    archive_contact(session, client.contact, now=clock.now())
    session.flush()
    before = len(events(session))

    unarchive_contact(session, client.contact, now=clock.now() + timedelta(days=90))
    session.flush()

    assert (client.website.archived_at, client.care.archived_at) == (None, None)
    assert client.old.archived_at is not None
    assert session.exec(select(Retainer)).one().status == "paused"
    assert client.run.status == "canceled"
    happened = sorted(events(session)[before:])
    assert happened == ["contact.unarchived", *["engagement.unarchived"] * 2, *["invoice.rescheduled"] * 2]


def test_a_new_enquiry_revives_the_person_and_not_what_ran(session: Session, client: Client):
    archive_contact(session, client.contact, now=clock.now())
    session.flush()

    facts = ContactFacts(name=client.contact.name, email=client.contact.email or "")
    again = upsert_contact(session, facts, source="submission:sub_1", now=clock.now())

    assert again.id == client.contact.id
    assert again.archived_at is None
    assert client.website.archived_at is not None
    assert client.run.status == "canceled"


def test_an_invoice_of_no_engagement_is_not_reminded_and_later_only_of_what_is_ahead(
    session: Session, client: Client, studio: Studio
):
    invoice = client.invoice
    invoice.issued_at, invoice.due_on = clock.now() - timedelta(days=30), clock.today("UTC") - timedelta(days=5)
    invoice.reminder_days, invoice.sent_at = [3, 7], clock.now() - timedelta(days=30)
    workspace = session.get_one(Workspace, studio.workspace_id)

    def due_next() -> tuple[str, bool]:
        schedule = invoice_schedule(get_invoice_facts(session, invoice, workspace), clock.now())
        is_now = schedule.wake_at is not None and datetime.fromisoformat(schedule.wake_at) <= clock.now()
        return schedule.action, is_now

    assert due_next() == ("remind", True)
    archive_contact(session, client.contact, now=clock.now())
    assert due_next() == ("", False)
    unarchive_contact(session, client.contact, now=clock.now())
    assert due_next() == ("remind", False)


def test_archiving_and_bringing_back_twice_is_once(session: Session, client: Client):
    for act in (archive_contact, unarchive_contact):
        act(session, client.contact, now=clock.now())
        session.flush()
        before = events(session)
        act(session, client.contact, now=clock.now())
        session.flush()
        assert events(session) == before
