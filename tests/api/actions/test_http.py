"""Asking another service: what is sent, what is read of the answer, and that no secret ever stays anywhere."""

import base64
import hashlib
import hmac
import json
import logging
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
import structlog
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.db import Database
from models.rules.secret_names import HIDDEN
from models.settings import Settings
from models.tables.automations import AutomationRun, StepRun
from tests.api.actions.test_every_action import advance, contents, perform_effects
from tests.builders.runs import make_automation, submit
from tests.builders.workspaces import Studio
from tests.standins.service import Service, served_service

SECRET = "sk-live-Zx9+/kestrel=8812"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.egress_allow = ["127.0.0.1/32"]
    return settings


@pytest.fixture
def service():
    with served_service() as opened:
        yield opened


@pytest.fixture
def ask(database: Database, studio: Studio, worker: TestClient):
    """Have a run ask; what its step says after. given: mappings, or plain values. answers: what the client typed."""

    def do(answers: dict[str, Any] | None = None, **given: Any) -> StepRun:
        mapped = {
            name: one if isinstance(one, dict) and {"text", "parts"} & set(one) else {"value": one} for name, one in given.items()
        }
        node = {
            "id": "ask",
            "kind": "action",
            "settings": {"action": "http.request", "input": mapped, "retry": {"max_attempts": 2}},
        }
        with database.write(studio.scope) as session:
            automation = make_automation(session, node)
            event = submit(session, studio, **(answers or {}))
            wanted = select(AutomationRun.id).where(AutomationRun.event_id == event.id)
            run_id = session.exec(wanted.where(AutomationRun.automation_id == automation.id)).one()
        perform_effects(worker, run_id, advance(worker, run_id))
        with database.read(studio.scope) as session:
            return session.exec(select(StepRun).where(StepRun.run_id == run_id)).one()

    return do


def _is_mapping(one: Any) -> bool:
    return isinstance(one, dict) and bool({"text", "parts"} & set(one))


