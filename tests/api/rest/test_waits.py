"""Waits over the API, and what every write over the API promises."""

from fastapi.testclient import TestClient

WAIT = {"workspace_id": "", "workflow_id": "proposal/pro_1", "key": "next", "what": "Ada to sign", "whom": "client"}


def test_the_same_key_and_body_give_the_first_answer_again(worker: TestClient):
    first = worker.post("/api/v1/waits", json=WAIT, headers={"Idempotency-Key": "k1"})
    again = worker.post("/api/v1/waits", json=WAIT, headers={"Idempotency-Key": "k1"})

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(worker: TestClient):
    worker.post("/api/v1/waits", json=WAIT, headers={"Idempotency-Key": "k1"})

    other = worker.post("/api/v1/waits", json={**WAIT, "what": "Somebody else"}, headers={"Idempotency-Key": "k1"})

    assert other.status_code == 422
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json()["problems"][0]["field"] == "Idempotency-Key"


def test_registering_a_wait_again_changes_it(worker: TestClient):
    worker.post("/api/v1/waits", json=WAIT)
    worker.post("/api/v1/waits", json={**WAIT, "then_what": "a reminder goes out"})

    waits = worker.get("/api/v1/waits").json()["items"]

    assert [wait["then_what"] for wait in waits] == ["a reminder goes out"]


def test_closing_all_waits_of_a_workflow_leaves_none_open(worker: TestClient):
    worker.post("/api/v1/waits", json=WAIT)

    worker.post("/api/v1/waits/closures", json={"workspace_id": "", "workflow_id": "proposal/pro_1"})

    assert worker.get("/api/v1/waits").json()["items"] == []


def test_nobody_gets_in(public: TestClient):
    assert public.get("/api/v1/waits").status_code == 401


def test_a_client_of_the_studio_may_not_read_waits(client_browser: TestClient):
    assert client_browser.get("/api/v1/waits").status_code == 403
