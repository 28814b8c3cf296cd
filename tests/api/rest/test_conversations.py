"""The inbox and notices over the API."""

import pytest
from sqlmodel import select

from models.commands.notifications import notify
from models.tables.emails import Email
from tests import cast


@pytest.fixture
def talk(program, studio):
    body = {"contact_id": studio.contact_id, "engagement_id": studio.engagement_id}
    return program.post("/api/v1/conversations", json=body).json()


def test_a_conversation_is_begun_once(program, studio, talk):
    again = program.post("/api/v1/conversations", json={"contact_id": studio.contact_id, "engagement_id": studio.engagement_id})

    assert (again.status_code, again.json()["id"]) == (201, talk["id"])
    assert program.post("/api/v1/conversations", json={"name": "CRM"}).json()["kind"] == "channel"
    assert program.post("/api/v1/conversations", json={}).status_code == 422
    assert program.post("/api/v1/conversations", json={"contact_id": "con_foreign"}).status_code == 404


def test_a_keyed_message_is_said_and_mailed_once(program, database, studio, talk):
    path = f"/api/v1/conversations/{talk['id']}/messages"
    for _ in range(2):
        said = program.post(path, json={"body": "On Monday."}, headers={"Idempotency-Key": "m1"})
        assert said.status_code == 201

    assert [one["body"] for one in program.get(path).json()["items"]] == ["On Monday."]
    with database.read(studio.scope) as session:
        assert [mail.to_address for mail in session.exec(select(Email))] == [cast.ADA[1]]


def test_a_program_brings_in_what_a_client_said_and_a_member_may_not(program, owner, talk):
    path = f"/api/v1/conversations/{talk['id']}/messages"

    said = program.post(path, json={"body": "By phone: go ahead.", "as_contact": True}).json()

    assert (said["author_name"], said["author"][:8]) == ("Ada Byron", "contact:")
    assert program.get("/api/v1/conversations?is_waiting_on_us=true").json()["items"][0]["id"] == talk["id"]
    assert owner.post(path, json={"body": "I agree", "as_contact": True}).status_code == 403


def test_a_conversation_is_given_to_somebody_and_settled(program, studio, talk):
    path = f"/api/v1/conversations/{talk['id']}"
    program.post(f"{path}/messages", json={"body": "Hello?", "as_contact": True})

    settled = program.patch(path, json={"assignee_id": studio.member_id, "is_waiting_on_us": False}).json()

    assert (settled["assignee_id"], settled["is_waiting_on_us"]) == (studio.member_id, False)
    assert program.patch(path, json={"assignee_id": "mem_foreign"}).status_code == 422
    program.put(f"{path}/archival")
    assert program.get("/api/v1/conversations").json()["items"] == []


def test_a_conversation_is_put_away_and_brought_back(program, talk):
    path = f"/api/v1/conversations/{talk['id']}"
    for _ in range(2):
        assert program.put(f"{path}/archival").status_code == 204
    assert [one["id"] for one in program.get("/api/v1/conversations?is_archived=true").json()["items"]] == [talk["id"]]

    for _ in range(2):
        assert program.delete(f"{path}/archival").status_code == 204

    assert [one["id"] for one in program.get("/api/v1/conversations").json()["items"]] == [talk["id"]]
    assert program.get(path).json()["archived_at"] is None


def test_a_member_reads_their_own_notices(owner, program, database, studio):
    with database.write(studio.scope) as session:
        mine = notify(session, studio.owner_id, "For Mara", href="/", key="a").id
        other = notify(session, studio.member_id, "For Jonas", href="/", key="b").id

    assert [one["text"] for one in owner.get("/api/v1/notifications").json()["items"]] == ["For Mara"]
    assert owner.put(f"/api/v1/notifications/{other}/reading").status_code == 404
    assert owner.put(f"/api/v1/notifications/{mine}/reading").status_code == 204
    assert owner.get("/api/v1/notifications?is_unread=true").json()["items"] == []
    assert len(program.get("/api/v1/notifications").json()["items"]) == 2
    assert program.post("/api/v1/notifications/readings").status_code == 422
    assert program.post(f"/api/v1/notifications/readings?member_id={studio.member_id}").status_code == 204
