"""What the router does around an endpoint."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from api.app import create_app
from api.deps import Write
from api.routing import Router
from models.commands.tasks import create_task
from models.db import Database
from models.settings import Settings
from models.tables.tasks import Task
from models.types.tasks import TaskDraft
from tests.builders.workspaces import Studio


class Deadlock(Exception):
    """As the driver raises it."""

    sqlstate = "40P01"


@pytest.mark.parametrize(("times", "status"), [(0, 200), (3, 200), (4, 500)])
def test_a_transaction_that_gave_way_to_another_is_done_again(
    settings: Settings, database: Database, studio: Studio, times: int, status: int
):
    app: FastAPI = create_app(settings, database)
    router, tries = Router("tasks"), []

    @router.post("/crossing")
    def create_crossing(call: Write) -> dict[str, Any]:
        tries.append(1)
        create_task(call.session, TaskDraft(title="Once", engagement_id=studio.engagement_id))
        if len(tries) <= times:
            raise OperationalError("UPDATE", {}, Deadlock())
        return {"tries": len(tries)}

    app.include_router(router)
    with TestClient(app, headers=studio.bearer, raise_server_exceptions=False) as client:
        answer = client.post("/crossing")

    assert answer.status_code == status
    with database.read(studio.scope) as session:
        assert len(session.exec(select(Task)).all()) == (1 if status == 200 else 0)
