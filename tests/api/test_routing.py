"""What the router does around an endpoint."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from starlette.routing import Match

from api import pages, portal, rest, webhooks
from api.app import create_app
from api.deps import Write
from api.routing import REST_PREFIX, Router
from models.commands.tasks import create_task
from models.db import Database
from models.settings import Settings
from models.tables.tasks import Task
from models.types.tasks import TaskDraft
from tests.builders.workspaces import Studio


class Deadlock(Exception):
    """As the driver raises it."""

    sqlstate = "40P01"


@pytest.mark.parametrize(("times", "status"), [(0, 200), (3, 200), (4, 503)])
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


def test_every_route_is_found(settings: Settings, database: Database):
    app = create_app(settings, database)
    inside = [(REST_PREFIX, router) for router in rest.ROUTERS]
    outside = [("", router) for router in (*pages.ROUTERS, *portal.ROUTERS, *webhooks.ROUTERS)]
    known = [(prefix, route) for prefix, router in inside + outside for route in router.routes if isinstance(route, APIRoute)]
    routes = [(prefix + route.path, route.methods) for prefix, route in known]

    assert len(routes) > 400
    assert [path for path, methods in routes if not _is_found(app, re.sub("{[^}]*}", "x", path), min(methods or ["GET"]))] == []
    assert not _is_found(app, "/api/v1/nothing", "GET")


def _is_found(app: FastAPI, path: str, method: str) -> bool:
    scope = {"type": "http", "path": path, "method": method, "root_path": "", "headers": []}
    return any(route.matches(dict(scope))[0] is Match.FULL for route in app.router.routes)


def test_a_route_begins_with_a_word():
    async def show(anything: str) -> str:
        return anything

    with pytest.raises(ValueError, match="must begin with a word"):
        Router("tasks").add_api_route("/{anything}", show)
