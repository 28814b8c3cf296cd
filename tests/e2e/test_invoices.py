"""Billing and paying in a real browser: the member's side on a desktop, the client's with one thumb on a phone."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlmodel import SQLModel

from models.db import Database
from models.settings import Settings
from models.types.scope import Scope
from tests.builders.invoices import fixed_line, make_invoice
from tests.builders.projects import make_project, make_task, make_time_entry
from tests.builders.workspaces import make_studio
from tests.e2e.axe import violations
from tests.standins.shop import DECLINED, GOOD, Shop, open_shop

PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1360, height=900)

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    home = tmp_path_factory.mktemp("shop")
    settings = Settings(env="test", home=home)
    database = Database(settings.database_url)
    SQLModel.metadata.create_all(database.engine)
    with database.write(Scope(None)) as session:
        studio = make_studio(session)
    with open_shop(home, settings, database, studio) as opened:
        yield opened


@pytest.fixture
def member(shop: Shop, page: Page) -> Page:
    page.set_viewport_size(DESKTOP)
    page.context.add_cookies([{"name": "throughline_member", "value": shop.studio.member_cookie, "url": shop.url}])
    return page


def fill_card(page: Page, number: str) -> None:
    page.locator("[name=card]").fill(number)
    page.locator("[name=expiry]").fill("12/34")
    page.locator("[name=security_code]").fill("123")
    page.locator("button[type=submit], form button").last.click()


def test_a_client_pays_on_a_phone_after_one_declined_card(shop: Shop, page: Page):
    page.set_viewport_size(PHONE)
    invoice_id, link = shop.invoice(fixed_line(50000))
    page.goto(f"{shop.url}{link}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Pay €595.00").click()

    page.wait_for_url(f"{shop.provider_url}/**")
    fill_card(page, DECLINED)
    expect(page.get_by_text("declined").first).to_be_visible()
    page.goto(f"{shop.url}{link}")
    page.get_by_role("button", name="Pay €595.00").or_(page.get_by_role("button", name="Try again")).click()
    page.wait_for_url(f"{shop.provider_url}/**")
    fill_card(page, GOOD)

    page.wait_for_url(f"{shop.url}{link}")
    expect(page.get_by_text("Paid, thank you")).to_be_visible()
    assert violations(page) == []
    assert len(shop.charges(invoice_id)) == 1


def test_a_member_bills_time_edits_and_issues(shop: Shop, member: Page):
    with shop.database.write(shop.studio.scope) as session:
        task = make_task(session, shop.studio, make_project(session, shop.studio), title="Homepage")
        make_time_entry(session, shop.studio, seconds=5400, task_id=task.id)
    member.goto(f"{shop.url}/invoices/new")
    member.get_by_label("Engagement").select_option(shop.studio.engagement_id)
    expect(member.get_by_text("Homepage")).to_be_visible()
    assert violations(member) == []
    member.get_by_role("button", name="Draft of €178.50").click()

    member.wait_for_url("**/edit")
    assert violations(member) == []
    member.get_by_label("Price").first.fill("120")
    expect(member.locator("#preview .grand td")).to_have_text("€214.20")
    member.get_by_role("button", name="Save and look at it").click()
    member.get_by_role("button", name="Issue and send").click()
    member.locator("#confirm [data-yes]").click()
    expect(member.get_by_role("heading", name="Invoice INV-", exact=False).first).to_be_visible()
    assert violations(member) == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", ["/invoices", "/invoices/new", "/payments", "/payments/ledger"])
def test_lists_break_nothing(shop: Shop, member: Page, path: str, size: ViewportSize):
    with shop.database.write(shop.studio.scope) as session:
        make_invoice(session, shop.studio)
    member.set_viewport_size(size)
    member.goto(f"{shop.url}{path}")
    assert violations(member) == []
    assert member.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
