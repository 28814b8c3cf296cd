"""The design system's own pages, served as strictly as the product serves its own: no inline script, nothing from elsewhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from jinja2 import FileSystemLoader
from playwright.sync_api import Page

from api.web.assets import WEB
from api.web.environment import environment
from api.web.statuses import known_statuses

POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
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


class StrictHandler(SimpleHTTPRequestHandler):
    """Files under a content security policy, without a word on the terminal."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        return


class DesignSite:
    """Renders a page and shows it."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address

    def show(self, page: Page, name: str, *, theme: str = "light", colour: str | None = None) -> None:
        """Open one of `member`, `portal` and `fields` in the browser."""
        (self.folder / "index.html").write_text(rendered(name, theme=theme, colour=colour))
        page.goto(self.address, wait_until="networkidle")


@contextmanager
def design_site(folder: Path) -> Iterator[DesignSite]:
    """A server on a free port of loopback for as long as the block lasts."""
    (folder / "static").symlink_to(WEB / "static")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(StrictHandler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield DesignSite(folder, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def step(index: int, label: str, *, at: int) -> dict[str, str | None]:
    state = "done" if index < at else "current" if index == at else "coming"
    date = DATES[min(index, 2)] if state == "done" else None
    return {"key": label.lower(), "label": label, "state": state, "date": date, "href": "#" if date else None}


def rendered(name: str, *, theme: str, colour: str | None) -> str:
    """The page with everything that its layout may show."""
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
