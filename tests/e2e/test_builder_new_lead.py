"""“New lead” from an empty canvas: by mouse up to the run that a form starts, and by keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from models.tables.automations import AutomationRun
from tests.builders.runs import submit
from tests.e2e.builder_page import EMPTY, BuilderPage, add_drawing, lines, opened
from tests.e2e.live_studio import LiveStudio, live_studio

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[LiveStudio]:
    with live_studio(tmp_path_factory.mktemp("new_lead")) as site:
        yield site


def test_a_new_lead_is_answered_by_what_a_mouse_has_drawn(site: LiveStudio, browser: Browser):
    automation_id = add_drawing(site, EMPTY)
    with opened(site, browser, automation_id) as builder:
        pane = builder.page.locator(".react-flow__pane")
        builder.item("event:submission.accepted").drag_to(pane, target_position={"x": 300, "y": 80})
        builder.settle()
        builder.item("messages.send_mail").drag_to(builder.plus("trigger"))
        builder.settle()
        write_mail(builder)
        builder.item("tasks.create").drag_to(builder.plus("send-mail"))
        builder.settle()
        builder.write("What", "Follow up with {{ trigger.contact.name }}")
        expect(builder.problems).to_have_attribute("data-problems", "0", timeout=10_000)
        drawing = builder.wait_saved()
        assert lines(drawing) == [("send-mail", "ok", "create"), ("trigger", "ok", "send-mail")]

        builder.page.get_by_role("button", name="Simulate").click()
        expect(builder.panel).to_contain_text("Thank you", timeout=15_000)
        builder.publish()
        expect(builder.page.get_by_role("banner")).to_contain_text("Version 1 runs", timeout=10_000)
    assert runs_of(site, automation_id) == []
    with site.database.write(site.studio.scope) as session:
        submit(session, site.studio, budget="5000")
    assert len(runs_of(site, automation_id)) == 1


def write_mail(builder: BuilderPage) -> None:
    builder.address_to_the_lead()
    builder.write("Subject", "Thank you, {{ trigger.contact.name }}!")
    builder.write("Text", "We call you.")


def runs_of(site: LiveStudio, automation_id: str) -> list[str]:
    with site.database.read(site.studio.scope) as session:
        return [run.id for run in session.exec(select(AutomationRun)) if run.automation_id == automation_id]


def test_the_keyboard_alone_draws_and_fills_in(site: LiveStudio, browser: Browser):
    automation_id = add_drawing(site, EMPTY, "By keys")
    with opened(site, browser, automation_id) as builder:
        keys = builder.page.keyboard
        keys.press("a")
        builder.search("form submitted")
        expect(builder.step("trigger")).to_be_focused()
        keys.press("a")
        builder.search("post channel")
        expect(builder.step("post")).to_be_focused()
        keys.press("Enter")
        expect(builder.panel.get_by_label("Name on the canvas")).to_be_focused()
        keys.type("Tell everybody")
        builder.tab_to(builder.field("textbox", "Text"))
        keys.type("A new lead!")
        builder.tab_to(builder.field("textbox", "Channel"), "Shift+Tab")
        keys.type("crm")
        keys.press("Escape")
        expect(builder.step("post")).to_be_focused()
        expect(builder.step("post")).to_contain_text("Tell everybody")
        expect(builder.problems).to_have_attribute("data-problems", "0", timeout=10_000)
        drawing = builder.wait_saved()

    assert lines(drawing) == [("trigger", "ok", "post")]
    assert drawing["nodes"][1]["settings"]["input"] == {"channel": {"text": "crm"}, "text": {"text": "A new lead!"}}
