"""The vault at its doors: secrets go in and never come out; owners alone."""

import json

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.tables.credentials import Credential
from tests.api.actions.test_every_action import contents
from tests.builders.runs import make_automation
from tests.builders.workspaces import Studio

SECRET = "sk-live-kestrel-8812"
BODY = {"name": "Accounting", "kind": "header", "field_name": "X-Api-Key", "hosts": ["API.Example.com"], "secret": SECRET}


def test_a_secret_is_kept_encrypted_and_never_shown_again(program: TestClient, owner: TestClient, database: Database):
    made = program.post("/api/v1/credentials", json=BODY)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["last_four"], told["hosts"], told["used_by"]) == ("8812", ["api.example.com"], [])

    for path in ("/api/v1/credentials", f"/api/v1/credentials/{told['id']}", "/api/v1/automation_options/credentials"):
        assert SECRET not in program.get(path).text
    page = owner.get("/settings/credentials")
    assert (SECRET in page.text, "8812" in page.text, "Accounting" in page.text) == (False, True, True)
    assert SECRET not in repr(contents(database))


def test_a_short_secret_shows_no_end(program: TestClient):
    assert program.post("/api/v1/credentials", json={**BODY, "secret": "hunter2"}).json()["last_four"] == ""


def test_a_secret_is_replaced_and_the_old_one_is_gone(program: TestClient, database: Database, studio: Studio):
    made = program.post("/api/v1/credentials", json=BODY).json()
    with database.read(studio.scope) as session:
        before = session.exec(select(Credential)).one().secret_encrypted
    told = program.put(f"/api/v1/credentials/{made['id']}/secret", json={"secret": "sk-live-kestrel-9999"}).json()
    with database.read(studio.scope) as session:
        assert session.exec(select(Credential)).one().secret_encrypted != before
    assert told["last_four"] == "9999"


def test_what_automations_use_is_forgotten_only_by_who_is_sure(program: TestClient, database: Database, studio: Studio):
    made = program.post("/api/v1/credentials", json=BODY).json()
    given = {"url": {"value": "https://api.example.com/"}, "credential_id": {"value": made["id"]}}
    with database.write(studio.scope) as session:
        automation = make_automation(
            session, {"id": "ask", "kind": "action", "settings": {"action": "http.request", "input": given}}
        )
    assert program.get(f"/api/v1/credentials/{made['id']}").json()["used_by"] == [{"id": automation.id, "name": "Lead"}]

    refused = program.delete(f"/api/v1/credentials/{made['id']}")
    assert (refused.status_code, "Lead" in refused.json()["detail"]) == (409, True)
    assert program.delete(f"/api/v1/credentials/{made['id']}", params={"is_sure": True}).status_code == 204

    problems = program.get(f"/api/v1/automations/{automation.id}/problems").json()
    assert [(one["field"], one["code"]) for one in problems] == [("input.credential_id", "deleted_reference")]
    with database.read(studio.scope) as session:
        assert session.exec(select(Credential)).one().secret_encrypted == ""


def test_a_credential_that_never_was_is_told_before_publishing(program: TestClient, studio: Studio):
    node = {"id": "ask", "kind": "action", "settings": {"action": "http.request", "input": {"credential_id": {"value": "crd_x"}}}}
    drawing = {"nodes": [node], "edges": []}
    answer = program.post("/api/v1/automation_problems", json={"drawing": drawing})
    found = answer.json() if isinstance(answer.json(), list) else answer.json()["problems"]
    assert "deleted_reference" in [one["code"] for one in found]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hosts": ["https://"]}, "hosts"),
        ({"hosts": ["api.example.com/path"]}, "hosts"),
        ({"hosts": ["*.example.com"]}, "hosts"),
        ({"field_name": ""}, "field_name"),
        ({"field_name": "X Key\r\n"}, "field_name"),
        ({"secret": "two\nlines"}, "secret"),
        ({"secret": "   "}, "secret"),
        ({"name": "  "}, "name"),
    ],
)
def test_what_cannot_be_used_is_not_kept(program: TestClient, change: dict[str, object], field: str):
    answer = program.post("/api/v1/credentials", json={**BODY, **change})
    assert answer.status_code == 422
    assert field in json.dumps(answer.json())


def test_members_choose_credentials_and_do_not_keep_them(member: TestClient, program: TestClient):
    made = program.post("/api/v1/credentials", json=BODY).json()
    assert member.get("/settings/credentials").status_code == 403
    assert member.post("/settings/credentials", data={**BODY, "hosts": "evil.example"}).status_code == 403
    assert member.post(f"/settings/credentials/{made['id']}/removal").status_code == 403
    assert member.get("/api/v1/credentials").status_code == 403
    assert member.patch(f"/api/v1/credentials/{made['id']}", json={"hosts": ["evil.example"]}).status_code == 403
    assert [one["value"] for one in member.get("/api/v1/automation_options/credentials").json()] == [made["id"]]


def test_an_owner_keeps_replaces_and_forgets_in_a_browser(owner: TestClient, database: Database, studio: Studio):
    form = {"name": "Accounting", "kind": "bearer", "hosts": "api.example.com, files.example.com", "secret": SECRET}
    assert owner.post("/settings/credentials", data=form).status_code == 303
    with database.read(studio.scope) as session:
        kept = session.exec(select(Credential)).one()
    assert kept.hosts == ["api.example.com", "files.example.com"]
    assert owner.post(f"/settings/credentials/{kept.id}/secret", data={"secret": "another-secret-7777"}).status_code == 303
    assert "7777" in owner.get("/settings/credentials").text
    assert owner.post(f"/settings/credentials/{kept.id}/removal").status_code == 303
    assert "No credential yet" in owner.get("/settings/credentials").text

    wrong = owner.post("/settings/credentials", data={**form, "hosts": ""})
    assert (wrong.status_code, "Accounting" in wrong.text, SECRET in wrong.text) == (422, True, False)
