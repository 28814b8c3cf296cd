"""The hook of an automation: only genuine, fresh and small calls start a run, and each starts one."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models import clock
from models.db import Database
from models.rules.hook_signatures import sign
from models.tables.automations import AutomationRun
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio


@pytest.fixture
def automation_id(database: Database, studio: Studio) -> str:
    with database.write(studio.scope) as session:
        text = {"text": "{{ trigger.body.name }} of {{ trigger.workspace.name }}"}
        node = post()
        node["settings"]["input"]["text"] = text
        return make_automation(session, node, kind="webhook", type="").id


@pytest.fixture
def hook(program: TestClient, automation_id: str) -> dict[str, Any]:
    return program.post(f"/api/v1/automations/{automation_id}/hook").json()


def send(public: TestClient, hook: dict[str, Any], body: Any, *, at: Any = None, **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Content-Type": "application/json", "X-Hook-Signature": sign(hook["secret"], raw, at=at or clock.now())}
    return public.post(hook["url"], content=raw, headers={**given, **{k.replace("_", "-"): v for k, v in headers.items()}})


def run_ids(database: Database, studio: Studio) -> list[str]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(AutomationRun.id).order_by(AutomationRun.id)))


def test_a_signed_call_starts_a_run_with_what_it_says(
    public: TestClient, program: TestClient, hook: dict[str, Any], database: Database, studio: Studio
):
    answer = send(public, hook, {"name": "Ada"}, Authorization="Bearer theirs", X_Source="shop")

    assert (answer.status_code, answer.json()["status"]) == (202, "started")
    run = program.get(f"/api/v1/automation_runs/{answer.json()['run_id']}").json()
    assert run["trigger"]["body"] == {"name": "Ada"}
    assert run["trigger"]["workspace"]["name"] == "Atelier Nord"
    assert run["trigger"]["headers"]["x-source"] == "shop"
    assert not {"authorization", "x-hook-signature"} & set(run["trigger"]["headers"])


def test_a_forged_a_stale_and_an_unsigned_call_are_refused(
    public: TestClient, hook: dict[str, Any], database: Database, studio: Studio
):
    forged = send(public, {**hook, "secret": "another"}, {"name": "Ada"})
    stale = send(public, hook, {"name": "Ada"}, at=clock.now() - timedelta(minutes=6))
    early = send(public, hook, {"name": "Ada"}, at=clock.now() + timedelta(minutes=6))
    unsigned = public.post(hook["url"], json={"name": "Ada"})
    changed = public.post(
        hook["url"], json={"name": "Eve"}, headers={"X-Hook-Signature": sign(hook["secret"], b'{"name": "Ada"}', at=clock.now())}
    )

    assert [one.status_code for one in (forged, stale, early, unsigned, changed)] == [401] * 5
    assert all(one.headers["content-type"] == "application/problem+json" for one in (forged, stale, unsigned))
    assert "five minutes" in stale.json()["detail"]
    assert run_ids(database, studio) == []


def test_the_very_same_call_again_is_a_replay_unless_it_has_a_key(
    public: TestClient, hook: dict[str, Any], database: Database, studio: Studio
):
    now = clock.now()
    first, replayed = (send(public, hook, {"name": "Ada"}, at=now) for _ in range(2))
    keyed, again = (send(public, hook, {"name": "Eve"}, at=now, Idempotency_Key="order-1") for _ in range(2))
    signed_anew = send(public, hook, {"name": "Eve"}, at=now + timedelta(seconds=2), Idempotency_Key="order-1")
    stolen = send(public, hook, {"name": "Eve"}, at=now, Idempotency_Key="order-2")
    other_body = send(public, hook, {"name": "Zoe"}, at=now, Idempotency_Key="order-1")

    assert (first.status_code, replayed.status_code) == (202, 409)
    assert [one.json()["status"] for one in (keyed, again, signed_anew)] == ["started", "duplicate", "duplicate"]
    assert len({one.json()["run_id"] for one in (keyed, again, signed_anew)}) == 1
    assert (stolen.status_code, other_body.status_code) == (409, 422)
    assert run_ids(database, studio) == [first.json()["run_id"], keyed.json()["run_id"]]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 256_001, "application/json", 413),
        (b'{"a": 1}', "text/plain", 415),
        (b"{", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a": "\\ud800"}', "application/json", 400),
        (b'{"a": "\\u0000"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff", "application/json", 400),
    ],
)
def test_what_is_too_large_or_no_json_is_refused(
    public: TestClient, hook: dict[str, Any], body: bytes, kind: str, status: int, database: Database, studio: Studio
):
    assert send(public, hook, body, Content_Type=kind).status_code == status
    assert run_ids(database, studio) == []


def test_a_body_that_does_not_say_its_length_is_cut_off(public: TestClient, hook: dict[str, Any]):
    def chunks():
        for _ in range(300):
            yield b"x" * 1000

    answer = public.post(hook["url"], content=chunks(), headers={"Content-Type": "application/json"})

    assert answer.status_code == 413


def test_an_unknown_address_is_not_found(public: TestClient, hook: dict[str, Any]):
    assert send(public, {**hook, "url": "/hooks/automations/nothing"}, {}).status_code == 404


def test_who_keeps_forging_is_shut_out_for_a_while(public: TestClient, hook: dict[str, Any]):
    answers = [public.post(hook["url"], json={}).status_code for _ in range(62)]

    assert (answers[:60], answers[-1]) == ([401] * 60, 429)


def test_a_secret_in_a_header_will_do_where_it_was_chosen(
    public: TestClient, program: TestClient, hook: dict[str, Any], automation_id: str
):
    program.patch(f"/api/v1/automations/{automation_id}/hook", json={"proof": "secret"})

    right, wrong = (
        public.post(hook["url"], json={"name": "Ada"}, headers={"X-Hook-Secret": one}) for one in (hook["secret"], "guess")
    )

    assert (right.status_code, wrong.status_code) == (202, 401)


def test_a_new_secret_shuts_out_the_old_one(public: TestClient, program: TestClient, hook: dict[str, Any], automation_id: str):
    renewed = program.post(f"/api/v1/automations/{automation_id}/hook/secrets").json()

    assert renewed["url"] == hook["url"]
    assert send(public, hook, {"name": "Ada"}).status_code == 401
    assert send(public, renewed, {"name": "Ada"}).status_code == 202


def test_a_sample_is_captured_before_the_automation_is_published(
    public: TestClient, program: TestClient, database: Database, studio: Studio
):
    made = program.post("/api/v1/automations", json={"name": "Orders"}).json()
    path = f"/api/v1/automations/{made['id']}/hook"
    hook = program.post(path).json()
    program.post(f"{path}/captures")

    captured = send(public, hook, {"order": {"total": 12.5, "paid": True, "lines": [{"sku": "a"}]}})
    off = send(public, hook, {"order": {}})

    assert (captured.json()["status"], off.status_code) == ("captured", 409)
    shown = program.get(path).json()
    assert "secret" not in shown
    assert shown["sample"]["body"]["order"]["total"] == 12.5
    order = shown["record"]["properties"]["body"]["properties"]["order"]["properties"]
    assert (order["total"]["type"], order["paid"]["type"]) == ("number", "boolean")
    assert order["lines"]["items"]["properties"]["sku"] == {"type": "string"}
    assert run_ids(database, studio) == []


def test_an_automation_reads_what_the_sample_shows_and_nothing_else(
    public: TestClient, program: TestClient, hook: dict[str, Any], automation_id: str
):
    send(public, hook, {"name": "Ada"})
    drawing = program.get(f"/api/v1/automations/{automation_id}").json()["drawing"]
    drawing["nodes"][1]["settings"]["input"]["text"] = {"text": "{{ trigger.footer }}"}

    program.patch(f"/api/v1/automations/{automation_id}", json={"drawing": drawing})

    found = program.get(f"/api/v1/automations/{automation_id}/problems").json()
    assert [one["node_id"] for one in found] == ["post"]


def test_the_filter_is_asked(public: TestClient, program: TestClient, database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        wanted = {"op": "eq", "args": [{"path": "trigger.body.kind"}, {"value": "paid"}]}
        automation = make_automation(session, post(), kind="webhook", type="", filter=wanted)
    hook = program.post(f"/api/v1/automations/{automation.id}/hook").json()

    assert send(public, hook, {"kind": "draft"}).json() == {"status": "filtered", "run_id": None}
    assert send(public, hook, {"kind": "paid"}).json()["status"] == "started"
