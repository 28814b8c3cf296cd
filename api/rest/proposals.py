"""Proposals: drafted, sent, followed up. The client's own decisions come in through their link, never here."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from api.automation_users import IsSure, ask_first
from api.deps import Call, Read, Slow, Write
from api.links import link_url
from api.pagination import Page, Paging, page_of
from api.proposals import deliver, remind, send
from api.rest.proposal_shapes import (
    ActionIn,
    EvidenceOut,
    LinkIn,
    LinkOut,
    ProposalChange,
    ProposalIn,
    ProposalOut,
    ProposalSummaryOut,
    ReasonIn,
    VersionIn,
    ViewOut,
    evidence_out,
    lines_of,
    proposal_out,
)
from api.routing import Router
from api.sealing import seal
from models.commands.capability_links import revoke_links
from models.commands.proposal_decisions import expire_proposal, withdraw_proposal
from models.commands.proposals import archive_proposal, attach_contract, change_proposal, draft_proposal, revise_proposal
from models.queries.engagements import get_engagement
from models.queries.proposals import get_follow_up_facts, get_proposal, list_views, proposals_statement
from models.rules.proposals import proposal_schedule
from models.tables.bookings import Scheduler
from models.tables.contacts import Contact
from models.tables.projects import ProjectTemplate
from models.tables.proposals import Proposal
from models.types.errors import Conflict, Invalid

router = Router("proposals")


class ScheduleOut(BaseModel):
    """What is due next; see `Schedule` in models/types/calls.py."""

    is_over: bool
    action: str
    wake_at: datetime | None
    index: int
    what: str
    whom: str
    client_what: str
    then_what: str
    ended_by: list[str]


@router.get("/proposals")
def list_proposals(
    call: Read,
    paging: Paging,
    status: Annotated[str, Query(examples=["sent"])] = "",
    engagement_id: str = "",
    contact_id: str = "",
    root_id: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    is_archived: bool = False,
) -> Page[ProposalSummaryOut]:
    """Proposals, newest first. status: one of them, or `live`. root_id: all versions of one. q: part of a title or a name."""
    statement = proposals_statement(
        status=status, engagement_id=engagement_id, contact_id=contact_id, root_id=root_id, text=q, is_archived=is_archived
    )
    return page_of(call.session, statement, Proposal, paging, ProposalSummaryOut)


@router.post("/proposals", status_code=201)
def create_proposal(body: ProposalIn, call: Write) -> ProposalOut:
    """Draft a proposal for an engagement's client, from a template or empty."""
    values = body.model_dump(exclude={"engagement_id", "template_id", "line_items", "contract_template_id", "blocks"})
    blocks = None if body.blocks is None else [block.as_stored() for block in body.blocks]
    _check_named(call, values)
    proposal = draft_proposal(
        call.session,
        get_engagement(call.session, body.engagement_id),
        now=call.now,
        template_id=body.template_id,
        lines=lines_of(body.line_items),
        contract_template_id=body.contract_template_id,
        blocks=blocks,
        **values,
    )
    return proposal_out(call.session, proposal)


@router.get("/proposals/{proposal_id}")
def show_proposal(proposal_id: str, call: Read) -> ProposalOut:
    """One version of a proposal, with its price table and every figure."""
    return proposal_out(call.session, get_proposal(call.session, proposal_id))


