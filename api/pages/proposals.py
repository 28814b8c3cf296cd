"""Proposals: the list, a new one, one with everything that happened to it, and what can be done about it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form
from fastapi.responses import Response
from sqlmodel import col

from api.deps import Call, Read, Write
from api.links import link_url
from api.pages.proposal_details import ProposalRow, row_of, show_page
from api.proposals import send
from api.render import member_page, redirect
from api.routing import Router
from models.commands.capability_links import revoke_links
from models.commands.proposal_decisions import withdraw_proposal
from models.commands.proposals import archive_proposal, draft_proposal, revise_proposal
from models.queries.contacts import get_contact
from models.queries.engagements import get_engagement, select_engagements
from models.queries.proposals import (
    get_proposal,
    list_proposal_templates,
    proposals_statement,
)
from models.tables.engagements import Engagement
from models.tables.proposals import Proposal, ProposalTemplate
from models.types.errors import DomainError, Refused
from models.types.principals import Door
from models.types.proposals import ProposalStatus

router = Router("proposals", Door.MEMBER)
_PAGE = 50
_STATUSES = ("draft", "sent", "accepted", "declined", "expired", "withdrawn", "superseded")


@dataclass(frozen=True, slots=True)
class ProposalsPage:
    """The list."""

    rows: list[ProposalRow]
    q: str
    chips: list[dict[str, Any]]
    keep: dict[str, str]
    older: str | None


@dataclass(frozen=True, slots=True)
class NewProposalPage:
    """What to start from, and for whom."""

    engagements: list[tuple[str, str]]
    templates: list[tuple[ProposalTemplate, str]]
    engagement_id: str
    errors: dict[str, str]


@router.get("/proposals")
def index(call: Read, q: str = "", status: str = "", engagement_id: str = "", cursor: str = "") -> Response:
    """Proposals, newest first; search and filters live in the address."""
    statement = proposals_statement(status=status, engagement_id=engagement_id, text=q)
    if not status:
        statement = statement.where(Proposal.status != ProposalStatus.SUPERSEDED)
    if cursor:
        statement = statement.where(col(Proposal.id) < cursor)
    found = call.session.exec(statement.order_by(col(Proposal.id).desc()).limit(_PAGE + 1)).all()
    keep = {name: value for name, value in (("status", status), ("engagement_id", engagement_id)) if value}
    older = f"/proposals?{urlencode({**keep, 'q': q, 'cursor': found[_PAGE - 1].id})}" if len(found) > _PAGE else None
    page = ProposalsPage([row_of(call, one) for one in found[:_PAGE]], q, _chips(status, q, engagement_id), keep, older)
    return member_page(call, "proposals/index.html", page, nav="proposals")


@router.get("/proposals/new")
def new(call: Read, engagement_id: str = "") -> Response:
    """Choose what to start from."""
    return _new_page(call, engagement_id, {})


@router.post("/proposals")
def create(call: Write, engagement_id: Annotated[str, Form()] = "", template_id: Annotated[str, Form()] = "") -> Response:
    """Draft one and go on to its editor."""
    if not engagement_id:
        return _new_page(call, "", {"engagement_id": "Choose whom it is for."})
    engagement = get_engagement(call.session, engagement_id)
    empty: dict[str, Any] = {"blocks": [{"kind": "text", "markdown": ""}, {"kind": "prices"}]}
    proposal = draft_proposal(
        call.session,
        engagement,
        now=call.now,
        template_id=template_id or None,
        **({} if template_id else {**empty, "expires_at": call.now + timedelta(days=14)}),
    )
    return redirect(call, f"/proposals/{proposal.id}/edit")


@router.get("/proposals/{proposal_id}")
def show(proposal_id: str, call: Read) -> Response:
    """The document as the client sees it, and beside it everything that happened."""
    return member_page(call, "proposals/show.html", show_page(call, get_proposal(call.session, proposal_id)), nav="proposals")


@router.post("/proposals/{proposal_id}/sending")
def create_sending(proposal_id: str, call: Write) -> Response:
    """Send it."""
    proposal = get_proposal(call.session, proposal_id)
    try:
        with call.session.begin_nested():
            send(call, proposal)
    except Refused as refused:
        return redirect(call, f"/proposals/{proposal_id}/edit", flash=refused.detail, kind="error")
    return redirect(call, f"/proposals/{proposal_id}", flash="Sent. The mail with the link goes out now.")


@router.post("/proposals/{proposal_id}/withdrawal")
def create_withdrawal(proposal_id: str, call: Write) -> Response:
    """Take it back."""
    return _decided(call, proposal_id, "Withdrawn. Its link says so.", withdraw_proposal)


@router.post("/proposals/{proposal_id}/revision")
def create_revision(proposal_id: str, call: Write) -> Response:
    """Begin the next version."""
    revised = revise_proposal(call.session, get_proposal(call.session, proposal_id), now=call.now)
    return redirect(call, f"/proposals/{revised.id}/edit", flash=f"This is version {revised.number}. Send it when it is right.")


@router.post("/proposals/{proposal_id}/archive")
def create_archive(proposal_id: str, call: Write) -> Response:
    """Put it out of the list."""
    try:
        archive_proposal(call.session, get_proposal(call.session, proposal_id), now=call.now)
    except Refused as refused:
        return redirect(call, f"/proposals/{proposal_id}", flash=refused.detail, kind="error")
    return redirect(call, "/proposals", flash="Put away. It can still be found by its engagement.")


@router.post("/proposals/{proposal_id}/link")
def create_link(proposal_id: str, call: Write, fresh: Annotated[str, Form()] = "") -> Response:
    """Make the client's link, or end the old one and make a new one."""
    proposal = get_proposal(call.session, proposal_id)
    if fresh:
        revoke_links(call.session, proposal.id, now=call.now)
        call.session.flush()
    link_url(call, "proposal", proposal.id, proposal.contact_id)
    said = "The old link is dead. Send the client the new one." if fresh else "Here is the client's link."
    return redirect(call, f"/proposals/{proposal_id}", flash=said)


