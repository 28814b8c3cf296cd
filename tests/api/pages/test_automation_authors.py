"""“Why did this happen?”: from everything an automation does there is a way to the run, opened at the step that did it."""

from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.commands.emails import mark_sent
from models.commands.tasks import create_task
from models.db import Database
from models.seed.automation_templates import get_template
from models.tables.automations import AutomationRun, StepRun
from models.tables.conversations import Conversation, Message
from models.tables.emails import Email
from models.tables.tasks import Task
from models.types.tasks import TaskDraft
from tests.api.test_automation_runs import STARTED
from tests.builders.actions import CASES
from tests.builders.automations import drawing
from tests.builders.runs import publish, submit
from tests.builders.workspaces import Studio


@pytest.fixture
def run_id(database: Database, studio: Studio, worker: TestClient) -> str:
    """A new lead that was thanked, told of and followed up."""
    with database.write(studio.scope) as session:
        publish(session, dict(get_template("new_lead").drawing), "New lead")
        submit(session, studio)
        begun = session.exec(select(AutomationRun.id)).one()
    worker.post(f"/api/v1/automation_runs/{begun}/advance", json=STARTED)
    return begun


def made(database: Database, studio: Studio, table: Any) -> Any:
    with database.read(studio.scope) as session:
        return session.exec(select(table)).one()


def page(owner: TestClient, path: str) -> str:
    answer = owner.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return unescape(answer.text)


def test_a_task_tells_which_run_made_it(owner: TestClient, database: Database, studio: Studio, run_id: str):
    task = made(database, studio, Task)
    shown = page(owner, f"/tasks/{task.id}")

    assert "Made by the automation “New lead”" in shown
    assert f"/automation_runs/{run_id}?about={task.id}" in shown


def test_the_run_opens_at_the_step_that_did_it(owner: TestClient, database: Database, studio: Studio, run_id: str):
    shown = page(owner, f"/automation_runs/{run_id}?about={made(database, studio, Task).id}")

    assert 'data-behind="task" data-iteration="0"' in shown
    assert shown.count("This did it") == 1
    listed = shown[shown.index('data-live="steps"') :]
    assert listed.index("Note a follow-up") < listed.index("This did it") < listed.index("Until a proposal is sent")
    assert "This did it" not in page(owner, f"/automation_runs/{run_id}?about=tsk_other")


def test_a_mail_in_the_story_leads_to_its_run_though_the_mailer_sent_it(
    owner: TestClient, database: Database, studio: Studio, run_id: str
):
    with database.write(studio.scope) as session:
        mail = session.exec(select(Email)).one()
        mark_sent(session, mail)

    story = page(owner, f"/engagements/{studio.engagement_id}")

    assert "The automation “New lead” did it after this: A form was submitted: Contact us" in story
    assert f"/automation_runs/{run_id}?about={mail.id}" in story
    assert 'data-behind="mail"' in page(owner, f"/automation_runs/{run_id}?about={mail.id}")


def test_a_message_in_a_channel_leads_to_its_run(owner: TestClient, database: Database, studio: Studio, run_id: str):
    channel, message = made(database, studio, Conversation), made(database, studio, Message)

    assert f"/automation_runs/{run_id}?about={message.id}" in page(owner, f"/inbox/{channel.id}")


def test_an_engagement_lists_the_runs_about_it(owner: TestClient, studio: Studio, run_id: str):
    shown = page(owner, f"/engagements/{studio.engagement_id}")

    assert f'href="/automation_runs/{run_id}"' in shown
    assert f"/automation_runs?engagement_id={studio.engagement_id}" in shown


MADE = {
    "contracts.create_from_template": ("contract_id", "/contracts/{}"),
    "projects.start": ("project_id", "/projects/{}"),
    "retainers.start": ("retainer_id", "/retainers/{}"),
    "payments.record": ("payment_id", "/payments/{}"),
    "contacts.create": ("contact_id", "/contacts/{}"),
    "companies.create": ("company_id", "/companies/{}"),
    "time_entries.log": ("time_entry_id", "/time_entries/{}"),
    "invoices.draft": ("invoice_id", "/invoices/{}"),
    "proposals.create_from_template": ("proposal_id", "/proposals/{}"),
    "tasks.create": ("task_id", "/tasks/{}"),
}
"""Action that makes something: its name in what comes out, and its page."""
CHANGED = {
    "contracts.send": ("contract_id", "/contracts/{}", "A contract was sent"),
    "bookings.reschedule": ("booking_id", "/bookings/{}", "A call was moved"),
    "bookings.cancel": ("booking_id", "/bookings/{}", "A call was cancelled"),
    "projects.complete": ("project_id", "/projects/{}", "A project was completed"),
    "retainers.pause": ("retainer_id", "/retainers/{}", "A retainer was paused"),
    "payments.refund": ("payment_id", "/payments/{}", "A payment was refunded"),
    "contacts.tag": ("contact_id", "/contacts/{}", "A contact was changed"),
    "companies.update": ("company_id", "/companies/{}", "A company was changed"),
    "time_entries.stop": ("time_entry_id", "/time_entries/{}", "A timer was stopped"),
    "invoices.send": ("invoice_id", "/invoices/{}", "An invoice was sent"),
    "tasks.complete": ("task_id", "/tasks/{}", "A task was completed"),
}
"""Action that does something to what is there: its name, its page, and what is said of it."""


