"""Signing in as a member."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.deps import MEMBER_COOKIE
from api.gateways.passwords import hash_password
from models import clock
from models.db import Database
from models.ids import digest
from models.tables.emails import Email
from models.tables.members import Login, OneTimeLink
from models.types.members import LinkKind
from models.types.scope import Scope
from tests.builders.members import PASSWORD, give_password, make_link
from tests.builders.workspaces import Studio
from tests.cast import OWNER

RIGHT = {"email": OWNER[1], "password": PASSWORD}


@pytest.fixture(autouse=True)
def _owner_with_password(database: Database, studio: Studio) -> None:
    give_password(database, studio, hash_password(PASSWORD, cheap=True))


def test_the_right_password_opens_the_studio(public: TestClient):
    answer = public.post("/login", data={**RIGHT, "email": " MARA@atelier-nord.example "})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert public.get("/api/v1/members").status_code == 200


def test_only_the_digest_of_the_cookie_is_kept(public: TestClient, database: Database):
    public.post("/login", data=RIGHT)

    token = public.cookies[MEMBER_COOKIE]
    with database.read(Scope(None)) as session:
        kept = {login.token_digest for login in session.exec(select(Login))}
    assert digest(token) in kept
    assert token not in kept


def test_an_unknown_address_is_answered_like_a_wrong_password(public: TestClient):
    wrong = public.post("/login", data={"email": OWNER[1], "password": "wrong wrong wrong"})
    unknown = public.post("/login", data={"email": "nobody@nowhere.example", "password": "wrong wrong wrong"})

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(OWNER[1], "") == unknown.text.replace("nobody@nowhere.example", "")


def test_a_cookie_that_was_planted_before_is_never_signed_in(public: TestClient):
    public.cookies.set(MEMBER_COOKIE, "planted")
    answer = public.post("/login", data=RIGHT)

    assert "planted" not in answer.headers["set-cookie"]
    stranger = TestClient(public.app, cookies={MEMBER_COOKIE: "planted"})
    assert stranger.get("/api/v1/members").status_code == 401


def test_signing_in_again_ends_the_login_that_the_browser_held(public: TestClient):
    public.post("/login", data=RIGHT)
    before = public.cookies[MEMBER_COOKIE]
    public.post("/login", data=RIGHT)

    old = TestClient(public.app, cookies={MEMBER_COOKIE: before})
    assert old.get("/api/v1/members").status_code == 401


def test_after_eight_wrong_tries_even_the_right_password_waits(public: TestClient):
    for _ in range(8):
        assert public.post("/login", data={**RIGHT, "password": "wrong"}).status_code == 422

    answer = public.post("/login", data=RIGHT)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "600"


def test_a_success_forgives_the_tries_before_it(public: TestClient):
    for _ in range(3):
        for _ in range(7):
            public.post("/login", data={**RIGHT, "password": "wrong"})
        assert public.post("/login", data=RIGHT).status_code == 303


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_it_never_goes_on_to_another_site(public: TestClient, wanted: str):
    assert public.post("/login", data={**RIGHT, "next": wanted}).headers["location"] == "/"
    assert "evil.example" not in public.get("/login", params={"next": wanted}).text


def test_it_goes_on_to_where_one_wanted_to_be(public: TestClient):
    assert public.post("/login", data={**RIGHT, "next": "/invoices?status=open"}).headers["location"] == "/invoices?status=open"


def test_logging_out_ends_the_login_not_only_the_cookie(public: TestClient):
    public.post("/login", data=RIGHT)
    token = public.cookies[MEMBER_COOKIE]

    assert public.post("/logout").headers["location"] == "/login"

    again = TestClient(public.app, cookies={MEMBER_COOKIE: token})
    assert again.get("/api/v1/members").status_code == 401


def test_asking_for_a_new_password_tells_nobody_who_is_known(public: TestClient, database: Database, studio: Studio):
    known = public.post("/password", data={"email": OWNER[1]})
    unknown = public.post("/password", data={"email": "nobody@nowhere.example"})

    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(OWNER[1], "") == unknown.text.replace("nobody@nowhere.example", "")
    with database.read(studio.scope) as session:
        assert [mail.to_address for mail in session.exec(select(Email))] == [OWNER[1]]


def test_one_address_is_not_flooded_with_links(public: TestClient, database: Database, studio: Studio):
    for _ in range(10):
        public.post("/password", data={"email": OWNER[1]})

    with database.read(studio.scope) as session:
        assert len(session.exec(select(Email)).all()) == 3


def test_the_link_host_is_the_configured_one(public: TestClient, database: Database, studio: Studio):
    public.post("/password", data={"email": OWNER[1]}, headers={"Host": "evil.example"})

    with database.read(studio.scope) as session:
        mail = session.exec(select(Email)).one()
    assert "http://testserver/password/" in mail.text
    assert "evil" not in mail.text


def test_a_reset_works_once_and_ends_every_other_login(public: TestClient, owner: TestClient, database: Database, studio: Studio):
    token = make_link(database, studio, LinkKind.PASSWORD, studio.owner_id)
    other = make_link(database, studio, LinkKind.PASSWORD, studio.owner_id)
    assert owner.get("/api/v1/members").status_code == 200

    done = public.post(f"/password/{token}", data={"password": "two white storks"})

    assert done.headers["location"] == "/"
    assert public.get("/api/v1/members").status_code == 200
    assert owner.get("/api/v1/members").status_code == 401
    assert public.post(f"/password/{token}", data={"password": "another new one"}).status_code == 410
    assert public.get(f"/password/{other}").status_code == 410
    assert public.post("/login", data={**RIGHT, "password": "two white storks"}).status_code == 303


def test_looking_at_a_reset_link_uses_nothing_up(public: TestClient, database: Database, studio: Studio):
    token = make_link(database, studio, LinkKind.PASSWORD, studio.owner_id)

    for _ in range(3):
        assert public.get(f"/password/{token}").status_code == 200

    with database.read(Scope(None)) as session:
        assert session.exec(select(OneTimeLink)).one().used_at is None


def test_a_reset_link_dies_after_half_an_hour(public: TestClient, database: Database, studio: Studio):
    token = make_link(database, studio, LinkKind.PASSWORD, studio.owner_id)
    clock.move(timedelta(minutes=31))

    assert public.post(f"/password/{token}", data={"password": "two white storks"}).status_code == 410


def test_a_weak_new_password_is_refused_at_its_field(public: TestClient, database: Database, studio: Studio):
    token = make_link(database, studio, LinkKind.PASSWORD, studio.owner_id)

    answer = public.post(f"/password/{token}", data={"password": "short"})

    assert answer.status_code == 422
    assert "at least 10 characters" in answer.text
    assert public.get(f"/password/{token}").status_code == 200


def test_nobody_sets_up_a_second_studio(public: TestClient):
    assert public.get("/setup").headers["location"] == "/login"
    assert public.post("/setup", data=SETUP).status_code == 403


SETUP = {
    "studio": "Ferrant & Søn",
    "name": "Ida Ferrant",
    "email": "ida@ferrant.example",
    "password": "three grey herons",
    "timezone": "Europe/Copenhagen",
    "currency": "DKK",
    "country": "DK",
}
