"""Every door through which somebody can name an address, test buttons too: nothing inside ever hears from us."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.settings import Settings
from tests.api.actions.test_http import ask  # noqa: F401 - a fixture
from tests.api.gateways.test_egress import FORBIDDEN_HOSTS, Listener, answers, listener
from tests.builders.automations import drawing
from tests.builders.workspaces import Studio

Door = Callable[[TestClient, Studio, str], str]
"""Go through with an address; what is said about it."""


def feed(program: TestClient, studio: Studio, url: str, kind: str = "ics") -> str:
    """Connect a calendar and press “Read now”."""
    body = {"member_id": studio.owner_id, "kind": kind, "url": url, "username": "mara", "password": "pw"}
    made = program.post("/api/v1/calendar_connections", json=body)
    if made.status_code != 201:
        return str(made.json()["detail"])
    read = program.post(f"/api/v1/calendar_connections/{made.json()['id']}/readings")
    return str(read.json()["error"])


def caldav(program: TestClient, studio: Studio, url: str) -> str:
    """Connect a calendar server and press “Read now”."""
    return feed(program, studio, url, "caldav")


def step_test(program: TestClient, studio: Studio, url: str) -> str:
    """Press “Test this step” at a request, and confirm."""
    node = {"id": "ask", "kind": "action", "settings": {"action": "http.request", "input": {"url": {"value": url}}}}
    head = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}
    body = {"drawing": drawing(head, node).document, "node_id": "ask", "record": {}, "confirm": True}
    answer = program.post("/api/v1/automation_step_tests", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["error"])


DOORS: dict[str, Door] = {"calendar feed": feed, "calendar server": caldav, "test of a step": step_test}
EVERY = pytest.mark.parametrize("door", DOORS.values(), ids=list(DOORS))


@EVERY
def test_no_spelling_of_an_inner_address_is_reached(door: Door, program: TestClient, studio: Studio):
    with listener() as canary:
        for host in FORBIDDEN_HOSTS:
            for scheme in ("http", "https"):
                said = door(program, studio, f"{scheme}://{host}:{canary.port}/")
                assert said, f"{host} was taken"
        assert canary.connections == 0


@EVERY
def test_a_redirect_inside_is_not_followed(door: Door, program: TestClient, studio: Studio, settings: Settings):
    settings.egress_allow = ["127.0.0.1/32"]
    with listener() as canary:
        onward = f"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:{canary.port}/\r\nContent-Length: 0\r\n\r\n".encode()
        with listener(onward) as front:
            assert door(program, studio, f"http://127.0.0.1:{front.port}/")
            assert front.connections > 0
        assert canary.connections == 0


@EVERY
def test_a_name_that_changes_its_mind_gains_nothing(
    door: Door, program: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch
):
    """DNS rebinding: the name is asked once for each connection, and the connection goes to that answer."""
    with listener() as canary:
        asked: list[str] = []
        really = socket.getaddrinfo

        def rebinding(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            if host != "rebind.example":
                return really(host, port, *args, **kwargs)
            asked.append(host)
            return answers("10.1.2.3" if len(asked) % 2 else "127.0.0.1")(host, port)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        for _ in range(2):
            assert door(program, studio, f"http://rebind.example:{canary.port}/")
        assert asked
        assert canary.connections == 0


def test_a_run_does_not_reach_inside_either(ask: Any):  # noqa: F811 - the fixture
    with listener() as canary:
        for url in (f"http://127.0.0.1:{canary.port}/", f"http://[::ffff:127.0.0.1]:{canary.port}/"):
            step = ask(url=url)
            assert step.status == "parked"
            assert "not an address on the open internet" in step.error
        assert canary.connections == 0


@EVERY
def test_the_canary_would_have_sung(door: Door, program: TestClient, studio: Studio, settings: Settings):
    """The control for all of the above: once the operator opens the network, the same door does reach it."""
    settings.egress_allow = ["127.0.0.1/32"]
    opened: Listener
    with listener() as opened:
        door(program, studio, f"http://127.0.0.1:{opened.port}/")
        assert opened.connections > 0


def test_no_workspace_can_open_the_network(program: TestClient):
    """It is a setting of the process, and no field of anything that a workspace can write."""
    schema = program.get("/api/openapi.json")
    assert "egress" not in (schema.text if schema.status_code == 200 else "")
