"""Two studios in one house: whoever is not let in gets nothing, at every door, and never reads a word of the other.

The operations come from the OpenAPI document, the rows from the tables: what is new is tested without being named here.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import SQLModel

from api import pages, portal
from api.app import create_app
from api.deps import MEMBER_COOKIE, PORTAL_COOKIE
from models.settings import Settings
from models.types.principals import Door
from tests.architecture.house import CANARY, House, app_of
from tests.architecture.operations import Operation, operations
from tests.builders.everything import Ids
from tests.builders.workspaces import Studio

OWNERS_ONLY = ("api_tokens", "credentials", "members", "workspaces")
SAME_FOR_ALL = {
    "/help/{slug}",
    "/help/pictures/{folder}/{name}",
    "/automation_templates/{key}",
    "/automation_templates/{key}/copies",
}
REFUSED = frozenset({401, 403, 404})
ASKS_PROVIDER = ("void", "write_off", "reconciliations", "payments")
FOR_LACK_OF = {
    "POST /members": "has this address already",
    "POST /comments": "There is no such task",
    "PATCH /comments/{comment_id}": "Only the author",
    "DELETE /comments/{comment_id}": "Only the author",
    "POST /automation_runs/{run_id}/approvals/{wait_id}/delegation": "Choose somebody of your team",
    "POST /automations/{automation_id}/publication": "Nothing starts this automation",
    "POST /automations/{automation_id}/simulations": "Nothing starts this automation",
    "POST /automations/{automation_id}/test_runs": "Nothing starts this automation",
    "POST /automations/{automation_id}/what_ifs": "Nothing starts this automation",
    "GET /time_entries/timer": "No timer is running",
    "DELETE /time_entries/timer": "No timer is running",
    **dict.fromkeys((f"POST /invoices/{{invoice_id}}/{act}" for act in ASKS_PROVIDER), "provider does not answer"),
}
"""What the studio itself is told where one row of everything is not enough."""

OPERATIONS = operations(create_app(Settings(env="test", home=Path("/nonexistent"))).openapi())
ROUTES = [
    (router.door, method, path)
    for router in (*pages.ROUTERS, *portal.ROUTERS)
    for route in router.routes
    if isinstance(route, APIRoute)
    for method, path in [(method, route.path) for method in sorted(route.methods or ())]
    if router.door is not Door.PUBLIC and "{" in path and path not in SAME_FOR_ALL
]
"""Every page about something, of members and of clients. Public ones know no ids, only secrets."""


def callers(house: House, settings: Settings) -> dict[str, dict[str, str]]:
    """Everybody who has no business with their rows, by the headers they send."""
    return {
        "a program of another studio": house.ours.bearer,
        "the owner of another studio": {"Cookie": f"{MEMBER_COOKIE}={house.ours.member_cookie}"},
        "the worker, for another studio": {
            "Authorization": f"Bearer {settings.worker_token}",
            "X-Workspace": house.ours.workspace_id,
        },
        "a client of the studio": {"Cookie": f"{PORTAL_COOKIE}={house.theirs.portal_cookie}"},
        "a key without the scope": {"Authorization": f"Bearer {house.narrow_token}"},
        "a made-up key": {"Authorization": "Bearer tl_made_up"},
        "nobody": {},
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_no_stranger_gets_in(operation: Operation, house: House, client: TestClient, settings: Settings):
    before = contents(client, house.theirs)
    for who, headers in callers(house, settings).items():
        answer = client.request(headers=headers, **operation.request(house.their_rows, house.our_rows))
        told = f"{who}: {operation} answered {answer.status_code} {answer.text[:200]}"
        assert CANARY not in answer.text, told
        is_own_list = not operation.has_address and headers and ("another" in who)
        assert is_own_list or answer.status_code in REFUSED, told
    assert contents(client, house.theirs) == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_the_studio_itself_gets_in(operation: Operation, house: House, client: TestClient, settings: Settings):
    """Else the test above would pass with addresses that name nothing."""
    request = operation.request(house.their_rows, house.their_rows)
    answer = client.request(headers=house.theirs.bearer, **request)
    if answer.status_code == 403 and "Only the worker" in answer.text:
        worker = {"Authorization": f"Bearer {settings.worker_token}", "X-Workspace": house.theirs.workspace_id}
        answer = client.request(headers=worker, **request)
    told = f"{operation} answered {answer.status_code} {answer.text[:300]}"
    assert answer.is_success or answer.status_code == 409 or FOR_LACK_OF.get(str(operation), "...") in answer.text, told


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.noun in OWNERS_ONLY and not one.reads], ids=str)
def test_people_keys_and_the_workspace_are_the_owners_business(operation: Operation, house: House, client: TestClient):
    member = {"Cookie": f"{MEMBER_COOKIE}={house.member_cookie}"}
    before = contents(client, house.theirs)
    assert client.request(headers=member, **operation.request(house.their_rows, house.their_rows)).status_code == 403
    assert contents(client, house.theirs) == before


@pytest.mark.parametrize(
    ("operation", "pointer"),
    [pytest.param(one, pointer, id=f"{one} {pointer}") for one in OPERATIONS for pointer in one.pointers()],
)
def test_nothing_points_at_another_studios_rows(operation: Operation, pointer: str, house: House, client: TestClient):
    table = operation.table_of(pointer, house.their_rows)
    foreign = {**house.our_rows, **({table: house.their_rows[table]} if table else {})}
    for only in (None, pointer):
        request = operation.request(house.our_rows, foreign, only=only)
        said = json.dumps(request["json"])
        assert not table or house.their_rows[table] in said, f"{operation}: the example does not fill {pointer}"
        answer = client.request(headers=house.ours.bearer, **request)
        told = f"{operation} took {pointer} of another studio: {answer.status_code} {answer.text[:300]}"
        assert CANARY not in answer.text, told
        assert answer.status_code != 500, told
        assert not names_of(client, house.ours, house.their_rows), told


@pytest.mark.parametrize(("door", "method", "path"), ROUTES, ids=[f"{method} {path}" for _, method, path in ROUTES])
def test_no_page_shows_what_is_somebody_elses(door: Door, method: str, path: str, house: House, client: TestClient):
    address = Operation(method, path, None, None, (), {}).address(house.their_rows)
    before = contents(client, house.theirs)
    for who, headers in browsers(house, door).items():
        answer = client.request(method, address, headers=headers, data={"name": "A name"} if method != "GET" else None)
        told = f"{who}: {method} {address} answered {answer.status_code} {answer.headers.get('location', '')} {answer.text[:200]}"
        assert CANARY not in answer.text, told
        assert method != "GET" or is_refused(answer), told
    assert contents(client, house.theirs) == before
    assert not names_of(client, house.ours, house.their_rows)


def browsers(house: House, door: Door) -> dict[str, dict[str, str]]:
    """Everybody who has no business on a page about their rows, by the headers they send."""
    strangers = {
        Door.MEMBER: {"a member of another studio": house.ours.member_cookie, "a client": house.theirs.portal_cookie},
        Door.PORTAL: {"a client of another studio": house.ours.portal_cookie, "another client": house.stranger_cookie},
    }
    cookie = {Door.MEMBER: MEMBER_COOKIE, Door.PORTAL: PORTAL_COOKIE}[door]
    return {who: {"Cookie": f"{cookie}={value}"} for who, value in strangers[door].items()} | {"nobody": {}}


def is_refused(answer: Any) -> bool:
    """Refused, or sent away to sign in."""
    to = answer.headers.get("location", "")
    return answer.status_code in REFUSED or (answer.status_code == 303 and to.startswith(("/login", "/portal/login")))


def names_of(client: TestClient, studio: Studio, rows: Ids) -> list[str]:
    """The ids among `rows` that rows of a studio name."""
    everything = repr(contents(client, studio))
    return [one for one in rows.values() if one in everything]


def contents(client: TestClient, studio: Studio) -> dict[str, list[Any]]:
    """Every row of a studio, by table."""
    tables = [table.name for table in SQLModel.metadata.tables.values() if "workspace_id" in table.columns]
    with closing(sqlite3.connect(app_of(client).state.database.engine.url.database)) as database:
        return {
            table: database.execute(f"SELECT * FROM {table} WHERE workspace_id = ?", [studio.workspace_id]).fetchall()  # noqa: S608
            for table in tables
        }
