"""A member's day and a client's two minutes: boards, tasks, time, in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from models import clock
from models.queries.tasks import list_tasks_of_group
from models.tables.tasks import Task
from tests.builders.projects import Work, make_project, make_task, make_time_entry
from tests.e2e.axe import violations
from tests.e2e.product_site import ProductSite, product_site

SIZES = {"desktop": ViewportSize(width=1360, height=900), "phone": ViewportSize(width=390, height=844)}

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with product_site(tmp_path_factory.mktemp("product")) as site:
        yield site


@pytest.fixture
def work(site: ProductSite) -> Work:
    with site.database.write(site.studio.scope) as session:
        work = make_project(session, site.studio, is_shared=True, starts_on=clock.today("UTC"))
        for place, title in enumerate(("Sketch", "Logo", "Texts")):
            make_task(session, site.studio, work, title=title, position=float(place), is_shared=title == "Texts")
        return work


@pytest.fixture
def browser_page(site: ProductSite, page: Page) -> Page:
    site.sign_in(page.context)
    return page


def titles(site: ProductSite, group_id: str) -> list[str]:
    with site.database.read(site.studio.scope) as session:
        return [task.title for task in list_tasks_of_group(session, group_id)]


def task_id(site: ProductSite, work: Work, title: str) -> str:
    with site.database.read(site.studio.scope) as session:
        return next(task.id for task in list_tasks_of_group(session, work.todo_id) if task.title == title)


def test_a_card_is_dragged_into_another_column(site: ProductSite, work: Work, browser_page: Page):
    browser_page.goto(f"{site.address}/projects/{work.project_id}")
    card = browser_page.locator("[data-card-id]", has_text="Logo")
    column = browser_page.locator(f"[data-group-id={work.doing_id}]")

    start, end = card.bounding_box(), column.bounding_box()
    assert start is not None
    assert end is not None
    with browser_page.expect_response(lambda answer: answer.url.endswith("/position")) as moved:
        browser_page.mouse.move(start["x"] + 20, start["y"] + start["height"] - 6)
        browser_page.mouse.down()
        browser_page.mouse.move(end["x"] + 60, end["y"] + 20, steps=12)
        browser_page.mouse.up()

    assert moved.value.status == 204
    expect(browser_page.get_by_role("region", name="Doing").locator("[data-board-count]")).to_have_text("1")
    assert (titles(site, work.todo_id), titles(site, work.doing_id)) == (["Sketch", "Texts"], ["Logo"])


def test_a_card_is_moved_with_the_keyboard_alone(site: ProductSite, work: Work, browser_page: Page):
    browser_page.goto(f"{site.address}/projects/{work.project_id}")

    browser_page.get_by_label("Move “Sketch” to…").focus()
    browser_page.keyboard.press("Enter")
    browser_page.keyboard.press("Tab")
    with browser_page.expect_navigation():
        browser_page.keyboard.press("Enter")

    expect(browser_page.locator(f"[data-group-id={work.doing_id}]")).to_contain_text("Sketch")
    assert titles(site, work.doing_id) == ["Sketch"]


def test_the_timer_runs_in_the_top_bar_until_it_is_stopped(site: ProductSite, work: Work, browser_page: Page):
    browser_page.goto(f"{site.address}/tasks/{task_id(site, work, 'Logo')}")
    browser_page.get_by_role("button", name="Start timer").last.click()

    running = browser_page.locator("#timer [data-ticking-since]")
    expect(running).to_be_visible()
    expect(running).not_to_have_text("0:00:00", timeout=5000)
    browser_page.locator("#timer").get_by_role("button", name="Stop the timer").click()
    expect(browser_page.locator("#timer").get_by_role("button", name="Start timer")).to_be_visible()


def test_writing_to_the_client_takes_two_steps_and_a_note_one(site: ProductSite, work: Work, browser_page: Page):
    browser_page.goto(f"{site.address}/tasks/{task_id(site, work, 'Texts')}")
    expect(browser_page.get_by_role("button", name="Send to Ada Byron")).to_be_hidden()

    browser_page.get_by_label("Note for the team").fill("Too long, all of it")
    browser_page.get_by_role("button", name="Add note").click()
    expect(browser_page.get_by_text("team only")).to_be_visible()
    browser_page.get_by_text("Write to Ada Byron…").click()
    browser_page.get_by_label("Ada Byron will read this in the portal.").fill("Thank you for the texts")
    browser_page.get_by_role("button", name="Send to Ada Byron").click()
    expect(browser_page.get_by_text("Ada Byron reads this")).to_be_visible()

    browser_page.goto(f"{site.address}/portal/tasks/{task_id(site, work, 'Texts')}")
    expect(browser_page.get_by_text("Thank you for the texts")).to_be_visible()
    expect(browser_page.get_by_text("Too long, all of it")).to_have_count(0)


@pytest.mark.parametrize("size", list(SIZES))
def test_the_pages_of_work_break_no_wcag_rule(site: ProductSite, work: Work, browser_page: Page, size: str):
    with site.database.write(site.studio.scope) as session:
        texts = session.get_one(Task, task_id(site, work, "Texts"))
        texts.is_for_client, texts.due_on = True, clock.today("UTC") - timedelta(days=3)
        texts.checklist = [{"text": "About us", "done": True}, {"text": "Imprint", "done": False}]
        make_time_entry(session, site.studio, project_id=work.project_id, task_id=texts.id, started_at=clock.now())
    browser_page.set_viewport_size(SIZES[size])
    project = f"/projects/{work.project_id}"
    found: dict[str, list[str]] = {}
    for path in (
        *("/projects", project, f"{project}/tasks", f"{project}/time", f"{project}/details", f"{project}/start", "/projects/new"),
        *("/tasks", f"/tasks/{texts.id}", "/time_entries", "/time_entries/new", "/project_templates", "/project_templates/new"),
        *("/portal/projects", f"/portal{project}", f"/portal/tasks/{texts.id}"),
    ):
        answer = browser_page.goto(f"{site.address}{path}", wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, path
        found[path] = violations(browser_page)
        if browser_page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found[path].append("scrolls sideways")
    assert {path: broken for path, broken in found.items() if broken} == {}
