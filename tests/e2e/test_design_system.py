"""Every part of the design system on three pages: light and dark, desktop and phone, with brands of all kinds."""

import os

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.axe import violations
from tests.e2e.design_site import DesignSite, design_site

SIZES = {"desktop": ViewportSize(width=1360, height=900), "phone": ViewportSize(width=390, height=844)}

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with design_site(tmp_path_factory.mktemp("design")) as site:
        yield site


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["member", "portal", "fields"])
@pytest.mark.parametrize("colour", [None, "#ffd400", "#0b0b0b"], ids=["own", "yellow", "black"])
def test_no_page_breaks_wcag(site: DesignSite, page: Page, name, theme, size, colour):
    page.set_viewport_size(SIZES[size])
    site.show(page, name, theme=theme, colour=colour)
    if shots := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{shots}/{name}-{theme}-{size}-{(colour or 'own').strip('#')}.png", full_page=True)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page must not scroll sideways"


def test_axe_finds_what_is_broken(site: DesignSite, page: Page):
    site.show(page, "fields")
    page.evaluate("document.querySelector('label').remove()")
    assert any(line.startswith("label") for line in violations(page))


def test_the_search_opens_by_key_and_is_walked_by_arrows(site: DesignSite, page: Page):
    site.show(page, "member")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#palette-results a").first).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_a_slash_in_a_field_is_a_slash(site: DesignSite, page: Page):
    site.show(page, "fields")
    page.get_by_label("Your name").fill("")
    page.get_by_label("Your name").press("/")
    expect(page.get_by_label("Your name")).to_have_value("/")


def test_a_destructive_act_asks_and_can_be_called_off(site: DesignSite, page: Page):
    site.show(page, "member")
    (site.folder / "withdrawn.html").write_text("gone")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("main").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Ada is told")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    assert posts == []
    page.get_by_role("main").get_by_role("button", name="Withdraw").click()
    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()


def test_the_theme_is_chosen_and_kept_in_a_cookie(site: DesignSite, page: Page):
    site.show(page, "member")
    page.locator("aside summary").click()
    page.locator("aside").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert ("theme", "dark") in [(cookie["name"], cookie["value"]) for cookie in page.context.cookies()]


def test_a_signature_is_drawn_and_wiped(site: DesignSite, page: Page):
    site.show(page, "portal")
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=8)
    page.mouse.up()
    drawing = page.locator("#drawing")
    assert drawing.input_value().startswith("data:image/png;base64,")
    page.get_by_role("button", name="Clear").click()
    assert drawing.input_value() == ""


def test_a_running_clock_ticks(site: DesignSite, page: Page):
    site.show(page, "member")
    clock = page.locator("[data-ticking-since]")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)


def test_the_server_can_raise_a_notice(site: DesignSite, page: Page):
    site.show(page, "member")
    page.evaluate(
        "document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true, detail: {kind: 'error', text: 'Kept.'}}))"
    )
    expect(page.get_by_role("alert").filter(has_text="Kept.")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("alert").filter(has_text="Kept.")).to_have_count(0)


def test_on_a_phone_the_whole_rail_opens_from_the_bar(site: DesignSite, page: Page):
    page.set_viewport_size(SIZES["phone"])
    site.show(page, "member")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("dialog").get_by_role("link", name="Retainers")).to_be_visible()


def test_nothing_is_blocked_by_the_content_policy(site: DesignSite, page: Page):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    for name in ("member", "portal", "fields"):
        site.show(page, name)
    assert complaints == []
