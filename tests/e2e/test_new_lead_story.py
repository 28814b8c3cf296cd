"""“New lead” in one piece over the whole product: drawn, simulated, published, set off by the public form, run by the worker."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from api.web.formats import moment
from models.seed.drawings import new_lead_drawing
from tests.e2e.builder_page import Canvas, connect, tab_to
from tests.e2e.lead_story import PATIENCE_MS, owner_at, see_the_run, send_form_by_keys, send_form_by_mouse, send_forms
from tests.journeys.world import World
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.e2e
expect.set_options(timeout=30_000)

FOLLOW_UP = "Follow up with {{ trigger.contact.name }}"
TOLD = "A new lead: {{ trigger.contact.name }}"
NAGGED = "No proposal for {{ trigger.contact.name }} yet"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("new_lead") / "home") as stack:
        yield stack


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    with closing(World(stack.settings.port, "story")) as world:
        yield world


@pytest.fixture
def owner(stack: Stack, browser: Browser) -> Iterator[BrowserContext]:
    with owner_at(browser, stack.url) as owner:
        yield owner


def test_by_mouse_from_the_empty_canvas_to_the_mail(stack: Stack, world: World, browser: Browser, owner: BrowserContext):
    canvas = empty_canvas_by_mouse(owner, "By mouse")
    draw_by_mouse(canvas)
    mend_the_subject(canvas, "Thank you by mouse, {{ trigger.contact.name }}!")

    canvas.page.get_by_role("banner").get_by_role("button", name="Simulate").click()
    expect(canvas.panel.get_by_text("1 mail, 1 message and 1 task.")).to_be_visible()
    canvas.panel.get_by_role("button", name="List").click()
    expect(canvas.panel.locator(".sim-details, .sim-row").filter(has_text="Thank you by mouse").first).to_be_visible()
    canvas.publish()
    expect(canvas.page.get_by_role("banner")).to_contain_text("Version 1 runs")

    send_form_by_mouse(browser, stack.url, "Nora Falk", "nora@falk.example")
    see_the_run(owner, "By mouse", "Nora Falk")
    assert world.mail_to("nora@falk.example", "Thank you by mouse, Nora Falk!")
    see_what_it_did(world, "Nora Falk")


def empty_canvas_by_mouse(owner: BrowserContext, name: str) -> Canvas:
    page = owner.new_page()
    page.goto("/automation_templates")
    page.get_by_role("button", name="Start from nothing").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Draw it").click()
    expect(page.get_by_text("What sets it off?")).to_be_visible()
    return Canvas(page)


def draw_by_mouse(canvas: Canvas) -> None:
    """All six steps; only the mail's subject is forgotten."""
    start = canvas.item("event:submission.accepted")
    start.drag_to(canvas.page.locator(".react-flow__pane"), target_position={"x": 300, "y": 60})
    drop(canvas, "messages.send_mail", canvas.plus("trigger"))
    canvas.address_to_the_lead()
    canvas.write("Text", "We call you.")
    drop(canvas, "inbox.post", canvas.plus("send-mail"))
    canvas.write("Channel", "crm")
    canvas.write("Text", TOLD)
    drop(canvas, "tasks.create", canvas.plus("post"))
    canvas.write("What", FOLLOW_UP)
    choose(canvas, "Who", "Mara")
    canvas.field("spinbutton", "Due in working days").click()
    canvas.page.keyboard.type("2")
    drop(canvas, "kind:wait_for_event", canvas.plus("create"))
    choose(canvas, "Event", "proposal was sent")
    canvas.panel.get_by_role("button", name="About the same engagement").click()
    canvas.field("spinbutton", "At most, amount").fill("5")
    drop(canvas, "members.notify", canvas.plus("wait-for-event", "timeout"))
    canvas.write("Text", NAGGED)


def drop(canvas: Canvas, item: str, onto: Locator) -> None:
    canvas.settle()
    canvas.item(item).drag_to(onto)
    canvas.settle()


def choose(canvas: Canvas, label: str, text: str) -> None:
    """Click a field of the panel, search in it, and click the first thing found."""
    canvas.field("combobox", label).click()
    canvas.page.keyboard.type(text)
    canvas.panel.locator("li[role=option]").filter(has_text=re.compile(text, re.IGNORECASE)).first.click()


def mend_the_subject(canvas: Canvas, subject: str) -> None:
    """Find the mistake on the card and in the count, go there from the list of problems, and write what is missing."""
    expect(canvas.problems).to_have_attribute("data-problems", "1")
    expect(canvas.step("send-mail")).to_have_accessible_name(re.compile("1 problem: “subject” is missing"))
    canvas.problems.click()
    canvas.page.get_by_role("dialog", name="Problems").get_by_role("button").click()
    canvas.write("Subject", subject)
    expect(canvas.problems).to_have_attribute("data-problems", "0")
    expect(canvas.step("send-mail")).not_to_have_accessible_name(re.compile("problem"))


