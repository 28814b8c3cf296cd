"""The product on a free port of loopback with the demo's story in it: what a page looks like when a studio is at work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import BrowserContext
from sqlmodel import Session, SQLModel, col, select

from api.app import create_app
from api.demo import seed_demo
from api.deps import MEMBER_COOKIE, PORTAL_COOKIE
from models import clock
from models.commands.api_tokens import create_api_token
from models.commands.capability_links import link_token
from models.commands.conversations import client_conversation, ensure_channel, post_message
from models.commands.invoices import draft_invoice
from models.commands.logins import make_one_time_link, open_login
from models.db import Database
from models.ids import derived_token
from models.settings import Settings
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.members import Member
from models.tables.proposals import Proposal
from models.tables.rows import WorkspaceRow
from models.tables.tasks import Task
from models.tables.workspaces import Workspace
from models.types.members import LinkKind
from models.types.principals import Door
from models.types.scope import Scope
from tests.builders.invoices import fixed_line
from tests.standins.serving import served

ADA, TOMAS, MARA = "ada@byron-mills.example", "tomas@reyvinos.example", "mara@atelier-nord.example"
NOUNS = ("project", "proposal", "contract")
SLUGS = {"help slug": "invoices", "book slug": "kickoff", "f slug": "start-a-project", "thanks slug": "start-a-project"}
SLUGS |= {"automation_templates key": "invoice_chasing", "versions number": "1"}
RENAMED = {"automation_runs": "run_id"} | {f"{noun}_templates": f"{noun}_templates template_id" for noun in NOUNS}
"""Tables whose path parameter is not called after them. All others are: `{invoice_id}` is a row of `invoices`."""


@dataclass(frozen=True)
class DemoSite:
    """Where it answers, the cookies of Mara and Ada, and what to put into the paths of pages."""

    address: str
    cookies: dict[str, str]
    values: dict[str, str]
    """Parameter to value; `i token` is the parameter `token` after the segment `i`, or after a whole path."""

    def sign_in(self, context: BrowserContext) -> None:
        """Let a browser in as the studio's owner, and at the portal as Ada."""
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in self.cookies.items()])

    def filled(self, path: str) -> str:
        """A route's path with a row of the story for every parameter. Raises KeyError for one that nobody entered."""
        parts = path.split("/")
        for place, (segment, part) in enumerate(zip(["", *parts], path.split("/"), strict=False)):
            if part.startswith("{"):
                name = part.strip("{}")
                known = self.values.get(f"{path} {name}") or self.values.get(f"{segment} {name}")
                parts[place] = known or self.values[name]
        return "/".join(parts)


@contextmanager
def demo_site(home: Path) -> Iterator[DemoSite]:
    """Seed the demo, add what only a running worker or a busy day makes, and serve until the block ends."""
    settings = Settings(env="test", home=home)
    database = Database(settings.database_url)
    SQLModel.metadata.create_all(database.engine)
    seed_demo(settings)
    with database.read(Scope(None)) as session:
        workspace = session.exec(select(Workspace)).one()
    with database.write(Scope(workspace.id)) as session:
        ada = _person(session, Contact, ADA)
        engagement = session.exec(select(Engagement).where(Engagement.contact_id == ada.id)).one()
        values = {"engagement_id": engagement.id, **_first_rows(session, engagement), **_busy_day(session, engagement), **SLUGS}
        values |= _tokens(session, settings.secret_key, engagement)
        token = create_api_token(session, name="e2e", scopes=["*"], created_by="member", maker_scopes=frozenset({"*"}))[1]
        cookies = {
            MEMBER_COOKIE: _let_in(session, Door.MEMBER, _person(session, Member, MARA)),
            PORTAL_COOKIE: _let_in(session, Door.PORTAL, ada),
        }

    def make_app(url: str) -> Any:
        settings.public_url = url
        return create_app(settings, database)

    with served(make_app) as address:
        values |= _papers(address, token, values["engagement_id"])
        yield DemoSite(address, cookies, values)


