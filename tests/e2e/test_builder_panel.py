"""The panel of the builder in a browser: a mail with a picked field, a mistake at its field, a condition by keyboard alone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from models import clock
from models.commands.automations import draw_automation
from models.queries.automations import get_automation
from models.tables.emails import Email
from tests import cast
from tests.builders.automations import HEAD, drawing, node
from tests.builders.runs import submit
from tests.e2e.axe import violations
from tests.e2e.product_site import ProductSite, product_site

PANEL = "aside[data-panel=settings]"

pytestmark = pytest.mark.e2e
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with product_site(tmp_path_factory.mktemp("site")) as site:
        with site.database.write(site.studio.scope) as session:
            submit(session, site.studio, budget="5000")
        yield site


def drawn(site: ProductSite, *nodes: dict[str, Any]) -> str:
    with site.database.write(site.studio.scope) as session:
        labelled = [{**one, "label": one["id"].capitalize()} for one in nodes]
        document = {"positions": {}, "limits": {}, **drawing(*labelled).document}
        return draw_automation(session, name="Lead", drawing=document, now=clock.now()).id


def opened(site: ProductSite, page: Page, automation_id: str, label: str) -> Locator:
    """The panel of the step with that label."""
    site.sign_in(page.context)
    page.goto(f"{site.address}/automations/{automation_id}/builder")
    page.locator(".react-flow__node, [data-step-row]", has_text=label).first.click()
    panel = page.locator(PANEL)
    expect(panel.get_by_label("Name on the canvas")).to_have_value(label)
    return panel


def settings(site: ProductSite, page: Page, automation_id: str, node_id: str) -> dict[str, Any]:
    """What the server has, once the page says that it is saved."""
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    with site.database.read(site.studio.scope) as session:
        nodes = get_automation(session, automation_id).drawing["nodes"]
    return next(one["settings"] for one in nodes if one["id"] == node_id)


def field(panel: Locator, label: str) -> Locator:
    """The frame of a field: its controls, its preview and what is wrong with it."""
    return panel.locator(
        "[data-field]", has=panel.page.locator("label, span[id$=-label]", has_text=re.compile(f"^{label}( optional)?$"))
    )


def test_a_mail_is_written_with_fields_and_read_as_the_client_would(site: ProductSite, page: Page):
    automation_id = drawn(site, node("mail", "action", action="messages.send_mail", input={}))
    panel = opened(site, page, automation_id, "Mail")
    expect(panel.get_by_label("Try with")).to_contain_text("Ada Byron · Contact us")

    panel.get_by_label("Where “To” comes from").select_option("A field")
    panel.get_by_role("combobox", name="To", exact=True).click()
    page.keyboard.type("contact email")
    expect(panel.locator("li[role=option]").first).to_contain_text("Email")
    page.keyboard.press("Enter")
    expect(field(panel, "To")).to_contain_text(cast.ADA[1])

    panel.get_by_role("textbox", name="Subject").click()
    page.keyboard.type("Thank you, {{")
    expect(panel.get_by_role("combobox", name="Field to put in")).to_be_focused()
    page.keyboard.type("contact name")
    page.keyboard.press("Enter")
    page.keyboard.type("!")
    expect(field(panel, "Subject").locator("[data-preview]")).to_contain_text(f"Thank you, {cast.ADA[0]}!")

    panel.get_by_role("textbox", name="Text", exact=True).click()
    page.keyboard.type("Hi {{ trigger.contact.name | first_name }},")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("we call you.")
    expect(field(panel, "Text").locator("[data-preview]")).to_contain_text("Hi Ada,")
    assert violations(page, within=PANEL) == []

    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    page.wait_for_timeout(1500)
    assert settings(site, page, automation_id, "mail")["input"] == {
        "to": {"path": "trigger.contact.email"},
        "subject": {"text": "Thank you, {{ trigger.contact.name }}!"},
        "body": {"text": "Hi {{ trigger.contact.name | first_name }},\n\nwe call you."},
    }


def test_a_step_is_tried_and_its_mail_goes_to_nobody_but_the_member(site: ProductSite, page: Page):
    subject = {"text": "Thank you, {{ trigger.contact.name }}!"}
    given = {"to": {"path": "trigger.contact.email"}, "subject": subject, "body": {"text": "Hi"}}
    automation_id = drawn(site, node("mail", "action", action="messages.send_mail", input=given))
    panel = opened(site, page, automation_id, "Mail")
    expect(panel.get_by_label("Try with")).to_contain_text("Ada Byron")

    panel.get_by_role("button", name="Test", exact=True).click()
    result = panel.locator("[data-test-result]")
    expect(result).to_contain_text("“Send mail” would run.")
    expect(result).to_contain_text(f"Thank you, {cast.ADA[0]}!")
    panel.get_by_role("button", name="Do it for real").click()
    expect(result).to_contain_text("It was really done.")
    assert violations(page, within=PANEL) == []
    with site.database.read(site.studio.scope) as session:
        assert [mail.to_address for mail in session.exec(select(Email))] == [cast.OWNER[1]]


def test_a_mistake_stands_at_its_field_with_the_way_out(site: ProductSite, page: Page):
    given = {"to": {"path": "trigger.contact.email"}, "subject": {"text": "Hello"}, "body": {"text": "Hi"}}
    automation_id = drawn(site, node("mail", "action", action="messages.send_mail", input=given))
    panel = opened(site, page, automation_id, "Mail")
    expect(field(panel, "Subject")).to_be_visible()

    panel.get_by_role("textbox", name="Subject").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(field(panel, "Subject")).to_contain_text("Fill it in.")
    expect(panel.get_by_role("textbox", name="Subject")).to_have_attribute("aria-invalid", "true")
    expect(field(panel, "Text")).not_to_contain_text("Fill it in.")

    page.keyboard.type("Call us at {{ trigger.contact.phone }}")
    expect(field(panel, "Subject")).to_contain_text("Ada Byron has no “Contact › Phone”.")
    assert violations(page, within=PANEL) == []
    field(panel, "Subject").get_by_role("button", name="Contact › Phone").click()
    panel.get_by_label("When it is missing, write").fill("our number")
    expect(field(panel, "Subject").locator("[data-preview]")).to_contain_text("Call us at our number")
    expect(field(panel, "Subject")).not_to_contain_text("has no")
    expect(panel.get_by_role("textbox", name="Subject")).not_to_have_attribute("aria-invalid", "true")


def test_a_condition_is_written_by_keyboard_alone(site: ProductSite, page: Page):
    automation_id = drawn(site, node("gate", "condition", cases=[{"port": "rich", "when": {"value": True}}]))
    panel = opened(site, page, automation_id, "Gate")
    expect(panel.get_by_text("No conditions: always this way.")).to_be_visible()

    tab_to(page, "Condition")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("combobox", name="Field to compare")).to_be_focused()
    page.keyboard.type("engagement value")
    expect(panel.locator("li[role=option]").first).to_contain_text("Value")
    page.keyboard.press("Enter")
    tab_to(page, "Comparison of Engagement › Value")
    page.keyboard.type("is at least")
    tab_to(page, "Value to compare Engagement › Value with")
    page.keyboard.type("1000")
    tab_to(page, "Group")
    page.keyboard.press("Enter")
    page.keyboard.type("contact name")
    expect(panel.locator("li[role=option]").first).to_contain_text("Name")
    page.keyboard.press("Enter")
    tab_to(page, "Comparison of Contact › Name")
    page.keyboard.type("contains")
    tab_to(page, "Value to compare Contact › Name with")
    page.keyboard.type("ada")
    assert violations(page, within=PANEL) == []

    page.wait_for_timeout(1500)
    (case,) = settings(site, page, automation_id, "gate")["cases"]
    assert case["when"] == {
        "op": "all",
        "args": [
            {"op": "gte", "args": [{"path": "trigger.engagement.value_minor"}, {"value": 100_000}]},
            {"op": "any", "args": [{"op": "contains", "args": [{"path": "trigger.contact.name"}, {"value": "ada"}]}]},
        ],
    }


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a control of that name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        told = """() => {
            const it = document.activeElement
            const label = it.getAttribute("aria-label") ?? it.labels?.[0]?.textContent ?? it.textContent
            return label.trim()
        }"""
        if page.evaluate(told) == name:
            return
    pytest.fail(f"Tab never came to “{name}”")


def test_headers_are_rows_of_a_name_and_a_value_from_anywhere(site: ProductSite, page: Page):
    fixed = {"value": {"Accept": "text/plain"}}
    given = {"url": {"value": "https://api.example.com/x"}, "headers": fixed}
    automation_id = drawn(site, node("ask", "action", action="http.request", input=given))
    panel = opened(site, page, automation_id, "Ask")
    headers = field(panel, "Headers").first
    expect(headers.get_by_label("Name of value 1")).to_have_value("Accept")

    headers.get_by_role("button", name="Add to headers").click()
    name = headers.get_by_label("Name of value 2")
    name.fill("X-Client")
    name.press("Tab")
    headers.get_by_label("Where “Value” comes from").nth(1).select_option("A field")
    headers.get_by_role("combobox", name="Value", exact=True).click()
    page.keyboard.type("contact email")
    expect(panel.locator("li[role=option]").first).to_contain_text("Email")
    page.keyboard.press("Enter")
    expect(headers.locator("[data-preview]")).to_contain_text(cast.ADA[1])
    assert violations(page, within=PANEL) == []

    page.wait_for_timeout(1500)
    said = settings(site, page, automation_id, "ask")["input"]["headers"]
    assert said == {"parts": {"Accept": {"text": "text/plain"}, "X-Client": {"path": "trigger.contact.email"}}}
    headers.get_by_role("button", name="Remove X-Client").click()
    expect(headers.get_by_label("Name of value 2")).to_have_count(0)


def test_a_wait_counts_the_days_it_is_told_to(site: ProductSite, page: Page):
    automation_id = drawn(site, node("rest", "delay", amount=2, unit="business_days"), node("end", "stop"))
    panel = opened(site, page, automation_id, "Rest")
    panel.get_by_text("Advanced", exact=True).click()
    panel.get_by_label("Working days", exact=True).select_option("Others")
    panel.get_by_role("checkbox", name="fri").uncheck()
    panel.get_by_label("Public holidays").select_option("Worked like any other day")
    expect(panel).to_contain_text("Counted: Mon, Tue, Wed, Thu; holidays are worked")
    assert violations(page, within=PANEL) == []

    page.wait_for_timeout(1500)
    said = settings(site, page, automation_id, "rest")
    assert (said["working_days"], said["holidays"]) == (["mon", "tue", "wed", "thu"], "worked")


def test_limits_are_set_at_the_trigger_undone_and_told_when_a_wait_is_longer(site: ProductSite, page: Page):
    automation_id = drawn(site, HEAD, node("rest", "delay", amount=9, unit="days"), node("end", "stop"))
    panel = opened(site, page, automation_id, "Trigger")
    panel.get_by_text("Limits", exact=True).click()
    days = panel.get_by_label("Days of one wait, at most")
    days.press_sequentially("12")
    assert violations(page, within=PANEL) == []
    page.wait_for_timeout(1500)
    assert limits(site, page, automation_id) == {"max_days": 12}

    days.fill("0")
    expect(field(panel, "Days of one wait, at most")).to_contain_text("This must be at least 1.")
    days.fill("5")
    problems = page.locator("[data-problems]")
    expect(problems).to_have_attribute("data-problems", "1")
    problems.click()
    told = page.get_by_role("dialog", name="Problems")
    expect(told).to_contain_text("This wait is longer than the limit of 5 days.")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Undo: change the limits").click()
    expect(days).to_have_value("1")
    page.get_by_role("button", name="Undo: change the limits").click()
    expect(days).to_have_value("")
    page.wait_for_timeout(1500)
    assert limits(site, page, automation_id) == {}

    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    expect(panel).to_contain_text("Choose a step to see its settings.")
    panel.get_by_text("Limits", exact=True).click()
    panel.get_by_label("Steps of one run, at most").fill("40")
    page.wait_for_timeout(1500)
    assert limits(site, page, automation_id) == {"max_steps": 40}


def limits(site: ProductSite, page: Page, automation_id: str) -> dict[str, Any]:
    """The limits that the server has, once the page says that all is saved."""
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    with site.database.read(site.studio.scope) as session:
        return dict(get_automation(session, automation_id).drawing["limits"])


@pytest.mark.parametrize(
    ("trigger", "usual", "chosen", "kept"),
    [
        ({"kind": "event", "type": "booking.made"}, "", "End the run", "cancel"),
        ({"kind": "manual", "noun": "invoice"}, "", "Let the run go on", "keep"),
        ({"kind": "date", "type": "booking.starts_at"}, "cancel", "Let the run go on", "keep"),
    ],
)
def test_what_becomes_of_a_run_whose_record_is_over_is_chosen_at_the_trigger(
    site: ProductSite, page: Page, trigger: dict[str, str], usual: str, chosen: str, kept: str
):
    automation_id = drawn(site, {**HEAD, "settings": trigger}, node("end", "stop"))
    panel = opened(site, page, automation_id, "Trigger")
    gone = panel.get_by_label("When the record is over")
    words = {"": "Not set", "cancel": "End the run"}
    expect(gone.locator("option:checked")).to_have_text(words[usual])

    gone.select_option(chosen)
    assert violations(page, within=PANEL) == []
    page.wait_for_timeout(1500)
    assert settings(site, page, automation_id, "trigger")["on_gone"] == kept


def test_the_panel_fits_a_phone(site: ProductSite, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    automation_id = drawn(site, node("gate", "condition", cases=[{"port": "rich", "when": {"value": True}}]))
    panel = opened(site, page, automation_id, "Gate")
    panel.get_by_role("button", name="Condition", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page must not scroll sideways"
    assert panel.evaluate("it => [...it.querySelectorAll('*')].every(one => one.getBoundingClientRect().right <= innerWidth + 1)")
    assert violations(page, within=PANEL) == []
