"""Engagements: the list, and the thread of one."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response
from sqlmodel import col

from api.deps import Call, Read
from api.render import fragment, member_page
from api.routing import Router
from api.threads import StepWords, WaitWords, member_href, sorted_waits, step_words, wait_words
from api.web.formats import near
from models.queries.automation_runs import list_runs
from models.queries.engagement_facts import get_engagement_facts
from models.queries.engagement_sides import (
    EngagementMoney,
    EngagementRow,
    Paper,
    engagement_rows,
    get_engagement_money,
    list_invoices_of,
    list_papers,
    list_people,
)
from models.queries.engagements import get_engagement, list_open_waits, select_engagements
from models.queries.run_rows import RunRow, run_rows
from models.queries.timeline import list_timeline
from models.rules.engagement_thread import thread
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.types.engagements import EngagementStatus
from models.types.errors import NotFound
from models.types.principals import Door
from models.types.timeline import Timeline
from models.types.waits import WaitKind

router = Router("engagements", Door.MEMBER, prefix="")

_PAGE = 30


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that an address turns on or off."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One engagement of the list."""

    row: EngagementRow
    since: str


@dataclass
class EngagementsPage:
    """The list."""

    lines: list[Line]
    chips: list[Chip]
    q: str
    keep: dict[str, str]
    next: str | None
    is_filtered: bool


@dataclass(frozen=True, slots=True)
class Repair:
    """A step that is stuck."""

    id: str
    what: str
    reason: str
    since: str
    can_skip: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody involved, and as what."""

    name: str
    part: str
    href: str


@dataclass
class EngagementPage:
    """One engagement: its thread, its story, and what stands beside them."""

    engagement: Engagement
    contact: Contact
    company: Company | None
    subtitle: str
    steps: list[StepWords]
    wait: WaitWords | None
    others: list[WaitWords]
    repairs: list[Repair]
    timeline: Timeline
    papers: list[Paper]
    money: EngagementMoney
    unbilled_seconds: int
    people: list[Person]
    is_live: bool
    runs: list[RunRow]
    """The latest runs of automations about it."""


@dataclass
class TimelinePage:
    """A piece of the story."""

    engagement_id: str
    timeline: Timeline


@router.get("/engagements")
def index(
    call: Read,
    status: str = "live",
    q: Annotated[str, Query(max_length=100)] = "",
    owner: str = "",
    cursor: str = "",
) -> Response:
    """Engagements as a table; filters and search live in the address."""
    chosen = {"status": status, "q": q, "owner": owner}
    is_known = status in ("live", *EngagementStatus)
    statement = select_engagements(
        status=status if is_known else None,
        owner_id=call.principal.id if owner == "me" else None,
        text=q,
        is_archived=status == "archived",
    )
    if cursor:
        statement = statement.where(col(Engagement.id) < cursor)
    found = list(call.session.exec(statement.order_by(col(Engagement.id).desc()).limit(_PAGE + 1)))
    rows = engagement_rows(call.session, found[:_PAGE])
    zone = call.workspace.timezone
    page = EngagementsPage(
        lines=[Line(row, near(row.wait.since, zone, call.now) if row.wait else "") for row in rows],
        chips=_chips(chosen),
        q=q,
        keep={name: value for name, value in chosen.items() if value and name != "q"},
        next=_href({**chosen, "cursor": found[_PAGE - 1].id}) if len(found) > _PAGE else None,
        is_filtered=bool(q or owner or status != "live"),
    )
    return member_page(call, "engagements/index.html", page, nav="engagements")


@router.get("/engagements/{engagement_id}")
def show(engagement_id: str, call: Read, cursor: str = "") -> Response:
    """One engagement. cursor: begin the story below this entry."""
    engagement = get_engagement(call.session, engagement_id)
    return member_page(call, "engagements/show.html", _page(call, engagement, cursor), nav="engagements")


@router.get("/engagements/{engagement_id}/timeline")
def show_timeline(engagement_id: str, call: Read, cursor: str = "") -> Response:
    """Older entries of the story, to be put below those that are there."""
    engagement = get_engagement(call.session, engagement_id)
    timeline = list_timeline(call.session, engagement_id=engagement.id, cursor=cursor or None, limit=20)
    return fragment(call, "engagements/_timeline.html", TimelinePage(engagement.id, timeline))


def _page(call: Call, engagement: Engagement, cursor: str) -> EngagementPage:
    zone, now = call.workspace.timezone, call.now
    facts = get_engagement_facts(call.session, engagement)
    steps = thread(facts)
    waits = list_open_waits(call.session, engagement.id)
    words = [wait_words(wait, zone=zone, now=now) for wait in sorted_waits(waits, steps)]
    papers = list_papers(call.session, engagement.id)
    contact, company = _client(call, engagement)
    return EngagementPage(
        engagement=engagement,
        contact=contact,
        company=company,
        subtitle=" · ".join(name for name in (contact.name, company.name if company else "") if name),
        steps=step_words(steps, zone=zone, now=now, href=member_href),
        wait=words[0] if words else None,
        others=words[1:],
        repairs=[
            Repair(wait.id, wait.what, str(wait.detail.get("reason", "")), near(wait.since, zone, now), wait.can_skip)
            for wait in waits
            if wait.kind == WaitKind.REPAIR
        ],
        timeline=list_timeline(call.session, engagement_id=engagement.id, cursor=cursor or None, limit=20),
        papers=papers,
        money=get_engagement_money(papers, list_invoices_of(call.session, engagement.id), engagement.currency),
        unbilled_seconds=facts.work.unbilled_seconds,
        people=[_person(person, part) for person, part in list_people(call.session, engagement)],
        is_live=engagement.archived_at is None and engagement.status not in ("closed", "lost"),
        runs=run_rows(call.session, list_runs(call.session, engagement_id=engagement.id, limit=5)),
    )


def _client(call: Call, engagement: Engagement) -> tuple[Contact, Company | None]:
    contact = call.session.get(Contact, engagement.contact_id)
    if contact is None:
        raise NotFound("The client of this engagement is gone.")
    company_id = engagement.company_id or contact.company_id
    return contact, call.session.get(Company, company_id) if company_id else None


def _person(person: Member | Contact, part: str) -> Person:
    return Person(person.name, part, f"/contacts/{person.id}" if isinstance(person, Contact) else "")


def _chips(chosen: dict[str, str]) -> list[Chip]:
    choices = (
        *(
            ("live", "In progress"),
            ("lead", "Leads"),
            ("proposed", "Proposed"),
            ("contracted", "Contracted"),
            ("active", "Active"),
        ),
        *(("paused", "Paused"), ("closed", "Closed"), ("lost", "Lost"), ("archived", "Archived")),
    )
    chips = [
        Chip(text, _href({**chosen, "status": "live" if chosen["status"] == key else key}), chosen["status"] == key)
        for key, text in choices
    ]
    mine = chosen["owner"] == "me"
    return [Chip("Mine", _href({**chosen, "owner": "" if mine else "me"}), mine), *chips]


def _href(chosen: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in chosen.items() if value and not (name == "status" and value == "live")})
    return f"/engagements?{query}" if query else "/engagements"
