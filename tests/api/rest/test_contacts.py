"""Contacts and companies over the API."""

import pytest

from models.commands.events import record
from models.db import Database
from tests import cast


@pytest.fixture
def database(database_of_each_kind: Database) -> Database:
    return database_of_each_kind


def test_a_contact_is_added_changed_listed_and_archived(program):
    made = program.post("/api/v1/contacts", json={"name": "Tomás Rey", "phone": "030 1234567", "tags": ["wine"]}).json()
    path = f"/api/v1/contacts/{made['id']}"

    changed = program.patch(path, json={"title": "Owner", "version": made["version"]}).json()
    assert (changed["title"], changed["phone"], changed["provenance"]["title"]["source"][:6]) == (
        "Owner",
        "030 1234567",
        "token:",
    )
    assert program.patch(path, json={"title": "X", "version": made["version"]}).status_code == 409
    assert [one["name"] for one in program.get("/api/v1/contacts?tag=wine").json()["items"]] == ["Tomás Rey"]

    work = program.post("/api/v1/engagements", json={"title": "Labels", "contact_id": made["id"]}).json()["id"]
    stops = program.get(f"{path}/archival").json()["stops"]
    assert [one["says"] for one in stops] == ["Engagement is archived: Labels"]
    assert program.put(f"{path}/archival").status_code == 204
    assert program.get("/api/v1/contacts?q=rey").json()["items"] == []
    assert program.get(f"/api/v1/engagements/{work}").json()["archived_at"]
    assert program.delete(f"{path}/archival").status_code == 204
    assert program.get(f"/api/v1/engagements/{work}").json()["archived_at"] is None
    assert len(program.get("/api/v1/contacts?q=rey").json()["items"]) == 1


def test_an_address_belongs_to_one_contact(program, studio):
    refused = program.post("/api/v1/contacts", json={"name": "Other", "email": f" {cast.ADA[1].upper()} "})

    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (409, "email")


def test_a_contact_of_an_unknown_company_is_refused(program, studio):
    assert program.post("/api/v1/contacts", json={"name": "X", "company_id": "cmp_foreign"}).status_code == 404


def test_the_timeline_is_read_in_pages(program, database, studio):
    with database.write(studio.scope) as session:
        for at in range(3):
            record(session, "task.created", f"tsk_{at}", engagement_id=studio.engagement_id)
    path = f"/api/v1/contacts/{studio.contact_id}/timeline?limit=2"

    first = program.get(path).json()
    second = program.get(f"{path}&cursor={first['next_cursor']}").json()

    assert [len(first["items"]), len(second["items"]), second["next_cursor"]] == [2, 1, None]
    assert first["items"][0]["title"] == "A task was created"


def test_a_company_is_added_changed_and_archived(program, studio):
    made = program.post(
        "/api/v1/companies", json={"name": "Rey Vinos", "rounding": {"mode": "up", "increment_seconds": 900}}
    ).json()
    path = f"/api/v1/companies/{made['id']}"

    assert made["rounding"] == {"mode": "up", "increment_seconds": 900, "per": "entry"}
    assert program.patch(path, json={"rounding": None, "currency": "GBP"}).json()["rounding"] == {}
    assert program.patch(path, json={"currency": "gbp"}).status_code == 422
    program.put(f"{path}/archival")
    assert [one["name"] for one in program.get("/api/v1/companies").json()["items"]] == ["Byron Mills"]
    program.delete(f"{path}/archival")
    assert len(program.get("/api/v1/companies").json()["items"]) == 2


def test_a_client_reads_no_contacts(client_browser, studio):
    assert client_browser.get("/api/v1/contacts").status_code == 403
