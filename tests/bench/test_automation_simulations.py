"""How long it takes to play automations through: a large plan over two years, and ninety days of a busy studio."""

import time
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.actions.catalogue import schemas
from api.app import create_app
from models import clock
from models.db import Database
from models.ids import new_id
from models.queries.automation_schemas import event_schemas
from models.rules.automation_simulation.samples import sample_record
from models.rules.automation_simulation.simulations import simulate
from models.rules.automations import compile_drawing
from models.seed.drawings import new_lead_drawing
from models.settings import Settings
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.forms import Form, Submission
from models.types.automation_simulations import Ground, Scenario
from models.types.automations import Drawing, Plan
from models.types.working_time import WorkCalendar
from tests.builders.workspaces import Studio

pytestmark = pytest.mark.bench
NODES, EVENTS, CLIENTS = 200, 10_000, 2_000


def test_a_plan_of_200_nodes_over_two_years(capsys: pytest.CaptureFixture[str]):
    drawing, catalogue, events = Drawing(long_drawing()), schemas(), event_schemas()
    began = time.perf_counter()
    plan = compile_drawing(drawing, catalogue=catalogue, events=events, lookups={})
    compiled = time.perf_counter() - began
    assert isinstance(plan, Plan), plan
    now = clock.now()
    ground = Ground(plan, catalogue, events, WorkCalendar("Europe/Berlin"), Scenario(), lambda *_: None)
    record = sample_record(events["submission.accepted"], {}, now=now)
    began = time.perf_counter()
    done = simulate(ground, record, start=now, horizon=now + timedelta(days=731))
    took = time.perf_counter() - began
    assert done.runs[0].status == "succeeded"
    report(
        capsys, f"{NODES} nodes: compiled {compiled * 1000:.0f} ms, simulated {took * 1000:.0f} ms, {len(done.entries)} entries"
    )


@pytest.mark.parametrize("ending", ["7@bench.example", "@bench.example"], ids=["a tenth starts a run", "all start a run"])
def test_ninety_days_of_ten_thousand_events(
    settings: Settings, database: Database, studio: Studio, capsys: pytest.CaptureFixture[str], ending: str
):
    crowd(database, studio)
    drawing = new_lead_drawing()
    wanted = [{"path": "trigger.contact.email"}, {"value": ending}]
    drawing["nodes"][0]["settings"]["filter"] = {"op": "contains", "args": wanted}
    with TestClient(create_app(settings, database), headers=studio.bearer) as program:
        path = "/api/v1/automations"
        automation_id = program.post(path, json={"name": "New lead", "drawing": drawing}).json()["id"]
        began, spent = time.perf_counter(), time.process_time()
        told = program.post(f"{path}/{automation_id}/what_ifs", json={"days": 90}).json()
        took, spent = time.perf_counter() - began, time.process_time() - spent
    assert told["looked_at"] == EVENTS, told
    started = told["draft"]["started"]
    spending = f"{spent:.1f} s of the processor, {took:.1f} s"
    report(capsys, f"{EVENTS:,} events of {CLIENTS:,} clients looked back on: {started:,} runs, {spending}")


def long_drawing():
    """Actions and waits in a line, as long as a drawing may be."""
    nodes = [{"id": "n0", "kind": "trigger", "label": "", "settings": {"kind": "event", "type": "submission.accepted"}}]
    post = {"channel": {"value": "crm"}, "text": {"text": "{{ trigger.contact.name }} and {{ nodes.n1.message_id }}"}}
    first = {"channel": {"value": "crm"}, "text": {"text": "{{ trigger.contact.name }}"}}
    for number in range(1, NODES):
        wait = {"kind": "delay", "settings": {"amount": 7, "unit": "days"}}
        act = {"kind": "action", "settings": {"action": "inbox.post", "input": post if number > 1 else first}}
        nodes.append({"id": f"n{number}", "label": "", **(wait if number % 2 == 0 else act)})
    edges = [{"id": f"e{a['id']}", "source": a["id"], "port": "ok", "target": b["id"]} for a, b in pairwise(nodes)]
    return {"nodes": nodes, "edges": edges, "positions": {}, "limits": {}}


def crowd(database: Database, studio: Studio) -> None:
    """Many clients, each with an engagement and some submissions over ninety days."""
    begin = clock.now() - timedelta(days=89)
    with database.write(studio.scope) as session:
        about = []
        form = Form(id=new_id("frm"), name="Contact us", slug="bench")
        session.add(form)
        for number in range(CLIENTS):
            address = f"c{number}@bench.example"
            contact = Contact(id=new_id("con"), name=f"Client {number}", email=address, email_norm=address)
            session.add(contact)
            session.flush()
            engagement = Engagement(id=new_id("eng"), title="A site", contact_id=contact.id, status_since=begin)
            session.add(engagement)
            about.append((contact.id, engagement.id))
        session.flush()
        for number in range(EVENTS):
            contact_id, engagement_id = about[number % CLIENTS]
            at = begin + timedelta(seconds=number * 89 * 86_400 / EVENTS)
            submission_id = new_id("sub")
            session.add(Submission(id=submission_id, form_id=form.id, form_version=1, token=submission_id, contact_id=contact_id))
            told: dict[str, Any] = {"contact_id": contact_id, "engagement_id": engagement_id, "subject_kind": "submission"}
            session.add(Event(id=new_id("evt"), type="submission.accepted", subject_id=submission_id, created_at=at, **told))


def report(capsys: pytest.CaptureFixture[str], words: str) -> None:
    with capsys.disabled():
        print(f"\n{words}")  # noqa: T201 - the figures of a bench
