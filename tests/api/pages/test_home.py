"""The first screen answers what needs me, what waits on clients, and money."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from models import clock
from models.db import Database
from models.queries.engagements import get_engagement
from models.rules.dates import end_of_month
from models.tables.tasks import Task
from tests.builders.engagements import make_engagement, make_invoice, make_retainer, make_wait
from tests.builders.workspaces import Studio


def test_a_new_studio_sees_the_first_steps(owner: TestClient, database: Database, studio: Studio):
    page = owner.get("/").text

    assert "Nothing needs you" in page
    assert "Three steps" not in page  # it has an engagement already


def test_what_needs_me_begins_with_what_is_stuck(owner: TestClient, database: Database, studio: Studio):
    today = clock.today("Europe/Berlin")
    with database.write(studio.scope) as session:
        engagement = get_engagement(session, studio.engagement_id)
        make_wait(session, engagement, workflow_id="engagement/1", whom="us", what="a proposal for Ada")
        make_wait(
            session, engagement, workflow_id="run/1", whom="us", kind="repair", what="Send the mail", detail={"reason": "no"}
        )
        make_wait(session, engagement, workflow_id="run/2", whom="us", kind="approval", what="the discount")
        session.add(Task(id="tsk_1", title="Call Ada", assignee_id=studio.owner_id, due_on=today - timedelta(days=2)))
        session.add(Task(id="tsk_2", title="Not mine", assignee_id=studio.member_id, due_on=today))

    page = owner.get("/").text

    places = [page.index(said) for said in ("Stuck: Send the mail", "The discount", "Call Ada", "A proposal for Ada")]
    assert places == sorted(places)
    assert "2 days late" in page
    assert "Not mine" not in page


def test_moves_of_a_colleagues_engagements_are_only_counted(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        theirs = make_engagement(session, studio.contact_id, owner_id=studio.member_id)
        make_wait(session, theirs, whom="us", what="a proposal for somebody")

    page = owner.get("/").text

    assert "proposal for somebody" not in page
    assert "with your colleagues" not in page or ">1</a> with your colleagues" in page


def test_waits_on_clients_say_how_long(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_wait(session, get_engagement(session, studio.engagement_id), since=clock.now() - timedelta(days=9))

    page = owner.get("/").text

    assert "Ada to sign the proposal" in page
    assert "9 days" in page


@pytest.mark.parametrize("is_last_day", [False, True], ids=["some day", "the month's last day"])
def test_money_is_due_late_or_expected(owner: TestClient, database: Database, studio: Studio, is_last_day: bool):
    if is_last_day:
        today = clock.today("Europe/Berlin")
        clock.move(end_of_month(today) - today)
    today = clock.today("Europe/Berlin")
    with database.write(studio.scope) as session:
        engagement = get_engagement(session, studio.engagement_id)
        make_invoice(session, engagement, status="open", total_minor=100000, paid_minor=25000, due_on=today)
        make_invoice(session, engagement, status="open", total_minor=30000, due_on=today - timedelta(days=3))
        make_invoice(session, engagement, status="open", total_minor=7700, currency="USD", due_on=today + timedelta(days=90))
        make_invoice(session, engagement, status="draft", total_minor=999900)
        retainer = make_retainer(session, engagement, amount_minor=9900)
        make_wait(
            session, engagement, workflow_id=f"retainer/{retainer.id}", subject_id=retainer.id, whom="calendar", until=clock.now()
        )

    page = owner.get("/").text

    assert "€750.00 + $77.00" in page
    assert ">€300.00<" in page
    assert ">€1,149.00<" in page
