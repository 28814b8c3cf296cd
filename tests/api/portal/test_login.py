"""How a client gets in."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.db import Database
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.members import OneTimeLink
from models.types.members import LinkKind
from models.types.scope import Scope
from tests.builders.members import make_link
from tests.builders.workspaces import Studio
from tests.cast import ADA


@pytest.fixture
def token(database: Database, studio: Studio) -> str:
    return make_link(database, studio, LinkKind.PORTAL, studio.contact_id)


def test_a_scanner_that_follows_the_link_uses_nothing_up(public: TestClient, database: Database, token: str):
    for method in ("GET", "HEAD", "GET"):
        public.request(method, f"/portal/enter/{token}")

    with database.read(Scope(None)) as session:
        assert session.exec(select(OneTimeLink)).one().used_at is None
    assert "set-cookie" not in public.get(f"/portal/enter/{token}").headers


def test_the_button_lets_the_client_in_once(public: TestClient, token: str):
    entered = public.post(f"/portal/enter/{token}")

    assert (entered.status_code, entered.headers["location"]) == (303, "/portal")
    assert public.get("/portal").status_code == 200
    assert public.post(f"/portal/enter/{token}").status_code == 410


def test_a_client_does_not_get_through_the_members_door(public: TestClient, token: str):
    public.post(f"/portal/enter/{token}")

    assert public.get("/").headers["location"] == "/login?next=/"
    assert public.get("/api/v1/members").status_code == 403


def test_a_link_that_is_too_old_offers_a_new_one(public: TestClient, database: Database, studio: Studio, token: str):
    clock.move(timedelta(days=8))

    page = public.get(f"/portal/enter/{token}")
    public.post(f"/portal/enter/{token}/renewal")

    assert page.status_code == 410
    assert f'action="/portal/enter/{token}/renewal"' in page.text
    with database.read(studio.scope) as session:
        assert [mail.to_address for mail in session.exec(select(Email))] == [ADA[1]]


def test_a_made_up_link_mails_nobody(public: TestClient, database: Database, studio: Studio):
    assert public.get("/portal/enter/madeup").status_code == 410
    public.post("/portal/enter/madeup/renewal")

    with database.read(studio.scope) as session:
        assert session.exec(select(Email)).all() == []


def test_asking_for_a_link_never_tells_who_is_a_client(public: TestClient, database: Database, studio: Studio):
    known = public.post("/portal/login", data={"email": ADA[1]})
    unknown = public.post("/portal/login", data={"email": "nobody@nowhere.example"})

    assert known.text.replace(ADA[1], "") == unknown.text.replace("nobody@nowhere.example", "")
    with database.read(studio.scope) as session:
        assert [mail.to_address for mail in session.exec(select(Email))] == [ADA[1]]


def test_the_mailed_link_works(public: TestClient, database: Database, studio: Studio):
    public.post("/portal/login", data={"email": ADA[1], "next": "/portal/invoices"})
    with database.read(studio.scope) as session:
        text = session.exec(select(Email)).one().text
    path = text.split("http://testserver", 1)[1].split(")", 1)[0]

    assert public.post(path).headers["location"] == "/portal/invoices"


def test_an_archived_client_is_not_let_in(public: TestClient, database: Database, studio: Studio, token: str):
    with database.write(studio.scope) as session:
        session.get(Contact, studio.contact_id).archived_at = clock.now()

    assert public.post(f"/portal/enter/{token}").status_code == 410


def test_archiving_a_client_ends_their_access_at_once(client_browser: TestClient, database: Database, studio: Studio):
    assert client_browser.get("/portal").status_code == 200
    with database.write(studio.scope) as session:
        session.get(Contact, studio.contact_id).archived_at = clock.now()

    assert client_browser.get("/portal").headers["location"] == "/portal/login?next=/portal"


def test_going_on_stays_inside_the_portal(public: TestClient):
    for wanted in ("/settings", "//evil.example", "https://evil.example", "/portalx"):
        assert 'value="/portal"' in public.get("/portal/login", params={"next": wanted}).text
