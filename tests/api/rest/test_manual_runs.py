"""Starting an automation by hand: seen first, confirmed, once per batch."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.commands.tasks import create_task
from models.db import Database
from models.tables.automations import Automation, AutomationRun
from models.types.tasks import TaskDraft
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio

OPEN_DRAFTS = {"op": "contains", "args": [{"path": "trigger.subject.title"}, {"value": "draft"}]}


@pytest.fixture
def tasks(database: Database, studio: Studio) -> list[str]:
    with database.write(studio.scope) as session:
        titles = ("First draft", "Second draft", "Third draft", "Call Ada")
        return [create_task(session, TaskDraft(title=title, engagement_id=studio.engagement_id)).id for title in titles]


@pytest.fixture
def automation(database: Database, studio: Studio) -> Automation:
    with database.write(studio.scope) as session:
        return make_automation(session, post("{{ trigger.subject.title }}"), kind="manual", noun="task")


def preview(program: TestClient, automation: Automation, **wanted: Any) -> dict[str, Any]:
    answer = program.post(f"/api/v1/automations/{automation.id}/manual_runs/preview", json=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def start(program: TestClient, automation: Automation, **wanted: Any) -> Any:
    return program.post(f"/api/v1/automations/{automation.id}/manual_runs", json=wanted)


def started(database: Database, studio: Studio) -> list[str]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(AutomationRun.subject_id).order_by(AutomationRun.id)))


def test_nothing_starts_before_it_is_confirmed_and_then_each_once(
    program: TestClient, automation: Automation, tasks: list[str], database: Database, studio: Studio
):
    seen = preview(program, automation, filter=OPEN_DRAFTS, exclude=[tasks[1]])

    assert seen["count"] == 2
    assert [(one["label"], one["reason"]) for one in seen["records"]] == [
        ("First draft", ""),
        ("Second draft", "Left out"),
        ("Third draft", ""),
    ]
    assert started(database, studio) == []
    wanted = {"batch_id": seen["batch_id"], "filter": OPEN_DRAFTS, "exclude": [tasks[1]], "expected": 2}
    first, again = start(program, automation, **wanted), start(program, automation, **wanted)
    assert (first.json()["begun"], again.json()["begun"]) == (2, 0)
    assert first.json()["run_ids"] == again.json()["run_ids"]
    assert started(database, studio) == [tasks[0], tasks[2]]


def test_a_choice_that_changed_meanwhile_is_not_started(
    program: TestClient, automation: Automation, tasks: list[str], database: Database, studio: Studio
):
    seen = preview(program, automation, text="draft")
    with database.write(studio.scope) as session:
        create_task(session, TaskDraft(title="Fourth draft", engagement_id=studio.engagement_id))

    refused = start(program, automation, batch_id=seen["batch_id"], text="draft", expected=seen["count"])

    assert refused.status_code == 409
    assert "4 records by now, not 3" in refused.json()["detail"]
    assert started(database, studio) == []


def test_one_record_is_started_and_told_apart_the_next_time(
    program: TestClient, automation: Automation, tasks: list[str], database: Database, studio: Studio
):
    seen = preview(program, automation, ids=[tasks[3]])
    start(program, automation, ids=[tasks[3]], batch_id=seen["batch_id"], expected=1)

    (record,) = preview(program, automation, ids=[tasks[3]])["records"]
    assert (record["label"], record["has_run"], record["reason"]) == ("Call Ada", True, "")


def test_500_records_are_seen_3_left_out_and_the_rest_started(
    program: TestClient, automation: Automation, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        ids = [create_task(session, TaskDraft(title=f"Task {n}", engagement_id=studio.engagement_id)).id for n in range(500)]
    wanted = {"text": "task", "exclude": ids[:3]}
    seen = preview(program, automation, **wanted)

    answer = start(program, automation, batch_id=seen["batch_id"], expected=seen["count"], **wanted)

    assert (len(seen["records"]), seen["count"]) == (500, 497)
    assert answer.json()["begun"] == 497
    assert started(database, studio) == ids[3:]


def test_more_than_one_batch_may_have_is_refused(program: TestClient, automation: Automation, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        for n in range(501):
            create_task(session, TaskDraft(title=f"Task {n}", engagement_id=studio.engagement_id))

    answer = program.post(f"/api/v1/automations/{automation.id}/manual_runs/preview", json={})

    assert answer.status_code == 422


def test_what_an_event_starts_can_be_made_up_for_by_hand(
    program: TestClient, tasks: list[str], database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        automation = make_automation(session, post(), type="task.created", filter=OPEN_DRAFTS)

    seen = preview(program, automation)

    assert (seen["count"], len(seen["records"])) == (3, 4)
    assert seen["records"][3]["reason"] == "The automation's own filter does not want it"
    start(program, automation, batch_id=seen["batch_id"], expected=3)
    assert started(database, studio) == tasks[:3]


def test_a_malformed_condition_and_an_unpublished_automation_are_refused(
    program: TestClient, automation: Automation, tasks: list[str], studio: Studio
):
    path = f"/api/v1/automations/{automation.id}"

    assert program.post(f"{path}/manual_runs/preview", json={"filter": {"op": "exec"}}).status_code == 422
    program.delete(f"{path}/publication")
    assert program.post(f"{path}/manual_runs/preview", json={}).status_code == 409
