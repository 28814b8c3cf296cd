"""A retainer in a real browser: the ledger, its proof, and a pause that says first what it does."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from models import clock
from models.commands.retainers import bill_period
from models.types.retainers import HoursTerms
from tests.builders.retainers import care_terms, make_retainer
from tests.e2e.axe import violations
from tests.e2e.live_studio import LiveStudio, live_studio

SIZES = {"desktop": ViewportSize(width=1360, height=900), "phone": ViewportSize(width=390, height=844)}

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with live_studio(tmp_path_factory.mktemp("product")) as live:
        yield live


@pytest.fixture(scope="module")
def path(live: LiveStudio) -> str:
    with live.database.write(live.studio.scope) as session:
        hours = HoursTerms(included_seconds=36000, overage_rate_minor_per_hour=9500)
        begun = clock.today("Europe/Berlin") - timedelta(days=40)
        retainer = make_retainer(session, live.studio, terms=care_terms(begun, hours=hours))
        for index in (0, 1):
            bill_period(session, retainer, index, now=clock.now())
        return f"/retainers/{retainer.id}"


@pytest.fixture
def browser_page(live: LiveStudio, page: Page) -> Page:
    live.sign_in(page.context)
    live.sign_in(page.context, "portal")
    return page


@pytest.mark.parametrize("size", list(SIZES))
def test_every_page_is_within_reach_of_everybody(live: LiveStudio, path: str, browser_page: Page, size: str):
    browser_page.set_viewport_size(SIZES[size])
    for address in ("/retainers", path, f"{path}/pause", "/retainers/new", "/portal"):
        browser_page.goto(live.url + address)
        assert violations(browser_page) == [], address
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], address


def test_the_proof_of_a_period_opens(live: LiveStudio, path: str, browser_page: Page):
    browser_page.goto(live.url + path)
    browser_page.get_by_role("button", name="the proof of").first.click()
    expect(browser_page.get_by_role("dialog")).to_contain_text(f"retainer:{path.rpartition('/')[2]}:1")
    assert violations(browser_page) == []


def test_a_pause_shows_what_it_does_as_it_is_typed(live: LiveStudio, path: str, browser_page: Page):
    browser_page.goto(f"{live.url}{path}/pause")
    expect(browser_page.locator("#preview")).to_contain_text("nor any after it until you resume")
    browser_page.get_by_label("For a while").check()
    expect(browser_page.locator("#preview")).to_contain_text("Choose both days")
    first = clock.today("Europe/Berlin") + timedelta(days=5)
    browser_page.get_by_label("First day of the pause").fill(first.isoformat())
    browser_page.get_by_label("Work goes on").fill((first + timedelta(days=75)).isoformat())
    browser_page.get_by_label("Work goes on").blur()
    expect(browser_page.locator("#preview")).to_contain_text("will not be made")
    browser_page.get_by_role("button", name="Pause it").click()
    expect(browser_page.get_by_text("Paused from")).to_be_visible()
