"""Steps three and four in a browser: a member writes, the client chooses, asks, signs, on a phone and a desktop."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlmodel import col, select

from models import clock
from models.tables.contracts import Signature
from models.tables.proposals import Proposal, ProposalView
from tests.builders.proposals import make_draft
from tests.e2e.axe import violations
from tests.e2e.live_studio import LiveStudio, live_studio

SIZES = {"desktop": ViewportSize(width=1360, height=900), "phone": ViewportSize(width=390, height=844)}
TEXT = [{"kind": "text", "markdown": "## What we will do\n\nA website in six weeks."}, {"kind": "prices"}]

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with live_studio(tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture
def draft(live: LiveStudio) -> Proposal:
    with live.database.write(live.studio.scope) as session:
        return make_draft(session, live.studio, blocks=TEXT)


@pytest.fixture
def url(live: LiveStudio, draft: Proposal, browser: Browser) -> str:
    """The client's link, sent over the API."""
    context = browser.new_context(extra_http_headers=live.studio.bearer)
    path = f"{live.url}/api/v1/proposals/{draft.id}"
    assert context.request.post(f"{path}/sending", data={}).ok
    address = context.request.post(f"{path}/link", data={}).json()["url"]
    context.close()
    return str(address)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("size", list(SIZES))
def test_the_client_chooses_asks_draws_and_signs(live: LiveStudio, page: Page, url: str, draft: Proposal, size: str):
    page.set_viewport_size(SIZES[size])
    page.goto(url)
    expect(page.locator(".grand")).to_contain_text("€4,165.00")
    assert violations(page) == []
    assert fits(page), "the page must not scroll sideways"

    page.get_by_label("Photography").check()
    expect(page.locator(".grand")).to_contain_text("€5,117.00")
    expect(page.get_by_role("button", name="Accept and sign · €5,117.00")).to_be_visible()
    page.get_by_label("Your message").fill("Could we start in January?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages")).to_contain_text("Could we start in January?")

    page.get_by_role("checkbox", name="I agree to sign electronically").check()
    page.get_by_label("Your full name").fill("Ada Byron")
    page.get_by_label("Draw it").check()
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 80)
    page.mouse.down()
    for step in range(10):
        page.mouse.move(box["x"] + 40 + 14 * step, box["y"] + 80 + (24 if step % 2 else -24))
    page.mouse.up()
    assert violations(page) == []
    page.get_by_role("button", name="Accept and sign · €5,117.00").click()

    expect(page.get_by_role("heading", name="Signed")).to_be_visible()
    assert violations(page) == []
    with live.database.read(live.studio.scope) as session:
        signature = session.exec(select(Signature).where(Signature.proposal_id == draft.id)).one()
        views = session.exec(select(ProposalView).where(ProposalView.proposal_id == draft.id)).all()
    assert (signature.kind, signature.image[:22], len(views)) == ("drawn", "data:image/png;base64,", 1)


def test_everything_works_without_scripts(live: LiveStudio, browser: Browser, url: str, draft: Proposal):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(url)
    page.get_by_label("Photography").check()
    page.get_by_role("button", name="Update the total").click()
    expect(page.locator(".grand")).to_contain_text("€5,117.00")
    expect(page.get_by_label("Photography")).to_be_checked()
    page.get_by_label("Photography").uncheck()
    page.get_by_role("checkbox", name="I agree to sign electronically").check()
    page.get_by_label("Your full name").fill("Ada Byron")
    page.get_by_role("button", name="Accept and sign").click()
    # The tick changed, the total had not been looked at: nothing is signed yet, and what was typed is kept.
    expect(page.get_by_text("Not signed yet")).to_be_visible()
    expect(page.locator(".grand")).to_contain_text("€4,165.00")
    expect(page.get_by_label("Your full name")).to_have_value("Ada Byron")
    page.get_by_role("button", name="Accept and sign").click()

    expect(page.get_by_role("heading", name="Signed")).to_be_visible()
    with live.database.read(live.studio.scope) as session:
        assert session.exec(select(Signature).where(Signature.proposal_id == draft.id)).one().kind == "typed"
        views = session.exec(select(ProposalView).where(ProposalView.proposal_id == draft.id)).all()
        assert len(views) == 1, "who signs has looked, though no script said so"
    page.context.close()


def test_the_client_declines_with_a_reason(live: LiveStudio, page: Page, url: str):
    page.goto(url)
    page.get_by_role("button", name="Decline instead").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What would have to be different?").fill("Too early for us")
    assert violations(page) == []
    dialog.get_by_role("button", name="Decline").click()

    expect(page.get_by_text("You declined this proposal")).to_be_visible()
    expect(page.get_by_text("Too early for us")).to_be_visible()
    assert violations(page) == []


def test_a_member_writes_it_in_place_and_sends_it(live: LiveStudio, page: Page, draft: Proposal):
    live.sign_in(page.context)
    page.goto(f"{live.url}/proposals/{draft.id}/edit")
    assert violations(page) == []
    total = page.locator("#preview .grand")
    page.get_by_label("Price", exact=True).first.fill("4000")
    page.get_by_label("Price", exact=True).nth(2).fill("100")
    page.get_by_role("button", name="Hours").click()
    expect(page.get_by_label("What", exact=True)).to_have_count(4)
    expect(total).to_contain_text("€4,879.00")
    page.get_by_label("Title").first.fill("A better website")
    page.keyboard.press("Tab")
    expect(page.locator("#preview h1").first).to_have_text("A better website")
    page.get_by_label("Price", exact=True).first.fill("lots")
    page.keyboard.press("Tab")
    expect(page.locator("#preview").get_by_role("status")).to_contain_text("is not an amount of money")
    page.get_by_label("Price", exact=True).first.fill("4000")
    page.keyboard.press("Tab")
    expect(page.locator("#preview").get_by_role("status")).to_contain_text("Kept")

    page.get_by_role("button", name="Send to Ada").click()

    expect(page.get_by_text("The chain is whole.")).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size(SIZES["phone"])
    assert fits(page)
    page.goto(f"{live.url}/proposals")
    assert violations(page) == []
    with live.database.read(live.studio.scope) as session:
        sent = session.exec(select(Proposal).where(Proposal.id == draft.id)).one()
        assert (sent.status, sent.total_minor) == ("sent", 487900)


@pytest.mark.parametrize(
    "path", ["/proposals/new", "/proposal_templates", "/contracts", "/contract_templates", "/contracts/new", "/verify"]
)
def test_the_pages_beside_it_are_accessible(live: LiveStudio, page: Page, draft: Proposal, path: str):
    live.sign_in(page.context)
    page.goto(f"{live.url}{path}")
    assert violations(page) == []
    page.set_viewport_size(SIZES["phone"])
    assert fits(page)


def test_what_ran_out_is_asked_for_again(live: LiveStudio, page: Page, url: str):
    clock.move(timedelta(days=20))
    page.goto(url)
    expect(page.get_by_text("This proposal expired on")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Ask for it to be renewed").click()
    expect(page.locator("#messages")).to_contain_text("Could you renew the proposal")


def test_the_portal_lists_documents(live: LiveStudio, page: Page, url: str):
    live.sign_in(page.context, "portal")
    page.goto(f"{live.url}/portal/documents")
    expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    assert violations(page) == []
    with live.database.read(live.studio.scope) as session:
        newest = session.exec(select(Proposal).order_by(col(Proposal.id).desc()).limit(1)).one()
    page.get_by_role("link", name="Read and sign").first.click()
    expect(page.get_by_role("heading", name=newest.title)).to_be_visible()
