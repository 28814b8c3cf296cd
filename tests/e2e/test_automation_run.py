"""A run on its drawing: it lights up while it passes, tells what each step did, and can be read by everybody."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlmodel import select

from models.commands.events import record
from models.seed.automation_templates import get_template
from models.settings import Settings
from models.tables.automations import AutomationRun, EventSubscription
from tests.builders.runs import publish, submit
from tests.e2e.axe import violations
from tests.e2e.live_studio import LiveStudio, live_studio

pytestmark = pytest.mark.e2e
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
STARTED = {"kind": "started", "trigger": {}}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LiveStudio]:
    with live_studio(tmp_path) as site:
        yield site


@pytest.fixture
def worker(site: LiveStudio, tmp_path: Path) -> Iterator[httpx.Client]:
    token = Settings(env="test", home=tmp_path).worker_token
    headers = {"Authorization": f"Bearer {token}", "X-Workspace": site.studio.workspace_id}
    with httpx.Client(base_url=f"{site.url}/api/v1", headers=headers, timeout=20) as client:
        yield client


@pytest.fixture
def run_id(site: LiveStudio) -> str:
    """A run of the new lead that has not begun."""
    with site.database.write(site.studio.scope) as session:
        publish(session, dict(get_template("new_lead").drawing), "New lead")
        submit(session, site.studio)
        return session.exec(select(AutomationRun.id)).one()


def opened(site: LiveStudio, browser: Browser, path: str, size: ViewportSize, scheme: str = "light") -> Page:
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    site.sign_in(context)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    page.goto(f"{site.url}{path}")
    return page


def advance(worker: httpx.Client, run_id: str, happened: dict[str, object] | None = None) -> None:
    worker.post(f"/automation_runs/{run_id}/advance", json=happened or STARTED).raise_for_status()


def test_a_run_lights_up_while_it_passes(site: LiveStudio, browser: Browser, worker: httpx.Client, run_id: str):
    page = opened(site, browser, f"/automation_runs/{run_id}", DESKTOP)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.locator(".step[data-mark=quiet]")).to_have_count(5)

    advance(worker, run_id)

    expect(page.locator(".step[data-mark=success]")).to_have_count(4, timeout=10_000)
    expect(page.locator(".step[data-mark=info]")).to_have_count(1)
    expect(page.locator(".run-taken")).to_have_count(4)
    expect(page.get_by_text("“New lead” waits until a proposal was sent")).to_be_visible()

    with site.database.write(site.studio.scope) as session:
        sent = record(session, "proposal.sent", "pro_1", engagement_id=site.studio.engagement_id)
        wait_id = session.exec(select(EventSubscription.wait_id)).one()
    advance(worker, run_id, {"kind": "event_arrived", "wait_id": wait_id, "event": {"event_id": sent.id}})

    expect(page.get_by_text("It is over")).to_be_visible(timeout=10_000)
    expect(page.locator('.step[data-mark=quiet] [data-step="remind"]')).to_be_visible()
    expect(page.get_by_text("waits until a proposal was sent")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel run")).to_have_count(0)


def test_a_step_tells_what_went_in_and_out_by_mouse_and_by_keys(
    site: LiveStudio, browser: Browser, worker: httpx.Client, run_id: str
):
    advance(worker, run_id)
    page = opened(site, browser, f"/automation_runs/{run_id}", DESKTOP)
    details = page.get_by_role("complementary", name="The chosen step")

    page.locator('[data-step="mail"]').click()
    expect(details).to_contain_text("ada@byron-mills.example")
    expect(details).to_contain_text("Message id")

    page.locator('[data-step="mail"]').focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(details).to_contain_text("Until a proposal is sent")
    expect(details).to_contain_text("Goes on")
    page.keyboard.press("Escape")
    expect(details).to_have_count(0)


def test_who_asks_why_comes_to_the_step_that_did_it(site: LiveStudio, browser: Browser, worker: httpx.Client, run_id: str):
    advance(worker, run_id)
    page = opened(site, browser, "/tasks", DESKTOP)
    page.get_by_role("link", name="Follow up with Ada Byron").first.click()
    page.get_by_role("link", name="See why").click()

    expect(page.get_by_role("complementary", name="The chosen step")).to_contain_text("Note a follow-up")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"], ids=["day", "night"])
def test_everybody_can_read_it(
    site: LiveStudio, browser: Browser, worker: httpx.Client, run_id: str, size: ViewportSize, scheme: str
):
    advance(worker, run_id)
    page = opened(site, browser, f"/automation_runs/{run_id}", size, scheme)
    expect(page.locator(".step[data-mark=info]")).to_have_count(1)
    page.locator('[data-step="wait"]').click()
    expect(page.get_by_role("complementary", name="The chosen step")).to_be_visible()

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_without_scripts_the_page_is_whole(site: LiveStudio, browser: Browser, worker: httpx.Client, run_id: str):
    advance(worker, run_id)
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    site.sign_in(context)
    page = context.new_page()
    page.goto(f"{site.url}/automation_runs/{run_id}")

    expect(page.get_by_role("heading", name="Steps")).to_be_visible()
    expect(page.get_by_text("Thank the lead")).to_be_visible()
    expect(page.locator("#run-view")).to_be_hidden()
