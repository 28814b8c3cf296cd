"""Deciding on the page of a run: what is asked and what follows, who may, handing it on, and skipping by a chosen way."""

import re
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.db import Database
from models.tables.automations import AutomationRun, StepRun
from models.tables.conversations import Notification
from models.tables.waits import Wait
from tests.api.test_automation_bodies import advance, begin, rows, said
from tests.builders.automations import node, wait
from tests.builders.runs import post
from tests.builders.workspaces import Studio

__all__ = ["begin"]
APPROVED, REJECTED = {**post("Approved", "yes"), "label": "Send the offer"}, post("Rejected", "no")
EDGES = ["trigger.ok>ask", "ask.approved>yes", "ask.rejected>no"]


def asking(*who: str, **settings: Any) -> dict[str, Any]:
    settings = {"approvers": {"value": list(who)}, "message": {"value": "20% off?"}, **settings}
    return {**node("ask", "approval", **settings), "label": "Check the offer"}


def page(browser: TestClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return unescape(answer.text)


@pytest.fixture
def asked_id(begin: Any, worker: TestClient, studio: Studio) -> str:
    """A run that asks the owner, and nobody else."""
    run_id = begin(asking(f"member:{studio.owner_id}"), APPROVED, REJECTED, edges=EDGES)
    advance(worker, run_id)
    return run_id


def decision(database: Database, studio: Studio, run_id: str) -> str:
    """Where the decision goes."""
    (one,) = rows(database, studio, Wait)
    return f"/automation_runs/{run_id}/approvals/{one.key}"


def test_what_is_asked_and_what_follows_stands_beside_the_buttons(owner: TestClient, asked_id: str, studio: Studio):
    shown = page(owner, f"/automation_runs/{asked_id}")

    assert "20% off?" in shown
    assert "Mara Lindqvist is asked, since" in shown
    assert "When approved:</span> “Send the offer”" in shown
    assert "When rejected:</span> “Post in a channel”" in shown
    assert re.search(r'<button[^>]*name="decision" value="approved"', shown)
    assert "Skip this step" not in shown, "by the very ways that the buttons go"


def test_a_decision_with_its_note_carries_the_run_on(owner: TestClient, asked_id: str, database: Database, studio: Studio):
    answer = owner.post(decision(database, studio, asked_id), data={"decision": "rejected", "note": "Too much."})

    assert answer.headers["location"] == f"/automation_runs/{asked_id}"
    assert said(database, studio) == ["Rejected"]
    (step,) = rows(database, studio, StepRun, StepRun.node_path == "ask")
    assert (step.output["decision"], step.output["note"]) == ("rejected", "Too much.")


def test_it_is_handed_on_to_a_member_who_is_told_what_follows(
    owner: TestClient, member: TestClient, asked_id: str, database: Database, studio: Studio
):
    at = decision(database, studio, asked_id)
    offered = re.findall(r'<option value="(mem_\w+)">', page(owner, f"/automation_runs/{asked_id}"))
    assert studio.member_id in offered
    assert studio.owner_id not in offered

    moved = owner.post(f"{at}/delegation", data={"to": studio.member_id})

    assert moved.status_code == 303
    notice = rows(database, studio, Notification)[-1]
    assert notice.member_id == studio.member_id
    assert notice.text == (
        "Mara Lindqvist hands a decision on to you. “Lead” for Ada Byron, step “Check the offer”: 20% off?"
        " When approved: “Send the offer”. When rejected: “Post in a channel”."
    )
    assert 'name="decision"' in page(member, f"/automation_runs/{asked_id}")
    assert 'name="decision"' not in page(owner, f"/automation_runs/{asked_id}")
    assert member.post(at, data={"decision": "approved"}).status_code == 303
    assert said(database, studio) == ["Approved"]


def test_who_is_not_asked_sees_what_follows_but_no_buttons(member: TestClient, asked_id: str, database: Database, studio: Studio):
    shown = page(member, f"/automation_runs/{asked_id}")

    assert "When approved:" in shown
    assert 'name="decision"' not in shown
    assert "Let somebody else decide" not in shown
    assert "Skip this step" not in shown
    assert member.post(f"{decision(database, studio, asked_id)}/delegation", data={"to": studio.member_id}).status_code == 403


def test_skipping_an_approval_is_no_way_around_those_who_are_asked(
    member: TestClient, program: TestClient, owner: TestClient, asked_id: str, database: Database, studio: Studio
):
    skip = f"/automation_runs/{asked_id}/steps/ask/skip"

    assert member.post(skip, data={"port": "approved"}).status_code == 403
    assert program.post(f"/api/v1{skip}", json={"port": "approved"}).status_code == 403
    assert said(database, studio) == []
    owner.post(skip, data={"port": "approved"})
    assert said(database, studio) == ["Approved"]


def test_a_waiting_step_is_skipped_by_the_way_that_is_chosen(
    owner: TestClient, worker: TestClient, begin: Any, database: Database, studio: Studio
):
    run_id = begin(
        wait(), post("Came", "came"), post("Nothing came", "late"), edges=["trigger.ok>wait", "wait.ok>came", "wait.timeout>late"]
    )
    advance(worker, run_id)
    shown = page(owner, f"/automation_runs/{run_id}")
    assert re.search(r'value="ok" checked[^>]*>.*?When it happens:</span> “Post in a channel”', shown)
    assert re.search(r'value="timeout"[^>]*>.*?After 3 days:</span> “Post in a channel”', shown)

    owner.post(f"/automation_runs/{run_id}/steps/wait/skip", data={"iteration": "0", "port": "timeout"})

    assert said(database, studio) == ["Nothing came"]


def test_a_stuck_step_is_skipped_by_the_way_that_is_chosen(
    owner: TestClient, member: TestClient, worker: TestClient, begin: Any, database: Database, studio: Studio
):
    nobody = {**asking(), "settings": {"approvers": {"path": "trigger.submission.answers.boss"}}}
    run_id = begin(nobody, APPROVED, REJECTED, edges=EDGES)
    assert advance(worker, run_id)["status"] == "parked"
    assert "How does the run go on?" not in page(member, f"/automation_runs/{run_id}")
    shown = page(owner, f"/automation_runs/{run_id}")
    assert "There is nobody to ask" in shown
    assert "When rejected:</span> “Post in a channel”" in shown

    owner.post(f"/automation_runs/{run_id}/steps/ask/skip", data={"iteration": "0", "port": "rejected"})

    assert said(database, studio) == ["Rejected"]
    assert rows(database, studio, AutomationRun)[0].status == "succeeded"


def test_a_way_that_is_none_is_refused(owner: TestClient, worker: TestClient, begin: Any, database: Database, studio: Studio):
    run_id = begin(wait(), post("Came", "came"))
    advance(worker, run_id)

    answer = owner.post(f"/automation_runs/{run_id}/steps/wait/skip", data={"port": "sideways"})

    assert (answer.status_code, said(database, studio)) == (422, [])
