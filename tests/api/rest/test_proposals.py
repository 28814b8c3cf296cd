"""Proposals over the API."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders.workspaces import Studio

ROOT = "/api/v1/proposals"
LINES = [
    {"description": "Design", "unit_price_minor": 320000},
    {"description": "Photography", "unit_price_minor": 80000, "is_optional": True, "is_selected": False},
    {"description": "Care plan", "kind": "recurring", "unit_price_minor": 30000},
]


@pytest.fixture
def draft(program: TestClient, studio: Studio) -> dict[str, Any]:
    template = {"name": "Design contract", "body": "Between {{ workspace.name }} and {{ contact.name }}."}
    contract = program.post("/api/v1/contract_templates", json=template).json()
    body = {
        "engagement_id": studio.engagement_id,
        "title": "A new website",
        "line_items": LINES,
        "deposit_bps": 3000,
        "contract_template_id": contract["id"],
        "expires_at": "2099-01-31T12:00:00+01:00",
    }
    made = program.post(ROOT, json=body)
    assert made.status_code == 201, made.text
    return made.json()


@pytest.fixture
def sent(program: TestClient, draft: dict[str, Any]) -> dict[str, Any]:
    answer = program.post(f"{ROOT}/{draft['id']}/sending", json={"version": draft["version"]})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_draft_has_every_figure_of_the_one_money_function(draft: dict[str, Any]):
    assert (draft["subtotal_minor"], draft["tax_minor"], draft["total_minor"]) == (350000, 66500, 416500)
    assert (draft["recurring_minor"], draft["deposit_minor"]) == (35700, 114240)


def test_sending_freezes_it_and_fills_the_contract(program: TestClient, sent: dict[str, Any]):
    contract = program.get(f"/api/v1/contracts/{sent['contract_id']}").json()

    assert sent["status"] == "sent"
    assert len(sent["content_sha256"]) == 64
    assert (contract["status"], contract["body"]) == ("pending", "Between Atelier Nord and Ada Byron.")
    refused = program.patch(f"{ROOT}/{sent['id']}", json={"title": "Other"})
    assert refused.status_code == 409


def test_the_workflow_is_told_what_is_due_and_each_action_moves_it_on(worker: TestClient, program: TestClient, sent):
    path = f"{ROOT}/{sent['id']}"
    first = worker.get(f"{path}/schedule").json()
    worker.post(f"{path}/deliveries", json={"index": 0})
    second = worker.get(f"{path}/schedule").json()
    worker.post(f"{path}/reminders", json={"index": second["index"]})
    third = worker.get(f"{path}/schedule").json()

    assert [one["action"] for one in (first, second, third)] == ["deliver", "remind", "remind"]
    assert [one["index"] for one in (first, second, third)] == [0, 1, 2]
    assert (second["what"], second["client_what"]) == ("Ada to sign the proposal", "Read and sign the proposal")
    mails = worker.get("/api/v1/emails").json()["items"]
    assert [mail["subject"] for mail in mails] == [
        "A reminder: your proposal “A new website”",
        "Atelier Nord: your proposal “A new website”",
    ]
