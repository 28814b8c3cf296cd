"""What the stories of a new lead have in common: the owner at a browser, the public form, the run that a lead sets off."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.e2e.builder_page import tab_to
from tests.journeys.steps.enquiry import LONG_ENOUGH_SECONDS
from tests.journeys.world import OWNER, World, hidden_fields

FORM = "/f/start-a-project"
PATIENCE_MS = 90_000
"""For whatever goes through the worker, on a busy machine."""


@contextmanager
def owner_at(browser: Browser, url: str) -> Iterator[BrowserContext]:
    """A window of the demo's owner, signed in through the door; fails when a script did."""
    context = browser.new_context(base_url=url, viewport=ViewportSize(width=1440, height=900), reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    broken: list[str] = []
    context.on("weberror", lambda error: broken.append(str(error.error)))
    page = context.new_page()
    try:
        page.goto("/login")
        page.get_by_label("E-mail").fill(OWNER[0])
        page.get_by_label("Password", exact=True).fill(OWNER[1])
        page.keyboard.press("Enter")
        expect(page).not_to_have_url(f"{url}/login")
        page.close()
        yield context
    finally:
        context.close()
    assert broken == []


def send_form_by_mouse(browser: Browser, url: str, name: str, email: str) -> None:
    """Fill in the public form as somebody else does, in a browser of their own."""
    with _form_page(browser, url) as page:
        for label, text in (("Your name", name), ("E-mail", email)):
            page.get_by_label(label).click()
            page.keyboard.type(text)
        page.get_by_label("A new website").click()
        page.get_by_label("You may keep what I wrote").click()
        page.wait_for_timeout(LONG_ENOUGH_SECONDS * 1000)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Your answer has arrived")).to_be_visible()


def send_form_by_keys(browser: Browser, url: str, name: str, email: str) -> None:
    """The same, without a mouse."""
    with _form_page(browser, url) as page:
        for label, text in (("Your name", name), ("E-mail", email)):
            tab_to(page, page.get_by_label(label))
            page.keyboard.type(text)
        for label in ("A new website", "You may keep what I wrote"):
            tab_to(page, page.get_by_label(label))
            page.keyboard.press("Space")
        page.wait_for_timeout(LONG_ENOUGH_SECONDS * 1000)
        tab_to(page, page.get_by_role("button", name="Send"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Your answer has arrived")).to_be_visible()


def send_forms(world: World, *names: str) -> None:
    """The form sent by several people without a browser."""
    pages = [world.public.get(FORM).text for _ in names]
    time.sleep(LONG_ENOUGH_SECONDS)
    for name, page in zip(names, pages, strict=True):
        email = f"{name.lower().replace(' ', '.')}@moor.example"
        answers = {**hidden_fields(page), "name": name, "email": email, "need": "A new website", "consent": "on"}
        answer = world.public.post(FORM, data=answers)
        assert answer.status_code in (200, 303), answer.text


def see_the_run(owner: BrowserContext, automation: str, lead: str) -> Page:
    """Open a lead's run from the list of runs, and watch the worker bring it to its wait."""
    page = owner.new_page()
    page.goto("/automation_runs")
    row = page.get_by_role("row").filter(has_text=lead).filter(has_text=f"{automation} · version 1")
    row.get_by_role("link", name=lead).first.click()
    expect(page.locator(".step[data-mark=success]")).to_have_count(4, timeout=PATIENCE_MS)
    expect(page.locator(".step[data-mark=info]")).to_have_count(1)
    expect(page.get_by_text(f"“{automation}” waits until a proposal was sent")).to_be_visible()
    return page


@contextmanager
def _form_page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(base_url=url)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(FORM)
    try:
        yield page
    finally:
        context.close()
