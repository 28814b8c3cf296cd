"""The waiting board, the repair tray, the outbox; and search and help."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from models import clock
from models.commands.emails import MailWanted, queue_email
from models.db import Database
from models.queries.engagements import get_engagement
from models.settings import Settings
from tests.builders.engagements import make_invoice, make_run, make_wait
from tests.builders.workspaces import Studio


@pytest.fixture
def board(database: Database, studio: Studio) -> None:
    with database.write(studio.scope) as session:
        engagement = get_engagement(session, studio.engagement_id)
        make_wait(session, engagement, since=clock.now() - timedelta(days=9))
        make_wait(session, engagement, workflow_id="engagement/1", whom="us", what="an invoice for Ada")
        make_wait(
            session, engagement, workflow_id="run/1", whom="us", kind="repair", what="Send the mail", detail={"reason": "SMTP"}
        )
        make_run(session, engagement, status="parked")
        mail = MailWanted(key="k", to_address="ada@x.example", subject="Hello", html="", text="")
        queue_email(session, mail, message_id="<1@x>").error = "Connection refused"


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("", ("Ada to sign", "An invoice for Ada"), ()),
        ("?whom=client", ("Ada to sign",), ("An invoice for Ada",)),
        ("?whom=us", ("An invoice for Ada",), ("Ada to sign",)),
        ("?days=7", ("Ada to sign",), ("An invoice for Ada",)),
        ("?days=30", ("Nothing matches",), ("Ada to sign",)),
    ],
)
@pytest.mark.usefixtures("board")
def test_the_board_is_filtered_by_its_address(owner: TestClient, query: str, seen, unseen):
    page = owner.get(f"/ops{query}").text

    assert all(words in page for words in seen)
    assert not any(words in page for words in unseen)


@pytest.mark.usefixtures("board")
def test_trouble_is_shown_with_its_reason(owner: TestClient, settings: Settings):
    page = owner.get("/ops").text

    for said in ("Send the mail", "SMTP", "New lead", "Connection refused", settings.temporal_ui_url):
        assert said in page


def test_an_unknown_repair_is_refused_in_words(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        wait = make_wait(session, get_engagement(session, studio.engagement_id))

    answer = owner.post(f"/ops/waits/{wait.id}/repair", data={"action": "retry"})

    assert answer.status_code == 409
    assert "not stuck any more" in answer.text


def test_search_finds_people_numbers_and_places(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_invoice(session, get_engagement(session, studio.engagement_id), number="INV-0042", status="open")

    def found(q: str) -> list[str]:
        items = owner.get("/search", params={"q": q}, headers={"Accept": "application/json"}).json()["items"]
        return [item["title"] for item in items]

    assert "Ada Byron" in found("ada")
    assert "INV-0042" in found("0042")
    assert "Invoices" in found("invo")
    assert found("100%_") == []
    fragment = owner.get("/search", params={"q": "byron"}, headers={"HX-Request": "true"}).text
    assert 'class="rail-link"' in fragment
    assert "<html" not in fragment


def test_the_manual_is_served_and_explains_every_problem_type(owner: TestClient):
    assert "The thread" in owner.get("/help/engagements").text
    problem = owner.get("/api/v1/engagements/none").json()["type"]
    path, _, anchor = problem.partition("#")
    assert f'id="{anchor}"' in owner.get(path).text
