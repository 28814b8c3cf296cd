"""What ends a proposal without a signature, and what is noted while nobody has decided. Signing is in `signatures`."""

from datetime import datetime, timedelta

from sqlmodel import Session

from models.commands.contracts import decline_contract, expire_contract
from models.commands.conversations import client_conversation, post_message
from models.commands.events import record
from models.commands.evidence import add_evidence
from models.commands.notifications import notify_responsible
from models.commands.proposals import close_contract, stop_mail
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.contacts import get_contact
from models.queries.engagements import get_engagement
from models.queries.proposals import find_contract_of, has_viewed_since, lock_proposal
from models.rules.proposals import TRANSITIONS, decision_refusal, is_expired
from models.rules.statuses import check_move
from models.tables.conversations import Message
from models.tables.proposals import Proposal, ProposalView
from models.types.errors import Refused, Unavailable
from models.types.proposals import ProposalStatus

_ONE_VISIT = timedelta(minutes=10)
"""Opening the page again within this time is the same visit."""


def record_view(
    session: Session, proposal_id: str, *, contact_id: str | None, address: str, agent: str, now: datetime
) -> Proposal:
    """Note that a person looked. Called by the page's script, never by opening the address: scanners do only that.

    A visit of ten minutes counts once; after the decision nothing is noted.
    """
    proposal = lock_proposal(session, proposal_id)
    if proposal.status != ProposalStatus.SENT:
        return proposal
    if has_viewed_since(session, proposal.id, contact_id, agent, now - _ONE_VISIT):
        return proposal
    view = ProposalView(
        id=new_id("prv"),
        workspace_id=workspace_id_of(session),
        proposal_id=proposal.id,
        contact_id=contact_id,
        address=address,
        agent=agent,
        created_at=now,
    )
    session.add(view)
    add_evidence(session, proposal.id, "viewed", at=now, contact_id=contact_id, address=address, agent=agent)
    if proposal.first_viewed_at is None:
        proposal.first_viewed_at = now
        session.add(proposal)
        session.flush()
        _record(session, proposal, "proposal.viewed")
        tell(session, proposal, f"opened the proposal “{proposal.title}”", key="viewed")
    return proposal


def decline_proposal(session: Session, proposal_id: str, *, reason: str, now: datetime) -> Proposal:
    """The client says no, and why. Doing it twice changes nothing.

    Raises Refused when the offer is over, replaced, or signed.
    """
    proposal = lock_proposal(session, proposal_id)
    if proposal.status == ProposalStatus.DECLINED:
        return proposal
    refusal = refusal_of(proposal, now=now)
    if refusal:
        raise Refused(refusal)
    proposal.decline_reason = reason.replace("\0", "").strip()[:2000]
    _end(session, proposal, ProposalStatus.DECLINED, now=now, reason=proposal.decline_reason)
    contract = find_contract_of(session, proposal)
    if contract is not None:
        decline_contract(session, contract, now=now, reason=proposal.decline_reason)
    tell(session, proposal, f"declined the proposal “{proposal.title}”", key="declined")
    return proposal


def withdraw_proposal(session: Session, proposal: Proposal, *, now: datetime, reason: str = "") -> Proposal:
    """Take the offer back. Doing it twice changes nothing. Raises Refused once it is signed or declined."""
    proposal = lock_proposal(session, proposal.id)
    if proposal.status == ProposalStatus.WITHDRAWN:
        return proposal
    _end(session, proposal, ProposalStatus.WITHDRAWN, now=now, reason=reason)
    close_contract(session, proposal, now=now, reason="the proposal was withdrawn")
    return proposal


def expire_proposal(session: Session, proposal: Proposal, *, now: datetime) -> Proposal:
    """Let an offer run out; nothing happens when it was decided before.

    Raises Unavailable a moment too early: whoever's clock is ahead shall ask again.
    """
    proposal = lock_proposal(session, proposal.id)
    if proposal.status != ProposalStatus.SENT:
        return proposal
    if not is_expired(proposal.expires_at, now):
        raise Unavailable("It has not expired yet.")
    _end(session, proposal, ProposalStatus.EXPIRED, now=now)
    contract = find_contract_of(session, proposal)
    if contract is not None:
        expire_contract(session, contract, now=now)
    return proposal


def request_renewal(session: Session, proposal: Proposal, *, contact_id: str, now: datetime) -> Message:
    """The client asks for an offer that ran out; it arrives in the inbox. Asking twice is asking once.

    Raises Refused while the offer still holds, or when it is over for another reason.
    """
    over = proposal.status == ProposalStatus.EXPIRED or is_expired(proposal.expires_at, now)
    if not over or proposal.status not in (ProposalStatus.SENT, ProposalStatus.EXPIRED):
        raise Refused("Only a proposal that has expired can be renewed.")
    contact = get_contact(session, contact_id)
    talk = client_conversation(session, contact.id, proposal.engagement_id, "proposal", proposal.id)
    return post_message(
        session,
        talk,
        author=f"contact:{contact.id}",
        author_name=contact.name,
        body=f"Could you renew the proposal “{proposal.title}”? It expired before I got to it.",
        key=f"proposal:{proposal.id}:renewal",
        now=now,
        via="portal",
    )


def refusal_of(proposal: Proposal, *, now: datetime) -> str | None:
    """Why the client cannot decide about this version now, as a sentence for them; None when they can."""
    return decision_refusal(ProposalStatus(proposal.status), expires_at=proposal.expires_at, now=now)


def tell(session: Session, proposal: Proposal, what: str, *, key: str) -> None:
    """Tell the member responsible what the client did, once per key."""
    engagement = get_engagement(session, proposal.engagement_id)
    contact = get_contact(session, proposal.contact_id)
    notify_responsible(
        session,
        engagement.owner_id,
        f"{contact.name} {what}",
        href=f"/proposals/{proposal.id}",
        key=f"proposal:{proposal.id}:{key}",
        engagement_id=engagement.id,
    )


def _end(session: Session, proposal: Proposal, to: ProposalStatus, *, now: datetime, reason: str = "") -> None:
    check_move(TRANSITIONS, ProposalStatus(proposal.status), to, noun="proposal")
    was_sent = proposal.sent_at is not None
    proposal.status, proposal.decided_at = to, now
    session.add(proposal)
    session.flush()
    stop_mail(session, proposal)
    if was_sent:
        add_evidence(session, proposal.id, str(to), at=now, reason=reason)
    _record(session, proposal, f"proposal.{to}")


def _record(session: Session, proposal: Proposal, event_type: str) -> None:
    record(session, event_type, proposal.id, engagement_id=proposal.engagement_id, contact_id=proposal.contact_id)
