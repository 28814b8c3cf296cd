"""Before something is put away on a page, the question names the automations that use it."""

import re
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import clock
from models.commands.automations import archive_automation
from models.commands.companies import add_company
from models.commands.contract_templates import add_contract_template
from models.commands.conversations import ensure_channel
from models.commands.forms import draft_form
from models.commands.project_templates import add_project_template
from models.commands.proposal_templates import add_proposal_template
from models.db import Database
from models.queries.automations import get_automation
from models.tables.automations import Automation
from tests.builders.automations import drawing
from tests.builders.bookings import make_scheduler
from tests.builders.projects import make_project
from tests.builders.runs import make_automation, post, publish, submit
from tests.builders.workspaces import Studio

CALLED = {"id": "trigger", "kind": "trigger", "settings": {"kind": "called"}}
PLACES: dict[str, tuple[Any, str]] = {
    "form": (lambda session, studio: draft_form(session, name="Contact us").id, "/forms/{}/settings"),
    "member": (lambda session, studio: studio.member_id, "/settings/people"),
    "contract template": (
        lambda session, studio: add_contract_template(session, name="Terms").id,
        "/contract_templates/{}",
    ),
    "proposal template": (lambda session, studio: add_proposal_template(session, {"name": "Site"}).id, "/proposal_templates/{}"),
    "project template": (lambda session, studio: add_project_template(session, name="Site").id, "/project_templates/{}"),
    "scheduler": (lambda session, studio: make_scheduler(session, studio).id, "/schedulers/{}"),
    "project": (lambda session, studio: make_project(session, studio).project_id, "/projects/{}"),
    "contact": (lambda session, studio: studio.contact_id, "/contacts/{}/archival"),
    "company": (lambda session, studio: add_company(session, name="Cobol Works").id, "/companies/{}"),
    "engagement": (lambda session, studio: studio.engagement_id, "/engagements/{}/archive"),
    "called automation": (
        lambda session, studio: publish(session, drawing(CALLED, post("x", "post")).document, "Called").id,
        "/automations/{}",
    ),
}
"""What can be put away: how one is made, and the page whose question names its users."""


def naming(session: Session, thing_id: str, name: str = "New lead") -> Automation:
    """A published automation that names the thing."""
    node = post("x", "tell")
    node["settings"]["input"]["text"] = {"value": thing_id}
    automation = make_automation(session, node)
    automation.name = name
    return automation


def asked(owner: TestClient, path: str) -> list[str]:
    """The questions of a page, and its notices."""
    answer = owner.get(path)
    assert answer.status_code == 200, answer.text[:300]
    shown = unescape(answer.text)
    return [*re.findall(r'data-confirm="([^"]*)"', answer.text), *re.findall(r'class="notice.*?</div>', shown, re.DOTALL)]


@pytest.mark.parametrize("thing", PLACES)
def test_the_question_names_who_uses_it(thing: str, owner: TestClient, database: Database, studio: Studio):
    make, place = PLACES[thing]
    with database.write(studio.scope) as session:
        thing_id = make(session, studio)
    path = place.format(thing_id)
    assert not any("use" in one and "it: steps" in one for one in asked(owner, path))

    with database.write(studio.scope) as session:
        user_id = naming(session, thing_id).id
    told = [one for one in asked(owner, path) if "“New lead” uses it: steps that need it will be stuck." in unescape(one)]
    assert told

    with database.write(studio.scope) as session:
        archive_automation(session, get_automation(session, user_id), now=clock.now())
    assert not any("“New lead”" in unescape(one) for one in asked(owner, path)), "what is put away needs nothing"


@pytest.mark.parametrize("part", ["board", "column"])
def test_a_board_and_its_columns_name_who_uses_them(part: str, owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        work = make_project(session, studio)
        naming(session, work.board_id if part == "board" else work.doing_id)

    told = [unescape(one) for one in asked(owner, f"/projects/{work.project_id}") if "“New lead” uses it" in unescape(one)]

    assert len(told) == 1
    assert told[0].startswith(f"Put this {part} away?")


@pytest.mark.parametrize("channel", [{"value": "#CRM"}, {"text": "crm"}])
def test_a_channel_names_who_posts_in_it(channel: dict[str, str], owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        crm, other = ensure_channel(session, "crm"), ensure_channel(session, "team")
        node = post("x", "tell")
        node["settings"]["input"]["channel"] = channel
        make_automation(session, node).name = "New lead"
        paths = [f"/inbox/{one.id}" for one in (crm, other)]

    said = "Put it away? “New lead” posts in it: it comes back with the next message."
    assert said in [unescape(one) for one in asked(owner, paths[0])]
    assert not any("posts in it" in one for one in asked(owner, paths[1]))


def test_runs_under_way_are_counted(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        company_id = add_company(session, name="Cobol Works").id
        naming(session, company_id)
        submit(session, studio)
    (question,) = [unescape(one) for one in asked(owner, f"/companies/{company_id}") if "“New lead”" in unescape(one)]
    assert "“New lead” (1 run under way) uses it" in question
