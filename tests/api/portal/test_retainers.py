"""What a client sees of a retainer: the two questions they ask most."""

import re
from datetime import timedelta

from fastapi.testclient import TestClient

from models import clock
from models.commands.retainers import bill_period, end_retainer, pause_retainer
from models.db import Database
from models.queries.retainers import get_retainer
from models.types.retainers import HoursTerms
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.workspaces import Studio


def started(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        terms = care_terms(clock.today("Europe/Berlin") - timedelta(days=2), hours=HoursTerms(included_seconds=36000))
        retainer = make_retainer(session, studio, terms=terms)
        bill_period(session, retainer, 0, now=clock.now())
        return retainer.id


def home(client_browser: TestClient) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client_browser.get("/portal").text))


def test_the_hours_left_and_the_next_invoice_with_tax(client_browser: TestClient, database: Database, studio: Studio):
    started(database, studio)
    page = home(client_browser)
    assert "0:00 of 10:00 used" in page
    assert "€1,428.00 with tax" in page


def test_a_paused_one_says_so_and_an_ended_one_is_gone(client_browser: TestClient, database: Database, studio: Studio):
    retainer_id = started(database, studio)
    with database.write(studio.scope) as session:
        pause_retainer(session, get_retainer(session, retainer_id), now=clock.now())
    assert "nothing is billed until it goes on" in home(client_browser)
    with database.write(studio.scope) as session:
        end_retainer(session, get_retainer(session, retainer_id), now=clock.now())
    assert "Care plan" not in home(client_browser).replace("Care plan, ", "")