def see_what_it_did(world: World, lead: str) -> None:
    """The post and the task that the run left behind, as another program reads them."""
    (channel,) = [one for one in world.items("/conversations", kind="channel") if one["name"] == "crm"]
    said = [one["body"] for one in world.items(f"/conversations/{channel['id']}/messages")]
    assert f"A new lead: {lead}" in said
    (engagement,) = world.items("/engagements", q=lead)
    tasks = [one for one in world.items("/tasks", engagement_id=engagement["id"]) if one["title"] == f"Follow up with {lead}"]
    assert tasks
    assert all(task["assignee_id"] and task["due_on"] for task in tasks)


def test_by_keyboard_alone_from_the_empty_canvas_to_the_mail(stack: Stack, world: World, browser: Browser, owner: BrowserContext):
    canvas = empty_canvas_by_keys(owner, "By keys")
    draw_by_keys(canvas)
    mend_by_keys(canvas, "Thank you by keys, {{ trigger.contact.name }}!")

    banner = canvas.page.get_by_role("banner")
    press(canvas, banner.get_by_role("button", name="Simulate"))
    expect(canvas.panel.get_by_text("1 mail, 1 message and 1 task.")).to_be_visible()
    press(canvas, canvas.panel.get_by_role("button", name="List"))
    expect(canvas.panel.locator(".sim-details").filter(has_text="Thank you by keys").first).to_be_visible()
    press(canvas, banner.get_by_role("button", name="Publish"))
    press(canvas, canvas.panel.get_by_role("button", name="Publish version 1"))
    expect(banner).to_contain_text("Version 1 runs")

    send_form_by_keys(browser, stack.url, "Edda Brandt", "edda@brandt.example")
    see_the_run(owner, "By keys", "Edda Brandt")
    assert world.mail_to("edda@brandt.example", "Thank you by keys, Edda Brandt!")
    see_what_it_did(world, "Edda Brandt")


