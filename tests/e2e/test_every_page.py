"""Every page there is, with the demo's story on it: reachable, accessible, quiet in the console, no wider than a phone."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from api.app import create_app
from api.routing import Router
from models.settings import Settings
from models.types.principals import Door
from tests.e2e.axe import violations
from tests.e2e.demo_site import DemoSite, demo_site
from tests.e2e.live_studio import untouched_product

pytestmark = pytest.mark.e2e

ZONE = "Europe/Berlin"
"""The studio's own, so that the booking page need not turn to the guest's."""
DESKTOP, PHONE = ViewportSize(width=1360, height=900), ViewportSize(width=390, height=844)
NO_PAGES = {
    "/payments/{payment_id}": "redirect to its invoice",
    "/files/{file_id}": "download",
    "/invoices/{invoice_id}/pdf": "download",
    "/w/{slug}/logo": "download",
    "/portal/files/{file_id}": "download",
    "/portal/invoices/{invoice_id}/pdf": "download",
    "/i/{token}/pdf": "download",
    "/help/pictures/{folder}/{name}": "picture",
    "/automations/{automation_id}/export": "download",
    "/portal/tasks/{task_id}/files/{file_id}": "download",
    "/p/{token}/signed.pdf": "download",
    "/time_entries/timer": "fragment",
    "/contacts/{contact_id}/timeline": "fragment",
    "/engagements/{engagement_id}/timeline": "fragment",
    "/settings/brand/preview": "fragment",
    "/p/{token}/offer": "fragment",
    "/p/{token}/messages": "fragment",
    "/portal/invoices/{invoice_id}/return": "redirect from the payment provider",
    "/i/{token}/return": "redirect from the payment provider",
    "/automation_runs/{run_id}/steps/{node_path:path}/input": "answers only while the step is stuck; see test_run_repairs",
    "/automation_runs/{run_id}/reruns/new": "asks for a step in its address; see test_run_repairs",
    "/setup": "answers only before there is a workspace; has a test of its own below",
}
"""GET routes behind a browser's doors that are no page of their own."""
MORE = {"a signed proposal": "/p/{signed}", "a search with hits": "/search?q=Byron"}
"""Further states of pages that look quite different in them."""
ON_THE_PHONE_AT_NIGHT = [
    *("/", "/engagements", "/engagements/{engagement_id}", "/projects/{project_id}", "/invoices/{invoice_id}", "/inbox"),
    *("/time_entries", "/settings", "/portal", "/portal/projects/{project_id}", "/p/{token}", "/i/{token}", "/b/{token}"),
    *("/book/{slug}", "/f/{slug}", "/c/{token}", "/automation_templates"),
]


def pages() -> list[tuple[str, bool]]:
    """Path, and whether clients or the public see it, of every GET route that a browser may open."""
    found = {}
    for included in create_app(Settings(env="test", home=Path(gettempdir()))).routes:
        router = getattr(included, "original_router", None)
        if not isinstance(router, Router) or router.door is Door.REST:
            continue
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
                found[route.path] = route.endpoint.__module__.startswith("api.portal")
    assert set(NO_PAGES) <= set(found), "NO_PAGES lists routes that are gone"
    return [(path, is_public) for path, is_public in found.items() if path not in NO_PAGES]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[DemoSite]:
    with demo_site(tmp_path_factory.mktemp("demo")) as site:
        yield site


@pytest.fixture(scope="module")
def by_day(site: DemoSite, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP, timezone_id=ZONE, color_scheme="light", reduced_motion="reduce")
    site.sign_in(context)
    yield context
    context.close()


@pytest.fixture(scope="module")
def at_night(site: DemoSite, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, timezone_id=ZONE, color_scheme="dark", reduced_motion="reduce", has_touch=True)
    site.sign_in(context)
    yield context
    context.close()


def address_of(site: DemoSite, path: str) -> str:
    try:
        return site.address + site.filled(path)
    except KeyError as missing:
        pytest.fail(
            f"{path} is a new page and {missing} is unknown here. Make such a row in tests/e2e/demo_site.py, or list the "
            "route in NO_PAGES of tests/e2e/test_every_page.py when it is a fragment or a download."
        )


def look(context: BrowserContext, url: str) -> tuple[list[str], str]:
    """What is wrong with a page, and its source."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(f"console: {said.text}") if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    try:
        answer = page.goto(url, wait_until="load")
        if answer.status != 200:
            wrong.append(f"answers {answer.status}")
        if "text/html" not in answer.headers["content-type"]:
            wrong.append(f"is no page but {answer.headers['content-type']}")
        if page.url.split("#")[0] != url:
            wrong.append(f"leads to {page.url}")
        wrong += violations(page)
        wrong += sideways(page)
        return wrong, answer.text()
    finally:
        page.close()


def sideways(page: Page) -> list[str]:
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"is {wide} px wide on a phone"] if wide > PHONE["width"] else []


@pytest.mark.parametrize(("path", "is_public"), pages(), ids=[path for path, _ in pages()])
def test_a_page_is_whole_by_day(site: DemoSite, by_day: BrowserContext, path: str, is_public: bool):
    wrong, source = look(by_day, address_of(site, path))
    assert wrong == [], "\n".join(wrong)
    if is_public:
        assert "throughline" not in source.lower(), "clients see the studio's name alone"


@pytest.mark.parametrize("path", list(MORE.values()), ids=list(MORE))
def test_so_is_its_other_state(site: DemoSite, by_day: BrowserContext, path: str):
    assert look(by_day, address_of(site, path))[0] == []


@pytest.mark.parametrize("path", ON_THE_PHONE_AT_NIGHT)
def test_a_page_is_whole_on_a_phone_at_night(site: DemoSite, at_night: BrowserContext, path: str):
    assert look(at_night, address_of(site, path))[0] == []


def test_the_first_page_of_all_is_whole(tmp_path, by_day: BrowserContext):
    with untouched_product(tmp_path) as url:
        assert look(by_day, f"{url}/setup")[0] == []
