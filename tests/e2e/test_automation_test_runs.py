"""Test run: a draft is done with a real client and undone, and the canvas shows how far it came."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, ViewportSize, expect
from sqlmodel import select

from models.seed.drawings import new_lead_drawing
from models.tables.automations import AutomationRun
from models.tables.emails import Email
from tests import cast
from tests.builders.runs import submit
from tests.e2e.axe import violations
from tests.e2e.builder_page import DESKTOP, PHONE, BuilderPage, add_drawing, opened
from tests.e2e.live_studio import LiveStudio, live_studio

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStudio]:
    home: Path = tmp_path_factory.mktemp("test_runs")
    with live_studio(home) as site:
        with site.database.write(site.studio.scope) as session:
            submit(session, site.studio)
        yield site


def panel_of(builder: BuilderPage) -> Locator:
    """The panel, opened where the window has room for its name and else from the menu."""
    if not builder.page.get_by_role("button", name="Test run").first.is_visible():
        builder.page.locator("summary[aria-label=More]").click()
    builder.page.locator("button:visible", has_text="Test run").first.click()
    panel = builder.page.locator("aside[data-panel=test_run]")
    expect(panel.get_by_label("With the record of")).not_to_have_value("-1")
    return panel


def runs(site: LiveStudio) -> int:
    with site.database.read(site.studio.scope) as session:
        return len(session.exec(select(AutomationRun)).all())


def mails(site: LiveStudio) -> list[tuple[str, str]]:
    with site.database.read(site.studio.scope) as session:
        return [(one.to_address, one.subject) for one in session.exec(select(Email)).all()]


def test_a_draft_is_tried_and_the_canvas_lights_up(site: LiveStudio, browser: Browser):
    before = mails(site)
    with opened(site, browser, add_drawing(site, new_lead_drawing())) as builder:
        panel = panel_of(builder)
        panel.get_by_label("What it waits for").select_option("stays away")
        panel.get_by_role("button", name="Test it").click()

        expect(panel.get_by_text("It ran to its end.")).to_be_visible()
        expect(builder.page.locator(".step[data-mark=success]")).to_have_count(6)
        expect(builder.page.locator(".run-taken")).to_have_count(5)
        expect(panel.get_by_text("1 mail would go out. Nobody got it.")).to_be_visible()

        builder.step("task").click()
        told = panel.locator('[data-tested="task"]')
        expect(told.get_by_text("Follow up with Ada Byron").first).to_be_visible()
        expect(told.get_by_text("Adds task")).to_be_visible()
        expect(told.get_by_text("Task id")).to_be_visible()
        expect(panel.locator('[data-tested="wait"]')).to_contain_text("Would wait until")
        assert violations(builder.page) == []

    assert (mails(site), runs(site)) == (before, 0)


def test_its_mails_come_to_who_asks_and_to_nobody_else(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, new_lead_drawing())) as builder:
        panel = panel_of(builder)
        panel.get_by_label("Send its mails to me").check()
        panel.get_by_role("button", name="Test it").click()
        expect(panel.get_by_text(f"1 mail went to you, {cast.OWNER[1]}, and to nobody else.")).to_be_visible()

    assert mails(site) == [(cast.OWNER[1], "[Test] Thank you, Ada")]


def test_a_changed_drawing_is_to_be_tested_again(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, new_lead_drawing())) as builder:
        panel = panel_of(builder)
        panel.get_by_role("button", name="Test it").click()
        expect(builder.page.locator(".step[data-mark=success]")).to_have_count(5)

        panel.locator('[data-tested="task"] summary').click()
        panel.get_by_role("button", name="Change its settings").locator("visible=true").click()
        builder.page.keyboard.press("Escape")
        builder.step("remind").click()
        builder.page.keyboard.press("Delete")
        builder.page.get_by_role("button", name="Test run", exact=True).click()

        expect(panel.get_by_text("You changed the drawing since.")).to_be_visible()
        expect(builder.page.locator(".step[data-mark]")).to_have_count(0)


def test_what_keeps_it_from_running_is_told_at_its_step(site: LiveStudio, browser: Browser):
    broken = new_lead_drawing()
    broken["nodes"][3]["settings"]["input"].pop("title")
    with opened(site, browser, add_drawing(site, broken)) as builder:
        panel = panel_of(builder)
        panel.get_by_role("button", name="Test it").click()
        expect(panel.get_by_text("It cannot run yet.")).to_be_visible()
        panel.get_by_role("button", name="Show the step").first.click()
        expect(builder.step("task")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everybody_can_read_it(site: LiveStudio, browser: Browser, size: ViewportSize, night: bool):
    with opened(site, browser, add_drawing(site, new_lead_drawing()), size=size, night=night) as builder:
        panel = panel_of(builder)
        panel.get_by_role("button", name="Test it").click()
        panel.locator('[data-tested="mail"] summary').click()
        assert violations(builder.page) == []
        assert builder.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