@pytest.fixture
def keep(program: TestClient, service: Service):
    """Keep a secret for the service; its id."""

    def do(kind: str, field_name: str = "", **more: Any) -> str:
        body = {"name": "Service", "kind": kind, "field_name": field_name, "hosts": [host_of(service)], "secret": SECRET}
        answer = program.post("/api/v1/credentials", json={**body, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return do


def host_of(service: Service) -> str:
    return service.url.removeprefix("http://")


def test_a_request_says_what_was_written_and_answers_what_was_picked(ask, service: Service):
    service.body = json.dumps({"data": {"id": "cus_7"}, "n": 3}).encode()
    service.headers = {"X-Request-Id": "r1", "X-Other": "o"}

    step = ask(
        {"name": 'Grace "the" Hopper\n{{ trigger.id }}'},
        method="POST",
        url={"text": service.url + "/people/{{ trigger.submission.answers.name }}?a=1"},
        query={"b": "2"},
        headers={"X-Mine": "yes"},
        json_body={"text": '{"name": "{{ trigger.submission.answers.name }}", "tags": ["lead"]}'},
        keep_headers=["X-Request-Id"],
        pick={"id": "data.id"},
    )

    assert step.status == "done", step.error
    assert step.output["picked"] == {"id": "cus_7"}
    assert (step.output["status"], step.output["is_ok"], step.output["body"]["n"]) == (200, True, 3)
    assert step.output["headers"] == {"X-Request-Id": "r1"}
    asked = service.asked[0]
    assert json.loads(asked.body) == {"name": 'Grace "the" Hopper\n{{ trigger.id }}', "tags": ["lead"]}
    assert asked.path == "/people/Grace%20%22the%22%20Hopper%0A%7B%7B%20trigger.id%20%7D%7D?a=1&b=2"
    assert asked.headers["x-mine"] == "yes"
    assert asked.headers["idempotency-key"].endswith(":ask:0")


NAME = "trigger.submission.answers.name"


def test_every_header_and_parameter_may_come_from_somewhere_else(ask, service: Service):
    step = ask(
        {"name": "Zoë 李 & co"},
        method="POST",
        url=service.url,
        headers={"parts": {"X-Client": {"path": NAME}, "X-Kind": {"text": "lead/{{ trigger.submission.answers.gone }}"}}},
        query={
            "parts": {
                "q": {"text": f"{{{{ {NAME} | upper }}}}"},
                "new": {"expr": {"op": "is_empty", "args": [{"path": "trigger.company"}]}},
                "gone": {"path": "trigger.submission.answers.gone"},
                "none": {"path": "trigger.submission.answers.gone", "default": "-"},
            }
        },
        form={"parts": {"name": {"path": NAME}, "fixed": {"value": "1"}}},
    )

    assert step.status == "done", step.error
    asked = service.asked[0]
    assert sorted(parse_qsl(asked.path.removeprefix("/?"))) == [("new", "false"), ("none", "-"), ("q", "ZOË 李 & CO")]
    assert asked.headers["x-client"].encode("latin-1").decode() == "Zoë 李 & co"
    assert asked.headers["x-kind"] == "lead/"
    assert sorted(parse_qsl(asked.body.decode())) == [("fixed", "1"), ("name", "Zoë 李 & co")]


@pytest.mark.parametrize("part", [{"path": NAME}, {"text": f"Bearer {{{{ {NAME} }}}}"}], ids=["field", "text"])
def test_a_value_cannot_bring_a_header_of_its_own(ask, service: Service, part: dict[str, Any]):
    step = ask({"name": "Ada\r\nX-Evil: 1"}, url=service.url, headers={"parts": {"X-Client": part}})
    assert step.status == "parked"
    assert "The header “X-Client” holds a line break" in step.error
    assert service.asked == []


def test_what_is_named_like_a_secret_is_sent_and_not_shown(ask, service: Service):
    named = {"parts": {"X-Api-Key": {"path": NAME}, "Accept": {"value": "text/plain"}}}
    step = ask(
        {"name": SECRET}, url=service.url, headers=named, query={"parts": {"token": {"path": NAME}, "page": {"value": "2"}}}
    )
    assert step.status == "done", step.error
    assert service.asked[0].headers["x-api-key"] == SECRET
    assert step.input["headers"] == {"X-Api-Key": HIDDEN, "Accept": "text/plain"}
    assert step.input["query"] == {"token": HIDDEN, "page": "2"}


def test_a_value_cannot_break_out_of_the_body_or_the_address(ask, service: Service):
    evil = '", "is_admin": true, "x": "'
    step = ask(
        {"name": evil, "place": "../../admin?x=1#y"},
        method="POST",
        url={"text": service.url + "/t/{{ trigger.submission.answers.place }}/end"},
        json_body={"text": '{"name": "{{ trigger.submission.answers.name }}"}'},
    )
    assert step.status == "done", step.error
    assert json.loads(service.asked[0].body) == {"name": evil}
    assert service.asked[0].path == "/t/..%2F..%2Fadmin%3Fx%3D1%23y/end"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 422])
def test_an_answer_that_nobody_expects_is_told_and_not_tried_again(ask, service: Service, status: int):
    service.status, service.body, service.headers = status, b"no such thing", {"Location": service.url + "/next"}
    step = ask(url=service.url)
    assert step.status == "parked"
    assert len(service.asked) == 1
    assert str(status) in step.error or "sends us on" in step.error


def test_a_status_that_is_expected_is_an_answer(ask, service: Service):
    service.status = 404
    step = ask(url=service.url, expected=[404])
    assert (step.status, step.output["status"], step.output["is_ok"]) == ("done", 404, False)


@pytest.mark.parametrize("is_date", [False, True])
def test_retry_after_is_heeded(ask, service: Service, is_date: bool, database: Database, studio: Studio):
    at = clock.now() + timedelta(minutes=30)
    service.status, service.headers = 429, {"Retry-After": format_datetime(at, usegmt=True) if is_date else "1800"}
    step = ask(url=service.url)
    with database.read(studio.scope) as session:
        run = session.get_one(AutomationRun, step.run_id)
        assert run.next_wake_at is not None
        assert timedelta(minutes=-2) < run.next_wake_at - at < timedelta(minutes=2)


