"""Proposals up to the decision: drafted, changed while nobody has seen them, sent, replaced by a new version."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session

from models.commands.capability_links import link_token
from models.commands.contracts import copy_contract, draft_contract, send_contract, void_contract
from models.commands.emails import cancel_queued
from models.commands.engagements import change_status
from models.commands.events import record
from models.commands.evidence import add_evidence
from models.commands.proposal_lines import freeze_totals, line_of, set_lines, set_sums
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.contacts import get_contact
from models.queries.document_values import document_values
from models.queries.engagements import get_engagement
from models.queries.proposals import (
    chosen_ids,
    find_contract_of,
    find_newest_version,
    get_proposal_template,
    list_line_items,
    lock_proposal,
)
from models.rules.document_texts import filled
from models.rules.proposals import TRANSITIONS, can_edit, is_expired
from models.rules.statuses import check_move
from models.tables.engagements import Engagement
from models.tables.proposals import Proposal
from models.types.engagements import EngagementStatus
from models.types.errors import Invalid, Refused
from models.types.proposals import ProposalLine, ProposalStatus, ShownDocuments

_COPIED = (
    "engagement_id",
    "contact_id",
    "root_id",
    "title",
    "blocks",
    "currency",
    "prices_include_tax",
    "tax_rounding",
    "discount_bps",
    "deposit_bps",
    "reminder_days",
    "scheduler_id",
    "project_template_id",
)
_GOOD_FOR = timedelta(days=14)
"""How long a renewed offer holds when nobody says otherwise."""


def draft_proposal(
    session: Session,
    engagement: Engagement,
    *,
    now: datetime,
    template_id: str | None = None,
    lines: Sequence[ProposalLine] | None = None,
    contract_template_id: str | None = None,
    **values: Any,
) -> Proposal:
    """A first version for an engagement's client, from a template or empty; with a contract when one is wanted.

    values: columns of the proposal; they win over the template's. Raises NotFound for a template that is not there, Invalid
    for lines that do not add up.
    """
    template = get_proposal_template(session, template_id) if template_id else None
    given = {name: value for name, value in values.items() if value is not None}
    if template is not None:
        values_in_texts = document_values(session, engagement, now=now, contact_id=given.get("contact_id"))
        inherited = {
            "title": filled(template.title or engagement.title, values_in_texts),
            "blocks": [_filled_block(block, values_in_texts) for block in template.blocks],
            "deposit_bps": template.deposit_bps,
            "reminder_days": template.reminder_days,
            "scheduler_id": template.scheduler_id,
            "project_template_id": template.project_template_id,
            "expires_at": now + timedelta(days=template.expires_days) if template.expires_days else None,
        }
        given = {**inherited, **given}
        lines = [ProposalLine(**line) for line in template.line_items] if lines is None else lines
        contract_template_id = contract_template_id or template.contract_template_id
    proposal_id = new_id("pro")
    proposal = Proposal(
        **{
            "id": proposal_id,
            "workspace_id": workspace_id_of(session),
            "engagement_id": engagement.id,
            "contact_id": engagement.contact_id,
            "root_id": proposal_id,
            "title": engagement.title,
            "currency": engagement.currency,
            "blocks": [{"kind": "prices"}],
            **given,
        }
    )
    session.add(proposal)
    session.flush()
    set_lines(session, proposal, lines or ())
    if contract_template_id:
        attach_contract(session, proposal, contract_template_id, now=now)
    _check(proposal)
    session.flush()
    _record(session, proposal, "proposal.drafted")
    return proposal


def attach_contract(session: Session, proposal: Proposal, template_id: str | None, *, now: datetime) -> None:
    """Link a contract drafted from a template to a draft, in place of the one it had; None takes it away.

    Raises Refused when the proposal is no draft.
    """
    _check_draft(proposal)
    old = find_contract_of(session, proposal)
    if old is not None:
        void_contract(session, old, now=now, reason="replaced")
    proposal.contract_id = None
    if template_id:
        engagement = get_engagement(session, proposal.engagement_id)
        drafted = draft_contract(
            session, engagement, now=now, template_id=template_id, proposal_id=proposal.id, proposal_title=proposal.title
        )
        proposal.contract_id = drafted.id
    session.add(proposal)
    session.flush()


def change_proposal(
    session: Session, proposal: Proposal, changes: dict[str, Any], *, lines: Sequence[ProposalLine] | None = None
) -> Proposal:
    """Correct a draft. lines: the whole price table anew; None leaves it. Raises Refused once it was sent."""
    _check_draft(proposal)
    for name, value in changes.items():
        setattr(proposal, name, value)
    if lines is not None:
        set_lines(session, proposal, lines)
    else:
        set_sums(session, proposal, list_line_items(session, proposal.id))
    _check(proposal)
    # A change of the lines alone is a change of the proposal too: its version tells two editors apart.
    flag_modified(proposal, "title")
    session.add(proposal)
    session.flush()
    return proposal


def send_proposal(session: Session, proposal: Proposal, *, documents: ShownDocuments, secret: str, now: datetime) -> Proposal:
    """Send a draft: figures and bytes are frozen, the contract goes out with it, the client gets a link, its workflow starts.

    documents: hashes of what the client will be shown. secret: derives the link's token. Raises Refused when it is no draft,
    has nothing to sign, or would expire at once.
    """
    check_move(TRANSITIONS, ProposalStatus(proposal.status), ProposalStatus.SENT, noun="proposal")
    rows = list_line_items(session, proposal.id)
    if not rows:
        raise Refused("Add a line to the price table first.", field="line_items")
    if is_expired(proposal.expires_at, now):
        raise Refused("It would expire at once. Choose a later day.", field="expires_at")
    contact = get_contact(session, proposal.contact_id)
    freeze_totals(proposal, rows, chosen_ids(rows))
    proposal.status, proposal.sent_at = ProposalStatus.SENT, now
    proposal.content_sha256 = documents.proposal_sha256
    session.add(proposal)
    session.flush()
    link_token(session, secret, kind="proposal", subject_id=proposal.id, contact_id=contact.id)
    contract = find_contract_of(session, proposal)
    if contract is not None:
        send_contract(session, contract, content_sha256=documents.contract_sha256, to=contact.email or "", now=now)
    add_evidence(
        session,
        proposal.id,
        "sent",
        at=now,
        document_sha256=documents.proposal_sha256,
        contract_sha256=documents.contract_sha256,
        to=contact.email or "",
        version=proposal.number,
    )
    engagement = get_engagement(session, proposal.engagement_id)
    if engagement.status == EngagementStatus.LEAD:
        change_status(session, engagement, EngagementStatus.PROPOSED, now=now)
    _record(session, proposal, "proposal.sent")
    return proposal


def revise_proposal(session: Session, proposal: Proposal, *, now: datetime) -> Proposal:
    """The next version as a draft. What was sent is replaced at once and cannot be signed any more.

    Of an accepted proposal the next version is an amendment: what was signed stays in force, and starting the project,
    booking the call and asking for the deposit are not repeated. Raises Refused for a draft and for what was replaced before.
    """
    before = lock_proposal(session, proposal.id)
    is_amendment = before.status == ProposalStatus.ACCEPTED
    if not is_amendment:
        check_move(TRANSITIONS, ProposalStatus(before.status), ProposalStatus.SUPERSEDED, noun="proposal")
    newest = find_newest_version(session, before.root_id)
    after = Proposal(
        id=new_id("pro"),
        workspace_id=before.workspace_id,
        number=(newest.number if newest else before.number) + 1,
        expires_at=now + _GOOD_FOR if is_expired(before.expires_at, now) else before.expires_at,
        **{name: getattr(before, name) for name in _COPIED},
    )
    if is_amendment:
        after.scheduler_id, after.project_template_id, after.deposit_bps = None, None, 0
    session.add(after)
    session.flush()
    set_lines(session, after, [line_of(row) for row in list_line_items(session, before.id)])
    contract = find_contract_of(session, before)
    if contract is not None:
        after.contract_id = copy_contract(session, contract, proposal_id=after.id).id
    if not is_amendment:
        _supersede(session, before, after, now=now)
    _record(session, after, "proposal.drafted")
    return after


def archive_proposal(session: Session, proposal: Proposal, *, now: datetime | None) -> Proposal:
    """Put a proposal out of the lists, or with None bring it back. Raises Refused while the client may still sign it."""
    if now is not None and proposal.status == ProposalStatus.SENT:
        raise Refused("The client may still sign it. Withdraw it first.", field="status")
    proposal.archived_at = now
    session.add(proposal)
    session.flush()
    return proposal


def close_contract(session: Session, proposal: Proposal, *, now: datetime, reason: str) -> None:
    """Void the contract of a proposal that is over, unless it has ended already."""
    contract = find_contract_of(session, proposal)
    if contract is not None and contract.status in ("draft", "pending", "expired"):
        void_contract(session, contract, now=now, reason=reason)


def stop_mail(session: Session, proposal: Proposal) -> None:
    """Take back what is queued but not sent: nothing goes out about a proposal that is decided."""
    cancel_queued(session, f"proposal:{proposal.id}:", reason="The proposal was decided before this went out.")


def _supersede(session: Session, before: Proposal, after: Proposal, *, now: datetime) -> None:
    before.status, before.decided_at = ProposalStatus.SUPERSEDED, before.decided_at or now
    session.add(before)
    session.flush()
    close_contract(session, before, now=now, reason="replaced by a new version")
    stop_mail(session, before)
    add_evidence(session, before.id, "superseded", at=now, by=after.id, version=after.number)
    _record(session, before, "proposal.superseded", by_id=after.id)


def _filled_block(block: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    return {**block, "markdown": filled(block["markdown"], values)} if block.get("markdown") else block


def _check(proposal: Proposal) -> None:
    if not proposal.title.strip():
        raise Invalid("A proposal needs a title.", field="title")
    if not 0 <= proposal.deposit_bps <= 10_000:
        raise Invalid("A deposit is between 0 and 100 percent.", field="deposit_bps")


def _check_draft(proposal: Proposal) -> None:
    if not can_edit(ProposalStatus(proposal.status)):
        raise Refused("What was sent does not change any more. Make a new version.", field="status")


def _record(session: Session, proposal: Proposal, event_type: str, **payload: str) -> None:
    record(
        session,
        event_type,
        proposal.id,
        engagement_id=proposal.engagement_id,
        contact_id=proposal.contact_id,
        **payload,
    )
