"""Forms and submissions over the API."""

import pytest

from models.rules.forms import as_json
from tests.builders.forms import ANSWERS, ENQUIRY

NEW = {"name": "Website enquiry", "slug": "enquiry", "fields": as_json(ENQUIRY)}


@pytest.fixture
def form(program):
    made = program.post("/api/v1/forms", json=NEW).json()
    program.post(f"/api/v1/forms/{made['id']}/publications")
    return made


def _send(program, form, token="t1", **answers):  # noqa: S107 - a made-up token
    body = {"answers": {**ANSWERS, **answers}, "token": token}
    return program.post(f"/api/v1/forms/{form['id']}/submissions", json=body)


def test_a_form_is_made_published_changed_and_listed(program):
    made = program.post("/api/v1/forms", json=NEW).json()
    assert (made["status"], made["published_version"]) == ("draft", 0)

    first = program.post(f"/api/v1/forms/{made['id']}/publications")
    assert (first.status_code, first.json()["number"]) == (201, 1)

    now = program.get(f"/api/v1/forms/{made['id']}").json()["version"]
    changed = program.patch(f"/api/v1/forms/{made['id']}", json={"title": "New title", "version": now}).json()
    assert (changed["title"], changed["fields"]) == ("New title", made["fields"])
    assert program.get(f"/api/v1/forms/{made['id']}/versions/1").json()["title"] == "Website enquiry"
    assert [one["id"] for one in program.get("/api/v1/forms?status=published").json()["items"]] == [made["id"]]


def test_a_change_of_an_old_version_is_a_conflict(program, form):
    assert program.patch(f"/api/v1/forms/{form['id']}", json={"title": "X", "version": 99}).status_code == 409


def test_a_form_that_asks_nothing_useful_is_not_published(program):
    made = program.post("/api/v1/forms", json={"name": "Poll", "fields": []}).json()

    refused = program.post(f"/api/v1/forms/{made['id']}/publications")

    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (409, "fields")


def test_an_unknown_field_of_the_body_is_refused(program):
    assert program.post("/api/v1/forms", json={**NEW, "colour": "red"}).status_code == 422


def test_a_program_submits_once_per_token(program, form):
    first, again = _send(program, form), _send(program, form)

    assert (first.status_code, first.json()["status"]) == (201, "accepted")
    assert again.json()["id"] == first.json()["id"]
    assert program.get(f"/api/v1/engagements/{first.json()['engagement_id']}").json()["submission_id"] == first.json()["id"]
    assert len(program.get(f"/api/v1/submissions?form_id={form['id']}").json()["items"]) == 1


def test_a_wrong_answer_is_named(program, form):
    refused = _send(program, form, email="grace")

    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (422, "email")


def test_a_submission_is_read_with_its_labels(program, form):
    shown = program.get(f"/api/v1/submissions/{_send(program, form).json()['id']}").json()

    assert {"key": "pages", "label": "How many pages?", "kind": "number", "text": "12", "files": []} in shown["questions"]
    assert shown["consent"]["consent"]["text"] == "You may store my details."


def test_a_file_uploaded_before_is_named_by_its_id(program, form):
    uploaded = program.post("/api/v1/files", files={"file": ("brief.pdf", b"%PDF-1.7 x", "text/html")}).json()
    assert uploaded["media_type"] == "application/pdf"

    sent = _send(program, form, brief=[uploaded["id"]])

    kept = sent.json()["answers"]["brief"][0]
    assert program.get(f"/api/v1/files/{kept['id']}/content").content == b"%PDF-1.7 x"
    assert _send(program, form, token="t2", brief=["fil_foreign"]).status_code == 404
    assert _send(program, form, token="t3", brief=[{"storage_key": "x"}]).status_code == 422


def test_a_closed_or_archived_form_takes_nothing(program, form):
    assert program.put(f"/api/v1/forms/{form['id']}/closure").status_code == 204
    assert _send(program, form).status_code == 409

    program.put(f"/api/v1/forms/{form['id']}/archival")
    assert program.get("/api/v1/forms").json()["items"] == []
    program.delete(f"/api/v1/forms/{form['id']}/archival")
    assert program.get(f"/api/v1/forms/{form['id']}").json()["status"] == "closed"


def test_a_file_is_shared_renamed_and_deleted(program, studio):
    made = program.post(
        "/api/v1/files", files={"file": ("a.txt", b"hello", "text/plain")}, data={"engagement_id": studio.engagement_id}
    ).json()
    path = f"/api/v1/files/{made['id']}"

    changed = program.patch(path, json={"is_shared": True, "filename": "b.txt"}).json()
    assert (changed["is_shared"], changed["filename"]) == (True, "b.txt")
    assert [one["id"] for one in program.get(f"/api/v1/files?engagement_id={studio.engagement_id}").json()["items"]] == [
        made["id"]
    ]
    assert program.delete(path).status_code == 204
    assert program.get(path).status_code == 404
    assert program.get(f"{path}/content").status_code == 404


def test_a_shared_file_reaches_its_client_only(program, client_browser, studio):
    def upload(**data):
        return program.post("/api/v1/files", files={"file": ("a.txt", b"hello", "text/plain")}, data=data).json()["id"]

    shared = upload(engagement_id=studio.engagement_id, is_shared="true")
    private = upload(engagement_id=studio.engagement_id)
    nobodys = upload(is_shared="true")

    assert client_browser.get(f"/portal/files/{shared}").content == b"hello"
    assert client_browser.get(f"/portal/files/{private}").status_code == 404
    assert client_browser.get(f"/portal/files/{nobodys}").status_code == 404
    assert client_browser.get(f"/api/v1/files/{shared}/content").status_code == 403
