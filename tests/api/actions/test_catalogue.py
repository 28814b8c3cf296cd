"""Every action, done by a run: what it changes, and what it refuses."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.actions.catalogue import ACTIONS
from models import clock
from models.db import Database
from models.ids import new_id
from models.tables.automations import AutomationRun, StepRun
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.engagements import Engagement
from models.tables.proposals import Proposal, ProposalTemplate
from models.types.events import CATALOGUE
from tests.api.test_automation_runs import STARTED
from tests.builders.runs import make_automation, submit
from tests.builders.workspaces import Studio


@pytest.fixture
def perform(database: Database, studio: Studio, worker: TestClient):
    """Have a run do one action; what its step says after."""

    def do(action: str, **given: Any) -> StepRun:
        mapped = {name: {"value": value} for name, value in given.items()}
        with database.write(studio.scope) as session:
            node = {"id": "it", "kind": "action", "settings": {"action": action, "input": mapped}}
            automation = make_automation(session, node)
            event = submit(session, studio)
            wanted = select(AutomationRun.id).where(AutomationRun.event_id == event.id)
            run_id = session.exec(wanted.where(AutomationRun.automation_id == automation.id)).one()
        answer = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=STARTED)
        assert answer.status_code == 200, answer.text
        with database.read(studio.scope) as session:
            return session.exec(select(StepRun).where(StepRun.run_id == run_id)).one()

    return do


def test_a_status_is_changed_as_the_rules_allow(perform: Any, database: Database, studio: Studio):
    step = perform("engagements.change_status", status="lost", reason="Too dear")

    assert (step.status, step.output["status"]) == ("done", "lost")
    with database.read(studio.scope) as session:
        assert session.get_one(Engagement, studio.engagement_id).lost_reason == "Too dear"

    refused = perform("engagements.change_status", status="contracted")
    assert refused.status == "parked"
    assert "cannot become" in refused.error


def test_an_engagement_is_changed_where_it_is_said(perform: Any, database: Database, studio: Studio):
    perform("engagements.update", value_minor=250000, owner_id=studio.member_id)

    with database.read(studio.scope) as session:
        engagement = session.get_one(Engagement, studio.engagement_id)
    assert (engagement.value_minor, engagement.owner_id) == (250000, studio.member_id)
    assert engagement.title.endswith("new website")


def test_tags_are_put_on_and_taken_off_once(perform: Any, database: Database, studio: Studio):
    perform("contacts.tag", add=["vip", "vip", "slow"])
    step = perform("contacts.tag", add=["vip"], remove=["slow"])

    assert step.output["tags"] == ["vip"]
    with database.read(studio.scope) as session:
        assert session.get_one(Contact, studio.contact_id).tags == ["vip"]


def test_a_contacts_address_cannot_be_somebody_elses(perform: Any, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        session.add(Contact(id=new_id("con"), name="Grace", email="grace@x.example", email_norm="grace@x.example"))

    step = perform("contacts.update", email="Grace@x.example")

    assert (step.status, "already" in step.error) == ("parked", True)


def test_mail_that_nobody_asked_for_is_not_sent_to_who_unsubscribed(perform: Any, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        session.get_one(Contact, studio.contact_id).unsubscribed_at = clock.now()
    mail = {"to": "ada@byron-mills.example", "subject": "News", "body": "Hello"}

    assert perform("messages.send_mail", is_marketing=True, **mail).output == {
        "email_id": "",
        "message_id": "",
        "is_queued": False,
    }
    assert perform("messages.send_mail", **mail).output["is_queued"] is True
    with database.read(studio.scope) as session:
        assert [one.contact_id for one in session.exec(select(Email))] == [studio.contact_id]


def test_an_address_that_is_none_parks_the_step(perform: Any):
    assert "does not look like a mail address" in perform("messages.send_mail", to="nobody", subject="Hi", body="Hi").error


def test_what_a_mail_says_is_shown_and_never_run(perform: Any, database: Database, studio: Studio):
    perform("messages.send_mail", to="ada@byron-mills.example", subject="Hi", body="One <b>\nline\n\nhttps://studio.example")

    with database.read(studio.scope) as session:
        mail = session.exec(select(Email)).one()
    assert "One &lt;b&gt;" in mail.html
    assert 'href="https://studio.example"' in mail.html
    assert "One <b>\nline" in mail.text


def test_a_proposal_is_drafted_from_its_template(perform: Any, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        template = ProposalTemplate(id=new_id("ptpl"), name="Website", title="Your website")
        session.add(template)

    step = perform("proposals.create_from_template", template_id=template.id)

    with database.read(studio.scope) as session:
        proposal = session.exec(select(Proposal)).one()
    assert (proposal.id, proposal.engagement_id, proposal.status) == (step.output["proposal_id"], studio.engagement_id, "draft")
    assert proposal.title == "Your website"


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_tells_what_it_is_and_causes(name: str):
    schema = ACTIONS[name].schema()

    assert schema["title"]
    assert schema["docs"]
    assert set(schema["emits"]) <= set(CATALOGUE)
    assert all(field.get("title") for field in schema["input"]["properties"].values())
