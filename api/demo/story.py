"""The demo's story, told through the product's own doors with the clock moved back: what is seen really happened.

Ada signed and her website is half-way; Tomás has a proposal in front of him; Grace wrote this morning.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.demo.signing import sign
from models import clock
from models.db import Database
from models.seed import documents
from models.settings import Settings

Answer = dict[str, Any]


class Teller:
    """A program that uses the product as the studio, as its client, and as the worker."""

    def __init__(self, browser: TestClient, token: str, worker_token: str) -> None:
        self.browser = browser
        self._studio = {"Authorization": f"Bearer {token}"}
        self._worker = {"Authorization": f"Bearer {worker_token}"}
        self.workspace_id = ""

    def get(self, path: str, **params: str) -> Answer:
        """Read as the studio."""
        return self._checked(self.browser.get(f"/api/v1{path}", params=params, headers=self._studio))

    def do(self, path: str, body: Answer | None = None, *, method: str = "POST") -> Answer:
        """Write as the studio."""
        return self._checked(self.browser.request(method, f"/api/v1{path}", json=body or {}, headers=self._studio))

    def follow_up(self, noun: str, subject_id: str, resource: str) -> None:
        """Do what the worker does after an event, under the worker's own key: it will find it done."""
        key = f"{noun}:{subject_id}:{resource}:0"
        headers = {**self._worker, "X-Workspace": self.workspace_id, "Idempotency-Key": key}
        self._checked(self.browser.post(f"/api/v1/{noun}/{subject_id}/{resource}", json={"index": 0}, headers=headers))

    def first(self, path: str, **wanted: str) -> Answer:
        """The first item of a list whose fields are as wanted."""
        items = self.get(path)["items"]
        return next(item for item in items if all(item.get(name) == value for name, value in wanted.items()))

    @staticmethod
    def _checked(response: Any) -> Answer:
        if response.status_code >= 400:
            raise RuntimeError(f"The demo cannot be made: {response.request.url} answered {response.text}")
        return response.json() if response.content else {}


def tell_story(settings: Settings, database: Database, token: str) -> None:
    """Make what a studio has after two weeks."""
    with TestClient(create_app(settings, database), base_url=settings.public_url) as browser:
        teller = Teller(browser, token, settings.worker_token)
        with _days_ago(14):
            templates = _add_templates(teller)
        _ada(teller, templates["Website"])
        _tomas(teller, templates["Brand identity"])
        _grace(teller)


def _add_templates(teller: Teller) -> dict[str, str]:
    """Contracts and proposals to start from; proposal template name to id."""
    contracts = {
        name: teller.do("/contract_templates", {"name": name, "title": title, "body": body})["id"]
        for name, title, body in documents.CONTRACT_TEMPLATES
    }
    kickoff = teller.first("/schedulers", slug="kickoff")["id"]
    made = {}
    for template in (documents.WEBSITE, documents.IDENTITY):
        body = {
            **template,
            "contract_template_id": contracts["Services agreement"],
            "scheduler_id": kickoff,
            "project_template_id": teller.first("/project_templates", name=template["name"])["id"],
        }
        made[template["name"]] = teller.do("/proposal_templates", body)["id"]
    return made


def _ada(teller: Teller, template_id: str) -> None:
    """From the form to a project that is half-way."""
    with _days_ago(13):
        engagement = _enquire(teller, "Ada Byron", "ada@byron-mills.example", "Byron Mills", "A new website", "12000")
        teller.workspace_id = teller.first("/workspaces")["id"]
    with _days_ago(12):
        proposal = teller.do("/proposals", {"engagement_id": engagement, "template_id": template_id})
        teller.do(f"/proposals/{proposal['id']}/sending")
        teller.follow_up("proposals", proposal["id"], "deliveries")
    with _days_ago(9):
        link = teller.do(f"/proposals/{proposal['id']}/link")["url"]
        sign(teller.browser, link, name="Ada Byron")
        for resource in ("project", "portal_invitations", "deposit_invoice", "retainers"):
            teller.follow_up("proposals", proposal["id"], resource)
        _book(teller, engagement, proposal["id"])
    _work(teller, engagement)


