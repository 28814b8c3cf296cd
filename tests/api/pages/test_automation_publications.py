"""Publishing in a plain form: the same choices as beside the drawing, and the way back."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from models import clock
from models.db import Database
from tests.builders.live_runs import LiveAutomation, delay, post
from tests.builders.workspaces import Studio


@pytest.fixture
def live(program: TestClient, worker: TestClient, database: Database, studio: Studio) -> LiveAutomation:
    automation = LiveAutomation(program, worker, database, studio)
    automation.publish_first(delay(3), post("Hello"))
    return automation


def page_of(live: LiveAutomation) -> str:
    return f"/automations/{live.automation_id}"


def version_seen(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def test_the_form_shows_what_changes_and_when_each_run_goes_on(owner: TestClient, live: LiveAutomation):
    live.start(2)
    live.draw(delay(5), post("Hello"), post("More", "more"))

    page = owner.get(f"{page_of(live)}/publication").text

    assert "Publish version 2" in page
    assert "2 runs" in page
    assert "Amount" in page
    assert "<del>3</del>" in page
    assert page.count("Ada Byron") == 2
    assert 'name="choice:v1:wait" value="now"' in page


def test_what_was_chosen_is_done_and_can_be_undone(owner: TestClient, live: LiveAutomation):
    (run_id,) = live.start()
    live.draw(delay(5), post("Hello"))
    seen = version_seen(owner.get(f"{page_of(live)}/publication").text)

    sent = owner.post(f"{page_of(live)}/publication", data={"version": seen, "note": "Longer", "choice:v1:wait": "now"})

    assert (sent.status_code, sent.headers["location"]) == (303, f"{page_of(live)}?tab=versions")
    assert live.stands(run_id)[0] == 2
    run = owner.get(f"/automation_runs/{run_id}").text
    assert "Moved from version 1 to version 2 by Mara Lindqvist" in run
    versions = owner.get(sent.headers["location"]).text
    assert "Mara Lindqvist published version 2" in versions
    assert "Runs: 1 moved." in versions
    (undo,) = re.findall(r'action="(/automation_moves/[^"]+/undo)"', versions)
    assert owner.post(undo, data={"reactivate": "1"}).status_code == 303
    assert live.stands(run_id)[0] == 1
    assert "undone by Mara Lindqvist" in owner.get(f"/automation_runs/{run_id}").text
    assert "Undone by Mara Lindqvist" in owner.get(sent.headers["location"]).text
    assert owner.post(undo).status_code == 303


def test_a_removed_step_can_be_given_a_successor_before_publishing(owner: TestClient, live: LiveAutomation):
    (run_id,) = live.start()
    live.draw(delay(9, "other"), post("Hello"))
    path = f"{page_of(live)}/publication"

    blocked = owner.get(path).text
    tried = owner.get(path, params={"instead:wait": "other", "choice:v1:wait": "now", "note": "Kept"}).text

    assert "“wait” is gone" in blocked
    assert 'value="now"' not in blocked
    assert '<option value="other" selected>' in tried
    assert re.search(r'name="choice:v1:wait" value="now" checked', tried)
    assert ">Kept</textarea>" in tried
    owner.post(path, data={"version": version_seen(tried), "choice:v1:wait": "now", "instead:wait": "other"})
    assert live.stands(run_id)[0] == 2


def test_whoever_comes_late_is_told_and_keeps_what_they_typed(owner: TestClient, live: LiveAutomation):
    live.draw(delay(5), post("Hello"))
    seen = version_seen(owner.get(f"{page_of(live)}/publication").text)
    live.draw(delay(6), post("Hello"))

    late = owner.post(f"{page_of(live)}/publication", data={"version": seen, "note": "Mine"})

    assert late.status_code == 422
    assert "Somebody else changed or published this automation" in late.text
    assert ">Mine</textarea>" in late.text


def test_a_run_says_what_it_is_marked_for_and_what_kept_it(owner: TestClient, live: LiveAutomation):
    first, second = live.start(2)
    live.draw(delay(5), post("Hello"))
    live.publish({"*": "next_wait"})
    assert "Moves to version 2 the next time it waits" in owner.get(f"/automation_runs/{first}").text
    live.draw(delay(5, "other"), post("Hello"))
    live.publish({"*": "now"})

    page = owner.get(f"/automation_runs/{second}").text

    assert "Stayed on version 1 when version 3 was published" in page
    assert "The step this run stands on is not in the other version." in page


def test_a_version_tells_what_it_changed_and_can_be_restored(owner: TestClient, live: LiveAutomation):
    live.draw(delay(5), post("Hello"))
    live.publish(note="Longer")

    page = owner.get(f"{page_of(live)}/versions/2").text
    restored = owner.post(f"{page_of(live)}/versions/1/restoration")

    assert "What it changed since version 1" in page
    assert '<ins class="no-underline">5</ins>' in page
    assert restored.headers["location"] == f"{page_of(live)}/publication"
    drawing = live.program.get(live.path).json()["drawing"]
    assert next(node for node in drawing["nodes"] if node["id"] == "wait")["settings"]["amount"] == 3
    clock.move(timedelta(seconds=1))
    assert live.publish()["number"] == 3
