"""Helping a run in a browser: its stuck step with another input, and once more from one of its steps. Also without scripts."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlmodel import select

from models.commands.events import record
from models.settings import Settings
from models.tables.automations import AutomationRun
from models.tables.conversations import Message
from models.types.automations import Drawing
from tests.api.rest.test_run_repairs import stuck
from tests.builders.automations import drawing, node, parallel, wait
from tests.builders.runs import post, publish, submit
from tests.e2e.axe import violations
from tests.e2e.live_studio import LiveStudio, live_studio

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)
DESKTOP, PHONE = ViewportSize(width=1280, height=860), ViewportSize(width=390, height=844)
STARTED = {"kind": "started", "trigger": {}}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LiveStudio]:
    with live_studio(tmp_path) as site:
        yield site


@pytest.fixture
def run_id(site: LiveStudio, tmp_path: Path) -> str:
    """A run that has posted once and is stuck at its second message."""
    head = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "engagement.paused"}}
    return begun(site, tmp_path, drawing(head, post("one", "one"), stuck(), post("after", "after")))


@pytest.fixture
def waiting_id(site: LiveStudio, tmp_path: Path) -> str:
    """A run that waits for a proposal, three days at most."""
    late = {**post("late", "late"), "label": "Tell Mara"}
    edges = ["trigger.ok>wait", "wait.ok>came", "wait.timeout>late"]
    return begun(site, tmp_path, drawing(wait(), post("came", "came"), late, edges=edges))


@pytest.fixture
def asking_id(site: LiveStudio, tmp_path: Path) -> str:
    """A run that asks the signed-in owner."""
    ask = node("ask", "approval", approvers={"value": [f"member:{site.studio.owner_id}"]}, message={"value": "May we?"})
    offer = {**post("yes", "yes"), "label": "Send the offer"}
    return begun(site, tmp_path, drawing(ask, offer, edges=["trigger.ok>ask", "ask.approved>yes"]))


@pytest.fixture
def both_id(site: LiveStudio, tmp_path: Path) -> str:
    """A run that asks the signed-in owner and waits for a proposal at once."""
    ask = node("ask", "approval", approvers={"value": [f"member:{site.studio.owner_id}"]}, message={"value": "May we?"})
    edges = ["trigger.ok>par", "par.a>ask", "par.b>wait", "wait.ok>came"]
    return begun(site, tmp_path, drawing(parallel(), ask, wait(), post("came", "came"), edges=edges))


def begun(site: LiveStudio, home: Path, sketch: Drawing) -> str:
    """A run of a drawing that has taken its first turn."""
    with site.database.write(site.studio.scope) as session:
        publish(session, dict(sketch.document))
        record(session, "engagement.paused", "eng_1")
        submit(session, site.studio)
        begun = session.exec(select(AutomationRun.id)).one()
    token = Settings(env="test", home=home).worker_token
    headers = {"Authorization": f"Bearer {token}", "X-Workspace": site.studio.workspace_id}
    path = f"{site.url}/api/v1/automation_runs/{begun}/advance"
    httpx.post(path, headers=headers, json=STARTED, timeout=20).raise_for_status()
    return begun


def opened(
    site: LiveStudio, browser: Browser, path: str, size: ViewportSize = DESKTOP, *, scripts: bool = True, night=False
) -> Page:
    context = browser.new_context(
        viewport=size, java_script_enabled=scripts, color_scheme="dark" if night else "light", reduced_motion="reduce"
    )
    site.sign_in(context)
    page = context.new_page()
    page.goto(f"{site.url}{path}")
    return page


def messages(site: LiveStudio) -> list[str]:
    with site.database.read(site.studio.scope) as session:
        return [one.body for one in session.exec(select(Message).order_by(Message.id)).all()]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_stuck_step_is_done_with_what_is_typed(scripts: bool, site: LiveStudio, browser: Browser, run_id: str):
    page = opened(site, browser, f"/automation_runs/{run_id}", scripts=scripts)
    page.get_by_role("link", name="Edit input and retry").first.click()

    page.get_by_label("Text").fill("By hand")
    page.get_by_role("button", name="Save and try again").click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here.")
    expect(page.get_by_label("Text")).to_have_value("By hand")

    page.get_by_label("Channel").fill("crm")
    page.get_by_role("button", name="Save and try again").click()
    expect(page).to_have_url(f"{site.url}/automation_runs/{run_id}")
    expect(page.get_by_text("Tried again with what you typed.")).to_be_visible()
    assert messages(site) == ["one", "By hand", "after"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_run_begins_again_after_it_is_told_what_happens(scripts: bool, site: LiveStudio, browser: Browser, run_id: str):
    page = opened(site, browser, f"/automation_runs/{run_id}", scripts=scripts)
    page.get_by_role("link", name="Run again from here: one").click()

    expect(page.get_by_text("Done once more")).to_be_visible()
    expect(page.get_by_text("one, stuck", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Run again from here").click()

    expect(page.get_by_text("This is the new run. It begins with “one”.")).to_be_visible()
    assert run_id not in page.url


def test_the_drawing_offers_the_same(site: LiveStudio, browser: Browser, run_id: str):
    page = opened(site, browser, f"/automation_runs/{run_id}")
    details = page.get_by_role("complementary", name="The chosen step")
    page.locator('[data-step="one"]').click()
    expect(details.get_by_role("link", name="Run again from here")).to_be_visible()

    page.locator('[data-step="stuck"]').click()
    details.get_by_role("link", name="Edit input and retry").click()
    expect(page.get_by_role("heading", name="Edit input")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_waiting_step_is_skipped_by_a_way_that_is_chosen(scripts: bool, site: LiveStudio, browser: Browser, waiting_id: str):
    page = opened(site, browser, f"/automation_runs/{waiting_id}", PHONE, scripts=scripts)
    page.get_by_text("Skip this step").click()
    expect(page.get_by_label("When it happens: “Post in a channel”")).to_be_checked()
    assert not scripts or violations(page) == []

    page.get_by_label("After 3 days: “Tell Mara”").check()
    page.get_by_role("button", name="Skip").click()

    expect(page.get_by_text("Skipped. The run goes on.")).to_be_visible()
    assert messages(site) == ["late"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_decision_is_handed_on(scripts: bool, site: LiveStudio, browser: Browser, asking_id: str):
    page = opened(site, browser, f"/automation_runs/{asking_id}", PHONE, scripts=scripts, night=True)
    expect(page.get_by_role("listitem").filter(has_text="When approved: “Send the offer”")).to_be_visible()
    page.get_by_text("Let somebody else decide").click()
    assert not scripts or violations(page) == []
    page.get_by_label("Who").select_option("Jonas Weber")
    page.get_by_role("button", name="Delegate").click()

    expect(page.get_by_text("Jonas Weber is asked now.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def test_what_is_typed_stays_when_the_run_goes_on_elsewhere(site: LiveStudio, browser: Browser, both_id: str):
    page = opened(site, browser, f"/automation_runs/{both_id}")
    waiting = page.get_by_text("waits until a proposal was sent")
    expect(waiting).to_be_visible()
    page.get_by_label("A note, if you like").fill("Only if it is cheap")
    page.get_by_text("Let somebody else decide").click()
    other = opened(site, browser, f"/automation_runs/{both_id}")
    other.get_by_role("button", name="Go on now").click()
    other.get_by_role("dialog").get_by_role("button", name="Go on now").click()

    expect(waiting).to_have_count(0)
    expect(page.get_by_label("A note, if you like")).to_have_value("Only if it is cheap")
    expect(page.get_by_role("button", name="Delegate")).to_be_visible()


@pytest.mark.parametrize(("size", "night"), [(DESKTOP, False), (PHONE, True)], ids=["desktop", "phone at night"])
@pytest.mark.parametrize("place", ["", "/steps/stuck/input", "/reruns/new?node_path=one"], ids=["run", "input", "rerun"])
def test_everybody_can_read_it(place: str, size: ViewportSize, night: bool, site: LiveStudio, browser: Browser, run_id: str):
    page = opened(site, browser, f"/automation_runs/{run_id}{place}", size, night=night)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
