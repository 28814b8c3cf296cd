"""The gallery, and automations from files, as members use them."""

import json
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.seed.automation_templates import TEMPLATES
from models.tables.automations import Automation
from models.tables.forms import Form
from tests.api.rest.test_automation_imports import drawing
from tests.builders.workspaces import Studio


def automations(database: Database, studio: Studio) -> list[Automation]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(Automation).order_by(Automation.id)))


def test_the_gallery_shows_every_template_by_what_it_is_for(owner: TestClient):
    page = unescape(owner.get("/automation_templates").text)
    money = unescape(owner.get("/automation_templates?category=money").text)

    assert [one.name for one in TEMPLATES if one.description not in page] == []
    assert "Invoice chasing" in money
    assert "Win-back" not in money


def test_the_gallery_is_searched_in_every_word_of_a_template(owner: TestClient):
    found = owner.get("/automation_templates?q=overdue+OWNER").text

    assert "Overdue task" in found
    assert "Booking reminders" not in found
    assert "Nothing fits" in owner.get("/automation_templates?q=zeppelin").text


def test_the_gallery_is_where_new_automations_begin(owner: TestClient):
    assert 'href="/automation_templates"' in owner.get("/automations").text


@pytest.mark.parametrize("template", TEMPLATES, ids=[one.key for one in TEMPLATES])
def test_every_template_is_told_step_by_step(owner: TestClient, template: Any):
    page = unescape(owner.get(f"/automation_templates/{template.key}").text)

    missing = [node["label"] for node in template.drawing["nodes"] if node["label"] not in page]
    assert missing == []


def test_a_template_becomes_a_draft_of_ones_own(owner: TestClient, database: Database, studio: Studio):
    made = owner.post("/automation_templates/win_back/copies", data={"name": "Come back"})

    (automation,) = automations(database, studio)
    assert made.headers["location"] == f"/automations/{automation.id}/builder"
    assert (automation.name, automation.status) == ("Come back", "draft")
    assert owner.get(f"/automations/{automation.id}").status_code == 200
    assert owner.get("/automation_templates/nothing").status_code == 404


def test_a_file_that_was_saved_is_brought_in_again(owner: TestClient, database: Database, studio: Studio):
    owner.post("/automation_templates/win_back/copies", data={"name": "Come back, Ädä!"})
    (automation,) = automations(database, studio)

    saved = owner.get(f"/automations/{automation.id}/export")
    made = owner.post("/automation_imports", files={"file": ("x.automation.json", saved.content, "application/json")})

    assert saved.headers["content-disposition"] == 'attachment; filename="come-back---d.automation.json"'
    first, second = automations(database, studio)
    assert made.headers["location"] == f"/automations/{second.id}"
    assert (second.name, second.drawing) == (first.name, first.drawing)


def test_what_a_file_names_is_chosen_before_anything_is_made(owner: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        session.add(Form(id="frm_here", name="Enquiry", slug="enquiry"))
    references = [
        {"key": "frm_there", "kind": "form", "name": "Start a project"},
        {"key": "mem_there", "kind": "member", "name": "Somebody else"},
    ]
    document = {"format": "throughline.automation", "format_version": 1, "name": "Leads", "references": references}
    document["drawing"] = {"positions": {}, "limits": {}, **drawing("frm_there", "mem_there")}

    asked = owner.post("/automation_imports", files={"file": ("x.json", json.dumps(document), "application/json")})

    page = unescape(asked.text)
    assert ("Form “Start a project”" in page, "Enquiry" in page, automations(database, studio)) == (True, True, [])

    answers = {"document": json.dumps(document), "reference.frm_there": "frm_here", "reference.mem_there": "-"}
    made = owner.post("/automation_imports", data=answers)

    assert made.status_code == 303
    (automation,) = automations(database, studio)
    assert automation.drawing == drawing("frm_here", "mem_there")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[]", b"[" * 90_000, b'{"format": "throughline.automation"}'])
def test_a_file_that_is_none_is_refused_kindly(owner: TestClient, database: Database, studio: Studio, content: bytes):
    answer = owner.post("/automation_imports", files={"file": ("x.json", content, "application/json")})

    assert answer.status_code == 422
    assert "Nothing was saved yet" in answer.text
    assert automations(database, studio) == []
