"""Drawing an automation in a real browser: by mouse, by keys, undone, copied, fought over, and two hundred steps of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from models.seed.drawings import new_lead_drawing
from tests.e2e.axe import violations
from tests.e2e.builder_page import DESKTOP, EMPTY, PHONE, BuilderPage, add_drawing, connect, drawing_of, lines, opened
from tests.e2e.live_studio import LiveStudio, live_studio

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[LiveStudio]:
    with live_studio(tmp_path_factory.mktemp("builder")) as site:
        yield site


def test_steps_are_dragged_onto_lines_and_free_ends(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, EMPTY)) as builder:
        builder.item("event:submission.accepted").drag_to(
            builder.page.locator(".react-flow__pane"), target_position={"x": 400, "y": 80}
        )
        expect(builder.step("trigger")).to_be_visible()
        builder.settle()
        builder.item("tasks.create").drag_to(builder.plus("trigger"))
        expect(builder.step("create")).to_be_visible()
        builder.settle()
        builder.item("messages.send_mail").drag_to(builder.plus("trigger"))
        expect(builder.step("send-mail")).to_be_visible()
        builder.settle()
        builder.plus("create", "error").click()
        builder.search("notify")
        drawing = builder.wait_saved()

    assert lines(drawing) == [
        ("create", "error", "notify"),
        ("send-mail", "ok", "create"),
        ("trigger", "ok", "send-mail"),
    ]
    tops = [drawing["positions"][node]["y"] for node in ("trigger", "send-mail", "create", "notify")]
    assert tops == sorted(tops)


def test_a_line_is_drawn_from_port_to_card_and_taken_away(site: LiveStudio, browser: Browser):
    automation_id = add_drawing(site, new_lead_drawing())
    with opened(site, browser, automation_id) as builder:
        builder.plus("wait", "ok").drag_to(builder.step("remind"))
        assert ("wait", "ok", "remind") in lines(builder.wait_saved())

        builder.page.keyboard.press("Control+z")
        assert ("wait", "ok", "remind") not in lines(builder.wait_saved())


def test_the_same_is_drawn_without_a_mouse(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, EMPTY)) as builder:
        keys = builder.page.keyboard
        keys.press("a")
        builder.search("form submitted")
        expect(builder.step("trigger")).to_be_focused()
        keys.press("a")
        builder.search("send mail")
        expect(builder.step("send-mail")).to_be_focused()
        keys.press("a")
        builder.search("wait something")
        expect(builder.step("wait-for-event")).to_be_focused()
        keys.press("ArrowUp")
        expect(builder.step("send-mail")).to_be_focused()
        keys.press("c")
        connect(builder.page, "If it fails", "Wait for something")
        keys.press("Alt+ArrowRight")
        drawing = builder.wait_saved()

    assert lines(drawing) == [
        ("send-mail", "error", "wait-for-event"),
        ("send-mail", "ok", "wait-for-event"),
        ("trigger", "ok", "send-mail"),
    ]
    assert drawing["positions"]["send-mail"]["x"] - drawing["positions"]["trigger"]["x"] == 16


def test_a_mistake_is_marked_where_it_is(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, new_lead_drawing())) as builder:
        count = builder.page.locator("[data-problems]")
        expect(count).to_have_attribute("data-problems", "0")

        builder.item("messages.send_mail").click()
        expect(builder.step("send-mail")).to_be_focused()
        expect(builder.step("send-mail")).to_have_accessible_name(re.compile("3 problems: “to” is missing"))
        expect(count).to_have_attribute("data-problems", "3")
        count.click()
        listed = builder.page.get_by_role("dialog", name="Problems")
        expect(listed.get_by_role("listitem")).to_have_count(3)
        listed.get_by_role("button").first.click()
        expect(builder.step("send-mail")).to_be_focused()


def test_everything_is_undone_and_done_again(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, new_lead_drawing())) as builder:
        before = drawing_of(site, builder.automation_id)
        builder.step("post").focus()
        builder.page.keyboard.press("Delete")
        builder.page.keyboard.press("Control+a")
        builder.page.keyboard.press("Alt+ArrowLeft")
        after = builder.wait_saved()
        assert ("mail", "ok", "task") in lines(after)

        builder.page.keyboard.press("Control+z")
        builder.page.keyboard.press("Control+z")
        expect(builder.step("post")).to_be_visible()
        assert same(builder.wait_saved()) == same(before)

        builder.page.keyboard.press("Control+y")
        builder.page.keyboard.press("Control+Shift+z")
        expect(builder.step("post")).to_have_count(0)
        assert same(builder.wait_saved()) == same(after)


def same(drawing: dict[str, Any]) -> dict[str, Any]:
    return {key: drawing[key] for key in ("nodes", "edges", "positions")}


def test_steps_are_copied_into_another_automation(site: LiveStudio, browser: Browser):
    source, target = add_drawing(site, new_lead_drawing()), add_drawing(site, EMPTY, "Elsewhere")
    with opened(site, browser, source) as builder:
        builder.step("mail").focus()
        builder.page.keyboard.press("Shift+ArrowDown")
        builder.page.keyboard.press("Control+c")
        builder.page.keyboard.press("Control+v")
        expect(builder.step("mail_2")).to_be_visible()
        assert ("mail_2", "ok", "post_2") in lines(builder.wait_saved())

        builder.page.goto(f"{site.url}/automations/{target}/builder")
        expect(builder.page.get_by_text("What sets it off?")).to_be_visible()
        builder.page.keyboard.press("Control+v")
        expect(builder.step("post")).to_be_visible()
        builder.automation_id = target
        assert lines(builder.wait_saved()) == [("mail", "ok", "post")]


def test_nothing_is_lost_without_a_connection(site: LiveStudio, browser: Browser):
    automation_id = add_drawing(site, new_lead_drawing())
    with opened(site, browser, automation_id) as builder:
        builder.page.route("**/api/v1/automations/*", lambda route: route.abort())
        builder.step("remind").focus()
        builder.page.keyboard.press("Delete")
        expect(builder.page.locator("[data-saving=failed]")).to_be_visible(timeout=8_000)

        builder.page.unroute("**/api/v1/automations/*")
        builder.page.reload()
        expect(builder.step("wait")).to_be_visible()
        expect(builder.step("remind")).to_have_count(0)
        assert "remind" not in [node["id"] for node in builder.wait_saved()["nodes"]]


def test_two_people_at_one_drawing_choose(site: LiveStudio, browser: Browser):
    automation_id = add_drawing(site, new_lead_drawing())
    with opened(site, browser, automation_id) as mine, opened(site, browser, automation_id) as theirs:
        theirs.step("remind").focus()
        theirs.page.keyboard.press("Delete")
        kept = theirs.wait_saved()

        mine.step("task").focus()
        mine.page.keyboard.press("Delete")
        notice = mine.page.get_by_role("alert")
        expect(notice).to_contain_text("changed this drawing while you did", timeout=8_000)
        expect(notice).to_contain_text("Removed “Notify somebody · Remind the owner”")
        assert lines(drawing_of(site, automation_id)) == lines(kept)

        notice.get_by_role("button", name="Keep mine as a copy").click()
        mine.page.wait_for_url(lambda url: automation_id not in url)
        expect(mine.step("remind")).to_be_visible()
        expect(mine.step("task")).to_have_count(0)
    assert lines(drawing_of(site, automation_id)) == lines(kept)


def test_taking_theirs_shows_theirs_and_goes_on_saving(site: LiveStudio, browser: Browser):
    automation_id = add_drawing(site, new_lead_drawing())
    with opened(site, browser, automation_id) as mine, opened(site, browser, automation_id) as theirs:
        theirs.step("remind").focus()
        theirs.page.keyboard.press("Delete")
        theirs.wait_saved()
        mine.step("task").focus()
        mine.page.keyboard.press("Delete")
        mine.page.get_by_role("button", name="Take theirs").click()

        expect(mine.step("remind")).to_have_count(0)
        mine.step("post").focus()
        mine.page.keyboard.press("Delete")
        assert [node["id"] for node in mine.wait_saved()["nodes"]] == ["trigger", "mail", "task", "wait"]


def test_of_two_hundred_steps_only_those_in_the_window_are_in_the_page(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, large(200))) as builder:
        builder.page.get_by_role("button", name="Zoom in").click(click_count=6)
        builder.page.wait_for_function("document.querySelectorAll('[data-step]').length < 60")
        builder.page.get_by_role("group", name="Drawing").focus()
        builder.page.keyboard.press("ArrowDown")
        expect(builder.step("n0")).to_be_focused()
        count_renders(builder.page)
        builder.page.keyboard.press("Alt+ArrowRight")
        builder.page.wait_for_timeout(200)
        changed = builder.page.evaluate("window.changedCards")
        assert changed <= 3, "moving one step draws the others again"
        for _ in range(8):
            builder.page.keyboard.press("ArrowDown")
        expect(builder.page.locator("[data-step]:focus")).to_be_visible()
        assert builder.page.locator("[data-step]").count() < 100


def large(count: int) -> dict[str, Any]:
    """A trigger and a tree of steps below it."""
    steps = [
        {"id": f"n{index}", "kind": "action", "label": f"Step {index}", "settings": {"action": "members.notify", "input": {}}}
        for index in range(count)
    ]
    steps[0] |= {"kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}
    above = {index: ((index - 1) // 2, "ok" if index % 2 else "error") for index in range(2, count)} | {1: (0, "ok")}
    edges = [
        {"id": f"e{index}", "source": f"n{over}", "port": port, "target": f"n{index}"} for index, (over, port) in above.items()
    ]
    return {"nodes": steps, "edges": edges, "positions": {}, "limits": {}}


def count_renders(page: Page) -> None:
    """Count the cards whose inside changes from now on."""
    page.evaluate(
        """() => {
          const cards = new Set();
          window.changedCards = 0;
          new MutationObserver((changes) => {
            for (const change of changes) {
              const card = change.target.nodeType === 1 && change.target.closest(".react-flow__node-step");
              if (card) cards.add(card.dataset.id);
            }
            window.changedCards = cards.size;
          }).observe(
            document.querySelector(".react-flow__nodes"),
            {subtree: true, childList: true, attributes: true, characterData: true},
          );
        }"""
    )


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_builder_is_for_everybody(site: LiveStudio, browser: Browser, size, night: bool):
    with opened(site, browser, add_drawing(site, new_lead_drawing()), size=size, night=night) as builder:
        assert violations(builder.page) == []
        look_at_all(builder, is_phone=size is PHONE)


def look_at_all(builder: BuilderPage, *, is_phone: bool) -> None:
    """Every state that hides something: list, canvas, selection, palette, problems, keys."""
    page = builder.page
    if is_phone:
        page.locator("[data-step-row=mail]").click()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Show the drawing").click()
        expect(builder.step("mail")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    else:
        builder.item("messages.send_mail").click()
    assert violations(page) == []
    page.get_by_role("group", name="Drawing").focus()
    page.keyboard.press("f")
    builder.step("trigger").focus()
    for key, name in (("a", "Add a step"), ("c", "Connect"), ("?", "Keys")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
    page.locator("[data-problems]").click()
    assert violations(page) == []