def _papers(address: str, token: str, engagement_id: str) -> dict[str, str]:
    """A proposal that is still being written, and a contract by itself that waits for Ada."""
    with httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=20) as studio:

        def post(path: str, **body: str) -> dict[str, str]:
            answer: dict[str, str] = studio.post(path, json=body).raise_for_status().json()
            return answer

        draft = post("/proposals", engagement_id=engagement_id, title="Phase two")
        contract = post("/contracts", engagement_id=engagement_id, title="Confidentiality", body="We keep **quiet**.")
        post(f"/contracts/{contract['id']}/sending")
        url = post(f"/contracts/{contract['id']}/link")["url"]
    return {"c token": url.rsplit("/", 1)[1], "/proposals/{proposal_id}/edit proposal_id": draft["id"]}


def _busy_day(session: Session, engagement: Engagement) -> dict[str, str]:
    """A talk with the client, a note in a channel, an invoice that is still being written."""
    now = clock.now()
    talk = client_conversation(session, engagement.contact_id, engagement.id)
    said = (
        ("c", f"contact:{engagement.contact_id}", "Ada Byron", "When do we see it?"),
        ("m", "member", "Mara", "On **Thursday**."),
    )
    for key, author, name, body in said:
        post_message(session, talk, author=author, author_name=name, body=body, key=key, now=now)
    channel = ensure_channel(session, "crm")
    post_message(session, channel, author="member", author_name="Mara", body="A lead", key="n", now=now)
    draft = draft_invoice(session, contact_id=engagement.contact_id, engagement_id=engagement.id, lines=[fixed_line()])
    shared = session.exec(select(Task).where(Task.is_shared)).first()
    return {
        "conversation_id": talk.id,
        "invoice_id": _deposit(session).id,
        "/invoices/{invoice_id}/edit invoice_id": draft.id,
        "/portal/tasks/{task_id} task_id": shared.id,
    }


def _first_rows(session: Session, engagement: Engagement) -> dict[str, str]:
    """The parameter of every table that has rows, with a row of Ada's engagement where there is one."""
    found = {}
    for mapper in SQLModel._sa_registry.mappers:
        shape = mapper.class_
        if not issubclass(shape, WorkspaceRow):
            continue
        query = select(shape)
        if hasattr(shape, "engagement_id"):
            query = query.order_by((col(shape.engagement_id) == engagement.id).desc())
        row = session.exec(query.limit(1)).first()
        if row is not None:
            found[_parameter(str(mapper.local_table))] = row.id
    return found


def _parameter(table: str) -> str:
    one = f"{table[:-3]}y" if table.endswith("ies") else table.removesuffix("s")
    return RENAMED.get(table, f"{one}_id")


def _deposit(session: Session) -> Invoice:
    return session.exec(select(Invoice).where(Invoice.kind == "deposit")).one()


def _tokens(session: Session, secret: str, engagement: Engagement) -> dict[str, str]:
    """The links that stand in the mails of Ada and Tomás."""
    ada, tomas = session.get_one(Contact, engagement.contact_id), _person(session, Contact, TOMAS)
    waiting = session.exec(select(Proposal).where(Proposal.status == "sent")).one()
    signed = session.exec(select(Proposal).where(Proposal.engagement_id == engagement.id)).one()
    email = session.exec(select(Email).where(Email.contact_id == ada.id)).first()
    booking = _first_rows(session, engagement)["booking_id"]

    def link(kind: str, subject_id: str, contact: Contact) -> str:
        return link_token(session, secret, kind=kind, subject_id=subject_id, contact_id=contact.id)

    def once(kind: LinkKind, person: Contact | Member) -> str:
        owner = {"workspace_id": person.workspace_id, "person_id": person.id}
        return make_one_time_link(session, kind=kind, lasts=timedelta(days=1), now=clock.now(), **owner)

    return {
        "email_id": email.id,
        "/unsubscribe/{email_id}/{token} token": derived_token(secret, email.id),
        "p token": link("proposal", waiting.id, tomas),
        "signed": link("proposal", signed.id, ada),
        "i token": link("invoice", _deposit(session).id, ada),
        "b token": link("booking", booking, ada),
        "enter token": once(LinkKind.PORTAL, ada),
        "password token": once(LinkKind.PASSWORD, _person(session, Member, MARA)),
    }


def _person(session: Session, shape: Any, email: str) -> Any:
    return session.exec(select(shape).where(shape.email_norm == email)).one()


def _let_in(session: Session, door: Door, person: Contact | Member) -> str:
    who = {"workspace_id": person.workspace_id, "person_id": person.id}
    return open_login(session, door=door, agent="browser", address="127.0.0.1", now=clock.now(), **who)[0]
