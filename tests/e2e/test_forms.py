"""Step one in a browser: the client fills in a form, on a phone and a desktop, with and without scripts; a member edits it."""

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect
from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from models import clock
from models.commands.conversations import client_conversation, post_message
from models.queries.forms import get_form
from models.rules.forms import as_fields
from models.tables.forms import Form, Submission
from tests.builders.forms import make_form
from tests.e2e.axe import violations
from tests.e2e.live_studio import LiveStudio, live_studio
from tests.standins.serving import served

SIZES = {"desktop": ViewportSize(width=1360, height=900), "phone": ViewportSize(width=390, height=844)}
PDF = FilePayload(name="brief.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 x")

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with live_studio(tmp_path_factory.mktemp("live")) as live:
        with live.database.write(live.studio.scope) as session:
            make_form(session, title="Tell us about your project")
        yield live


def _form(live: LiveStudio) -> Form:
    with live.database.read(live.studio.scope) as session:
        return session.exec(select(Form).where(Form.slug == "enquiry")).one()


def _last(live: LiveStudio) -> Submission:
    with live.database.read(live.studio.scope) as session:
        return session.exec(select(Submission).order_by(col(Submission.id).desc()).limit(1)).one()


def _fill(page: Page, email: str) -> None:
    page.get_by_label("Your name").fill("Rosa Klein")
    page.get_by_label("Your mail address").fill(email)
    page.get_by_label("Website").check()
    page.get_by_label("You may store my details.").check()


@pytest.mark.parametrize("size", list(SIZES))
def test_a_client_fills_in_the_form(live: LiveStudio, page: Page, size):
    page.set_viewport_size(SIZES[size])
    page.goto(f"{live.url}/f/enquiry")
    pages = page.get_by_label("How many pages?")
    expect(pages).to_be_hidden()
    assert violations(page) == []
    _fill(page, f"rosa-{size}@klein.example")
    expect(pages).to_be_visible()

    page.wait_for_timeout(1100)  # faster is a machine
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here")
    expect(page.get_by_label("Your name")).to_have_value("Rosa Klein")
    assert violations(page) == []

    pages.fill("12")
    page.get_by_label("Brief").set_input_files(files=[PDF])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Your answer has arrived")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page must not scroll sideways"
    kept = _last(live)
    assert (kept.status, kept.answers["pages"], kept.answers["brief"][0]["filename"]) == ("accepted", "12", "brief.pdf")


def test_a_branch_that_was_left_is_not_sent(live: LiveStudio, page: Page):
    page.goto(f"{live.url}/f/enquiry")
    _fill(page, "left@klein.example")
    page.get_by_label("How many pages?").fill("12")
    page.get_by_label("Brand film").check()
    expect(page.get_by_label("How many pages?")).to_be_hidden()
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="Your answer has arrived")).to_be_visible()
    assert "pages" not in _last(live).answers


def test_the_form_works_without_scripts(live: LiveStudio, browser: Browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live.url}/f/enquiry")
    expect(page.get_by_text("Only if “What is it about?” is “Website”:")).to_be_visible()
    _fill(page, "plain@klein.example")
    page.get_by_label("How many pages?").fill("3")
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="Your answer has arrived")).to_be_visible()
    page.context.close()


def test_the_form_is_sent_inside_another_site(live: LiveStudio, page: Page):
    with served(lambda _: Starlette(routes=[Route("/", lambda _: HTMLResponse(_frame(live)))])) as url:
        _answer_in_frame(page, url.replace("127.0.0.1", "localhost"))


def _answer_in_frame(page: Page, url: str) -> None:
    page.goto(url)
    frame = page.frame_locator("iframe")
    frame.get_by_label("Your name").fill("Rosa Klein")
    frame.get_by_label("Your mail address").fill("framed@klein.example")
    frame.get_by_label("Brand film").check()
    frame.get_by_label("You may store my details.").check()
    page.wait_for_timeout(1100)
    frame.get_by_role("button", name="Send").click()

    expect(frame.get_by_role("heading", name="Your answer has arrived")).to_be_visible()


def _frame(live: LiveStudio) -> str:
    return f'<h1>Studio</h1><iframe src="{live.url}/f/enquiry/embed" title="Enquiry" style="width:100%;height:900px"></iframe>'


def test_a_member_edits_the_form_beside_its_preview(live: LiveStudio, page: Page):
    live.sign_in(page.context)
    form_id = _form(live).id
    page.goto(f"{live.url}/forms/{form_id}?open=pages")
    preview = page.locator("#preview")

    page.locator("#f-pages-label").fill("Pages, roughly?")
    page.locator("#f-pages-label").press("Tab")
    expect(preview.get_by_text("changes are not public yet")).to_be_visible()
    preview.get_by_label("Website").check()
    expect(preview.get_by_label("Pages, roughly?")).to_be_visible()

    page.get_by_placeholder("Such as:").fill("Anything else?")
    page.get_by_label("Kind of answer").select_option("long")
    page.get_by_role("button", name="Add").click()
    card = page.locator("#field-anything_else")
    card.get_by_role("button", name="Move up").click()
    expect(page.locator("ol > li[id^=field-]").nth(-4)).to_have_id("field-anything_else")
    card.locator("summary").click()
    card.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(card).to_have_count(0)

    with live.database.read(live.studio.scope) as session:
        fields = {one.key: one for one in as_fields(get_form(session, form_id).fields)}
    assert fields["pages"].label == "Pages, roughly?"
    assert "anything_else" not in fields


def test_client_and_member_talk(live: LiveStudio, browser: Browser):
    with live.database.write(live.studio.scope) as session:
        talk = client_conversation(session, live.studio.contact_id, live.studio.engagement_id)
        author = f"contact:{live.studio.contact_id}"
        post_message(session, talk, author=author, author_name="Ada Byron", body="When?", key="k", now=clock.now())
        talk_id = talk.id
    member, client = browser.new_context(), browser.new_context(viewport=SIZES["phone"])
    live.sign_in(member)
    live.sign_in(client, "portal")

    page = member.new_page()
    page.goto(f"{live.url}/inbox/{talk_id}")
    page.get_by_label("Your message").fill("On Monday.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages li").last).to_contain_text("On Monday.")
    expect(page.get_by_label("Your message")).to_have_value("")

    portal = client.new_page()
    portal.goto(f"{live.url}/portal/messages")
    expect(portal.locator("#messages")).to_contain_text("On Monday.")
    assert violations(portal) == []
    for context in (member, client):
        context.close()
