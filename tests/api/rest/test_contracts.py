"""Contracts over the API."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.db import Database
from models.tables.events import Event
from tests.builders.workspaces import Studio

ROOT = "/api/v1/contracts"


@pytest.fixture
def draft(program: TestClient, studio: Studio) -> dict[str, Any]:
    body = {"engagement_id": studio.engagement_id, "title": "Non-disclosure agreement", "body": "We keep it to ourselves."}
    made = program.post(ROOT, json=body)
    assert made.status_code == 201, made.text
    return made.json()


def listed(program: TestClient, *, is_archived: bool = False) -> list[str]:
    return [one["id"] for one in program.get(ROOT, params={"is_archived": is_archived}).json()["items"]]


def test_a_contract_is_archived_and_brought_back(program: TestClient, draft: dict[str, Any], database: Database, studio: Studio):
    path = f"{ROOT}/{draft['id']}/archive"

    archived = program.post(path, json={"version": draft["version"]})

    assert (archived.status_code, archived.json()["archived_at"] is not None) == (200, True)
    assert (listed(program), listed(program, is_archived=True)) == ([], [draft["id"]])
    assert program.post(path, json={}).json() == archived.json()

    for _ in range(2):
        assert program.delete(path).json()["archived_at"] is None
    assert (listed(program), listed(program, is_archived=True)) == ([draft["id"]], [])
    with database.read(studio.scope) as session:
        told = session.exec(select(Event.type).where(Event.subject_id == draft["id"]).order_by(col(Event.id)))
        assert list(told) == ["contract.drafted", "contract.archived", "contract.unarchived"]


def test_a_contract_that_may_still_be_signed_is_not_archived(program: TestClient, draft: dict[str, Any]):
    path = f"{ROOT}/{draft['id']}"
    sent = program.post(f"{path}/sending", json={}).json()

    refused = program.post(f"{path}/archive", json={})

    assert (sent["status"], refused.status_code) == ("pending", 409)
    assert "Void it first" in refused.json()["detail"]
    assert listed(program) == [draft["id"]]
    assert program.post(f"{path}/void", json={}).status_code == 200
    assert program.post(f"{path}/archive", json={}).status_code == 200


def test_sending_a_draft_that_was_archived_brings_it_back(program: TestClient, draft: dict[str, Any]):
    path = f"{ROOT}/{draft['id']}"
    program.post(f"{path}/archive", json={})

    sent = program.post(f"{path}/sending", json={}).json()

    assert (sent["status"], sent["archived_at"]) == ("pending", None)
    assert listed(program) == [draft["id"]]
