"""Helping one run from its page: another input for a stuck step, and again from a step. Both work without scripts."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models.commands.api_tokens import create_api_token
from models.db import Database
from models.tables.automations import AutomationRun
from tests.api.rest.test_run_repairs import begin, messages, rows, stuck, wait
from tests.builders.runs import post
from tests.builders.workspaces import Studio

HTMX = {"HX-Request": "true"}


@pytest.fixture
def stuck_id(worker: TestClient, database: Database, studio: Studio) -> str:
    """A run whose channel is missing, before another message."""
    (run_id,) = begin(database, studio, worker, stuck(), post("after"))
    return run_id


def page(owner: TestClient, path: str) -> str:
    answer = owner.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return unescape(answer.text)


def form(run_id: str) -> str:
    return f"/automation_runs/{run_id}/steps/stuck/input"


def typed(**texts: str) -> dict[str, str]:
    return {"iteration": "0", **{f"input.{name}": text for name, text in texts.items()}}


# -- another input ---------------------------------------------------------------------------------------------------


def test_a_stuck_step_offers_its_input(owner: TestClient, stuck_id: str):
    assert f'href="{form(stuck_id)}?iteration=0"' in page(owner, f"/automation_runs/{stuck_id}")
    assert f'href="{form(stuck_id)}?iteration=0"' in page(owner, "/automation_run_repairs")


def test_the_form_holds_what_is_known_and_why_it_is_stuck(owner: TestClient, stuck_id: str):
    shown = page(owner, form(stuck_id))

    assert "A value is missing" in shown
    assert re.search(r'<textarea id="input.text"[^>]*>Hello</textarea>', shown)
    assert 'for="input.channel"' in shown
    assert "Post in a channel" in shown


def test_what_was_typed_is_done_and_the_run_goes_on(owner: TestClient, stuck_id: str, database: Database, studio: Studio):
    answer = owner.post(form(stuck_id), data=typed(channel="crm", text="By hand"))

    assert (answer.status_code, answer.headers["location"]) == (303, f"/automation_runs/{stuck_id}")
    assert messages(database, studio) == ["By hand", "after"]
    assert rows(database, studio, AutomationRun)[0].status == "succeeded"


def test_what_cannot_be_taken_is_told_and_stays_typed(owner: TestClient, stuck_id: str, database: Database, studio: Studio):
    answer = owner.post(form(stuck_id), data=typed(channel="", text="Typed words"))

    told = unescape(answer.text)
    assert answer.status_code == 422
    assert "Nothing was saved yet. What you typed is still here." in told
    assert 'href="#input.channel"' in told
    assert ">Typed words</textarea>" in told
    assert (messages(database, studio), rows(database, studio, AutomationRun)[0].status) == ([], "parked")


def test_a_gap_in_a_text_is_marked_and_never_sent(owner: TestClient, worker: TestClient, database: Database, studio: Studio):
    words = "Hello {{ trigger.submission.answers.name | upper }}, you wrote {{ trigger.type }}."
    given = {"text": {"text": words}, "contact_id": {"value": studio.contact_id}}
    talk = {"id": "stuck", "kind": "action", "settings": {"action": "messages.write_to_client", "input": given}}
    (run_id,) = begin(database, studio, worker, talk)
    assert "Hello [SUBMISSION.ANSWERS.NAME], you wrote engagement.paused." in page(owner, form(run_id))

    kept = owner.post(form(run_id), data=typed(text="Hello [SUBMISSION.ANSWERS.NAME]!", contact_id=studio.contact_id))
    assert "Nothing is known for [submission.answers.name]" in unescape(kept.text)
    assert messages(database, studio) == []

    owner.post(form(run_id), data=typed(text="Hello Ada!", contact_id=studio.contact_id))
    assert messages(database, studio) == ["Hello Ada!"]


def test_htmx_gets_the_form_alone_and_then_the_way_to_the_run(owner: TestClient, stuck_id: str):
    wrong = owner.post(form(stuck_id), data=typed(text="Hi"), headers=HTMX)
    assert wrong.status_code == 422
    assert wrong.text.strip().startswith('<div id="step-input">')

    right = owner.post(form(stuck_id), data=typed(channel="crm", text="Hi"), headers=HTMX)
    assert (right.status_code, right.headers["HX-Redirect"]) == (204, f"/automation_runs/{stuck_id}")


def test_who_comes_late_is_told_where_it_stands(owner: TestClient, stuck_id: str):
    owner.post(f"/automation_runs/{stuck_id}/steps/stuck/skip", data={"iteration": "0"})

    looking = owner.get(form(stuck_id))
    assert "This step is over already" in page(owner, looking.headers["location"])
    typing = owner.post(form(stuck_id), data=typed(channel="crm", text="Late"))
    assert "This step is over already" in page(owner, typing.headers["location"])


@pytest.mark.parametrize("node_path", ["nowhere", "wait"])
def test_only_an_action_of_the_run_has_an_input(node_path: str, owner, worker, database: Database, studio: Studio):
    (run_id,) = begin(database, studio, worker, wait(), post("after"))
    assert owner.get(f"/automation_runs/{run_id}/steps/{node_path}/input").status_code == 404


def test_who_may_not_do_what_the_action_does_may_not_type_its_input(
    public: TestClient, stuck_id: str, database: Database, studio: Studio
):
    with database.write(studio.scope) as session:
        token = narrow_token(session)
    path = f"/api/v1/automation_runs/{stuck_id}/steps/stuck/input"

    answer = public.post(path, json={"input": {}}, headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, "does or reads what you may not" in answer.json()["detail"]) == (403, True)
    assert rows(database, studio, AutomationRun)[0].status == "parked"


def narrow_token(session: Session) -> str:
    scopes = ["automation_runs:write"]
    return create_api_token(session, name="Runs", scopes=scopes, created_by="", maker_scopes=frozenset({"*"}))[1]


# -- again from a step -----------------------------------------------------------------------------------------------


def test_each_step_that_is_over_can_be_begun_with(owner: TestClient, worker: TestClient, database: Database, studio: Studio):
    (run_id,) = begin(database, studio, worker, post("one", "one"), post("two", "two"), wait(), post("three", "three"))

    shown = page(owner, f"/automation_runs/{run_id}")

    assert re.findall(r"reruns/new\?node_path=(\w+)", shown) == ["one", "two"]


def test_first_it_is_told_what_will_happen(owner: TestClient, worker: TestClient, database: Database, studio: Studio):
    (run_id,) = begin(database, studio, worker, post("one", "one"), post("two", "two"), wait(), post("three", "three"))

    shown = page(owner, f"/automation_runs/{run_id}/reruns/new?node_path=two")

    told = {heading: labels.strip() for heading, labels in re.findall(r"</svg>([^<]+)</dt>\s*<dd[^>]*>(.*?)<", shown)}
    assert told == {"Done once more": "two, wait", "May come after that": "three", "Not done again": "one"}
    assert "The run that is under way ends where it stands." in shown
    assert len(rows(database, studio, AutomationRun)) == 1


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_it_begins_again_as_a_new_run(headers, owner: TestClient, worker: TestClient, database: Database, studio: Studio):
    (run_id,) = begin(database, studio, worker, post("one", "one"), post("two", "two"))

    data = {"node_path": "two"}
    answer = owner.post(f"/automation_runs/{run_id}/reruns", data=data, headers=headers)

    old, new = rows(database, studio, AutomationRun)
    assert (old.id, old.status, new.status) == (run_id, "succeeded", "requested")
    assert answer.headers.get("HX-Redirect" if headers else "location") == f"/automation_runs/{new.id}"
    assert answer.status_code == (204 if headers else 303)


def test_a_step_that_it_never_came_to_is_refused_in_words(owner: TestClient, worker: TestClient, database: Database, studio):
    (run_id,) = begin(database, studio, worker, post("one", "one"), wait(), post("three", "three"))

    answer = owner.post(f"/automation_runs/{run_id}/reruns", data={"node_path": "three"})

    assert "The run never came to this step." in page(owner, answer.headers["location"])
    assert len(rows(database, studio, AutomationRun)) == 1
    assert owner.get(f"/automation_runs/{run_id}/reruns/new?node_path=nowhere").status_code == 404
