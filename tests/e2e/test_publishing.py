"""A change is published over three live runs: one group moves at once, and goes back when that is undone."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from models import clock
from models.settings import Settings
from tests.builders.live_runs import LiveAutomation, delay, post
from tests.e2e.axe import violations
from tests.e2e.live_studio import LiveStudio, live_studio

pytestmark = pytest.mark.e2e

WAIT = {**delay(3), "label": "Give them time"}
LONGER = {**delay(5), "label": "Give them time"}
HELLO = {**post("Hello"), "label": "Say hello"}
LATER = {**delay(7, "later"), "label": "A week of peace"}
END = {**post("End", "end"), "label": "Remind the owner"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStudio]:
    with live_studio(tmp_path_factory.mktemp("studio")) as site:
        yield site


@pytest.fixture
def live(site: LiveStudio) -> Iterator[LiveAutomation]:
    """An automation with two runs in its first wait and one in its second, and a draft whose first wait is longer."""
    token = Settings(env="test", home=Path("/nonexistent")).worker_token
    worker = {"Authorization": f"Bearer {token}", "X-Workspace": site.studio.workspace_id}
    program = httpx.Client(base_url=site.url, headers=site.studio.bearer)
    with program, httpx.Client(base_url=site.url, headers=worker) as inside:
        automation = LiveAutomation(program, inside, site.database, site.studio)  # type: ignore[arg-type]  # speaks the same
        automation.publish_first(WAIT, HELLO, LATER, END)
        (first,) = automation.start()
        clock.move(timedelta(days=3, seconds=1))
        automation.fire(first)
        automation.start(2)
        automation.draw(LONGER, HELLO, LATER, END)
        yield automation


@pytest.fixture
def studio_browser(site: LiveStudio, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    site.sign_in(context)
    yield context
    context.close()


def opened(site: LiveStudio, context: BrowserContext, live: LiveAutomation) -> Page:
    page = context.new_page()
    page.goto(f"{site.url}/automations/{live.automation_id}/builder")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("3 runs follow another version")).to_be_visible()
    return page


def test_one_group_moves_at_once_and_goes_back(site: LiveStudio, studio_browser: BrowserContext, live: LiveAutomation):
    in_second_wait, *in_first_wait = live.run_ids
    page = opened(site, studio_browser, live)
    group = page.get_by_role("group", name="2 runs at Give them time, version 1")
    row = group.get_by_role("row").nth(1)
    as_it_is, moved = (row.get_by_role("cell").nth(place).inner_text() for place in (0, 1))
    assert "Say hello" in as_it_is
    assert "Say hello" in moved
    assert as_it_is != moved, "the new time is another one"
    assert violations(page) == []

    group.get_by_label("Move to version 2 now").check()
    page.get_by_label("What is new").fill("Give them longer.")
    page.get_by_role("button", name="Publish version 2 · move 2 runs, 1 finishes on version 1").click()

    expect(page.get_by_text("Version 2 is published", exact=True)).to_be_visible()
    expect(page.get_by_text("2 runs moved.")).to_be_visible()
    assert violations(page) == []
    assert [live.stands(run_id)[0] for run_id in (in_second_wait, *in_first_wait)] == [1, 2, 2]
    run = studio_browser.new_page()
    run.goto(f"{site.url}/automation_runs/{in_first_wait[0]}")
    expect(run.get_by_text("Moved from version 1 to version 2 by Mara Lindqvist")).to_be_visible()

    page.get_by_role("main").get_by_role("button", name="Undo", exact=True).click()

    expect(page.get_by_text("2 runs put back.")).to_be_visible()
    assert [live.stands(run_id)[0] for run_id in live.run_ids] == [1, 1, 1]
    expect(page.get_by_text("Version 1 runs")).to_be_visible()
    run.reload()
    expect(run.get_by_text("undone by Mara Lindqvist")).to_be_visible()


def test_a_removed_step_gets_a_successor_before_its_runs_can_move(
    site: LiveStudio, studio_browser: BrowserContext, live: LiveAutomation
):
    live.draw(WAIT, HELLO, {**delay(2, "shorter"), "label": "Two days of peace"}, END)
    page = opened(site, studio_browser, live)
    group = page.get_by_role("group", name="1 run at A week of peace, version 1")
    expect(group.get_by_label("Move to version 2 now")).to_be_disabled()

    page.get_by_label("“A week of peace” is gone").select_option("shorter")

    expect(group.get_by_label("Move to version 2 now")).to_be_enabled()
    group.get_by_label("Move to version 2 now").check()
    page.get_by_role("button", name="Publish version 2 · move 1 run, 2 finish on version 1").click()
    expect(page.get_by_text("1 run moved.")).to_be_visible()
    assert live.stands(live.run_ids[0])[2][0].startswith("shorter.")


def test_a_version_is_compared_on_the_canvas_and_restored(site: LiveStudio, studio_browser: BrowserContext, live: LiveAutomation):
    live.publish(note="Give them longer.")
    page = studio_browser.new_page()
    page.goto(f"{site.url}/automations/{live.automation_id}/builder")
    page.get_by_role("button", name="Versions").first.click()
    expect(page.get_by_text("Give them longer.")).to_be_visible()
    expect(page.get_by_text("3 runs under way")).to_be_visible()

    page.get_by_role("button", name="What it changed").click()

    canvas = page.get_by_role("region", name="Version 1 → Version 2")
    expect(canvas.get_by_role("button", name=re.compile("Give them time.*Changed: Amount"))).to_be_visible()
    assert violations(page) == []
    page.locator("[data-version='1']").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The drawing is that of version 1").last).to_be_visible()
    expect(page.locator("[data-saving='saved']")).to_be_visible()
    drawn = live.program.get(live.path).json()["drawing"]["nodes"]
    assert next(node for node in drawn if node["id"] == "wait")["settings"]["amount"] == 3


def test_whoever_publishes_second_is_told(site: LiveStudio, studio_browser: BrowserContext, live: LiveAutomation):
    page = opened(site, studio_browser, live)
    live.draw({**delay(9), "label": "Give them time"}, HELLO, LATER, END)
    live.publish()

    page.get_by_role("button", name="Publish version 2").click()

    expect(page.get_by_role("alert")).to_contain_text("changed")
    assert live.program.get(live.path).json()["published_version"] == 2
