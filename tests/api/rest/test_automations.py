"""Automations over the API: drawn, checked, published in versions, switched off."""

from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.seed.drawings import new_lead_drawing
from models.tables.automations import AutomationRun
from tests.builders.runs import accept
from tests.builders.workspaces import Studio

PATH = "/api/v1/automations"


def drawn(program: TestClient, drawing=None):
    answer = program.post(PATH, json={"name": "New lead", "drawing": drawing or new_lead_drawing()})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_drawing_comes_back_as_it_was_sent(program: TestClient):
    drawing = {**new_lead_drawing(), "notes": [{"text": "keep me"}]}

    automation_id = drawn(program, drawing)

    kept = program.get(f"{PATH}/{automation_id}").json()
    assert kept["drawing"] == drawing
    assert (kept["status"], kept["published_version"]) == ("draft", 0)


def test_a_drawing_is_published_in_numbered_versions_with_author_and_note(program: TestClient):
    automation_id = drawn(program)

    first = program.post(f"{PATH}/{automation_id}/publication", json={"note": "At last"})
    changed = new_lead_drawing()
    changed["nodes"][4]["settings"]["timeout"]["amount"] = 5
    program.patch(f"{PATH}/{automation_id}", json={"drawing": changed})
    second = program.post(f"{PATH}/{automation_id}/publication", json={})

    assert first.status_code == 201, first.text
    assert (first.json()["number"], first.json()["author"], first.json()["note"]) == (1, "test", "At last")
    assert second.json()["number"] == 2
    assert first.json()["plan_hash"] != second.json()["plan_hash"]
    plan = program.get(f"{PATH}/{automation_id}/versions/1").json()["plan"]
    assert plan["root"]["nodes"]["wait"]["timeout"] == {"amount": 3, "unit": "days"}
    assert [one["number"] for one in program.get(f"{PATH}/{automation_id}/versions").json()["items"]] == [2, 1]


def test_what_cannot_run_is_not_published_and_says_where(program: TestClient):
    drawing = new_lead_drawing()
    drawing["nodes"][1]["settings"]["input"]["to"] = {"path": "trigger.contact.mail"}
    del drawing["nodes"][3]["settings"]["input"]["title"]
    automation_id = drawn(program, drawing)

    refused = program.post(f"{PATH}/{automation_id}/publication", json={})

    assert refused.status_code == 422
    found = {(one["node_id"], one["field"], one["code"]) for one in refused.json()["problems"]}
    assert found == {("mail", "input.to", "unknown_path"), ("task", "input.title", "missing_required")}
    assert all(one["message"] and one["fix"] for one in refused.json()["problems"])
    assert program.get(f"{PATH}/{automation_id}").json()["status"] == "draft"
    listed = program.get(f"{PATH}/{automation_id}/problems").json()
    assert listed == refused.json()["problems"]


def test_runs_go_on_with_the_version_they_began_with(program: TestClient, database: Database, studio: Studio):
    automation_id = drawn(program)
    program.post(f"{PATH}/{automation_id}/publication", json={})
    with database.write(studio.scope) as session:
        accept(session, studio)

    program.post(f"{PATH}/{automation_id}/publication", json={"note": "again"})

    with database.read(studio.scope) as session:
        assert [run.automation_version for run in session.exec(select(AutomationRun))] == [1]


def test_switched_off_it_starts_nothing_until_it_is_published_again(program: TestClient, database: Database, studio: Studio):
    automation_id = drawn(program)
    program.post(f"{PATH}/{automation_id}/publication", json={})

    assert program.delete(f"{PATH}/{automation_id}/publication").status_code == 204
    with database.write(studio.scope) as session:
        accept(session, studio)
        assert session.exec(select(AutomationRun)).all() == []

    assert program.get(f"{PATH}/{automation_id}").json()["status"] == "off"


def test_a_change_over_somebody_elses_is_refused(program: TestClient):
    automation_id = drawn(program)
    seen = program.get(f"{PATH}/{automation_id}").json()["version"]
    program.patch(f"{PATH}/{automation_id}", json={"name": "Mine", "version": seen})

    late = program.patch(f"{PATH}/{automation_id}", json={"name": "Yours", "version": seen})

    assert late.status_code == 409
    assert program.get(f"{PATH}/{automation_id}").json()["name"] == "Mine"


def test_the_catalogue_holds_a_form_for_every_action_and_a_record_for_every_event(program: TestClient):
    catalogue = program.get("/api/v1/automation_catalogue").json()

    actions = {one["name"]: one for one in catalogue["actions"]}
    assert actions["messages.send_mail"]["input"]["required"] == ["to", "subject", "body"]
    assert actions["messages.send_mail"]["client_facing"] is True
    records = {one["name"]: one["record"]["properties"] for one in catalogue["events"]}
    assert "email" in records["submission.accepted"]["contact"]["properties"]
    assert set(catalogue["nodes"]) >= {"action", "condition", "delay", "wait_until", "wait_for_event", "stop"}


def test_an_automation_of_another_studio_is_not_there(program: TestClient):
    assert program.get(f"{PATH}/aut_nobody").status_code == 404
