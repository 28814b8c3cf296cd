"""The client's steps in a browser, on a desktop and a phone: read and ask, sign, book a call, pay. Once each without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlmodel import SQLModel, col, select

from models.db import Database
from models.settings import Settings
from models.tables.contracts import Signature
from models.tables.payments import WebhookEvent
from models.types.scope import Scope
from tests.builders.bookings import make_scheduler
from tests.builders.invoices import fixed_line
from tests.builders.workspaces import make_studio
from tests.standins.shop import DECLINED, GOOD, Shop, open_shop

SIZES = {"desktop": ViewportSize(width=1360, height=900), "phone": ViewportSize(width=390, height=844)}
PROPOSAL = {
    "title": "A new website",
    "blocks": [{"kind": "text", "markdown": "We build it in **six weeks**."}, {"kind": "prices"}],
    "line_items": [
        {"description": "Design\nThree rounds", "unit_price_minor": 320000},
        {"description": "Photography", "unit_price_minor": 80000, "is_optional": True, "is_selected": False},
    ],
    "deposit_bps": 3000,
    "expires_at": "2099-01-31T12:00:00+01:00",
}
"""€3,808.00 with 19 % tax, €4,760.00 with the photographs."""

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("client")
    settings = Settings(env="test", home=home)
    database = Database(settings.database_url)
    SQLModel.metadata.create_all(database.engine)
    with database.write(Scope(None)) as session:
        studio = make_studio(session)
    with database.write(studio.scope) as session:
        make_scheduler(session, studio)
    with open_shop(home, settings, database, studio) as opened:
        yield opened


@pytest.fixture(params=list(SIZES))
def client(page: Page, request: pytest.FixtureRequest) -> Page:
    page.set_viewport_size(SIZES[request.param])
    return page


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser that runs no scripts."""
    context: BrowserContext = browser.new_context(java_script_enabled=False, viewport=SIZES["phone"])
    yield context.new_page()
    context.close()


@pytest.fixture
def proposal(shop: Shop) -> str:
    """The link to a proposal with a contract that Ada has just been sent."""
    with shop.program as studio:
        body = {"name": "Design", "body": "## Between us\n\n{{ workspace.name }} and {{ contact.name }} agree."}
        template = studio.post("/contract_templates", json=body).raise_for_status().json()["id"]
        whole = {**PROPOSAL, "engagement_id": shop.studio.engagement_id, "contract_template_id": template}
        made = studio.post("/proposals", json=whole).raise_for_status().json()["id"]
        studio.post(f"/proposals/{made}/sending", json={}).raise_for_status()
        return str(studio.post(f"/proposals/{made}/link", json={}).raise_for_status().json()["url"])


def total(page: Page):
    return page.locator("[data-total]:visible").first


def agree(page: Page, name: str = "Ada Byron") -> None:
    page.locator("#consent").check()
    page.get_by_label("Your full name").fill(name)


def pay(page: Page, card: str) -> None:
    page.get_by_label("Card number").fill(card)
    page.get_by_label("Expires").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay").click()


def last_signature(shop: Shop) -> Signature:
    with shop.database.read(shop.studio.scope) as session:
        return session.exec(select(Signature).order_by(col(Signature.id).desc()).limit(1)).one()


def test_an_option_changes_the_total_at_once_and_a_question_arrives(shop: Shop, proposal: str, client: Page):
    client.goto(proposal)
    expect(client.get_by_role("heading", name="A new website").first).to_be_visible()
    expect(total(client)).to_have_text("€3,808.00")
    client.get_by_label("Photography").check()
    expect(total(client)).to_have_text("€4,760.00")
    expect(client.get_by_label("Photography")).to_be_checked()
    client.get_by_label("Photography").uncheck()
    expect(total(client)).to_have_text("€3,808.00")

    question = f"Who takes the photographs, {client.evaluate('innerWidth')}?"
    client.get_by_label("Your message").fill(question)
    client.locator("#messenger").get_by_role("button", name="Send").click()
    expect(client.locator("#messages li").last).to_contain_text(question)
    expect(client.get_by_label("Your message")).to_have_value("")
    with shop.program as studio:
        talks = studio.get("/conversations").json()["items"]
        assert any(talk["is_waiting_on_us"] for talk in talks)


def test_the_client_signs_with_the_options_that_were_ticked(shop: Shop, proposal: str, client: Page):
    client.goto(proposal)
    client.get_by_label("Photography").check()
    expect(total(client)).to_have_text("€4,760.00")
    agree(client)
    client.get_by_role("button", name="Accept and sign · €4,760.00").click()

    expect(client.get_by_role("heading", name="Signed", exact=True)).to_be_visible()
    expect(client.get_by_text("Ada Byron accepted the proposal and signed the contract")).to_be_visible()
    assert last_signature(shop).kind == "typed"


