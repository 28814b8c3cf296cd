"""Playing an automation through in a browser: turn a knob and see what changes; look back on what would have been."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from models.seed.drawings import new_lead_drawing
from tests.builders.runs import backdate, publish, submit
from tests.e2e.axe import violations
from tests.e2e.product_site import ProductSite, product_site

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with product_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def automation_id(site: ProductSite) -> str:
    """Published, with a draft that mails other words, and three leads of the past."""
    with site.database.write(site.studio.scope) as session:
        automation = publish(session, new_lead_drawing(), "New lead")
        draft = new_lead_drawing()
        draft["nodes"][1]["settings"]["input"]["subject"] = {"value": "We have your message"}
        automation.drawing = draft
        for days in (60, 40, 20):
            backdate(session, submit(session, site.studio), days=days)
        return automation.id


def opened(site: ProductSite, page: Page, automation_id: str, name: str, panel: str):
    site.sign_in(page.context)
    page.set_viewport_size({"width": 1360, "height": 900})
    page.goto(f"{site.address}/automations/{automation_id}/builder")
    page.get_by_role("button", name=name, exact=True).first.click()
    return page.locator(f"aside[data-panel={panel}]")


def test_a_proposal_that_never_comes_brings_a_reminder(site: ProductSite, page: Page, automation_id: str):
    panel = opened(site, page, automation_id, "Simulate", "simulate")
    expect(panel.get_by_text("1 mail, 1 message and 1 task.")).to_be_visible()

    panel.get_by_text("How the world behaves").click()
    panel.get_by_label("A proposal was sent", exact=True).select_option("never")

    expect(panel.get_by_text("1 mail, 1 message, 1 task and 1 notice.")).to_be_visible()
    panel.get_by_role("button", name="Calendar").click()
    expect(panel.locator(".sim-calendar")).to_be_visible()
    assert violations(page) == []


def test_the_past_shows_what_the_draft_would_change(site: ProductSite, page: Page, automation_id: str):
    panel = opened(site, page, automation_id, "What if", "what_if")

    expect(panel.get_by_text("In the last 90 days it would have started 3 times.")).to_be_visible()
    expect(panel.get_by_text("3 of 3 runs differ from the published version.")).to_be_visible()
    panel.locator("summary", has_text="Ada Byron").first.click()
    expect(panel.get_by_text("We have your message").first).to_be_visible()
    assert violations(page) == []


def test_what_takes_long_says_what_it_does_and_for_how_long(site: ProductSite, page: Page, automation_id: str):
    page.route("**/what_ifs", lambda _: None)

    panel = opened(site, page, automation_id, "What if", "what_if")

    expect(panel.get_by_role("status")).to_have_text("Looking back over 90 days …")
    expect(panel.get_by_text("seconds so far")).to_be_visible()


@pytest.fixture(params=["light", "dark"], ids=["day", "night"])
def phone(request: pytest.FixtureRequest, browser: Browser, site: ProductSite) -> Iterator[Page]:
    """A phone on which somebody is signed in, by day and by night."""
    size = ViewportSize(width=390, height=844)
    context = browser.new_context(viewport=size, color_scheme=request.param, reduced_motion="reduce")
    site.sign_in(context)
    yield context.new_page()
    context.close()


def by_keyboard(site: ProductSite, page: Page, automation_id: str, name: str, panel: str) -> Locator:
    page.goto(f"{site.address}/automations/{automation_id}/builder")
    page.locator("summary[aria-label=More]").press("Enter")
    page.get_by_role("button", name=name, exact=True).press("Enter")
    return page.locator(f"aside[data-panel={panel}]")


def cut_off(page: Page) -> list[str]:
    """What of the panel lies beside the screen."""
    found = page.evaluate(
        """() => [...document.querySelectorAll("aside[data-panel] *")]
             .filter((one) => one.getBoundingClientRect().width > 1 && one.getBoundingClientRect().right > innerWidth + 1)
             .map((one) => one.outerHTML.slice(0, 120))"""
    )
    return list(found)


def test_a_phone_shows_the_simulation_by_day_and_night(site: ProductSite, phone: Page, automation_id: str):
    panel = by_keyboard(site, phone, automation_id, "Simulate", "simulate")
    expect(panel.get_by_text("1 mail, 1 message and 1 task.")).to_be_visible()
    assert (cut_off(phone), violations(phone)) == ([], [])

    panel.get_by_role("button", name="Calendar").press("Enter")

    expect(panel.locator(".sim-calendar")).to_be_visible()
    assert (cut_off(phone), violations(phone)) == ([], [])


def test_a_phone_shows_what_would_have_been_by_day_and_night(site: ProductSite, phone: Page, automation_id: str):
    panel = by_keyboard(site, phone, automation_id, "What if", "what_if")
    panel.locator("summary", has_text="Ada Byron").first.press("Enter")

    expect(panel.get_by_text("We have your message").first).to_be_visible()
    assert (cut_off(phone), violations(phone)) == ([], [])
