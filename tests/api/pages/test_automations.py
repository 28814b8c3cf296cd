"""Automations and their runs as members see and steer them."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.actions import catalogue
from models import clock
from models.commands.automations import draw_automation
from models.db import Database
from models.seed.automations import publish_new_lead
from models.tables.automations import Automation, AutomationRun
from models.tables.conversations import Message
from models.types.errors import Refused
from tests.api.test_automation_runs import STARTED, Failing
from tests.builders.runs import make_automation, post, submit
from tests.builders.workspaces import Studio


@pytest.fixture
def run_id(database: Database, studio: Studio, worker: TestClient) -> str:
    """A run of the new lead that waits for a proposal."""
    with database.write(studio.scope) as session:
        publish_new_lead(session, catalogue=catalogue.schemas(), now=clock.now())
        submit(session, studio)
        begun = session.exec(select(AutomationRun.id)).one()
    worker.post(f"/api/v1/automation_runs/{begun}/advance", json=STARTED)
    return begun


def automation_of(database: Database, studio: Studio) -> Automation:
    with database.read(studio.scope) as session:
        return session.exec(select(Automation)).one()


def test_an_empty_list_says_what_automations_are_for(owner: TestClient):
    page = owner.get("/automations")

    assert page.status_code == 200
    assert "Let the routine happen by itself" in page.text


def test_an_automation_is_drawn_from_the_example_and_published(owner: TestClient, database: Database, studio: Studio):
    drawn = owner.post("/automation_templates/new_lead/copies", data={"name": "Leads"})
    assert drawn.status_code == 303
    assert "Thank the lead" in owner.get(drawn.headers["location"]).text

    page = drawn.headers["location"].removesuffix("/builder")
    published = owner.post(f"{page}/publication", data={"note": "First"})

    assert published.status_code == 303
    assert automation_of(database, studio).status == "published"
    versions = owner.get(f"{page}?tab=versions").text
    assert "In force" in versions
    assert "Mara Lindqvist" in versions
    assert "First" in versions


def test_a_name_that_is_missing_is_asked_for_again(owner: TestClient):
    refused = owner.post("/automations", data={"name": " "})

    assert refused.status_code == 422
    assert "An automation needs a name." in refused.text
    assert 'aria-invalid="true"' in refused.text


def test_what_cannot_run_is_marked_at_its_step(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        broken = {"nodes": [{"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "moon.landed"}}]}
        automation = draw_automation(session, name="Broken", drawing=broken, now=clock.now())

    refused = owner.post(f"/automations/{automation.id}/publication", data={"note": ""})

    assert refused.status_code == 422
    assert "Nothing was published" in refused.text
    assert "keep it from running" in refused.text
    assert "There is no event “moon.landed”." in refused.text


def test_a_waiting_run_shows_why_and_until_when(owner: TestClient, run_id: str):
    page = owner.get(f"/automation_runs/{run_id}").text

    assert "“New lead” waits until a proposal was sent" in page
    assert "goes on with “Remind the owner”" in page
    assert page.index("Thank the lead") < page.index("Tell the CRM channel") < page.index("Until a proposal is sent")


def test_a_wait_can_be_ended_by_hand(owner: TestClient, database: Database, studio: Studio, run_id: str):
    forced = owner.post(f"/automation_runs/{run_id}/waits/wait.0.1/force")
    again = owner.post(f"/automation_runs/{run_id}/waits/wait.0.1/force")

    assert forced.status_code == again.status_code == 303
    page = owner.get(f"/automation_runs/{run_id}").text
    assert "This step is over already" in page
    assert "Remind the owner" in page


def test_a_stuck_run_is_mended_from_its_page(
    owner: TestClient, worker: TestClient, database: Database, studio: Studio, monkeypatch: pytest.MonkeyPatch
):
    with database.write(studio.scope) as session:
        make_automation(session, post("hello"))
        submit(session, studio)
        stuck = session.exec(select(AutomationRun.id)).one()
    with monkeypatch.context() as broken:
        broken.setitem(catalogue.ACTIONS, "inbox.post", Failing("hello", Refused("The channel is closed.")))
        worker.post(f"/api/v1/automation_runs/{stuck}/advance", json=STARTED)
        assert "The channel is closed." in owner.get(f"/automation_runs/{stuck}").text
        assert "Needs repair" in owner.get("/automation_runs?view=parked").text

    owner.post(f"/automation_runs/{stuck}/steps/post/retry", data={"iteration": "0"})

    with database.read(studio.scope) as session:
        assert session.get_one(AutomationRun, stuck).status == "succeeded"
        assert session.exec(select(Message.body)).all() == ["hello"]


def test_a_run_is_cancelled_from_its_page(owner: TestClient, database: Database, studio: Studio, run_id: str):
    owner.post(f"/automation_runs/{run_id}/cancelation")

    page = owner.get(f"/automation_runs/{run_id}").text
    assert "Cancel run" not in page
    with database.read(studio.scope) as session:
        assert session.get_one(AutomationRun, run_id).error == {}
        assert session.get_one(AutomationRun, run_id).status == "canceled"


def test_the_lists_show_the_runs_of_an_automation(owner: TestClient, database: Database, studio: Studio, run_id: str):
    automation = automation_of(database, studio)

    assert run_id in owner.get("/automations").text
    assert run_id in owner.get(f"/automations/{automation.id}?tab=runs").text
    assert run_id not in owner.get("/automation_runs?view=failed").text


def test_switched_off_and_put_away_it_can_be_brought_back(owner: TestClient, database: Database, studio: Studio, run_id: str):
    automation = automation_of(database, studio)

    owner.post(f"/automations/{automation.id}/off")
    owner.post(f"/automations/{automation.id}/archival")
    assert automation.id not in owner.get("/automations").text
    assert automation.id in owner.get("/automations?view=archived").text
    owner.post(f"/automations/{automation.id}/unarchival")

    assert automation_of(database, studio).status == "off"
    assert automation.id in owner.get("/automations").text
