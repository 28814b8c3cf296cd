"""Archiving stops what its preview lists; bringing back makes up for nothing."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from models import clock
from models.commands.engagement_archive import archive_engagement, unarchive_engagement
from models.queries.engagement_archive import preview_archive
from models.queries.engagements import get_engagement
from models.queries.invoice_facts import get_invoice_facts
from models.queries.portal_projects import list_client_projects
from models.rules.invoices import invoice_schedule
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.invoices import Invoice
from models.tables.workspaces import Workspace
from models.types.errors import Refused
from tests.builders.engagements import make_invoice, make_project, make_proposal, make_retainer, make_run, make_timer, make_wait
from tests.builders.workspaces import Studio


@pytest.fixture
def busy(session: Session, studio: Studio) -> Engagement:
    """An engagement with one of everything under way."""
    engagement = get_engagement(session, studio.engagement_id)
    make_proposal(session, engagement, status="sent")
    make_proposal(session, engagement, status="draft", title="Second phase")
    make_retainer(session, engagement)
    make_invoice(session, engagement, status="open", number="INV-7")
    make_project(session, engagement)
    make_run(session, engagement)
    make_timer(session, engagement, studio.owner_id)
    make_wait(session, engagement)
    return engagement


def test_the_preview_says_what_stops_and_what_stays_payable(session: Session, busy: Engagement):
    preview = preview_archive(session, busy, now=clock.now())

    assert sorted(one.kind for one in preview.stops) == ["access", "proposal", "retainer", "run", "timer", "wait"]
    assert [one.says for one in preview.stays_payable] == ["Invoice INV-7 stays payable, without reminders"]
    assert [one.says for one in preview.keeps] == ["Draft stays unsent: Second phase"]


def test_archiving_does_what_the_preview_said_and_leaves_nothing_under_way(session: Session, busy: Engagement):
    archive_engagement(session, busy, now=clock.now())
    session.flush()

    after = preview_archive(session, busy, now=clock.now())
    assert {one.kind for one in after.stops} <= {"access"}
    assert [one.kind for one in after.stays_payable] == ["invoice"]
    assert session.exec(select(Event).order_by(col(Event.id).desc())).first().type == "engagement.archived"
    types = {event.type for event in session.exec(select(Event))}
    assert {
        "engagement.archived",
        "retainer.paused",
        "automation_run.canceled",
        "proposal.withdrawn",
        "time_entry.stopped",
    } <= types


def test_bringing_back_resumes_no_retainer_and_fires_no_backlog(session: Session, busy: Engagement):
    archive_engagement(session, busy, now=clock.now())
    session.flush()
    before = len(session.exec(select(Event)).all())

    unarchive_engagement(session, busy, now=clock.now())

    assert busy.archived_at is None
    happened = session.exec(select(Event).order_by(Event.id)).all()[before:]
    assert [event.type for event in happened] == ["engagement.unarchived", "invoice.rescheduled"]
    assert not [one for one in preview_archive(session, busy, now=clock.now()).stops if one.kind in ("retainer", "run", "wait")]


def test_archiving_twice_is_once(session: Session, busy: Engagement):
    archive_engagement(session, busy, now=clock.now())
    session.flush()
    before = len(session.exec(select(Event)).all())

    archive_engagement(session, busy, now=clock.now())
    session.flush()

    assert len(session.exec(select(Event)).all()) == before


def test_what_is_not_archived_cannot_be_brought_back(session: Session, busy: Engagement):
    with pytest.raises(Refused):
        unarchive_engagement(session, busy, now=clock.now())


def test_an_archived_invoice_is_not_reminded_and_later_only_of_what_is_ahead(session: Session, busy: Engagement, studio: Studio):
    invoice = session.exec(select(Invoice)).one()
    invoice.issued_at, invoice.due_on = clock.now() - timedelta(days=30), clock.today("UTC") - timedelta(days=5)
    invoice.reminder_days, invoice.sent_at = [3, 7], clock.now() - timedelta(days=30)
    workspace = session.get_one(Workspace, studio.workspace_id)

    def due_next() -> tuple[str, bool]:
        schedule = invoice_schedule(get_invoice_facts(session, invoice, workspace), clock.now())
        is_now = schedule.wake_at is not None and datetime.fromisoformat(schedule.wake_at) <= clock.now()
        return schedule.action, is_now

    assert due_next() == ("remind", True)
    archive_engagement(session, busy, now=clock.now())
    session.flush()
    assert due_next() == ("", False)
    unarchive_engagement(session, busy, now=clock.now())
    session.flush()
    assert due_next() == ("remind", False)


def test_the_client_no_longer_sees_the_project_of_an_archived_engagement(session: Session, busy: Engagement):
    assert list_client_projects(session, busy.contact_id)

    archive_engagement(session, busy, now=clock.now())
    session.flush()

    assert list_client_projects(session, busy.contact_id) == []
