"""Playing automations through over the API: nothing is written, nothing leaves, and what is shown is what would happen."""

import socket
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import SQLModel, func, select

from models import clock
from models.db import Database
from models.seed.drawings import new_lead_drawing
from models.types.scope import Scope
from tests.builders.runs import submit
from tests.builders.workspaces import Studio

PATH = "/api/v1/automations"


def drawn(program: TestClient, drawing=None) -> str:
    answer = program.post(PATH, json={"name": "New lead", "drawing": drawing or new_lead_drawing()})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def simulated(program: TestClient, automation_id: str, **wanted):
    answer = program.post(f"{PATH}/{automation_id}/simulations", json=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def counts(database: Database) -> dict[str, int]:
    with database.read(Scope(None)) as session:
        tables = SQLModel.metadata.tables.items()
        return {name: session.exec(select(func.count()).select_from(table)).one() for name, table in tables}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every attempt to reach something outside, refused."""
    tried: list[str] = []

    def refuse(*where, **_):
        tried.append(str(where))
        raise OSError("the network is blocked")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


def test_a_year_of_a_drawing_is_told_in_words_and_days(program: TestClient):
    told = simulated(program, drawn(program), scenario={"team_acts_after_days": None}, fields={"contact.name": "Grace Hopper"})

    assert [one["kind"] for one in told["entries"]] == ["start", "mail", "message", "task", "wait", "notice", "end"]
    mail, wait, notice = (told["entries"][place] for place in (1, 4, 5))
    assert mail["title"] == "Thank you, Grace"
    assert mail["text"].startswith("Hi Grace,")
    assert (wait["port"], wait["ended_at"]) == ("timeout", notice["at"])
    assert "Grace Hopper" in notice["text"]
    assert told["totals"]["mail"] == 1
    assert sorted(place for day in told["days"] for place in day["entries"]) == list(range(7))


def test_the_scenario_says_whether_the_proposal_comes_in_time(program: TestClient):
    automation_id = drawn(program)

    in_time = simulated(program, automation_id, scenario={"events": {"proposal.sent": 2}})
    too_late = simulated(program, automation_id, scenario={"events": {"proposal.sent": 4}})

    assert "notice" not in in_time["totals"]
    assert too_late["totals"]["notice"] == 1


def test_a_real_event_brings_its_own_record(program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        event_id = submit(session, studio, need="A site").id

    told = simulated(program, drawn(program), event_id=event_id)

    assert told["record"]["engagement_id"] == studio.engagement_id
    assert told["record"]["submission"]["answers"] == {"need": "A site"}
    assert any("Ada" in entry["title"] for entry in told["entries"] if entry["kind"] == "mail")


def test_an_unsaved_drawing_that_cannot_run_says_where(program: TestClient):
    automation_id, broken = drawn(program), new_lead_drawing()
    broken["nodes"][1]["settings"]["input"]["to"] = {"path": "trigger.contact.mail"}

    refused = program.post(f"{PATH}/{automation_id}/simulations", json={"drawing": broken})

    assert refused.status_code == 422
    assert [(one["node_id"], one["code"]) for one in refused.json()["problems"]] == [("mail", "unknown_path")]


def test_a_simulation_writes_no_row_and_reaches_nothing(
    program: TestClient, database: Database, studio: Studio, no_network: list[str]
):
    automation_id = drawn(program)
    with database.write(studio.scope) as session:
        event_id = submit(session, studio).id
    before = counts(database)

    simulated(program, automation_id, event_id=event_id, horizon_months=24)

    assert counts(database) == before
    assert no_network == []


def test_an_action_that_would_be_refused_is_shown_as_stuck(program: TestClient):
    long = deepcopy(new_lead_drawing())
    long["nodes"][3]["settings"]["input"]["title"] = {"text": "{{ trigger.contact.name }}" + "!" * 300}

    told = simulated(program, drawn(program, long))

    stuck = next(one for one in told["entries"] if one["kind"] == "stuck")
    assert (stuck["node_path"], told["runs"][0]["status"]) == ("task", "parked")
    assert "title" in stuck["text"]


def test_a_schedule_beats_at_the_same_clock_time_all_year(program: TestClient):
    drawing: dict[str, Any] = {
        "nodes": [
            {"id": "t", "kind": "trigger", "settings": {"kind": "schedule", "cron": "0 9 29 2 *", "zone": "Europe/Berlin"}},
            {"id": "p", "kind": "action", "settings": {"action": "inbox.post", "input": _post()}},
        ],
        "edges": [{"id": "e", "source": "t", "port": "ok", "target": "p"}],
    }
    automation_id = drawn(program, drawing)

    told = simulated(program, automation_id, start="2026-06-01T00:00:00Z", horizon_months=24)
    daily = deepcopy(drawing)
    daily["nodes"][0]["settings"]["cron"] = "0 9 * * 1"
    weekly = simulated(program, automation_id, drawing=daily, start="2026-06-01T00:00:00Z", horizon_months=12)

    assert [one["at"] for one in told["entries"] if one["kind"] == "message"] == ["2028-02-29T08:00:00Z"]
    hours = {one["at"][11:16] for one in weekly["entries"] if one["kind"] == "message"}
    assert (hours, weekly["totals"]["message"]) == ({"07:00", "08:00"}, 53)


def test_too_many_beats_are_cut_with_a_clear_word(program: TestClient):
    drawing = {
        "nodes": [
            {"id": "t", "kind": "trigger", "settings": {"kind": "schedule", "cron": "* * * * *"}},
            {"id": "p", "kind": "action", "settings": {"action": "inbox.post", "input": _post()}},
        ],
        "edges": [{"id": "e", "source": "t", "port": "ok", "target": "p"}],
    }

    told = simulated(program, drawn(program, drawing), horizon_months=24)

    assert "more than" in told["cut"]
    assert len(told["entries"]) <= 4000


def _post():
    return {"channel": {"value": "crm"}, "text": {"value": "Monday"}}


def test_what_was_long_ago_is_no_reason_to_wait(program: TestClient):
    """A start in the future counts from there: the whole horizon lies behind it."""
    start = clock.now() + timedelta(days=100)

    told = simulated(program, drawn(program), start=start.isoformat(), scenario={"team_acts_after_days": None})

    assert told["entries"][0]["at"][:10] == start.date().isoformat()
