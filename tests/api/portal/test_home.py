"""The client's overview shows their half, and nothing else."""

from fastapi.testclient import TestClient

from models import clock
from models.commands.capability_links import link_token
from models.commands.engagement_archive import archive_engagement
from models.db import Database
from models.queries.engagements import get_engagement
from models.settings import Settings
from models.tables.contacts import Contact
from tests.builders.engagements import make_engagement, make_invoice, make_project, make_proposal, make_run, make_task, make_wait
from tests.builders.workspaces import Studio


def _busy(database: Database, studio: Studio, settings: Settings) -> str:
    """An engagement with inner affairs of every kind; the path of the proposal that was sent."""
    with database.write(studio.scope) as session:
        engagement = get_engagement(session, studio.engagement_id)
        sent = make_proposal(session, engagement, status="sent", title="New website", sent_at=clock.now(), total_minor=480000)
        make_proposal(session, engagement, status="draft", title="SECRET draft")
        make_invoice(session, engagement, status="draft", number="SECRET-1")
        make_task(session, make_project(session, engagement, name="SECRET project"), title="SECRET task")
        make_run(session, engagement)
        make_wait(session, engagement, workflow_id=f"proposal/{sent.id}", client_what="Sign the proposal", then_what="SECRET")
        make_wait(session, engagement, workflow_id="run/run_1", what="SECRET approval by Mara", whom="us")
        make_wait(
            session, engagement, workflow_id="run/run_2", kind="repair", what="SECRET repair", client_what="SECRET", whom="us"
        )
        return "/p/" + link_token(session, settings.secret_key, kind="proposal", subject_id=sent.id, contact_id=studio.contact_id)


def test_it_says_what_waits_for_the_client_and_where_to_do_it(
    client_browser: TestClient, database: Database, studio: Studio, settings: Settings
):
    path = _busy(database, studio, settings)

    page = client_browser.get("/portal").text

    assert "1 thing waits for you" in page
    assert "Sign the proposal" in page
    assert f'href="{path}"' in page
    assert "€4,800.00" in page


def test_it_reveals_nothing_internal(client_browser: TestClient, database: Database, studio: Studio, settings: Settings):
    _busy(database, studio, settings)

    page = client_browser.get("/portal").text

    for secret in ("SECRET", "Ada to sign", "Follow-up", "Mara", "Automation"):
        assert secret not in page


def test_it_shows_nothing_of_other_clients(client_browser: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        grace = Contact(id="con_grace", name="Grace Okafor")
        session.add(grace)
        session.flush()
        make_wait(session, make_engagement(session, grace.id, title="FOREIGN shop"), client_what="FOREIGN thing")

    assert "FOREIGN" not in client_browser.get("/portal").text


def test_of_an_archived_engagement_only_what_is_payable_stays(client_browser: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        engagement = get_engagement(session, studio.engagement_id)
        make_invoice(session, engagement, status="open", number="INV-7", total_minor=5000)
        archive_engagement(session, engagement, now=clock.now())

    page = client_browser.get("/portal").text

    assert "Invoice INV-7" in page
    assert "Byron Mills: new website" not in page


def test_looking_writes_nothing(client_browser: TestClient, database: Database, studio: Studio, settings: Settings):
    _busy(database, studio, settings)
    before = database.engine.connect().exec_driver_sql("SELECT count(*) FROM events").scalar()

    client_browser.get("/portal")

    assert database.engine.connect().exec_driver_sql("SELECT count(*) FROM events").scalar() == before
