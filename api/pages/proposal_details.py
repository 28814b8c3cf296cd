"""One proposal for members: what the client sees, and everything that happened to it."""

from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from api.deps import Call
from api.links import find_link_url
from api.messages import messenger_context
from api.proposal_documents import plain_lines
from api.proposals import shown_contract, shown_proposal, valid_until
from api.sealing import TrailRow, trail_row
from api.web.formats import money
from models.queries.automation_authors import find_authors
from models.queries.contacts import get_contact
from models.queries.conversations import find_conversation
from models.queries.engagements import get_engagement
from models.queries.evidence import first_broken, list_evidence
from models.queries.proposals import find_contract_of, list_versions, list_views
from models.rules.document_changes import changed_lines
from models.rules.proposals import can_edit, can_revise, can_withdraw, is_expired
from models.tables.contacts import Contact
from models.tables.contracts import Contract
from models.tables.engagements import Engagement
from models.tables.proposals import Proposal, ProposalView
from models.types.automation_authors import Authors
from models.types.conversations import Messenger
from models.types.proposals import ProposalStatus


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal in the list, in words."""

    proposal: Proposal
    client: str
    status: str
    value: str
    expires_soon: bool


@dataclass(frozen=True, slots=True)
class ProposalShowPage:
    """One version with its story."""

    proposal: Proposal
    authors: Authors
    status: str
    client: Contact
    engagement: Engagement
    value: str
    document: Markup
    contract: Contract | None
    contract_document: Markup | None
    valid_until: str
    versions: list[Proposal]
    changes: list[tuple[str, str]]
    """Against the version before: (`added` or `removed`, line)."""
    views: list[ProposalView]
    trail: list[TrailRow]
    is_whole: bool
    link: str
    messenger: Messenger | None
    can_edit: bool
    can_withdraw: bool
    can_revise: bool


def show_page(call: Call, proposal: Proposal) -> ProposalShowPage:
    """Everything on a proposal's own page."""
    contract = find_contract_of(call.session, proposal)
    entries = list_evidence(call.session, proposal.id)
    status = ProposalStatus(proposal.status)
    is_draft = status == ProposalStatus.DRAFT
    talk = find_conversation(
        call.session, contact_id=proposal.contact_id, engagement_id=proposal.engagement_id, subject_id=proposal.id
    )
    row = row_of(call, proposal)
    return ProposalShowPage(
        proposal=proposal,
        authors=find_authors(call.session, proposal.id),
        status=row.status,
        client=get_contact(call.session, proposal.contact_id),
        engagement=get_engagement(call.session, proposal.engagement_id),
        value=row.value,
        document=shown_proposal(call, proposal).html,
        contract=contract,
        contract_document=shown_contract(call, contract).html if contract else None,
        valid_until=valid_until(proposal, call.workspace.timezone, call.now),
        versions=[one for one in list_versions(call.session, proposal.root_id) if one.id != proposal.id],
        changes=_changes(call, proposal),
        views=list_views(call.session, proposal.id),
        trail=[trail_row(entry) for entry in reversed(entries)],
        is_whole=first_broken(entries) is None,
        link="" if is_draft else find_link_url(call, "proposal", proposal.id, proposal.contact_id),
        messenger=messenger_context(call.session, talk, call.actor, action=f"/inbox/{talk.id}/messages") if talk else None,
        can_edit=can_edit(status),
        can_withdraw=can_withdraw(status) and not is_draft,
        can_revise=can_revise(status) or status == ProposalStatus.ACCEPTED,
    )


def _changes(call: Call, proposal: Proposal) -> list[tuple[str, str]]:
    before = next((one for one in list_versions(call.session, proposal.root_id) if one.number < proposal.number), None)
    if before is None:
        return []
    return changed_lines(plain_lines(call.session, before), plain_lines(call.session, proposal))


def row_of(call: Call, proposal: Proposal) -> ProposalRow:
    """A proposal in words. Its status says `viewed` once a person opened it, and `expired` as soon as it is."""
    over = proposal.status == ProposalStatus.SENT and is_expired(proposal.expires_at, call.now)
    viewed = proposal.status == ProposalStatus.SENT and proposal.first_viewed_at is not None
    soon = proposal.status == ProposalStatus.SENT and proposal.expires_at is not None
    return ProposalRow(
        proposal=proposal,
        client=get_contact(call.session, proposal.contact_id).name,
        status="expired" if over else "viewed" if viewed else proposal.status,
        value=money(proposal.total_minor, proposal.currency, call.workspace.locale),
        expires_soon=bool(soon and proposal.expires_at and proposal.expires_at - call.now < timedelta(days=2)),
    )
