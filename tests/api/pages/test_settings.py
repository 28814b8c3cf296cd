"""Settings through the pages."""

import pytest
from fastapi.testclient import TestClient

from api.gateways.passwords import hash_password
from models.db import Database
from tests.builders.members import PASSWORD, give_password
from tests.builders.workspaces import Studio

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
BRAND = {"name": "Atelier Nord", "brand_color": "#0a7", "sender_name": "Atelier", "sender_address": "hi@atelier.example"}
MONEY = {
    "currency": "EUR",
    "country": "DE",
    "tax": "8,1",
    "rate": "95.50",
    "invoice_prefix": "AN-",
    "invoice_due_days": "30",
    "reminder_days": "14; 3,7",
    "legal_name": "",
    "legal_address": "",
    "tax_id": "",
}


def test_the_logo_is_uploaded_seen_by_all_and_removed(owner: TestClient, public: TestClient):
    owner.post("/settings/brand", data=BRAND, files={"logo": ("logo.png", PNG, "image/png")})

    shown = public.get("/w/atelier-nord/logo")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert shown.content == PNG
    assert public.get("/w/atelier-nord/logo", headers={"If-None-Match": shown.headers["etag"]}).status_code == 304
    assert 'src="/w/atelier-nord/logo"' in public.get("/login").text

    owner.post("/settings/brand", data={**BRAND, "remove_logo": "on"})
    assert public.get("/w/atelier-nord/logo").status_code == 404


def test_a_picture_with_script_in_it_is_no_logo(owner: TestClient):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

    answer = owner.post("/settings/brand", data=BRAND, files={"logo": ("logo.png", svg, "image/png")})

    assert answer.status_code == 422
    assert "Use a PNG, JPEG or WebP picture." in answer.text


def test_the_colour_is_previewed_and_kept(owner: TestClient, program: TestClient, studio: Studio):
    preview = owner.get("/settings/brand/preview", params={"brand_color": "#ffe600"}).text
    assert "a deeper shade" in preview

    owner.post("/settings/brand", data=BRAND)

    assert program.get(f"/api/v1/workspaces/{studio.workspace_id}").json()["brand_color"] == "#00aa77"


def test_money_is_read_as_people_write_it(owner: TestClient, program: TestClient, studio: Studio):
    assert owner.post("/settings/money", data=MONEY).status_code == 303

    kept = program.get(f"/api/v1/workspaces/{studio.workspace_id}").json()
    assert (kept["tax_rate_mpct"], kept["rate_minor_per_hour"], kept["reminder_days"]) == (8100, 9550, [3, 7, 14])
    assert 'value="8.1"' in owner.get("/settings/money").text


@pytest.mark.parametrize(
    ("field", "typed"), [("tax", "much"), ("tax", "101"), ("rate", "x"), ("invoice_due_days", "400"), ("currency", "XXQ")]
)
def test_what_cannot_be_money_is_refused_and_kept(owner: TestClient, field: str, typed: str):
    answer = owner.post("/settings/money", data={**MONEY, field: typed})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_week_is_typed_day_by_day(owner: TestClient, program: TestClient, studio: Studio):
    week = ["9-12, 13-17", "9-17", "", "", "", "", ""]
    owner.post("/settings/hours", data={"timezone": "Europe/Lisbon", "holidays_region": "pt", "hours": week})

    kept = program.get(f"/api/v1/workspaces/{studio.workspace_id}").json()
    assert kept["weekly_hours"] == {"0": [["09:00", "12:00"], ["13:00", "17:00"]], "1": [["09:00", "17:00"]]}
    assert (kept["timezone"], kept["holidays_region"]) == ("Europe/Lisbon", "PT")
    wrong = owner.post("/settings/hours", data={"timezone": "Europe/Lisbon", "hours": ["17-9", *week[1:]]})
    assert wrong.status_code == 422
    assert "Monday: 09:00 is not after 17:00." in wrong.text


def test_people_are_invited_promoted_and_archived(owner: TestClient, studio: Studio):
    owner.post("/settings/people", data={"name": "Ida Ferrant", "email": "ida@atelier-nord.example", "role": "member"})
    assert "Invited" in owner.get("/settings/people").text
    twice = owner.post("/settings/people", data={"name": "Ida", "email": "IDA@atelier-nord.example", "role": "member"})
    assert "Ida Ferrant has this address already." in twice.text

    owner.post(f"/settings/people/{studio.member_id}/archive")
    assert f"/settings/people/{studio.member_id}/restoration" in owner.get("/settings/people").text


def test_a_key_is_shown_once(owner: TestClient, public: TestClient):
    made = owner.post("/settings/api_tokens", data={"name": "Books", "reach": "some", "scopes": ["waits:read"]})
    secret = made.text.split('value="tl_', 1)[1].split('"', 1)[0]

    assert made.headers["cache-control"] == "no-store"
    assert public.get("/api/v1/waits", headers={"Authorization": f"Bearer tl_{secret}"}).status_code == 200
    assert secret not in owner.get("/settings/api_tokens").text


def test_a_new_password_needs_the_old_one_and_signs_others_out(
    owner: TestClient, public: TestClient, database: Database, studio: Studio
):
    give_password(database, studio, hash_password(PASSWORD, cheap=True))
    public.post("/login", data={"email": "mara@atelier-nord.example", "password": PASSWORD})

    wrong = owner.post("/settings/profile/password", data={"current": "not it", "password": "two white storks"})
    right = owner.post("/settings/profile/password", data={"current": PASSWORD, "password": "two white storks"})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert owner.get("/settings/profile").status_code == 200
    assert public.get("/settings/profile").headers["location"].startswith("/login")


@pytest.mark.parametrize("path", ["/settings/money", "/settings/hours", "/settings/people", "/settings/api_tokens"])
def test_a_member_has_a_profile_and_nothing_else(member: TestClient, path: str):
    assert member.get(path).status_code == 403
    assert member.get("/settings").headers["location"] == "/settings/profile"
    page = member.get("/settings/profile").text
    assert path not in page


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/settings/brand", BRAND),
        ("/settings/money", MONEY),
        ("/settings/people", {"name": "X", "email": "x@x.example", "role": "owner"}),
        ("/settings/api_tokens", {"name": "X"}),
    ],
)
def test_a_member_cannot_post_there_either(member: TestClient, path: str, data):
    assert member.post(path, data=data).status_code == 403


def test_a_calendar_that_cannot_be_read_is_kept_and_says_so(owner: TestClient, member: TestClient):
    wrong = owner.post("/settings/calendars", data={"kind": "ics", "url": "mara's calendar"})
    assert wrong.status_code == 422
    assert "beginning with https://" in wrong.text

    owner.post(
        "/settings/calendars",
        data={"kind": "ics", "name": "Evenings", "url": "http://127.0.0.1:9/feed.ics", "password": "tulip-vase"},
    )

    page = owner.get("/settings/calendars").text
    assert "Cannot be read" in page
    assert "Evenings" in page
    assert "tulip-vase" not in page
    assert "Evenings" not in member.get("/settings/calendars").text
    removal = page.split('action="/settings/calendars/', 2)[2].split('"', 1)[0]
    assert member.post(f"/settings/calendars/{removal}").status_code == 403
    owner.post(f"/settings/calendars/{removal}")
    assert "Evenings" not in owner.get("/settings/calendars").text