def _decided(call: Call, proposal_id: str, said: str, decide: Any) -> Response:
    try:
        with call.session.begin_nested():
            decide(call.session, get_proposal(call.session, proposal_id), now=call.now)
    except DomainError as error:
        return redirect(call, f"/proposals/{proposal_id}", flash=error.detail, kind="error")
    return redirect(call, f"/proposals/{proposal_id}", flash=said)


def _chips(status: str, q: str, engagement_id: str) -> list[dict[str, Any]]:
    kept = {name: value for name, value in (("q", q), ("engagement_id", engagement_id)) if value}
    chips = []
    for one in _STATUSES:
        given = kept if one == status else {**kept, "status": one}
        href = f"/proposals?{urlencode(given)}" if given else "/proposals"
        chips.append({"text": one.capitalize(), "href": href, "current": one == status})
    return chips


def _new_page(call: Call, engagement_id: str, errors: dict[str, str]) -> Response:
    statement = select_engagements(status="live").order_by(col(Engagement.id).desc()).limit(200)
    engagements = [
        (one.id, f"{one.title} · {get_contact(call.session, one.contact_id).name}") for one in call.session.exec(statement)
    ]
    templates = [(one, _contents(one)) for one in list_proposal_templates(call.session)]
    page = NewProposalPage(engagements, templates, engagement_id, errors)
    return member_page(call, "proposals/new.html", page, nav="proposals", status=422 if errors else 200)


def _contents(template: ProposalTemplate) -> str:
    lines = [str(line["description"]).partition("\n")[0] for line in template.line_items]
    return ", ".join(lines[:3]) + (f" and {len(lines) - 3} more" if len(lines) > 3 else "")
