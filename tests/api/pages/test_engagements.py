"""The list of engagements, the thread of one, and what can be done with it."""

import pytest
from fastapi.testclient import TestClient

from models import clock
from models.commands.engagement_waits import refresh_next_wait
from models.db import Database
from models.queries.engagements import get_engagement
from tests.builders.engagements import make_invoice, make_project, make_proposal, make_retainer, make_task, make_wait
from tests.builders.workspaces import Studio


@pytest.fixture
def path(studio: Studio) -> str:
    return f"/engagements/{studio.engagement_id}"


def _steps(page: str) -> list[str]:
    """The states of the line's knots, as the wide thread draws them."""
    return [part.split('"', 1)[0] for part in page.split('data-step="')[1:] for part in part.split('data-state="')[1:2]]


def test_the_thread_heads_the_page_with_its_wait_in_words(owner: TestClient, path: str, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        refresh_next_wait(session, get_engagement(session, studio.engagement_id), now=clock.now())

    page = owner.get(path)

    assert page.status_code == 200
    assert _steps(page.text) == ["done", "skipped", "current", *["coming"] * 8]
    assert "Waiting on us for a proposal for Ada" in page.text
    assert f'href="/proposals/new?engagement_id={studio.engagement_id}"' in page.text


def test_several_waits_stand_below_the_first(owner: TestClient, path: str, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        engagement = get_engagement(session, studio.engagement_id)
        make_proposal(session, engagement, status="sent")
        make_wait(session, engagement)
        make_wait(session, engagement, workflow_id="run/run_1", what="three days to pass", whom="calendar")

    page = owner.get(path).text

    assert page.index("Waiting for Ada to sign the proposal") < page.index("Waiting for three days to pass")


def test_a_stuck_step_can_be_tried_again_from_here(owner: TestClient, path: str, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        wait = make_wait(
            session,
            get_engagement(session, studio.engagement_id),
            kind="repair",
            key="repair:Send",
            whom="us",
            what="Send the proposal",
            detail={"reason": "SMTP says no"},
        )
    page = owner.get(path).text
    assert "Stuck: Send the proposal" in page
    assert "SMTP says no" in page

    done = owner.post(f"/ops/waits/{wait.id}/repair", data={"action": "retry", "back": path})

    assert done.headers["location"] == path
    assert "Stuck:" not in owner.get(path).text


def test_money_and_documents_stand_beside_it(owner: TestClient, path: str, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        engagement = get_engagement(session, studio.engagement_id)
        make_proposal(session, engagement, status="accepted", total_minor=480000)
        make_invoice(session, engagement, status="open", number="INV-7", total_minor=200000, paid_minor=50000)
        make_task(session, make_project(session, engagement))
        make_retainer(session, engagement, amount_minor=9900)

    page = owner.get(path).text

    for said in ("€4,800.00", "€1,500.00", "INV-7", "Care plan"):
        assert said in page


def test_archiving_asks_with_what_will_stop(owner: TestClient, path: str, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_retainer(session, get_engagement(session, studio.engagement_id))

    assert "Retainer is paused, no more charges: Care plan" in owner.get(f"{path}/archive").text
    assert owner.post(f"{path}/archive").headers["location"] == path
    assert "This engagement is archived" in owner.get(path).text
    assert owner.post(f"{path}/restoration").headers["location"] == path
    assert "This engagement is archived" not in owner.get(path).text


def test_status_changes_go_through_the_page(owner: TestClient, path: str):
    owner.post(f"{path}/pause")
    assert 'data-status="paused"' in owner.get(path).text
    owner.post(f"{path}/resumption")
    assert 'data-status="lead"' in owner.get(path).text
    owner.post(f"{path}/loss", data={"reason": "Chose somebody nearer"})
    assert "Chose somebody nearer" in owner.get(path).text


def test_the_list_says_what_each_waits_for_and_filters_by_address(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_wait(session, get_engagement(session, studio.engagement_id))

    page = owner.get("/engagements").text
    assert "Byron Mills: new website" in page
    assert "Ada to sign the proposal" in page
    assert "Nothing matches" in owner.get("/engagements?status=closed").text
    assert "Byron Mills" in owner.get("/engagements?q=ada&owner=me").text


def test_an_engagement_is_opened_and_corrected_by_hand(owner: TestClient, studio: Studio):
    made = owner.post("/engagements", data={"title": "Wine shop", "contact_id": studio.contact_id, "value": "4800,50"})
    path = made.headers["location"]

    assert "€4,800.50" in owner.get(path).text
    owner.post(path, data={"title": "Wine shop, second phase", "value": "5000"})
    assert "Wine shop, second phase" in owner.get(path).text


def test_a_refused_form_keeps_what_was_typed(owner: TestClient):
    answer = owner.post("/engagements", data={"title": "Wine shop", "value": "much"})

    assert answer.status_code == 422
    for said in ('value="Wine shop"', 'value="much"', "Choose who it is for.", "Write an amount"):
        assert said in answer.text


def test_older_entries_of_the_story_come_on_demand(owner: TestClient, path: str):
    for _ in range(12):
        owner.post(f"{path}/pause")
        owner.post(f"{path}/resumption")

    page = owner.get(path).text
    cursor = page.split("cursor=", 1)[1].split("#", 1)[0]
    older = owner.get(f"{path}/timeline?cursor={cursor}").text

    assert "An engagement was paused" in older
    assert "<html" not in older


def test_a_message_leads_to_the_one_talk_about_it(owner: TestClient, path: str):
    first = owner.post(f"{path}/conversation").headers["location"]

    assert first.startswith("/inbox/cnv_")
    assert owner.post(f"{path}/conversation").headers["location"] == first
