"""The manual as members read it."""

from fastapi.testclient import TestClient


def test_a_chapter_shows_its_pictures(owner: TestClient):
    page = owner.get("/help/automations_examples")
    picture = owner.get("/help/pictures/automations/new_lead.png")

    assert 'src="/help/pictures/automations/new_lead.png"' in page.text
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")


def test_only_pictures_of_the_manual_are_shown(owner: TestClient, public: TestClient):
    for path in ("automations/concepts.md", "automations/..%2f..%2fapp.py", "guide/none.png"):
        assert owner.get(f"/help/pictures/{path}").status_code == 404
    assert public.get("/help/pictures/automations/new_lead.png").status_code == 303
