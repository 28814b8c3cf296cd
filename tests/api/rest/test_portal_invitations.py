"""Inviting clients to the portal, once."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.queries.engagements import get_engagement
from models.tables.emails import Email
from models.tables.members import Login
from tests.builders.engagements import make_proposal
from tests.builders.workspaces import Studio


@pytest.fixture
def path(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        proposal = make_proposal(session, get_engagement(session, studio.engagement_id), status="accepted")
        return f"/api/v1/proposals/{proposal.id}/portal_invitations"


def _mails(database: Database, studio: Studio) -> list[str]:
    with database.read(studio.scope) as session:
        return [mail.key for mail in session.exec(select(Email))]


def test_one_who_has_been_in_is_not_invited(worker: TestClient, path: str, database: Database, studio: Studio):
    assert worker.post(path, json={"index": 0}).json()["is_invited"] is False
    assert _mails(database, studio) == []


def test_a_new_client_is_invited_once_however_often_it_is_asked(
    worker: TestClient, path: str, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        session.delete(session.exec(select(Login).where(Login.person_id == studio.contact_id)).one())

    answers = [worker.post(path, json={"index": number}).json()["is_invited"] for number in range(3)]

    assert answers == [True, False, False]
    assert _mails(database, studio) == [f"portal:{studio.contact_id}:invitation"]
    events = worker.get("/api/v1/events", params={"type": "portal.invited"}).json()["items"]
    assert len(events) == 1
