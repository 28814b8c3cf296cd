"""The reminders of a proposal stop with whatever answers it: no client is asked again after they spoke."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import clock
from models.commands.automation_starts import Origin, start_run
from models.commands.conversations import client_conversation, post_message
from models.commands.events import record
from models.db import Database
from models.queries.automation_records import subject_record
from models.queries.automations import find_published_version
from models.seed.automation_templates import get_template
from models.tables.automations import AutomationRun
from models.tables.emails import Email
from models.tables.events import Event
from models.tables.proposals import Proposal
from models.tables.tasks import Task
from models.types.scope import Cause
from tests.builders.live_runs import STARTED
from tests.builders.proposals import make_sent
from tests.builders.runs import publish
from tests.builders.workspaces import Studio


@pytest.fixture
def nudged(database: Database, studio: Studio, worker: TestClient) -> tuple[str, str]:
    """The run that has asked about a proposal for the first time, and that proposal."""
    with database.write(studio.scope) as session:
        automation = publish(session, dict(get_template("proposal_nudges").drawing))
        version, proposal = find_published_version(session, automation), make_sent(session, studio)
        assert version
        trigger = subject_record(session, "date:1", "proposal.sent_at", "proposal", proposal, at=clock.now(), date="2026-01-01")
        about = {"engagement_id": studio.engagement_id, "subject_kind": "proposal", "subject_id": proposal.id}
        started = start_run(session, automation, version, Origin("date:1", trigger, Cause(), clock.now(), **about))
        assert started.run
        run_id = started.run.id
    advance(worker, run_id)
    return run_id, proposal.id


def advance(worker: TestClient, run_id: str, happened: dict[str, Any] = STARTED) -> Any:
    answer = worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=happened)
    assert answer.status_code == 200, answer.text
    return answer.json()


def hear_and_wait(database: Database, studio: Studio, worker: TestClient, run_id: str) -> Any:
    """Pass on what the run's workflow was told, then let all of its timers fire as they come due."""
    with database.read(studio.scope) as session:
        woken = select(Event).where(Event.type == "automation_run.woken", Event.subject_id == run_id)
        told = [event.payload["happened"] for event in session.exec(woken)]
    for happened in told:
        advance(worker, run_id, json.loads(happened))
    position = advance(worker, run_id, {})
    while position["timers"]:
        clock.move(timedelta(days=8))
        position = advance(worker, run_id, {"kind": "timer_fired", "wait_id": position["timers"][0]["wait_id"]})
    return position


def write(session: Session, studio: Studio) -> None:
    talk = client_conversation(session, studio.contact_id)
    author = {"author": f"contact:{studio.contact_id}", "author_name": "Ada Byron"}
    post_message(session, talk, body="We need another week.", key="m1", now=clock.now(), **author)


@pytest.mark.parametrize("answer", ["written", "proposal.accepted", "proposal.declined", "proposal.withdrawn"])
def test_nobody_is_reminded_after_an_answer(
    database: Database, studio: Studio, worker: TestClient, nudged: tuple[str, str], answer: str
):
    run_id, proposal_id = nudged
    with database.write(studio.scope) as session:
        if answer == "written":
            write(session, studio)
        else:
            record(session, answer, proposal_id, engagement_id=studio.engagement_id, contact_id=studio.contact_id)

    position = hear_and_wait(database, studio, worker, run_id)

    assert position["status"] == ("succeeded" if answer == "written" else "canceled")
    with database.read(studio.scope) as session:
        assert [mail.subject for mail in session.exec(select(Email))] == ["Any questions about our proposal?"]
        assert session.exec(select(Task)).all() == []


def test_without_an_answer_a_call_is_noted(database: Database, studio: Studio, worker: TestClient, nudged: tuple[str, str]):
    assert hear_and_wait(database, studio, worker, nudged[0])["status"] == "succeeded"

    with database.read(studio.scope) as session:
        assert len(session.exec(select(Email)).all()) == 2
        assert [task.title for task in session.exec(select(Task))] == ["Call Ada Byron about the proposal"]
        assert session.exec(select(AutomationRun.status)).all() == ["succeeded"]
        assert session.exec(select(Proposal.id)).all() == [nudged[1]]
