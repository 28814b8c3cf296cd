"""A key on every write of the API: sent twice it is done once, and for another request it is refused.

The operations come from the OpenAPI document: a new one is tested without being named here.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from models.settings import Settings
from tests.architecture.house import House, app_of
from tests.architecture.operations import Operation, operations

KEY = {"Idempotency-Key": "once"}
READ_BY_POST = {
    "POST /automation_previews",
    "POST /automation_problems",
    "POST /automation_scopes",
    "POST /automations/{automation_id}/publication_preview",
}
"""Questions too long for an address. They change nothing and take no key."""
ALL = operations(create_app(Settings(env="test", home=Path("/nonexistent"))).openapi())
WRITES = [one for one in ALL if not one.reads and str(one) not in READ_BY_POST]
SECRETS = ("secret", "url")
"""Names of fields that may hold what only the first caller should be able to read."""


def send(client: TestClient, house: House, request: dict[str, Any], settings: Settings) -> Any:
    answer = client.request(headers=house.theirs.bearer | KEY, **request)
    if answer.status_code == 403 and "Only the worker" in answer.text:
        worker = {"Authorization": f"Bearer {settings.worker_token}", "X-Workspace": house.theirs.workspace_id}
        answer = client.request(headers=worker | KEY, **request)
    return answer


def kept(client: TestClient) -> str:
    """Every stored answer."""
    with closing(sqlite3.connect(app_of(client).state.database.engine.url.database)) as database:
        return json.dumps(database.execute("SELECT answer FROM idempotency_keys").fetchall())


def secrets_of(answer: Any) -> list[str]:
    """What an answer says under a name that may mean a secret."""
    said = answer.json() if answer.content else {}
    return [said[name] for name in SECRETS if isinstance(said, dict) and said.get(name)]


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_a_keyed_write_is_done_once(operation: Operation, house: House, client: TestClient, settings: Settings):
    request = operation.request(house.their_rows, house.their_rows)
    first = send(client, house, request, settings)
    again = send(client, house, request, settings)

    assert again.status_code == first.status_code
    if not first.is_success:
        return
    hides_its_secret = str(operation) == "POST /api_tokens"
    assert hides_its_secret or again.content == first.content
    assert [one for one in secrets_of(first) if one in kept(client)] == []
    if "Idempotent-Replayed" in again.headers:
        other = send(client, house, request | {"params": {"other": "1"}}, settings)
        assert (other.status_code, other.json()["problems"][0]["field"]) == (422, "Idempotency-Key")
    else:
        assert first.status_code == 204, "only where nothing was done may a repeat look again"