def empty_canvas_by_keys(owner: BrowserContext, name: str) -> Canvas:
    page = owner.new_page()
    page.goto("/automation_templates")
    tab_to(page, page.get_by_role("button", name="Start from nothing"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text("What sets it off?")).to_be_visible()
    return Canvas(page)


def draw_by_keys(canvas: Canvas) -> None:
    """The same six steps with the same mistake. The reminder is put behind the event, then led to by the time-out instead."""
    add(canvas, "form submitted", "trigger")
    with settings_of(canvas, "send mail", "send-mail"):
        source(canvas, "To", "A field")
        canvas.tab_to(canvas.field("combobox", "To"))
        canvas.take_found("contact email", "Email")
        type_in(canvas, "Text", "We call you.")
    with settings_of(canvas, "post channel", "post"):
        type_in(canvas, "Channel", "crm")
        type_in(canvas, "Text", TOLD)
    with settings_of(canvas, "create task", "create"):
        type_in(canvas, "What", FOLLOW_UP)
        canvas.tab_to(canvas.field("combobox", "Who"))
        canvas.take_found("Mara", "Mara")
        canvas.tab_to(canvas.field("spinbutton", "Due in working days"))
        canvas.page.keyboard.type("2")
    with settings_of(canvas, "wait something", "wait-for-event"):
        canvas.tab_to(canvas.field("combobox", "Event"))
        canvas.take_found("proposal was sent", "proposal was sent")
        press(canvas, canvas.panel.get_by_role("button", name="About the same engagement"))
        canvas.tab_to(canvas.field("spinbutton", "At most, amount"))
        canvas.page.keyboard.press("Control+a")
        canvas.page.keyboard.type("5")
    with settings_of(canvas, "notify", "notify"):
        type_in(canvas, "Text", NAGGED)
    canvas.page.keyboard.press("ArrowUp")
    lead(canvas, "After 5 days", "Notify somebody")
    lead(canvas, "It happens", "Nothing: remove the line")


def add(canvas: Canvas, text: str, node_id: str) -> None:
    """A step behind the one in focus, which then has it."""
    canvas.page.keyboard.press("a")
    canvas.search(text)
    expect(canvas.step(node_id)).to_be_focused()


@contextmanager
def settings_of(canvas: Canvas, text: str, node_id: str) -> Iterator[None]:
    """Add a step and fill in its settings; its card has the focus afterwards."""
    add(canvas, text, node_id)
    canvas.page.keyboard.press("Enter")
    expect(canvas.panel.get_by_label("Name on the canvas")).to_be_focused()
    yield
    canvas.page.keyboard.press("Escape")
    expect(canvas.step(node_id)).to_be_focused()


def source(canvas: Canvas, label: str, where: str) -> None:
    canvas.tab_to(canvas.panel.get_by_label(f"Where “{label}” comes from"))
    canvas.page.keyboard.type(where)


def type_in(canvas: Canvas, label: str, text: str) -> None:
    canvas.tab_to(canvas.field("textbox", label))
    canvas.page.keyboard.type(text)


def press(canvas: Canvas, button: Locator) -> None:
    canvas.tab_to(button)
    canvas.page.keyboard.press("Enter")


def lead(canvas: Canvas, port: str, target: str) -> None:
    """Let a way out of the step in focus lead elsewhere."""
    canvas.page.keyboard.press("c")
    connect(canvas.page, port, target)
    expect(canvas.step("wait-for-event")).to_be_focused()


def mend_by_keys(canvas: Canvas, subject: str) -> None:
    """Go to the problem, see it on the card and in the count, and write what is missing."""
    expect(canvas.problems).to_have_attribute("data-problems", "1")
    canvas.page.keyboard.press("p")
    expect(canvas.step("send-mail")).to_be_focused()
    expect(canvas.step("send-mail")).to_have_accessible_name(re.compile("1 problem: “subject” is missing"))
    canvas.page.keyboard.press("Enter")
    expect(canvas.panel.get_by_label("Name on the canvas")).to_be_focused()
    type_in(canvas, "Subject", subject)
    expect(canvas.problems).to_have_attribute("data-problems", "0")


def test_a_longer_time_out_moves_three_live_runs(stack: Stack, world: World, owner: BrowserContext):
    automation_id = publish_over_the_api(world, new_lead_drawing(), "Moved")
    run_ids = three_runs(world, automation_id)
    before = {run_id: wakes(world, run_id) for run_id in run_ids}
    page = owner.new_page()
    page.goto(f"/automations/{automation_id}/builder")
    canvas = Canvas(page)
    canvas.step("wait").click()
    canvas.field("spinbutton", "At most, amount").fill("200")
    page.get_by_role("banner").get_by_role("button", name="Publish").click()
    group = canvas.panel.get_by_role("group", name="3 runs at Until a proposal is sent, version 1")
    group.get_by_label("Move to version 2 now").check()
    canvas.panel.get_by_role("button", name="Publish version 2 · move 3 runs").click()

    expect(page.get_by_text("Version 2 is published", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("3 runs moved.")).to_be_visible()
    for run_id in run_ids:
        assert wakes(world, run_id) - before[run_id] == timedelta(hours=128)
        see_the_new_time_and_go_on(page, run_id, world)


def publish_over_the_api(world: World, drawing: dict[str, Any], name: str) -> str:
    """An automation that runs; its wait is told in hours, whose length no change of the clocks touches. Its id."""
    wait = next(node for node in drawing["nodes"] if node["id"] == "wait")
    wait["settings"]["timeout"] = {"amount": 72, "unit": "hours"}
    made = world.write("/automations", {"name": name, "drawing": drawing}, key=name)
    world.write(f"/automations/{made['id']}/publication", {}, key=f"publish {name}")
    return str(made["id"])


def three_runs(world: World, automation_id: str) -> list[str]:
    """Three leads write in; their runs, once the worker has brought each to its wait."""
    send_forms(world, "Lia Moor", "Ole Moor", "Pia Moor")

    def waiting() -> list[str]:
        runs = world.items("/automation_runs", automation_id=automation_id, status="waiting")
        return [run["id"] for run in runs] if len(runs) == 3 else []

    return world.until("three runs that wait", waiting)


def wakes(world: World, run_id: str) -> datetime:
    return datetime.fromisoformat(world.read(f"/automation_runs/{run_id}")["next_wake_at"])


def see_the_new_time_and_go_on(page: Page, run_id: str, world: World) -> None:
    """The run page names the new time; told to go on, the workflow sends the reminder by the new version and ends."""
    page.goto(f"/automation_runs/{run_id}")
    expect(page.get_by_text("Moved from version 1 to version 2 by Mara Lindqvist")).to_be_visible()
    goes_on = page.get_by_text("Goes on at the latest").locator("xpath=following-sibling::dd")
    expect(goes_on).to_have_text(moment(wakes(world, run_id), "Europe/Berlin"))

    page.get_by_role("button", name="Go on now").click()
    page.get_by_role("dialog").get_by_role("button", name="Go on now").click()
    expect(page.get_by_text("It is over", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".step[data-mark=success]")).to_have_count(6)
