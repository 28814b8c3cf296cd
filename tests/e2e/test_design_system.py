"""Every part of the design system on three pages: light and dark, desktop and phone, with brands of all kinds."""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from jinja2 import FileSystemLoader

from api.web.assets import WEB
from api.web.environment import environment
from api.web.statuses import known_statuses
from tests.e2e.axe import violations

LABELS = ["Form", "Follow-up", "Proposal", "Signature", "Project", "Call", "Work", "Time", "Invoice", "Payment", "Retainer"]
DATES = ["Mon 17 Nov", "Mon 17 Nov", "Tue 18 Nov"]
WAIT = {
    "what": "Waiting for Ada to sign",
    "on": "client",
    "since": "Tuesday 14:02",
    "then": "On Friday 17:00 CET a reminder goes out; on 4 Dec the proposal expires.",
    "href": "#",
    "action": "Remind now",
}
SIZES = {"desktop": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 844}}


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("design")
    (folder / "static").symlink_to(WEB / "static")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def step(index, label, *, at):
    state = "done" if index < at else "current" if index == at else "coming"
    date = DATES[min(index, 2)] if state == "done" else None
    return {"key": label.lower(), "label": label, "state": state, "date": date, "href": "#" if date else None}


def rendered(name, *, theme, colour):
    design = environment().overlay()
    design.loader = FileSystemLoader([Path(__file__).parent, WEB / "templates"])
    return design.get_template(f"design/{name}.html").render(
        brand={"name": "Studio Novak", "colour": colour, "logo_url": None, "reply_to": "hello@novak.example"},
        theme=theme,
        workspace={"name": "Studio Novak"},
        member={"name": "Mira Novak", "role": "Owner"},
        person={"name": "Ada Lovelace", "email": "ada@example.com"},
        company="Analytical Engines Ltd",
        places=[
            {"text": "Overview", "href": "#", "icon": "house", "current": True},
            {"text": "Files", "href": "#files", "icon": "folder", "current": False},
        ],
        nav="engagements",
        counts={"inbox": 3, "notifications": 2},
        steps=[step(index, label, at=3) for index, label in enumerate(LABELS)],
        wait=WAIT,
        statuses=known_statuses(),
    )


@pytest.mark.e2e
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["member", "portal", "fields"])
@pytest.mark.parametrize("colour", [None, "#ffd400", "#0b0b0b"], ids=["own", "yellow", "black"])
def test_no_page_breaks_wcag(site, page, name, theme, size, colour):
    folder, address = site
    (folder / "index.html").write_text(rendered(name, theme=theme, colour=colour))
    page.set_viewport_size(SIZES[size])
    page.goto(address, wait_until="networkidle")
    if shots := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{shots}/{name}-{theme}-{size}-{(colour or 'own').strip('#')}.png", full_page=True)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page must not scroll sideways"