def test_the_client_draws_the_signature(shop: Shop, proposal: str, page: Page):
    page.goto(proposal)
    agree(page)
    page.get_by_label("Draw it").check()
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 40 + 20 * step, box["y"] + 60 + (25 if step % 2 else -25))
    page.mouse.up()
    page.get_by_role("button", name="Accept and sign ·").click()

    expect(page.get_by_role("heading", name="Signed", exact=True)).to_be_visible()
    signature = last_signature(shop)
    assert signature.kind == "drawn"
    assert len(signature.image) > 500, "an empty box is no signature"


def test_signing_without_scripts(shop: Shop, proposal: str, plain: Page):
    plain.goto(proposal)
    plain.get_by_label("Photography").check()
    plain.get_by_role("button", name="Update the total with these options").click()
    expect(total(plain)).to_have_text("€4,760.00")
    agree(plain)
    plain.get_by_role("button", name="Accept and sign · €4,760.00").click()
    expect(plain.get_by_role("heading", name="Signed", exact=True)).to_be_visible()


def test_a_call_is_booked_moved_and_cancelled(shop: Shop, client: Page):
    client.goto(f"{shop.url}/book/kickoff?zone=Europe/Berlin")
    choose(client, 2)
    client.get_by_label("Your name").fill("Grace Okafor")
    client.get_by_label("Your e-mail").fill("grace@okafor.example")
    client.get_by_role("button", name="Book the call").click()
    client.wait_for_url("**/b/*")
    booked = client.get_by_role("heading", level=1).inner_text()

    client.get_by_role("link", name="Choose another time").click()
    choose(client, 4)
    client.get_by_role("button", name="Move the call").click()
    client.wait_for_url(lambda url: "/b/" in url and not url.endswith("/time"))
    expect(client.get_by_role("heading", level=1)).not_to_have_text(booked)

    client.get_by_role("button", name="Cancel the call").click()
    client.locator("#confirm [data-yes]").click()
    expect(client.get_by_role("heading", name="This call was cancelled")).to_be_visible()


def test_times_are_offered_in_the_guest_s_own_zone(shop: Shop, browser: Browser):
    context = browser.new_context(timezone_id="America/New_York")
    page = context.new_page()
    page.goto(f"{shop.url}/book/kickoff")
    zone = page.get_by_label("Your time zone")
    expect(zone).to_have_value("America/New_York")
    zone.select_option("Asia/Tokyo")
    page.wait_for_url("**zone=Asia*")
    expect(zone).to_have_value("Asia/Tokyo")
    context.close()


def choose(page: Page, number: int) -> None:
    """Tap one of the open times."""
    page.locator("label:has([name=starts_at]):visible").nth(number).click()
    expect(page.locator("[name=starts_at]:checked")).to_have_count(1)


def test_a_declined_card_then_a_good_one_then_the_receipt(shop: Shop, client: Page):
    invoice_id, link = shop.invoice(fixed_line(50000))
    client.goto(f"{shop.url}{link}")
    client.get_by_role("button", name="Pay €595.00").click()
    client.wait_for_url(f"{shop.provider_url}/**")
    pay(client, DECLINED)
    expect(client.get_by_role("alert")).to_contain_text("Not paid")
    pay(client, GOOD)

    client.wait_for_url(f"{shop.url}{link}")
    expect(client.get_by_text("Paid, thank you")).to_be_visible()
    assert shop.wait_for(invoice_id, "paid")["paid_minor"] == 59500
    assert_told_by_webhook(shop, client)
    with shop.worker as worker:  # what the invoice's workflow does next
        worker.post(f"/invoices/{invoice_id}/receipts", json={"index": 1}).raise_for_status()
    client.reload()
    expect(client.get_by_text("· receipt")).to_be_visible()


def assert_told_by_webhook(shop: Shop, page: Page) -> None:
    """The provider's own message arrived and was applied, though the page had asked before it."""
    for _ in range(50):
        with shop.database.read(Scope(None)) as session:
            if session.exec(select(WebhookEvent).where(WebhookEvent.status == "applied")).first():
                return
        page.wait_for_timeout(100)
    pytest.fail("no webhook was applied")


def test_paying_without_scripts(shop: Shop, plain: Page):
    invoice_id, link = shop.invoice()
    plain.goto(f"{shop.url}{link}")
    plain.get_by_role("button", name="Pay €1,190.00").click()
    pay(plain, GOOD)
    plain.wait_for_url(f"{shop.url}{link}")
    expect(plain.get_by_text("Paid, thank you")).to_be_visible()
    assert len(shop.charges(invoice_id)) == 1
