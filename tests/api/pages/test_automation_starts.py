"""Pages about what starts an automation from outside or by hand, and the repair tray."""

import re

from fastapi.testclient import TestClient
from sqlmodel import select

from models.commands.events import record
from models.commands.tasks import create_task
from models.db import Database
from models.tables.automations import Automation, AutomationRun
from models.types.tasks import TaskDraft
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio


def automate(database: Database, studio: Studio, *nodes, **trigger) -> Automation:
    with database.write(studio.scope) as session:
        return make_automation(session, *nodes, **trigger)


def runs(database: Database, studio: Studio) -> list[AutomationRun]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(AutomationRun).order_by(AutomationRun.id)))


def test_a_hook_is_opened_and_shows_its_secret_only_when_asked(owner: TestClient, database: Database, studio: Studio):
    automation = automate(database, studio, post(), kind="webhook", type="")
    path = f"/automations/{automation.id}/hook"

    before = owner.get(path).text
    opened = owner.post(path).text
    later = owner.get(path).text
    renewed = owner.post(f"{path}/secrets").text

    secret = re.search(r'id="hook-secret"[^>]* value="([^"]+)"', opened).group(1)
    assert "Open the webhook" in before
    assert "/hooks/automations/" in later
    assert secret not in later
    assert secret not in renewed
    assert 'id="hook-secret"' in renewed
    assert owner.post(f"{path}/captures").status_code == 303
    assert "The next call is taken as a sample" in owner.get(path).text
    owner.post(f"{path}/proof", data={"proof": "secret"})
    assert "x-hook-secret" in owner.get(path).text


def test_records_are_shown_before_runs_start_and_only_the_ticked_ones_get_one(
    owner: TestClient, database: Database, studio: Studio
):
    automation = automate(database, studio, post(), kind="manual", noun="task")
    with database.write(studio.scope) as session:
        ids = [create_task(session, TaskDraft(title=f"Draft {n}", engagement_id=studio.engagement_id)).id for n in range(3)]
    path = f"/automations/{automation.id}/manual_runs"

    chosen = owner.get(path, params={"look": "yes", "text": "draft"}).text
    batch_id = re.search(r'name="batch_id" value="([^"]+)"', chosen).group(1)
    assert "3 of 3 tasks would get a run" in chosen
    assert runs(database, studio) == []
    for _ in range(2):
        assert owner.post(path, data={"batch_id": batch_id, "id": ids[1:]}).status_code == 303

    assert [run.subject_id for run in runs(database, studio)] == ids[1:]
    assert "It ran for this before" in owner.get(path, params={"look": "yes"}).text


def test_stuck_runs_are_listed_with_their_reason_and_dealt_with_together(
    owner: TestClient, worker: TestClient, database: Database, studio: Studio
):
    node = post()
    node["settings"]["input"]["channel"] = {"path": "trigger.submission.answers.channel"}
    automate(database, studio, node, type="engagement.paused")
    with database.write(studio.scope) as session:
        for _ in range(2):
            record(session, "engagement.paused", studio.engagement_id, engagement_id=studio.engagement_id)
    ids = [run.id for run in runs(database, studio)]
    for run_id in ids:
        worker.post(f"/api/v1/automation_runs/{run_id}/advance", json={"kind": "started", "trigger": {}})

    tray = owner.get("/automation_run_repairs").text
    assert tray.count("Ada Byron") >= 2
    assert "A value is missing" in tray
    assert owner.post("/automation_run_repairs", data={"id": ids, "action": "skip"}).status_code == 303

    assert [run.status for run in runs(database, studio)] == ["succeeded"] * 2
    assert "Nothing is stuck" in owner.get("/automation_run_repairs").text
    assert owner.post("/automation_run_repairs", data={"id": ids, "action": "explode"}).status_code == 422
