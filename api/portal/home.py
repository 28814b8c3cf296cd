"""The client's overview: what waits for them, where each piece of work stands, their documents."""

from dataclasses import dataclass
from datetime import datetime

from fastapi.responses import Response

from api.deps import Call, Read
from api.portal.retainers import ClientRetainer, list_client_retainers
from api.render import portal_page
from api.routing import Router
from api.threads import StepWords, WaitWords, sorted_waits, step_words
from api.web.formats import near_until
from models.queries.engagement_facts import get_engagement_facts
from models.queries.portal import (
    ClientDocument,
    find_accepted_proposal,
    find_link_path,
    find_upcoming_call,
    list_client_documents,
    list_client_engagements,
    list_client_waits,
)
from models.rules.engagement_thread import client_thread, thread
from models.tables.bookings import Booking, Scheduler
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.waits import Wait
from models.types.engagement_thread import Mark
from models.types.principals import Door
from models.types.waits import Whom

router = Router("home", Door.PORTAL)

_DO = {"proposal": "Read and sign", "contract": "Read and sign", "invoice": "Pay", "booking": "Open"}


@dataclass(frozen=True, slots=True)
class ClientTask:
    """One thing that waits for the client."""

    what: str
    about: str
    href: str | None
    action: str


@dataclass(frozen=True, slots=True)
class ClientEngagement:
    """One piece of work as the client sees it."""

    title: str
    steps: list[StepWords]
    wait: WaitWords | None
    call: str | None
    """When the next call takes place, in the client's zone."""
    call_url: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document with its address."""

    document: ClientDocument
    href: str | None


@dataclass
class PortalHomePage:
    """The portal's first page."""

    first_name: str
    tasks: list[ClientTask]
    engagements: list[ClientEngagement]
    documents: list[DocumentRow]
    retainers: list[ClientRetainer]


@router.get("/portal")
def show(call: Read) -> Response:
    contact = call.session.get(Contact, call.principal.id)
    zone = (contact.timezone if contact else None) or call.workspace.timezone
    engagements = list_client_engagements(call.session, call.principal.id)
    ids = [engagement.id for engagement in engagements]
    waits = list_client_waits(call.session, ids)
    documents = list_client_documents(call.session, call.principal.id, ids)
    titles = {engagement.id: engagement.title for engagement in engagements}
    page = PortalHomePage(
        first_name=call.principal.name.split()[0] if call.principal.name.strip() else "",
        tasks=[_task(call, wait, titles) for wait in waits if wait.whom == Whom.CLIENT],
        engagements=[
            _engagement(call, one, [wait for wait in waits if wait.engagement_id == one.id], zone) for one in engagements
        ],
        documents=[DocumentRow(one, _link(call, one.kind, one.id)) for one in documents],
        retainers=list_client_retainers(call, call.principal.id),
    )
    return portal_page(call, "portal/home.html", page, place="home")


def _engagement(call: Call, engagement: Engagement, waits: list[Wait], zone: str) -> ClientEngagement:
    steps = client_thread(thread(get_engagement_facts(call.session, engagement)))
    words = step_words(steps, zone=zone, now=call.now, href=lambda mark: _href(call, mark))
    first = next(iter(sorted_waits(waits, steps)), None)
    booked = find_upcoming_call(call.session, engagement.id, now=call.now)
    return ClientEngagement(
        title=engagement.title,
        steps=words,
        wait=_client_words(call, first) if first else None,
        call=_when(booked, zone, call.now) if booked else None,
        call_url=(_link(call, "booking", booked.id) or booked.meeting_url) if booked else "",
    )


def _client_words(call: Call, wait: Wait) -> WaitWords:
    """The client's half of a wait: their words alone, never the members', and no inner deadline."""
    href, action = _way_on(call, wait) if wait.whom == Whom.CLIENT else (None, "")
    return WaitWords(id="", what=wait.client_what, on=wait.whom, href=href, action=action)


def _task(call: Call, wait: Wait, titles: dict[str, str]) -> ClientTask:
    href, action = _way_on(call, wait)
    return ClientTask(wait.client_what, titles.get(wait.engagement_id or "", ""), href, action)


def _way_on(call: Call, wait: Wait) -> tuple[str | None, str]:
    """Where the client does what is waited for, and what the button says."""
    noun, _, subject_id = wait.workflow_id.partition("/")
    if noun == "engagement":
        return _own_way_on(call, wait)
    return _link(call, noun, subject_id), _DO.get(noun, "Open")


def _own_way_on(call: Call, wait: Wait) -> tuple[str | None, str]:
    if wait.detail.get("step") == "booking":
        return _scheduler_path(call, wait.engagement_id or ""), "Choose a time"
    if wait.detail.get("kind") == "project":
        return f"/portal/projects/{wait.detail['subject_id']}", "Open the board"
    return None, ""


def _scheduler_path(call: Call, engagement_id: str) -> str | None:
    """The public page of the accepted proposal's scheduler, which then knows what the call is about."""
    proposal = find_accepted_proposal(call.session, engagement_id)
    scheduler = call.session.get(Scheduler, proposal.scheduler_id) if proposal and proposal.scheduler_id else None
    if proposal is None or scheduler is None:
        return None
    link = _link(call, "proposal", proposal.id)
    return f"/book/{scheduler.slug}" + (f"?proposal={link.removeprefix('/p/')}" if link else "")


def _href(call: Call, mark: Mark) -> str:
    if mark.kind == "project":
        return f"/portal/projects/{mark.subject_id}"
    return _link(call, mark.kind, mark.subject_id) or ""


def _link(call: Call, kind: str, subject_id: str) -> str | None:
    if kind not in ("proposal", "contract", "invoice", "booking"):
        return None
    return find_link_path(call.session, call.settings.secret_key, kind, subject_id, call.principal.id)


def _when(booking: Booking, zone: str, now: datetime) -> str:
    return near_until(booking.starts_at, zone, now)
