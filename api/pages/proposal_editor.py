"""The editor of a draft: text and prices in place, the client's view beside, every change kept at once."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from fastapi.responses import Response
from markupsafe import Markup
from sqlmodel import col, select

from api.deps import Call, Read, Write
from api.files import Posted
from api.pages.proposal_fields import (
    CHOICES,
    KINDS,
    PERIODS,
    LineWords,
    line_words,
    moved,
    posted_blocks,
    posted_lines,
    posted_share,
)
from api.proposal_documents import render_proposal
from api.proposals import shown_contract
from api.render import fragment, member_page, redirect
from api.routing import Router
from api.web.formats import quantity
from models.commands.contracts import change_contract
from models.commands.proposals import attach_contract, change_proposal
from models.queries.contacts import get_contact
from models.queries.contracts import list_contract_templates
from models.queries.proposals import find_contract_of, get_proposal, list_line_items
from models.rules.dates import local_date
from models.rules.proposals import can_edit, expiry_instant
from models.tables.bookings import Scheduler
from models.tables.contracts import Contract
from models.tables.projects import ProjectTemplate
from models.tables.proposals import Proposal
from models.types.errors import Conflict, DomainError, Invalid
from models.types.principals import Door
from models.types.proposals import ProposalStatus

router = Router("proposals", Door.MEMBER)

_DAY = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EditorPage:
    """A draft with its form and what the client will see."""

    proposal: Proposal
    client: str
    blocks: list[dict[str, Any]]
    lines: list[LineWords]
    terms: dict[str, str]
    contract: Contract | None
    contract_templates: list[tuple[str, str]]
    schedulers: list[tuple[str, str]]
    project_templates: list[tuple[str, str]]
    document: Markup
    contract_document: Markup | None
    errors: dict[str, str]
    kinds: list[tuple[str, str]] = field(default_factory=lambda: KINDS)
    choices: list[tuple[str, str]] = field(default_factory=lambda: CHOICES)
    periods: list[tuple[str, str]] = field(default_factory=lambda: PERIODS)


@router.get("/proposals/{proposal_id}/edit")
def edit(proposal_id: str, call: Read) -> Response:
    """The editor; what was sent leads back to its page."""
    proposal = get_proposal(call.session, proposal_id)
    if not can_edit(ProposalStatus(proposal.status)):
        return redirect(call, f"/proposals/{proposal_id}")
    return member_page(call, "proposals/edit.html", editor_page(call, proposal), nav="proposals")


@router.post("/proposals/{proposal_id}/draft")
def update(proposal_id: str, call: Write, posted: Posted) -> Response:
    """Keep what the form says. htmx gets the client's view anew, or after adding, moving and removing the whole editor."""
    proposal = get_proposal(call.session, proposal_id)
    act = posted.value("act")
    errors: dict[str, str] = {}
    try:
        with call.session.begin_nested():
            _check_version(proposal, posted.value("version"))
            _keep(call, proposal, posted, act)
    except DomainError as error:
        errors = {error.field or "": error.detail}
    if errors and not call.is_htmx:
        return member_page(call, "proposals/edit.html", editor_page(call, proposal, errors), nav="proposals", status=422)
    if not call.is_htmx:
        return redirect(call, f"/proposals/{proposal_id}/edit#{act.partition(':')[0] or 'editor'}", flash="" if act else "Saved")
    template = "proposals/_editor.html" if act and not errors else "proposals/_preview.html"
    fresh = {} if errors else {"Fresh": str(proposal.version)}
    return fragment(call, template, editor_page(call, proposal, errors), status=422 if errors else 200, headers=fresh)


@router.post("/proposals/{proposal_id}/contract")
def update_contract(proposal_id: str, call: Write, posted: Posted) -> Response:
    """Change the contract's own text, or take another template."""
    proposal = get_proposal(call.session, proposal_id)
    contract = find_contract_of(call.session, proposal)
    said = "Saved"
    try:
        with call.session.begin_nested():
            if "template_id" in posted.values:
                attach_contract(call.session, proposal, posted.value("template_id") or None, now=call.now)
            elif contract is not None:
                values = {"title": posted.value("contract_title"), "body": posted.value("contract_body")}
                change_contract(call.session, contract, values)
    except DomainError as error:
        said = error.detail
    kind = "success" if said == "Saved" else "error"
    return redirect(call, f"/proposals/{proposal_id}/edit#contract", flash=said, kind=kind)


