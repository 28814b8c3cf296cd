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
from models.tables.automations import AutomationRun
from models.tables.conversations import Conversation, Message
from models.tables.emails import Email
from models.tables.tasks import Task
from models.types.tasks import TaskDraft
from tests.api.test_automation_runs import STARTED
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


def test_what_people_do_is_nobody_elses_work(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        task = create_task(session, TaskDraft(title="By hand", engagement_id=studio.engagement_id))

    assert "Made by the automation" not in page(owner, f"/tasks/{task.id}")
