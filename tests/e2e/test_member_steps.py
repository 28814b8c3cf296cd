"""The studio's steps eight and nine in a browser, on a desktop and a phone: time is tracked, corrected, billed and sent."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlmodel import col, select

from models import clock
from models.tables.invoices import Invoice
from models.tables.time_entries import TimeEntry
from tests.builders.projects import make_project, make_task
from tests.e2e.product_site import ProductSite, product_site

SIZES = {"desktop": ViewportSize(width=1360, height=900), "phone": ViewportSize(width=390, height=844)}

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[ProductSite]:
    with product_site(tmp_path_factory.mktemp("member")) as site:
        yield site


@pytest.fixture(params=list(SIZES))
def member(site: ProductSite, page: Page, request: pytest.FixtureRequest) -> Page:
    page.set_viewport_size(SIZES[request.param])
    site.sign_in(page.context)
    return page


@pytest.fixture
def task_id(site: ProductSite) -> str:
    with site.database.write(site.studio.scope) as session:
        return make_task(session, site.studio, make_project(session, site.studio), title="Homepage").id


def entry_of(site: ProductSite, task_id: str) -> TimeEntry:
    with site.database.read(site.studio.scope) as session:
        return session.exec(select(TimeEntry).where(TimeEntry.task_id == task_id)).one()


def test_time_is_tracked_corrected_billed_and_sent(site: ProductSite, member: Page, task_id: str):
    track(site, member, task_id)
    correct(site, member, task_id)
    bill(site, member)
    send(site, member)
    assert entry_of(site, task_id).invoice_line_item_id is not None


def track(site: ProductSite, member: Page, task_id: str) -> None:
    """Start the timer at the task, stop it in the top bar of another page."""
    member.goto(f"{site.address}/tasks/{task_id}")
    member.get_by_role("button", name="Start timer").last.click()
    expect(member.locator("#timer [data-ticking-since]")).to_be_visible()
    member.goto(f"{site.address}/time_entries")
    expect(member.locator("#timer [data-ticking-since]")).to_be_visible()
    member.locator("#timer").get_by_role("button", name="Stop the timer").click()
    expect(member.locator("#timer").get_by_role("button", name="Start timer")).to_be_visible()
    assert entry_of(site, task_id).stopped_at is not None


def correct(site: ProductSite, member: Page, task_id: str) -> None:
    """Make it an hour and a half of yesterday on the entry's own page, and see it on the sheet of that week."""
    entry, yesterday = entry_of(site, task_id), clock.today("Europe/Berlin") - timedelta(days=1)
    member.goto(f"{site.address}/time_entries/{entry.id}")
    member.get_by_label("Day", exact=True).fill(yesterday.isoformat())
    member.get_by_label("From", exact=True).fill("09:00")
    member.get_by_label("To", exact=True).fill("10:30")
    member.get_by_role("button", name="Save").click()
    member.goto(f"{site.address}/time_entries?week={yesterday - timedelta(days=yesterday.weekday())}")
    row = member.get_by_role("row").filter(has_text="Homepage").first
    expect(row).to_contain_text("09:00 – 10:30")
    expect(row).to_contain_text("1:30")


def bill(site: ProductSite, member: Page) -> None:
    """Draft an invoice of the engagement's time; 150.00 EUR and 19 % tax. Raise the price and see it in the preview."""
    member.goto(f"{site.address}/invoices/new")
    member.get_by_label("Engagement").select_option(site.studio.engagement_id)
    expect(member.get_by_text("Homepage")).to_be_visible()
    member.get_by_role("button", name="Draft of €178.50").click()
    member.wait_for_url("**/edit")
    member.get_by_label("Price").first.fill("120")
    expect(member.locator("#preview .grand td")).to_have_text("€214.20")
    member.get_by_role("button", name="Save and look at it").click()


def send(site: ProductSite, member: Page) -> None:
    """Issue it after one question, send it, and find it in the list under its number."""
    member.get_by_role("button", name="Issue and send").click()
    member.locator("#confirm [data-yes]").click()
    expect(member.get_by_role("heading", level=1).first).to_contain_text("Invoice INV-")
    member.locator("summary[aria-label='More']").click()
    member.get_by_role("button", name="Send now").click()
    expect(member.get_by_text("The mail is on its way.")).to_be_visible()
    with site.database.read(site.studio.scope) as session:
        invoice = session.exec(select(Invoice).order_by(col(Invoice.id).desc()).limit(1)).one()
    assert (invoice.status, invoice.total_minor) == ("open", 21420)
    assert invoice.sent_at is not None
    member.goto(f"{site.address}/invoices")
    expect(member.get_by_role("link", name=invoice.number).first).to_be_visible()
