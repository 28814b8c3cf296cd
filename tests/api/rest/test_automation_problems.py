from fastapi.testclient import TestClient

from tests.builders.automations import HEAD, edge, node, parallel


def test_an_unsaved_drawing_is_checked_and_not_kept(owner: TestClient):
    drawing = {"nodes": [HEAD, parallel(), node("end", "stop")], "edges": [edge("trigger.ok>par"), edge("par.a>end")]}
    found = owner.post("/api/v1/automation_problems", json={"drawing": {**drawing, "notes": [{"text": "?"}]}})
    assert found.status_code == 200, found.text
    assert [(one["node_id"], one["field"], one["code"], one["severity"]) for one in found.json()] == [
        ("par", "branches.1", "empty_body", "error")
    ]
    assert owner.get("/api/v1/automations").json()["items"] == []


def test_what_is_no_drawing_is_refused(owner: TestClient):
    assert owner.post("/api/v1/automation_problems", json={"drawing": {"nodes": "all of them"}}).status_code == 422
