"""Runs under filters that live in the address, and what the page of one run hands to its script."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.commands.automation_quotas import release_runs
from models.commands.contacts import add_contact
from models.commands.events import record
from models.db import Database
from models.seed.automation_templates import get_template
from models.tables.automations import AutomationRun
from models.tables.workspaces import Workspace
from models.types.scope import Scope
from tests.api.test_automation_runs import STARTED
from tests.builders.runs import make_automation, post, publish, submit
from tests.builders.workspaces import Studio


@pytest.fixture
def runs(database: Database, studio: Studio) -> dict[str, AutomationRun]:
    """Runs that differ in one thing each: old, second (of a newer version), other (of another client and automation)."""
    with database.write(studio.scope) as session:
        automation = make_automation(session, post())
        old = submit(session, studio).id
        second = submit(session, studio).id
        automation.status = "off"
        session.add(automation)
        publish(session, dict(get_template("new_lead").drawing), "Other")
        stranger = add_contact(session, actor="", now=clock.now(), name="Tomás Rey", email="tomas@reyvinos.example")
        other = submit(session, studio).id
        found = {one.event_id: one for one in session.exec(select(AutomationRun))}
        named = {"old": found[old], "second": found[second], "other": found[other]}
        named["other"].contact_id = stranger.id
        named["old"].created_at -= timedelta(days=3)
        named["second"].status, named["second"].automation_version = "succeeded", 2
        named["second"].finished_at = clock.now()
    return named


def shown(owner: TestClient, runs: dict[str, AutomationRun], **filters: str) -> set[str]:
    page = owner.get("/automation_runs", params=filters)
    assert page.status_code == 200
    return {name for name, run in runs.items() if f"/automation_runs/{run.id}" in page.text}


def test_every_filter_narrows_the_list(owner: TestClient, runs: dict[str, AutomationRun], studio: Studio):
    today = clock.today("Europe/Berlin")
    one, other = runs["old"], runs["other"]

    assert shown(owner, runs) == {"old", "second", "other"}
    assert shown(owner, runs, automation_id=one.automation_id) == {"old", "second"}
    assert shown(owner, runs, automation_id=one.automation_id, version="2") == {"second"}
    assert shown(owner, runs, view="live") == {"old", "other"}
    assert shown(owner, runs, view="succeeded") == {"second"}
    assert shown(owner, runs, contact_id=other.contact_id or "") == {"other"}
    assert shown(owner, runs, contact_id=studio.contact_id) == {"old", "second"}
    assert shown(owner, runs, engagement_id=studio.engagement_id) == {"old", "second", "other"}
    assert shown(owner, runs, since=str(today)) == {"second", "other"}
    assert shown(owner, runs, until=str(today - timedelta(days=3))) == {"old"}
    assert shown(owner, runs, since=str(today - timedelta(days=3)), until=str(today)) == {"old", "second", "other"}


def test_what_cannot_be_read_in_an_address_is_passed_over(owner: TestClient, runs: dict[str, AutomationRun]):
    assert shown(owner, runs, version="two", since="yesterday", until="2026-02-30") == {"old", "second", "other"}


def test_a_filter_that_is_on_is_a_chip_that_takes_it_off(owner: TestClient, runs: dict[str, AutomationRun]):
    of_other = {"automation_id": runs["other"].automation_id, "contact_id": runs["other"].contact_id or ""}
    page = unescape(owner.get("/automation_runs", params={**of_other, "view": "live"}).text)

    assert f'href="/automation_runs?view=live&contact_id={of_other["contact_id"]}"' in page, "off with the automation"
    assert f'href="/automation_runs?view=live&automation_id={of_other["automation_id"]}"' in page, "off with the client"
    assert "Tomás Rey" in page


def test_what_nothing_fits_says_so(owner: TestClient, runs: dict[str, AutomationRun]):
    page = owner.get("/automation_runs", params={"automation_id": "aut_gone"}).text

    assert "No run fits all of these filters" in page
    assert "Something that is gone" in page


def test_the_page_of_a_run_hands_over_what_its_canvas_needs(
    owner: TestClient, worker: TestClient, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        publish(session, dict(get_template("new_lead").drawing))
        submit(session, studio)
        run_id = session.exec(select(AutomationRun.id)).one()
    worker.post(f"/api/v1/automation_runs/{run_id}/advance", json=STARTED)

    data = canvas_of(owner, run_id)

    assert [step["node_path"] for step in data["steps"]] == ["mail", "post", "task", "wait"]
    assert (data["run"]["status"], len(data["run"]["waits"])) == ("waiting", 1)
    assert data["drawing"] == get_template("new_lead").drawing
    assert {one["name"] for one in data["catalogue"]["actions"]} == {
        "messages.send_mail",
        "inbox.post",
        "tasks.create",
        "members.notify",
    }
    assert {one["name"] for one in data["catalogue"]["events"]} == {"submission.accepted", "proposal.sent"}


def canvas_of(owner: TestClient, run_id: str) -> dict[str, Any]:
    found = re.search(
        r'<script type="application/json" id="run-data">(.*?)</script>', owner.get(f"/automation_runs/{run_id}").text
    )
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.fixture
def held_back(database: Database, studio: Studio) -> dict[str, str]:
    """Two may begin in a minute: of the first automation two have and three wait, of the second four wait after them."""
    with database.write(studio.scope) as session:
        session.get_one(Workspace, studio.workspace_id).runs_per_minute = 2
        first = make_automation(session, post(), type="engagement.paused")
        second = make_automation(session, post(), type="engagement.resumed")
        for index in range(5):
            record(session, "engagement.paused", f"eng_{index}")
        for index in range(4):
            record(session, "engagement.resumed", f"eng_{index}")
        begun = sorted(one for one in session.exec(select(AutomationRun.begun_at)) if one)
        # The first waits for the older of those two to be a minute old. Three others are before the second one's.
        turns = [begun[0] + timedelta(minutes=1), begun[1] + timedelta(minutes=2)]
        soon, later = (f"{one.astimezone(ZoneInfo('Europe/Berlin')):%H:%M %Z}" for one in turns)
        return {"first": first.id, "second": second.id, "next": soon, "later": later}


def test_what_waits_for_its_turn_is_seen_with_when_it_comes(owner: TestClient, held_back: dict[str, str]):
    first, second = held_back["first"], held_back["second"]
    told = {
        "/automation_runs": ("7 runs wait", held_back["next"]),
        f"/automation_runs?automation_id={second}": ("4 runs wait", held_back["later"]),
        f"/automations/{first}": ("3 runs wait", held_back["next"]),
        f"/automations/{first}?tab=runs": ("3 runs wait", held_back["next"]),
        f"/automations/{second}": ("4 runs wait", held_back["later"]),
    }
    for path, (who, at) in told.items():
        shown = unescape(owner.get(path).text)
        assert re.search(rf"{who} for their turn: the next begins (at )?about (tomorrow at )?{at}\.", shown), path
    listed = owner.get("/automation_runs", params={"view": "queued"}).text
    assert listed.count("Waits for its turn") == listed.count("Not yet") == 7


def test_a_run_that_waits_for_another_to_rest_says_so(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        session.get_one(Workspace, studio.workspace_id).runs_in_flight = 1
        automation_id = make_automation(session, post(), type="engagement.paused").id
        for index in range(2):
            record(session, "engagement.paused", f"eng_{index}")

    shown = unescape(owner.get(f"/automations/{automation_id}").text)

    assert "1 run waits for its turn: it begins as soon as another run waits for something or is over." in shown


def test_when_all_have_begun_nothing_is_said(owner: TestClient, held_back: dict[str, str], database: Database, studio: Studio):
    clock.move(timedelta(minutes=2))
    assert "the next begins in a moment" in unescape(owner.get("/automation_runs").text)
    for _ in range(4):
        clock.move(timedelta(minutes=2))
        with database.write(Scope(None)) as session:
            release_runs(session, now=clock.now())

    for path in ("/automation_runs", f"/automations/{held_back['first']}"):
        assert "for their turn" not in owner.get(path).text
