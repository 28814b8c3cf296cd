"""The builder as a person at a browser meets it: what is on the canvas, what the server has of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from sqlmodel import Session

from models import clock
from models.commands.automations import draw_automation
from models.tables.automations import Automation
from tests.e2e.live_studio import LiveStudio

EMPTY: dict[str, Any] = {"nodes": [], "edges": [], "positions": {}, "limits": {}}
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)


@dataclass
class Canvas:
    """One open window on a drawing, and the hands of whoever sits before it."""

    page: Page

    @property
    def panel(self) -> Locator:
        """What is open beside the canvas."""
        return self.page.locator("aside[data-panel]")

    @property
    def problems(self) -> Locator:
        """The button that counts them."""
        return self.page.locator("[data-problems]")

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

    def field(self, role: Literal["textbox", "combobox", "spinbutton"], name: str) -> Locator:
        """A field of the panel, which may say that it is optional."""
        return self.panel.get_by_role(role, name=re.compile(f"^{re.escape(name)}( optional)?$"))

    def write(self, name: str, text: str) -> None:
        """Click into a field of the panel and type."""
        self.field("textbox", name).click()
        self.page.keyboard.type(text)

    def address_to_the_lead(self) -> None:
        """Let a mail go to whoever the run is about, by mouse."""
        self.panel.get_by_label("Where “To” comes from").select_option("A field")
        self.field("combobox", "To").click()
        self.take_found("contact email", "Email")

    def take_found(self, text: str, label: str) -> None:
        """Search in the list that is open, and take the first thing found once it is the one that is meant, by keyboard."""
        self.page.keyboard.type(text)
        expect(self.panel.locator("li[role=option]").first).to_contain_text(label)
        self.page.keyboard.press("Enter")

    def publish(self) -> None:
        """Press Publish in the bar, and again in the panel, by mouse."""
        self.page.get_by_role("banner").get_by_role("button", name="Publish").click()
        self.panel.get_by_role("button", name=re.compile("^Publish")).click()

    def tab_to(self, field: Locator, key: str = "Tab") -> None:
        """Press Tab, or another key, until a field has the focus."""
        tab_to(self.page, field, key)


@dataclass
class BuilderPage(Canvas):
    """One open window on one automation, and what the server has of it."""

    site: LiveStudio
    automation_id: str

    def wait_saved(self) -> dict[str, Any]:
        """The drawing as the server has it, once it has all."""
        expect(self.page.locator("[data-saving]")).to_have_attribute("data-saving", "saved", timeout=10_000)
        return drawing_of(self.site, self.automation_id)


def tab_to(page: Page, field: Locator, key: str = "Tab") -> None:
    """Press Tab, or another key, until a field of any page has the focus."""
    for _ in range(120):
        if field.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{field} is not reached by {key}")


def connect(page: Page, port: str, target: str) -> None:
    """Walk the two lists of the connector by arrows alone."""
    for words in (port, target):
        choices = page.get_by_role("dialog", name="Connect").get_by_role("button")
        expect(choices.first).to_be_focused()
        wanted = choices.filter(has_text=words).first
        for _ in range(choices.count()):
            if wanted.evaluate("it => it === document.activeElement"):
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")


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
