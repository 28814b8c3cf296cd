"""Schedulers over the API."""

from fastapi.testclient import TestClient

from models.db import Database
from tests.builders.bookings import make_scheduler
from tests.builders.workspaces import Studio

ROOT = "/api/v1/schedulers"


def test_a_scheduler_is_put_away_and_offered_again(program: TestClient, public: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        scheduler = make_scheduler(session, studio)
        path, page = f"{ROOT}/{scheduler.id}", f"/book/{scheduler.slug}"
    offered = program.get(path).json()

    assert program.delete(path).status_code == 204
    assert program.get(ROOT).json()["items"] == []
    assert [one["id"] for one in program.get(ROOT, params={"is_archived": True}).json()["items"]] == [offered["id"]]
    assert program.get(path).json()["archived_at"] is not None
    assert program.put(path, json={"name": "Other", "member_id": studio.owner_id}).status_code == 404
    assert public.get(page).status_code == 404

    for _ in range(2):
        assert program.delete(f"{path}/archive").json() == offered
    assert program.get(ROOT).json()["items"] == [offered]
    assert public.get(page).status_code == 200
    assert program.delete(f"{ROOT}/sch_none/archive").status_code == 404