def editor_page(call: Call, proposal: Proposal, errors: dict[str, str] | None = None) -> EditorPage:
    """The editor of a draft, as it is kept."""
    contract = find_contract_of(call.session, proposal)
    active = select(Scheduler).where(col(Scheduler.archived_at).is_(None)).order_by(col(Scheduler.name))
    plans = select(ProjectTemplate).where(col(ProjectTemplate.archived_at).is_(None)).order_by(col(ProjectTemplate.name))
    return EditorPage(
        proposal=proposal,
        client=get_contact(call.session, proposal.contact_id).name,
        blocks=proposal.blocks,
        lines=[line_words(row, proposal.currency) for row in list_line_items(call.session, proposal.id)],
        terms=_terms(proposal, call.workspace.timezone),
        contract=contract,
        contract_templates=[(one.id, one.name) for one in list_contract_templates(call.session)],
        schedulers=[(one.id, one.name) for one in call.session.exec(active)],
        project_templates=[(one.id, one.name) for one in call.session.exec(plans)],
        document=render_proposal(call.session, proposal, now=call.now).html,
        contract_document=shown_contract(call, contract).html if contract else None,
        errors=errors or {},
    )


def _keep(call: Call, proposal: Proposal, posted: Posted, act: str) -> None:
    currency = posted.value("currency").strip().upper() or proposal.currency
    if len(currency) != 3 or not currency.isalpha():
        raise Invalid("A currency has three letters, such as EUR.", field="currency")
    changes = {
        "title": posted.value("title"),
        "currency": currency,
        "prices_include_tax": posted.value("prices_include_tax") == "yes",
        "deposit_bps": posted_share(posted.value("deposit"), "deposit"),
        "expires_at": _expires_at(proposal, posted.value("expires_on"), call.workspace.timezone),
        "reminder_days": reminder_days(posted.value("reminder_days")),
        "scheduler_id": posted.value("scheduler_id") or None,
        "project_template_id": posted.value("project_template_id") or None,
        "blocks": moved(posted_blocks(posted), act, "block"),
    }
    known = {row.id: row for row in list_line_items(call.session, proposal.id)}
    lines = moved(posted_lines(posted, currency, known), act, "line")
    change_proposal(call.session, proposal, changes, lines=lines)


def _terms(proposal: Proposal, zone: str) -> dict[str, str]:
    last_day = local_date(proposal.expires_at - _DAY, zone).isoformat() if proposal.expires_at else ""
    return {
        "deposit": quantity(proposal.deposit_bps * 10) if proposal.deposit_bps else "",
        "expires_on": last_day,
        "reminder_days": ", ".join(str(one) for one in proposal.reminder_days),
    }


def _expires_at(proposal: Proposal, last_day: str, zone: str) -> datetime | None:
    """Good through a day in the studio's zone; an exact time set elsewhere stays while the day is the same."""
    if not last_day:
        return None
    if proposal.expires_at is not None and local_date(proposal.expires_at - _DAY, zone).isoformat() == last_day:
        return proposal.expires_at
    try:
        return expiry_instant(date.fromisoformat(last_day), zone)
    except ValueError as error:
        raise Invalid("Write the day like 2026-12-04.", field="expires_on") from error


def reminder_days(text: str) -> list[int]:
    """Days after sending as typed: "2, 5". Raises Invalid when they are none, or beyond a year."""
    found = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    if any(not part.isdigit() or int(part) > 365 for part in found):
        raise Invalid("Write days after sending, such as 2, 5.", field="reminder_days")
    return sorted({int(part) for part in found})


def _check_version(proposal: Proposal, version: str) -> None:
    if version and version != str(proposal.version):
        raise Conflict("Somebody else changed this proposal meanwhile. Reload the page to see it.", field="version")