def _book(teller: Teller, engagement_id: str, proposal_id: str) -> None:
    scheduler = teller.first("/schedulers", slug="kickoff")["id"]
    now = clock.now()
    window = {"since": now.isoformat(), "until": (now + timedelta(days=7)).isoformat()}
    start = teller.get(f"/schedulers/{scheduler}/slots", **window)["slots"][2]
    contact = teller.get(f"/engagements/{engagement_id}")["contact_id"]
    booking = {
        "scheduler_id": scheduler,
        "contact_id": contact,
        "starts_at": start,
        "timezone": "Europe/London",
        "engagement_id": engagement_id,
        "proposal_id": proposal_id,
    }
    made = teller.do("/bookings", booking)
    teller.follow_up("bookings", made["id"], "confirmations")


def _work(teller: Teller, engagement_id: str) -> None:
    """A week of work: tasks done, time logged, a comment the client can read."""
    project = teller.first("/projects", engagement_id=engagement_id)["id"]
    tasks = {task["title"]: task for task in teller.get("/tasks", project_id=project, limit="100")["items"]}
    mara = teller.first("/members", email="mara@atelier-nord.example")["id"]
    jonas = teller.first("/members", email="jonas@atelier-nord.example")["id"]
    stretches = (
        (6, "Kickoff notes", mara, 9, 1.5, "Kickoff and notes"),
        (5, "Site map", mara, 9, 3, "Site map, first round"),
        (4, "Set up hosting", jonas, 10, 2, "Staging and certificates"),
        (3, "Site map", mara, 13, 1.25, "Changes after the review"),
        (2, "Design of the home page", mara, 9, 4.5, "Home page, two directions"),
        (1, "Design of the home page", mara, 10, 3, "Home page, chosen direction"),
    )
    for days, title, member, hour, hours, note in stretches:
        with _days_ago(days):
            began = clock.now().replace(hour=hour, minute=0, second=0, microsecond=0) - timedelta(days=1)
            entry = {
                "task_id": tasks[title]["id"],
                "member_id": member,
                "started_at": began.isoformat(),
                "stopped_at": (began + timedelta(hours=hours)).isoformat(),
                "note": note,
            }
            teller.do("/time_entries", entry)
    with _days_ago(3):
        for title in ("Kickoff notes", "Set up hosting", "Site map"):
            teller.do(f"/tasks/{tasks[title]['id']}/completion", method="PUT")
    with _days_ago(1):
        said = {
            "subject_kind": "task",
            "subject_id": tasks["Design of the home page"]["id"],
            "body": "Two directions are ready. We will show you both on Thursday.",
            "is_shared": True,
        }
        teller.do("/comments", said)


def _tomas(teller: Teller, template_id: str) -> None:
    """A proposal that waits for its signature."""
    with _days_ago(4):
        engagement = _enquire(teller, "Tomás Rey", "tomas@reyvinos.example", "Rey Vinos", "A brand identity", "6500")
    with _days_ago(3):
        proposal = teller.do("/proposals", {"engagement_id": engagement, "template_id": template_id})
        teller.do(f"/proposals/{proposal['id']}/sending")
        teller.follow_up("proposals", proposal["id"], "deliveries")


def _grace(teller: Teller) -> None:
    """An enquiry of this morning."""
    with _days_ago(0.1):
        _enquire(teller, "Grace Okafor", "grace@okafor.example", "Okafor & Daughters", "Ongoing care", "")


def _enquire(teller: Teller, name: str, email: str, company: str, need: str, budget: str) -> str:
    """Answer the public form; the engagement it opened."""
    form = teller.first("/forms", slug="start-a-project")["id"]
    answers = {"name": name, "email": email, "company": company, "need": need, "budget": budget, "consent": True}
    submission = teller.do(f"/forms/{form}/submissions", {"answers": answers})
    return str(submission["engagement_id"])


@contextmanager
def _days_ago(days: float) -> Iterator[datetime]:
    """Let everything inside happen so many days ago."""
    clock.move(-timedelta(days=days))
    try:
        yield clock.now()
    finally:
        clock.reset()
