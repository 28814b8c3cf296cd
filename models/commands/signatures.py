"""Signing: one act, all documents or none, in one transaction with its evidence."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from models.commands.contracts import move_contract
from models.commands.engagements import change_status
from models.commands.events import record
from models.commands.evidence import add_evidence
from models.commands.proposal_decisions import refusal_of, tell
from models.commands.proposal_lines import freeze_totals
from models.commands.proposals import stop_mail
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.contracts import find_contract_signature, lock_contract
from models.queries.proposals import find_signature, list_line_items, lock_proposal
from models.rules.contracts import can_sign
from models.rules.signatures import check_signing
from models.tables.contracts import Contract, Signature
from models.tables.engagements import Engagement
from models.tables.proposals import Proposal
from models.types.contracts import ContractStatus
from models.types.engagements import EngagementStatus
from models.types.errors import Conflict, Invalid, NotFound, Refused
from models.types.proposals import ProposalStatus, ShownDocuments, Signing

CHANGED = "The document changed since you opened it. Please read it again, then sign."


def sign_proposal(
    session: Session,
    proposal_id: str,
    *,
    signing: Signing,
    chosen: Sequence[str],
    shown: ShownDocuments,
    present: ShownDocuments,
    now: datetime,
) -> Signature:
    """The client accepts a proposal and signs its contract with it: both, or nothing at all.

    chosen: ids of the optional rows taken. shown: hashes of what the signer saw; present: hashes of the same documents as
    they are now, for this choice. A second signature, from the same page or another device, is the first one again.
    Raises Refused when the offer is over or replaced, Conflict when shown and present differ, Invalid for a choice that is
    not on offer or a signature without name or consent.
    """
    proposal = lock_proposal(session, proposal_id)
    if proposal.status == ProposalStatus.ACCEPTED:
        return _signature_of(session, proposal)
    refusal = refusal_of(proposal, now=now)
    if refusal:
        raise Refused(refusal)
    check_signing(signing)
    if shown != present:
        raise Conflict(CHANGED)
    contract = lock_contract(session, proposal.contract_id) if proposal.contract_id else None
    if contract is not None and not can_sign(ContractStatus(contract.status)):
        raise Refused("The contract cannot be signed any more. Please ask for a new version.")
    engagement = _lock_engagement(session, proposal.engagement_id)
    signature = _accept(session, proposal, contract, signing, chosen, present, now)
    if contract is not None:
        _complete(session, contract, signing, proposal.contact_id, present.contract_sha256, now)
    _contracted(session, engagement, proposal, now)
    tell(session, proposal, f"signed the proposal “{proposal.title}”", key="signed")
    record(
        session,
        "proposal.accepted",
        proposal.id,
        engagement_id=proposal.engagement_id,
        contact_id=proposal.contact_id,
        contract_id=proposal.contract_id,
        project_template_id=proposal.project_template_id,
        scheduler_id=proposal.scheduler_id,
    )
    return signature


def sign_contract(session: Session, contract_id: str, *, signing: Signing, shown: ShownDocuments, now: datetime) -> Signature:
    """The client signs a contract that stands by itself. A second signature is the first one again.

    Raises Refused when it is not out for signature or belongs to a proposal, Conflict when other bytes were shown.
    """
    contract = lock_contract(session, contract_id)
    if contract.status == ContractStatus.COMPLETED:
        known = find_contract_signature(session, contract.id)
        if known is not None:
            return known
    if contract.proposal_id or not can_sign(ContractStatus(contract.status)):
        raise Refused("This contract cannot be signed here any more.")
    check_signing(signing)
    if shown.contract_sha256 != contract.content_sha256:
        raise Conflict(CHANGED)
    engagement = _lock_engagement(session, contract.engagement_id)
    signature = _new_signature(session, contract.engagement_id, signing, now, contract=contract)
    _complete(session, contract, signing, engagement.contact_id, contract.content_sha256, now)
    return signature


def _accept(
    session: Session,
    proposal: Proposal,
    contract: Contract | None,
    signing: Signing,
    chosen: Sequence[str],
    present: ShownDocuments,
    now: datetime,
) -> Signature:
    rows = list_line_items(session, proposal.id)
    on_offer = [row.id for row in rows if row.is_optional]
    if not set(chosen) <= set(on_offer):
        raise Invalid("That option is not part of this proposal.", field="option")
    for row in rows:
        row.is_selected = not row.is_optional or row.id in chosen
    freeze_totals(proposal, rows, [line_id for line_id in on_offer if line_id in chosen])
    proposal.status, proposal.decided_at = ProposalStatus.ACCEPTED, now
    proposal.content_sha256 = present.proposal_sha256
    session.add(proposal)
    session.flush()
    stop_mail(session, proposal)
    signature = _new_signature(session, proposal.engagement_id, signing, now, proposal=proposal, contract=contract)
    extra: dict[str, str | int] = {"total_minor": proposal.total_minor, "currency": proposal.currency}
    _add_evidence(session, proposal.id, signing, present, now, options=",".join(proposal.totals["chosen"]), **extra)
    return signature


def _complete(session: Session, contract: Contract, signing: Signing, contact_id: str, sha256: str, now: datetime) -> None:
    move_contract(contract, ContractStatus.COMPLETED)
    contract.completed_at = now
    session.add(contract)
    session.flush()
    _add_evidence(session, contract.id, signing, ShownDocuments(contract_sha256=sha256), now)
    record(session, "contract.completed", contract.id, engagement_id=contract.engagement_id, contact_id=contact_id)


def _contracted(session: Session, engagement: Engagement, proposal: Proposal, now: datetime) -> None:
    engagement.value_minor, engagement.currency = proposal.total_minor, proposal.currency
    session.add(engagement)
    if engagement.status in (EngagementStatus.LEAD, EngagementStatus.PROPOSED):
        change_status(session, engagement, EngagementStatus.CONTRACTED, now=now)


def _new_signature(
    session: Session,
    engagement_id: str,
    signing: Signing,
    now: datetime,
    *,
    proposal: Proposal | None = None,
    contract: Contract | None = None,
) -> Signature:
    signature = Signature(
        id=new_id("sig"),
        workspace_id=workspace_id_of(session),
        engagement_id=engagement_id,
        proposal_id=proposal.id if proposal else None,
        contract_id=contract.id if contract else None,
        contact_id=signing.contact_id,
        signer_name=signing.name.strip(),
        signer_email=signing.email,
        kind=signing.kind,
        image=signing.image,
        consent_text=signing.consent_text,
        consented_at=now,
        signed_at=now,
        address=signing.address,
        agent=signing.agent,
        proposal_sha256=proposal.content_sha256 if proposal else "",
        contract_sha256=contract.content_sha256 if contract else "",
    )
    session.add(signature)
    session.flush()
    return signature


def _add_evidence(
    session: Session, subject_id: str, signing: Signing, shown: ShownDocuments, now: datetime, **extra: str | int
) -> None:
    who = {"contact_id": signing.contact_id, "name": signing.name.strip(), "email": signing.email}
    where = {"address": signing.address, "agent": signing.agent}
    add_evidence(session, subject_id, "consented", at=now, text=signing.consent_text, **who, **where)
    hashes = {"document_sha256": shown.proposal_sha256, "contract_sha256": shown.contract_sha256}
    given = {name: value for name, value in hashes.items() if value}
    add_evidence(session, subject_id, "signed", at=now, signature=signing.kind, **who, **where, **given, **extra)


def _signature_of(session: Session, proposal: Proposal) -> Signature:
    signature = find_signature(session, proposal.id)
    if signature is None:
        raise NotFound("There is no signature under this proposal.")
    return signature


def _lock_engagement(session: Session, engagement_id: str) -> Engagement:
    statement = (
        select(Engagement).where(Engagement.id == engagement_id).with_for_update().execution_options(populate_existing=True)
    )
    return session.exec(statement).one()
