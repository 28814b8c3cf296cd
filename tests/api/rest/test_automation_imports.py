"""Automations as files, and the library, through the API."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.actions import catalogue
from models import clock
from models.commands.automations import problems_of, publish_automation
from models.db import Database
from models.seed.automation_templates import TEMPLATES
from models.tables.automations import Automation, AutomationVersion
from models.tables.forms import Form
from models.tables.members import Member
from models.types.automation_templates import AutomationTemplate
from models.types.scope import Scope
from tests.builders.workspaces import Studio, make_studio

AUTOMATIONS, IMPORTS = "/api/v1/automations", "/api/v1/automation_imports"
PLAIN = {"format": "throughline.automation", "format_version": 1, "name": "x", "drawing": {"nodes": [], "edges": []}}


def drawing(form_id: str, member_id: str) -> dict[str, Any]:
    """A drawing that names a form in a filter, and a member in an input and among approvers."""
    is_form = {"op": "eq", "args": [{"path": "trigger.form.id"}, {"value": form_id}]}
    trigger = {"kind": "event", "type": "submission.accepted", "filter": is_form}
    notify = {"action": "members.notify", "input": {"member_id": {"value": member_id}, "text": {"value": "A lead"}}}
    nodes = [
        {"id": "trigger", "kind": "trigger", "label": "", "settings": trigger},
        {"id": "ask", "kind": "approval", "label": "", "settings": {"approvers": {"value": [f"member:{member_id}"]}}},
        {"id": "tell", "kind": "action", "label": "", "settings": notify},
    ]
    edges = [
        {"id": "a", "source": "trigger", "port": "ok", "target": "ask"},
        {"id": "b", "source": "ask", "port": "approved", "target": "tell"},
    ]
    return {"nodes": nodes, "edges": edges, "positions": {"ask": {"x": 1, "y": 2}}, "limits": {}, "notes": [{"id": "n"}]}


@pytest.fixture
def form_id(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        form = Form(id="frm_ours", name="Start a project", slug="ours")
        session.add(form)
    return "frm_ours"


@pytest.fixture
def exported(program: TestClient, studio: Studio, form_id: str) -> dict[str, Any]:
    """The file of an automation that names a form and a member."""
    made = program.post(AUTOMATIONS, json={"name": "Leads", "drawing": drawing(form_id, studio.owner_id)}).json()
    answer = program.get(f"{AUTOMATIONS}/{made['id']}/export")
    assert answer.headers["content-disposition"].endswith(f'"{made["id"]}.automation.json"')
    document: dict[str, Any] = answer.json()
    return document


@pytest.fixture
def elsewhere(public: TestClient, database: Database) -> tuple[TestClient, Studio]:
    """A program of another studio."""
    with database.write(Scope(None)) as session:
        other = make_studio(session, slug="contoso", name="Contoso")
    client = TestClient(public.app, headers=other.bearer)
    client.portal = public.portal
    return client, other


def test_a_file_brought_back_makes_the_same_drawing(program: TestClient, exported: dict[str, Any], studio: Studio, form_id: str):
    answer = program.post(IMPORTS, json={"document": exported})

    assert answer.status_code == 201
    made = answer.json()["automation"]
    assert (made["name"], made["status"], made["drawing"]) == ("Leads", "draft", drawing(form_id, studio.owner_id))
    assert program.get(f"{AUTOMATIONS}/{made['id']}/export").json() == exported


def test_a_file_names_what_it_refers_to(exported: dict[str, Any], studio: Studio, form_id: str):
    assert [(one["key"], one["kind"]) for one in exported["references"]] == [(form_id, "form"), (studio.owner_id, "member")]
    assert exported["references"][0]["name"] == "Start a project"


def test_another_studio_is_asked_what_stands_for_it_there(
    elsewhere: tuple[TestClient, Studio], exported: dict[str, Any], database: Database, studio: Studio, form_id: str
):
    program, there = elsewhere
    with database.write(there.scope) as session:
        session.add(Form(id="frm_there", name="Enquiry", slug="enquiry"))
        name = session.get_one(Member, there.owner_id).name
        session.get_one(Member, there.member_id).name = f"{name} the second"

    asked = program.post(IMPORTS, json={"document": exported})

    assert asked.status_code == 200
    missing = {one["key"]: one for one in asked.json()["missing"]}
    assert {"value": "frm_there", "label": "Enquiry"} in missing[form_id]["options"]
    assert form_id not in [one["value"] for one in missing[form_id]["options"]]
    with database.read(there.scope) as session:
        assert session.exec(select(Automation)).all() == []

    chosen = {form_id: "frm_there", studio.owner_id: there.owner_id}
    made = program.post(IMPORTS, json={"document": exported, "references": chosen})

    assert made.status_code == 201
    assert made.json()["automation"]["drawing"] == drawing("frm_there", there.owner_id)


def test_what_is_left_open_stays_open_and_is_told_by_the_compiler(
    elsewhere: tuple[TestClient, Studio], exported: dict[str, Any], studio: Studio, form_id: str
):
    program, _ = elsewhere
    made = program.post(IMPORTS, json={"document": exported, "references": {form_id: None, studio.owner_id: None}}).json()

    problems = program.get(f"{AUTOMATIONS}/{made['automation']['id']}/problems").json()

    assert ("tell", "input.member_id") in [(one["node_id"], one["field"]) for one in problems]


def test_what_is_chosen_must_be_there_and_of_the_kind(
    elsewhere: tuple[TestClient, Studio], exported: dict[str, Any], studio: Studio, form_id: str
):
    program, there = elsewhere
    for wrong in (form_id, there.owner_id, "frm_nowhere"):
        answer = program.post(IMPORTS, json={"document": exported, "references": {form_id: wrong, studio.owner_id: None}})
        assert (answer.status_code, answer.json()["problems"][0]["field"]) == (422, f"references.{form_id}")
    answer = program.post(IMPORTS, json={"document": exported, "references": {"frm_other": None}})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        '{"document": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"document": {"format": "throughline.automation", "format_version": 1, "drawing": ' + "[" * 500 + "]" * 500 + "}}",
        '{"document": {"format": "throughline.automation", "format_version": 99}}',
        '{"document": "x"}',
        '{"document": {}, "references": []}',
        '{"document": {"format": "throughline.automation", "format_version": 1, "name": "\\ud800", "drawing": {}}}',
    ],
    ids=["deeper than can be read", "deep", "from the future", "no object", "wrong references", "half a letter"],
)
def test_a_hostile_file_gets_a_clear_answer(program: TestClient, database: Database, studio: Studio, body: str):
    answer = program.post(IMPORTS, content=body, headers={"content-type": "application/json"})

    assert answer.status_code in (400, 422), answer.text[:200]
    assert answer.json()["detail"]
    with database.read(studio.scope) as session:
        assert session.exec(select(Automation)).all() == []


@pytest.mark.parametrize("template", TEMPLATES, ids=[one.key for one in TEMPLATES])
def test_every_template_can_be_published_as_it_is(
    database: Database, studio: Studio, program: TestClient, template: AutomationTemplate
):
    made = program.post(f"/api/v1/automation_templates/{template.key}/copies", json={})
    assert made.status_code == 201
    with database.write(studio.scope) as session:
        automation = session.get_one(Automation, made.json()["id"])
        assert problems_of(session, automation, catalogue=catalogue.schemas()) == [], "not even a warning"
        published = publish_automation(session, automation, catalogue=catalogue.schemas(), author="", note="", now=clock.now())
        assert isinstance(published, AutomationVersion)


def test_the_library_is_large_and_told_in_words(program: TestClient):
    library = program.get("/api/v1/automation_templates").json()

    assert len(library) >= 15
    assert len({one["key"] for one in library}) == len(library)
    assert all(one["name"] and one["description"] and len(one["steps"]) > 1 for one in library)
    assert {one["category"] for one in program.get("/api/v1/automation_templates?category=money").json()} == {"money"}


def test_a_copy_has_the_name_it_is_given(program: TestClient):
    made = program.post("/api/v1/automation_templates/new_lead/copies", json={"name": "Leads from the fair"}).json()

    assert (made["name"], made["status"]) == ("Leads from the fair", "draft")
    assert program.post("/api/v1/automation_templates/nothing/copies", json={}).status_code == 404


INVOICE = {"subject.number": "2026-0042", "subject.total_minor": 2_000_000, "subject.currency": "EUR"}
RECORD = {"contact.name": "Ada Byron", "contact.email": "ada@byron-mills.example", "engagement.status": "lead", **INVOICE}
NOBODY = {"client_answers_after_days": None, "client_pays_after_days": None, "team_acts_after_days": None}
SCENARIOS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({}, {}),
    (NOBODY, {"subject.total_minor": 100}),
    ({**NOBODY, "approval": "rejected"}, {"contact.is_unsubscribed": True}),
    ({**NOBODY, "events": {"message.received": 5}}, {"engagement.status": "closed"}),
)
"""Scenario and fields of the record that are other than usual."""


@pytest.mark.parametrize("template", TEMPLATES, ids=[one.key for one in TEMPLATES])
def test_every_step_of_a_template_is_reached_and_done_in_some_year(program: TestClient, template: AutomationTemplate):
    made = program.post(f"/api/v1/automation_templates/{template.key}/copies", json={}).json()
    reached = {"trigger"}
    for scenario, fields in SCENARIOS:
        wanted = {"horizon_months": 13, "scenario": scenario, "fields": {**RECORD, **fields}}
        answer = program.post(f"{AUTOMATIONS}/{made['id']}/simulations", json=wanted)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert [entry["text"] for entry in told["entries"] if entry["kind"] == "stuck"] == []
        assert {run["status"] for run in told["runs"]} <= {"succeeded", "waiting"}
        reached |= {entry["node_path"] for entry in told["entries"]}
    assert {node["id"] for node in template.drawing["nodes"]} - reached == set()