@router.patch("/proposals/{proposal_id}")
def update_proposal(proposal_id: str, body: ProposalChange, call: Write) -> ProposalOut:
    """Correct a draft; what is left out stays. `line_items` replaces the whole table."""
    proposal = _at(call, proposal_id, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version", "line_items", "blocks", "contract_template_id"})
    if body.blocks is not None:
        given["blocks"] = [block.as_stored() for block in body.blocks]
    _check_named(call, given)
    change_proposal(call.session, proposal, given, lines=lines_of(body.line_items))
    if "contract_template_id" in body.model_fields_set:
        attach_contract(call.session, proposal, body.contract_template_id, now=call.now)
    return proposal_out(call.session, proposal)


@router.post("/proposals/{proposal_id}/sending")
def create_sending(proposal_id: str, body: VersionIn, call: Write) -> ProposalOut:
    """Send a draft: figures and text are frozen, and the client gets their link by mail."""
    return proposal_out(call.session, send(call, _at(call, proposal_id, body.version)))


@router.post("/proposals/{proposal_id}/withdrawal")
def create_withdrawal(proposal_id: str, body: ReasonIn, call: Write) -> ProposalOut:
    """Take the offer back; its link says so from now on."""
    proposal = withdraw_proposal(call.session, _at(call, proposal_id, body.version), now=call.now, reason=body.reason)
    return proposal_out(call.session, proposal)


@router.post("/proposals/{proposal_id}/revision", status_code=201)
def create_revision(proposal_id: str, body: VersionIn, call: Write) -> ProposalOut:
    """Begin the next version as a draft. What was sent cannot be signed any more; what was signed stays in force."""
    return proposal_out(call.session, revise_proposal(call.session, _at(call, proposal_id, body.version), now=call.now))


@router.post("/proposals/{proposal_id}/archive")
def create_archive(proposal_id: str, body: VersionIn, call: Write, is_sure: IsSure = False) -> ProposalOut:
    """Put a draft or a proposal that is over out of the lists."""
    ask_first(call, proposal_id, is_sure=is_sure)
    return proposal_out(call.session, archive_proposal(call.session, _at(call, proposal_id, body.version), now=call.now))


@router.delete("/proposals/{proposal_id}/archive")
def delete_archive(proposal_id: str, call: Write) -> ProposalOut:
    """Bring it back into the lists."""
    return proposal_out(call.session, archive_proposal(call.session, _at(call, proposal_id, None), now=None))


@router.get("/proposals/{proposal_id}/evidence")
def list_proposal_evidence(proposal_id: str, call: Read) -> EvidenceOut:
    """Everything that was noted about this document, oldest first, and whether the chain is whole."""
    return evidence_out(call.session, get_proposal(call.session, proposal_id).id)


@router.get("/proposals/{proposal_id}/views")
def list_proposal_views(proposal_id: str, call: Read) -> list[ViewOut]:
    """Who looked at it and when, newest first; machines that only follow links are not among them."""
    views = list_views(call.session, get_proposal(call.session, proposal_id).id)
    return [ViewOut.model_validate(view, from_attributes=True) for view in views]


@router.post("/proposals/{proposal_id}/link")
def create_link(proposal_id: str, body: LinkIn, call: Write) -> LinkOut:
    """A recipient's link, the same until revoked. A viewer may read and ask; a signer may decide."""
    proposal = get_proposal(call.session, proposal_id)
    contact_id = body.contact_id or proposal.contact_id
    if call.session.get(Contact, contact_id) is None:
        raise Invalid("There is no such contact.", field="contact_id")
    return LinkOut(url=link_url(call, "proposal", proposal.id, contact_id, role=body.role))


@router.delete("/proposals/{proposal_id}/link", status_code=204)
def delete_link(proposal_id: str, call: Write) -> None:
    """End every link to it; asking for one again makes a new one."""
    revoke_links(call.session, get_proposal(call.session, proposal_id).id, now=call.now)


@router.get("/proposals/{proposal_id}/schedule")
def show_schedule(proposal_id: str, call: Read) -> ScheduleOut:
    """What is due next; its workflow asks after everything that happens."""
    facts = get_follow_up_facts(call.session, get_proposal(call.session, proposal_id), call.workspace)
    return ScheduleOut(**asdict(proposal_schedule(facts, now=call.now)))


@router.post("/proposals/{proposal_id}/deliveries", status_code=204)
def create_delivery(proposal_id: str, body: ActionIn, call: Write) -> None:
    """Queue the mail with the link, once per version."""
    deliver(call, proposal_id)


@router.post("/proposals/{proposal_id}/reminders", status_code=204)
def create_reminder(proposal_id: str, body: ActionIn, call: Write) -> None:
    """Queue the n-th reminder, once; nothing happens when the proposal is decided."""
    remind(call, proposal_id, body.index)


@router.post("/proposals/{proposal_id}/expiry", status_code=204)
def create_expiry(proposal_id: str, body: ActionIn, call: Write) -> None:
    """Let it expire; nothing happens when it was decided before."""
    expire_proposal(call.session, get_proposal(call.session, proposal_id), now=call.now)


@router.post("/proposals/{proposal_id}/seals", status_code=204)
def create_seal(proposal_id: str, body: ActionIn, call: Slow) -> None:
    """Seal what was signed into one PDF and mail it to both sides, once. Refused while nobody has signed."""
    seal(call, proposal_id)


def _at(call: Call, proposal_id: str, version: int | None) -> Proposal:
    proposal = get_proposal(call.session, proposal_id)
    if version is not None and version != proposal.version:
        raise Conflict("Somebody else changed this proposal since you looked. Reload and try again.", field="version")
    return proposal


def _check_named(call: Call, values: dict[str, Any]) -> None:
    """Raises Invalid for a contact, scheduler or project template that is not there."""
    for name, table in (("contact_id", Contact), ("scheduler_id", Scheduler), ("project_template_id", ProjectTemplate)):
        if values.get(name) is not None and call.session.get(table, values[name]) is None:
            raise Invalid(f"There is no such {name.removesuffix('_id').replace('_', ' ')}.", field=name)
