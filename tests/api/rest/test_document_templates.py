"""Templates of proposals and contracts over the API: put away and offered again."""

import pytest
from fastapi.testclient import TestClient

from tests.builders.workspaces import Studio


@pytest.mark.parametrize("noun", ["proposal", "contract"])
def test_a_template_is_put_away_and_offered_again(program: TestClient, studio: Studio, noun: str):
    root = f"/api/v1/{noun}_templates"
    made = program.post(root, json={"name": "Website", "title": "A new website"}).json()
    path = f"{root}/{made['id']}"
    draft = {"engagement_id": studio.engagement_id, "template_id": made["id"]}

    assert program.delete(path).status_code == 204
    assert program.get(root).json()["items"] == []
    assert [one["id"] for one in program.get(root, params={"is_archived": True}).json()["items"]] == [made["id"]]
    assert program.get(path).json()["archived_at"] is not None
    assert program.patch(path, json={"name": "Shop"}).status_code == 404
    assert program.post(f"/api/v1/{noun}s", json=draft).status_code == 404

    for _ in range(2):
        assert program.delete(f"{path}/archive").json() == made
    assert program.get(root).json()["items"] == [made]
    assert program.post(f"/api/v1/{noun}s", json=draft).json()["title"] == "A new website"
    assert program.delete(f"{root}/none/archive").status_code == 404
