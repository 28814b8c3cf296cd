"""People, keys and the studio's settings over the API; who may touch them."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.tables.emails import Email
from tests.builders.invoices import fixed_line, make_invoice
from tests.builders.workspaces import Studio

IDA = {"name": "Ida Ferrant", "email": "ida@atelier-nord.example"}


def test_somebody_invited_gets_a_link_and_a_place(program: TestClient, database: Database, studio: Studio):
    made = program.post("/api/v1/members", json=IDA)

    assert made.status_code == 201
    with database.read(studio.scope) as session:
        mail = session.exec(select(Email)).one()
    assert (mail.to_address, mail.template) == (IDA["email"], "members/invitation")


def test_an_address_is_invited_once(program: TestClient):
    program.post("/api/v1/members", json=IDA)

    assert program.post("/api/v1/members", json=IDA).json()["problems"][0]["field"] == "email"


def test_the_last_owner_stays(program: TestClient, studio: Studio):
    path = f"/api/v1/members/{studio.owner_id}"

    assert program.patch(path, json={"role": "member"}).status_code == 409
    assert program.post(f"{path}/archive").status_code == 409

    program.patch(f"/api/v1/members/{studio.member_id}", json={"role": "owner"})
    assert program.patch(path, json={"role": "member"}).status_code == 200


def test_an_archived_member_is_out_at_once_and_can_come_back(program: TestClient, member: TestClient, studio: Studio):
    assert member.get("/api/v1/waits").status_code == 200
    path = f"/api/v1/members/{studio.member_id}"

    program.post(f"{path}/archive")

    assert member.get("/api/v1/waits").status_code == 401
    assert program.delete(f"{path}/archive").json()["archived_at"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/members", IDA),
        ("POST", "/api/v1/api_tokens", {"name": "X", "scopes": ["*"]}),
        ("GET", "/api/v1/api_tokens", None),
        ("PATCH", "/api/v1/workspaces/{ws}", {"name": "Mine now"}),
    ],
)
def test_only_owners_touch_people_keys_and_settings(member: TestClient, studio: Studio, method, path, body):
    assert member.request(method, path.format(ws=studio.workspace_id), json=body).status_code == 403


def test_a_key_shows_its_secret_once_and_works_until_revoked(program: TestClient, public: TestClient):
    made = program.post("/api/v1/api_tokens", json={"name": "Books", "scopes": ["waits:read"]}, headers={"Idempotency-Key": "k"})
    again = program.post("/api/v1/api_tokens", json={"name": "Books", "scopes": ["waits:read"]}, headers={"Idempotency-Key": "k"})
    bearer = {"Authorization": f"Bearer {made.json()['secret']}"}

    assert again.json()["id"] == made.json()["id"]
    assert again.json()["secret"] == ""
    assert public.get("/api/v1/waits", headers=bearer).status_code == 200
    assert public.get("/api/v1/members", headers=bearer).status_code == 403
    program.delete(f"/api/v1/api_tokens/{made.json()['id']}")
    assert public.get("/api/v1/waits", headers=bearer).status_code == 401


def test_a_key_that_may_read_invoices_gets_their_documents(
    program: TestClient, public: TestClient, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        invoice_id = make_invoice(session, studio, fixed_line()).id
    weak = program.post("/api/v1/api_tokens", json={"name": "Books", "scopes": ["invoices:read"]}).json()["secret"]
    bearer = {"Authorization": f"Bearer {weak}"}
    assert public.get(f"/api/v1/invoices/{invoice_id}/pdf", headers=bearer).content.startswith(b"%PDF")
    assert public.post(f"/api/v1/invoices/{invoice_id}/void", headers=bearer, json={}).status_code == 403


def test_a_key_cannot_make_a_stronger_key(program: TestClient, public: TestClient):
    weak = program.post("/api/v1/api_tokens", json={"name": "Weak", "scopes": ["api_tokens:write"]}).json()["secret"]

    answer = public.post(
        "/api/v1/api_tokens", json={"name": "Strong", "scopes": ["*"]}, headers={"Authorization": f"Bearer {weak}"}
    )

    assert answer.status_code == 403


def test_settings_are_changed_in_their_stored_form(program: TestClient, studio: Studio):
    path = f"/api/v1/workspaces/{studio.workspace_id}"

    changed = program.patch(
        path, json={"brand_color": "#0A7", "weekly_hours": {"0": [["13:00", "17:00"], ["09:00", "12:00"]], "1": []}}
    )

    assert changed.json()["brand_color"] == "#00aa77"
    assert changed.json()["weekly_hours"] == {"0": [["09:00", "12:00"], ["13:00", "17:00"]]}
    assert program.patch(path, json={"brand_color": "reddish"}).status_code == 422
    assert program.patch(path, json={"timezone": "Nowhere"}).status_code == 422
    assert program.patch(path, json={"name": "Late", "version": 1}).status_code == 409
