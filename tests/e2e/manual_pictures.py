"""The manual's pictures of automations, taken from the product: `python -m tests.e2e.manual_pictures` writes them anew."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from playwright.sync_api import Page, ViewportSize, sync_playwright
from sqlmodel import select

from models.seed.automation_templates import get_template
from models.settings import Settings
from models.tables.automations import AutomationRun
from tests.builders.runs import publish, submit
from tests.e2e.builder_page import add_drawing
from tests.e2e.conftest import CHROMIUM_SWITCHES
from tests.e2e.live_studio import LiveStudio, live_studio

FOLDER = Path(__file__).parents[2] / "api" / "docs" / "guide" / "automations"
EXAMPLES = ("new_lead", "invoice_chasing", "no_show", "large_proposal", "retainer_hours")
SIZE = ViewportSize(width=1360, height=850)


def take(folder: Path = FOLDER) -> None:
    """Write a picture of every example in the builder, of the library, and of a run that waits."""
    with TemporaryDirectory() as home, live_studio(Path(home)) as site, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_SWITCHES)
        context = chromium.new_context(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        site.sign_in(context)
        page = context.new_page()
        for key in EXAMPLES:
            template = get_template(key)
            automation_id = add_drawing(site, dict(template.drawing), template.name)
            _shoot(page, f"{site.url}/automations/{automation_id}/builder", ".react-flow__node-step", folder / f"{key}.png")
        _shoot(page, f"{site.url}/automation_templates", "h1", folder / "library.png")
        _shoot(page, f"{site.url}/automation_runs/{_waiting_run(site, home)}", ".react-flow__node-step", folder / "run.png")
        chromium.close()


def _shoot(page: Page, url: str, seen: str, to: Path) -> None:
    page.goto(url)
    page.locator(seen).first.wait_for()
    page.wait_for_timeout(1200)
    page.screenshot(path=to)


def _waiting_run(site: LiveStudio, home: str) -> str:
    with site.database.write(site.studio.scope) as session:
        publish(session, dict(get_template("new_lead").drawing), "New lead")
        submit(session, site.studio)
        run_id = session.exec(select(AutomationRun.id)).one()
    token = Settings(env="test", home=Path(home)).worker_token
    headers = {"Authorization": f"Bearer {token}", "X-Workspace": site.studio.workspace_id}
    started = {"kind": "started", "trigger": {}}
    httpx.post(f"{site.url}/api/v1/automation_runs/{run_id}/advance", json=started, headers=headers).raise_for_status()
    return run_id


if __name__ == "__main__":
    take()