def test_a_large_answer_is_cut_and_a_huge_one_refused(ask, service: Service):
    service.body = json.dumps({"id": 7, "rows": ["x" * 100] * 300}).encode()
    step = ask(url=service.url, pick={"id": "id"})
    assert (step.output["is_cut"], step.output["body"], step.output["picked"]) == (True, None, {"id": 7})
    assert step.output["text"].startswith('{"id": 7')
    service.body = b"x" * 300_000
    assert "larger than" in ask(url=service.url).error


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"headers": {"Host": "evil.example"}}, "no header that can be set"),
        ({"headers": {"X-A": "b\r\nX-Evil: 1"}}, "line break"),
        ({"headers": {"X A": "b"}}, "no header that can be set"),
        ({"method": "POST", "json_body": "{"}, "no JSON"),
        ({"method": "POST", "json_body": "{}", "form": {"a": "b"}}, "one body"),
    ],
)
def test_what_cannot_be_sent_is_told_before_anything_is(ask, service: Service, given: dict[str, Any], told: str):
    step = ask(url=service.url, **given)
    assert (step.status, told in step.error) == ("parked", True), step.error
    assert service.asked == []


def shown(service: Service, kind: str) -> str:
    asked = service.asked[-1]
    if kind == "query":
        return asked.path
    return asked.headers["x-api-key" if kind == "header" else "authorization"]


@pytest.mark.parametrize(
    ("kind", "field_name", "expected"),
    [
        ("bearer", "", f"Bearer {SECRET}"),
        ("basic", "mara", "Basic " + base64.b64encode(f"mara:{SECRET}".encode()).decode()),
        ("header", "X-Api-Key", SECRET),
        ("query", "api_key", "/?api_key=sk-live-Zx9%2B%2Fkestrel%3D8812"),
    ],
)
def test_a_secret_is_shown_to_the_service_and_kept_nowhere(
    ask, keep, service: Service, database: Database, kind: str, field_name: str, expected: str, caplog, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    service.echoes = True  # the worst case: a service that repeats everything it was told

    step = ask(url=service.url + "/", credential_id=keep(kind, field_name), keep_headers=["Content-Type"])

    assert step.status == "done", step.error
    assert shown(service, kind) == expected
    service.status = 500
    ask(url=service.url + "/", credential_id=keep(kind, field_name))
    gone = service.url.replace(host_of(service), "127.0.0.1:9")
    refused = ask(url=gone + "/", credential_id=keep(kind, field_name, hosts=["127.0.0.1:9"]))
    assert refused.error
    everything = repr(contents(database)) + caplog.text
    for spelling in (SECRET, expected, SECRET.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")):
        assert spelling not in everything


def test_a_signature_lets_the_service_check_the_body(ask, keep, service: Service):
    ask(method="POST", url=service.url, json_body='{"a": 1}', credential_id=keep("hmac"))
    asked = service.asked[0]
    stamp, _, proof = asked.headers["x-signature"].partition(",v1=")
    moment = stamp.removeprefix("t=")
    assert proof == hmac.new(SECRET.encode(), f"{moment}.".encode() + asked.body, hashlib.sha256).hexdigest()


def test_a_secret_goes_to_its_own_host_alone(ask, keep, service: Service):
    with served_service() as other:
        step = ask(url=other.url, credential_id=keep("bearer"))
        assert "is not for 127.0.0.1" in step.error
        assert other.asked == []


def test_a_secret_is_not_sent_in_the_clear(ask, keep, service: Service, settings: Settings):
    credential_id = keep("bearer", hosts=["api.example.com"])
    settings.egress_allow = []
    assert "https only" in ask(url="http://api.example.com/", credential_id=credential_id).error


def test_a_forgotten_credential_parks_the_step(
    ask, keep, program: TestClient, service: Service, database: Database, studio: Studio
):
    credential_id = keep("bearer")
    answers = {"which": credential_id}
    program.delete(f"/api/v1/credentials/{credential_id}")
    step = ask(answers, url=service.url, credential_id={"text": "{{ trigger.submission.answers.which }}"})
    assert (step.status, "gone" in step.error) == ("parked", True)


def test_logs_hold_no_address_of_a_request(ask, keep, service: Service):
    """The address may hold a key; the library that asks writes it at its lowest level."""
    structlog.reset_defaults()
    from models.logging import configure  # noqa: PLC0415 - only here

    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure(level="DEBUG")
        assert logging.getLogger("urllib3").level == logging.WARNING
    finally:
        root.handlers, root.level = before[0], before[1]