def done(database: Database, studio: Studio, worker: TestClient, action: str, name: str = "Lead") -> StepRun:
    """The step of a run that has done an action. What the action is about was made by hand before."""
    with database.write(studio.scope) as session:
        given = {field: {"value": value} for field, value in CASES[action](session, studio).items()}
    return repeated(database, studio, worker, action, given, name)


def repeated(
    database: Database, studio: Studio, worker: TestClient, action: str, given: dict[str, Any], name: str = "Lead"
) -> StepRun:
    """The step of a run of a new automation that has done an action."""
    with database.write(studio.scope) as session:
        head = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}
        node = {"id": "it", "kind": "action", "settings": {"action": action, "input": given}}
        automation = publish(session, drawing(head, node).document, name)
        submit(session, studio)
        mine = select(AutomationRun.id).where(AutomationRun.automation_id == automation.id)
        run_id = session.exec(mine).one()
    position = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=STARTED).json()
    for effect in position["effects"]:
        wanted = {name: effect[name] for name in ("node_path", "iteration", "attempt")}
        worker.post(f"/api/v1/automation_runs/{run_id}/effects", json=wanted).raise_for_status()
    with database.read(studio.scope) as session:
        step = session.exec(select(StepRun).where(StepRun.run_id == run_id)).one()
    assert step.status == "done", step.error
    return step


def followed(owner: TestClient, path: str) -> str:
    """A page, also where it stands on another."""
    answer = owner.get(path)
    return page(owner, answer.headers["location"] if answer.status_code == 303 else path)


@pytest.mark.parametrize("action", MADE)
def test_what_an_automation_made_leads_to_its_run(
    action: str, owner: TestClient, worker: TestClient, database: Database, studio: Studio
):
    field, path = MADE[action]
    step = done(database, studio, worker, action)
    made_id = step.output[field]

    shown = followed(owner, path.format(made_id))

    assert "Made by the automation “Lead”." in shown
    assert f"/automation_runs/{step.run_id}?about={made_id}" in shown
    assert ", by the automation" not in shown, "its maker did nothing later"
    assert 'data-behind="it"' in page(owner, f"/automation_runs/{step.run_id}?about={made_id}")


@pytest.mark.parametrize("action", CHANGED)
def test_what_an_automation_changed_or_sent_later_leads_to_its_run(
    action: str, owner: TestClient, worker: TestClient, database: Database, studio: Studio
):
    field, path, says = CHANGED[action]
    step = done(database, studio, worker, action)
    about_id = step.output[field]

    shown = followed(owner, path.format(about_id))

    assert f"{says}, by the automation “Lead”" in shown
    assert "Made by the automation" not in shown
    assert f"/automation_runs/{step.run_id}?about={about_id}" in shown
    assert 'data-behind="it"' in page(owner, f"/automation_runs/{step.run_id}?about={about_id}")


def test_the_maker_and_the_latest_are_both_told(owner: TestClient, worker: TestClient, database: Database, studio: Studio):
    made = done(database, studio, worker, "contacts.create", "Maker")
    given = {"contact_id": {"value": made.output["contact_id"]}, "add": {"value": ["hot"]}}
    repeated(database, studio, worker, "contacts.tag", given, "First")
    latest = repeated(database, studio, worker, "contacts.tag", {**given, "add": {"value": ["warm"]}}, "Second")

    shown = page(owner, f"/contacts/{made.output['contact_id']}")

    assert "Made by the automation “Maker”." in shown
    assert "A contact was changed, by the automation “Second”" in shown
    assert "by the automation “First”" not in shown
    assert f"/automation_runs/{latest.run_id}?about=" in shown


def test_what_people_do_is_nobody_elses_work(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        task = create_task(session, TaskDraft(title="By hand", engagement_id=studio.engagement_id))

    assert "Made by the automation" not in page(owner, f"/tasks/{task.id}")
