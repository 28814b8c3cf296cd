"""What helps to keep a drawing in order: tidying it up, notes, folded bodies, the map."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from models.seed.drawings import new_lead_drawing
from tests.e2e.builder_page import BuilderPage, add_drawing, opened
from tests.e2e.live_studio import LiveStudio, live_studio

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[LiveStudio]:
    with live_studio(tmp_path_factory.mktemp("tools")) as site:
        yield site


def test_tidying_up_puts_steps_below_each_other_and_is_undone_at_once(site: LiveStudio, browser: Browser):
    heap = new_lead_drawing()
    heap["positions"] = {node["id"]: {"x": 16 * place, "y": 16 * place} for place, node in enumerate(heap["nodes"])}
    with opened(site, browser, add_drawing(site, heap)) as builder:
        builder.page.get_by_role("button", name="Tidy up").click()
        tidied = builder.wait_saved()["positions"]
        rows = [tidied[node_id]["y"] for node_id in ("trigger", "mail", "post", "task", "wait", "remind")]
        assert all(below - above > 64 for above, below in pairwise(rows)), rows

        builder.page.keyboard.press("Control+z")
        assert builder.wait_saved()["positions"] == heap["positions"]


def test_a_note_is_stuck_on_written_dragged_and_removed(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, new_lead_drawing())) as builder:
        builder.page.get_by_role("button", name="Add a note").click()
        text = builder.page.get_by_role("textbox", name="Note")
        expect(text).to_be_focused()
        builder.page.keyboard.type("Ask Jonas about the wording")
        builder.page.keyboard.press("Escape")
        (note,) = builder.wait_saved()["notes"]
        assert note["text"] == "Ask Jonas about the wording"

        drag(builder, "[data-note]", by=96)
        (moved,) = builder.wait_saved()["notes"]
        assert (moved["x"] - note["x"], moved["text"]) == (96, note["text"])

        builder.page.get_by_role("button", name="Remove the note").click()
        expect(text).to_have_count(0)
        assert builder.wait_saved()["notes"] == []


def drag(builder: BuilderPage, selector: str, *, by: int) -> None:
    """Take something at its upper edge and put it down so many pixels of the drawing further right, at a zoom of 1."""
    box = builder.page.locator(selector).bounding_box()
    assert box
    mouse = builder.page.mouse
    mouse.move(box["x"] + 40, box["y"] + 10)
    mouse.down()
    mouse.move(box["x"] + 40 + by / 2, box["y"] + 10, steps=4)
    mouse.move(box["x"] + 40 + by, box["y"] + 10, steps=4)
    mouse.up()


def test_a_body_is_folded_by_mouse_and_unfolded_by_key(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, looped())) as builder:
        builder.page.get_by_role("button", name="Fold the 2 steps inside").click()
        for inside in ("write", "tell"):
            expect(builder.step(inside)).to_have_count(0)
        expect(builder.step("after")).to_be_visible()
        assert builder.wait_saved()["collapsed"] == ["loop"]

        builder.page.reload()
        expect(builder.page.get_by_role("button", name="Show the 2 steps inside")).to_be_visible()
        expect(builder.step("write")).to_have_count(0)
        builder.step("loop").focus()
        builder.page.keyboard.press("x")
        expect(builder.step("write")).to_be_visible()
        assert builder.wait_saved()["collapsed"] == []


def looped() -> dict[str, Any]:
    """A loop with two steps inside, and one after it."""
    steps = [
        {"id": "trigger", "kind": "trigger", "label": "", "settings": {"kind": "event", "type": "submission.accepted"}},
        {"id": "loop", "kind": "for_each", "label": "", "settings": {}},
        *(
            {"id": name, "kind": "action", "label": name, "settings": {"action": "inbox.post"}}
            for name in ("write", "tell", "after")
        ),
    ]
    ways = [("trigger", "ok", "loop"), ("loop", "each", "write"), ("write", "ok", "tell"), ("loop", "ok", "after")]
    return {
        "nodes": steps,
        "edges": [{"id": f"{source}-{port}", "source": source, "port": port, "target": target} for source, port, target in ways],
        "positions": {},
        "limits": {},
    }


def test_the_map_shows_every_step_and_follows_the_window(site: LiveStudio, browser: Browser):
    with opened(site, browser, add_drawing(site, row_of(12))) as builder:
        chart = builder.page.get_by_role("img", name="Map of the drawing")
        expect(chart).to_be_visible()
        expect(chart.locator(".react-flow__minimap-node")).to_have_count(12)
        window = chart.locator(".react-flow__minimap-mask")
        before = window.get_attribute("d")
        builder.step("n0").focus()
        for _ in range(11):
            builder.page.keyboard.press("ArrowDown")
        expect(builder.step("n11")).to_be_focused()
        expect(window).not_to_have_attribute("d", before or "")


def row_of(count: int) -> dict[str, Any]:
    """A trigger and steps below each other, too long for one window."""
    steps = [
        {"id": f"n{index}", "kind": "action", "label": f"Step {index}", "settings": {"action": "members.notify", "input": {}}}
        for index in range(count)
    ]
    steps[0] |= {"kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}
    edges = [{"id": f"e{index}", "source": f"n{index - 1}", "port": "ok", "target": f"n{index}"} for index in range(1, count)]
    return {"nodes": steps, "edges": edges, "positions": {}, "limits": {}}
