"""The first page of a new installation, on an empty database."""

from fastapi.testclient import TestClient
from sqlmodel import select

from models.db import Database
from models.tables.workspaces import Workspace
from models.types.scope import Scope

SETUP = {
    "studio": "Ferrant & Søn",
    "name": "Ida Ferrant",
    "email": "ida@ferrant.example",
    "password": "three grey herons",
    "timezone": "Europe/Copenhagen",
    "currency": "DKK",
    "country": "DK",
}


def test_a_new_installation_leads_to_its_setup(public: TestClient):
    assert public.get("/login").headers["location"] == "/setup"


def test_the_first_one_becomes_owner_of_the_studio(public: TestClient, database: Database):
    answer = public.post("/setup", data=SETUP)

    assert answer.headers["location"] == "/"
    members = public.get("/api/v1/members").json()["items"]
    assert [(one["name"], one["role"], one["timezone"]) for one in members] == [("Ida Ferrant", "owner", "Europe/Copenhagen")]
    with database.read(Scope(None)) as session:
        studio = session.exec(select(Workspace)).one()
    assert (studio.slug, studio.currency) == ("ferrant-and-sn", "DKK")


def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(public: TestClient):
    answer = public.post("/setup", data={**SETUP, "email": "ida", "password": "short", "timezone": "Nowhere/Land"})

    assert answer.status_code == 422
    for said in ("This is no mail address.", "at least 10 characters", "is not a time zone", "Ida Ferrant"):
        assert said in answer.text
