"""The builder as a person at a browser meets it: what is on the canvas, what the server has of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from sqlmodel import Session

from models import clock
from models.commands.automations import draw_automation
from models.tables.automations import Automation
from tests.e2e.live_studio import LiveStudio

EMPTY: dict[str, Any] = {"nodes": [], "edges": [], "positions": {}, "limits": {}}
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)


@dataclass
class BuilderPage:
    """One open window on one automation."""

    page: Page
    site: LiveStudio
    automation_id: str

    def step(self, node_id: str) -> Locator:
        """The card of a step."""
        return self.page.locator(f'[data-step="{node_id}"]')

    def item(self, key: str) -> Locator:
        """What the docked palette offers, such as `messages.send_mail` or `kind:delay`."""
        return self.page.get_by_role("region", name="Steps to add").locator(f'[data-item="{key}"]')

    def plus(self, node_id: str, port: str = "ok") -> Locator:
        """The place at a way out, or on its line, where a step can be put."""
        return self.page.locator(f'[data-insert="{node_id} {port}"]')

    def search(self, text: str) -> None:
        """Choose the first thing that a search in the palette which is just open finds."""
        box = self.page.get_by_role("dialog", name="Add a step").get_by_role("combobox")
        expect(box).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def settle(self) -> None:
        """Wait until the panel is there and the view has stopped moving."""
        expect(self.page.get_by_role("complementary")).to_be_visible()
        seen, now = "", self._view()
        while seen != now:
            self.page.wait_for_timeout(250)
            seen, now = now, self._view()

    def _view(self) -> str:
        return str(self.page.evaluate("document.querySelector('.react-flow__viewport').style.transform"))

    def wait_saved(self) -> dict[str, Any]:
        """The drawing as the server has it, once it has all."""
        expect(self.page.locator("[data-saving]")).to_have_attribute("data-saving", "saved", timeout=10_000)
        return drawing_of(self.site, self.automation_id)


def add_drawing(site: LiveStudio, drawing: dict[str, Any], name: str = "New lead") -> str:
    """An automation with that drawing; its id."""
    with site.database.write(site.studio.scope) as session:
        return draw_automation(session, name=name, drawing=drawing, now=clock.now()).id


def drawing_of(site: LiveStudio, automation_id: str) -> dict[str, Any]:
    """What the database holds."""
    with site.database.read(site.studio.scope) as session:
        return dict(_automation(session, automation_id).drawing)


def lines(drawing: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The edges as (source, port, target), sorted."""
    return sorted((edge["source"], edge["port"], edge["target"]) for edge in drawing["edges"])


@contextmanager
def opened(
    site: LiveStudio,
    browser: Browser,
    automation_id: str,
    *,
    size: ViewportSize = DESKTOP,
    night: bool = False,
    **more: Any,
) -> Iterator[BuilderPage]:
    """The builder in a window of its own; fails when its scripts did."""
    context = browser.new_context(
        viewport=size,
        color_scheme="dark" if night else "light",
        reduced_motion="reduce",
        has_touch=size["width"] < 500,
        permissions=["clipboard-read", "clipboard-write"],
        **more,
    )
    site.sign_in(context)
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    try:
        page.goto(f"{site.url}/automations/{automation_id}/builder")
        expect(page.locator("[data-saving]")).to_be_visible(timeout=15_000)
        yield BuilderPage(page, site, automation_id)
    finally:
        context.close()
    assert broken == []


def _automation(session: Session, automation_id: str) -> Automation:
    return session.get_one(Automation, automation_id)
