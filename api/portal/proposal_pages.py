"""What the client's page of a proposal shows, prepared to the last word."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from pydantic import BaseModel, Field

from api.deps import Call
from api.links import find_link_url
from api.messages import messenger_context
from api.proposals import shown_contract, shown_proposal, valid_until
from api.web.formats import moment, money
from models.queries.contacts import get_contact
from models.queries.conversations import find_conversation
from models.queries.proposals import (
    chosen_ids,
    find_contract_of,
    find_newest_version,
    find_signature,
    list_line_items,
    totals_of,
)
from models.rules.proposals import deposit_of, is_expired
from models.rules.signatures import MAX_DRAWING, consent_text
from models.tables.bookings import Scheduler
from models.tables.contracts import Signature
from models.tables.members import CapabilityLink
from models.tables.proposals import Proposal
from models.types.conversations import Messenger
from models.types.errors import DomainError
from models.types.proposals import ProposalStatus, Signing

_READ_BY_CLIENT = (ProposalStatus.SENT, ProposalStatus.ACCEPTED, ProposalStatus.DECLINED, ProposalStatus.EXPIRED)
"""Where the text still stands below the notice; what was withdrawn or replaced is not shown any more."""


class SignInput(BaseModel):
    """What the signing form posts."""

    option: list[str] = Field(default_factory=list, max_length=200)
    content_sha256: str = Field(default="", max_length=64)
    contract_sha256: str = Field(default="", max_length=64)
    consent: str = Field(default="", max_length=10)
    signer_name: str = Field(default="", max_length=300)
    signature_kind: str = Field(default="typed", max_length=10)
    drawing: str = Field(default="", max_length=MAX_DRAWING + 1)


@dataclass(frozen=True, slots=True)
class Offer:
    """The documents for one choice of options, their hashes, and the figures that stand out."""

    token: str
    document: Markup
    contract: Markup | None
    content_sha256: str
    contract_sha256: str
    chosen: list[str]
    has_options: bool
    total: str
    deposit: str
    recurring: str


@dataclass(frozen=True, slots=True)
class OfferFragment:
    """What changes on the page with a choice."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class MessengerFragment:
    """The talk alone."""

    messenger: Messenger


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature in words, and what comes next."""

    name: str
    at: str
    is_drawn: bool
    image: str
    pdf_href: str
    next_text: str
    next_href: str


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """The client's page of a proposal."""

    title: str
    token: str
    status: str
    number: int
    recipient: str
    is_viewer: bool
    can_decide: bool
    valid_until: str
    newest_href: str
    decline_reason: str
    decided: str
    offer: Offer | None
    signed: Signed | None
    consent: str
    has_contract: bool
    typed: SignInput
    errors: dict[str, str]
    messenger: Messenger


def proposal_page(
    call: Call,
    proposal: Proposal,
    link: CapabilityLink,
    token: str,
    *,
    chosen: Collection[str] | None = None,
    error: DomainError | None = None,
    posted: SignInput | None = None,
) -> ProposalPage:
    """The page for one recipient. chosen: ids of optional rows, None as offered. error, posted: after a refused signing."""
    status = _status_now(proposal, call.now)
    contact = get_contact(call.session, link.contact_id or proposal.contact_id)
    zone = call.workspace.timezone
    is_open = status == ProposalStatus.SENT
    return ProposalPage(
        title=proposal.title,
        token=token,
        status=status,
        number=proposal.number,
        recipient=contact.name,
        is_viewer=link.role != "signer",
        can_decide=is_open and link.role == "signer",
        valid_until=valid_until(proposal, zone, call.now),
        newest_href=_newest_href(call, proposal, contact.id) if status == ProposalStatus.SUPERSEDED else "",
        decline_reason=proposal.decline_reason,
        decided=moment(proposal.decided_at or proposal.expires_at, zone, call.workspace.locale),
        offer=offer_of(call, proposal, token, chosen=chosen if is_open else None) if status in _READ_BY_CLIENT else None,
        signed=_signed(call, proposal, token) if status == ProposalStatus.ACCEPTED else None,
        consent=consent_text(call.workspace.legal_name or call.workspace.name),
        has_contract=proposal.contract_id is not None,
        typed=posted or SignInput(),
        errors={error.field or "": error.detail} if error else {},
        messenger=messenger_of(call, proposal, link, token),
    )


def offer_of(call: Call, proposal: Proposal, token: str, *, chosen: Collection[str] | None = None) -> Offer:
    """The documents and figures for a choice. Raises Invalid for an option that is not on offer."""
    document = shown_proposal(call, proposal, chosen)
    contract = find_contract_of(call.session, proposal)
    agreed = shown_contract(call, contract) if contract else None
    rows = list_line_items(call.session, proposal.id)
    totals = totals_of(proposal, rows, chosen=chosen)
    locale = call.workspace.locale
    deposit = deposit_of(totals, proposal.deposit_bps)
    return Offer(
        token=token,
        document=document.html,
        contract=agreed.html if agreed else None,
        content_sha256=document.sha256,
        contract_sha256=agreed.sha256 if agreed else "",
        chosen=chosen_ids(rows) if chosen is None else list(chosen),
        has_options=any(row.is_optional for row in rows),
        total=money(totals.total_minor, proposal.currency, locale),
        deposit=money(deposit, proposal.currency, locale) if deposit else "",
        recurring=money(totals.recurring_minor, proposal.currency, locale) if totals.recurring_minor else "",
    )


def on_offer(call: Call, proposal: Proposal, chosen: Collection[str]) -> list[str] | None:
    """A choice for showing the page again, or None when something in it is not on offer."""
    offered = {row.id for row in list_line_items(call.session, proposal.id) if row.is_optional}
    return list(chosen) if set(chosen) <= offered else None


def signing_of(call: Call, link: CapabilityLink, posted: SignInput) -> Signing:
    """The act of signing, with who and from where as we know it ourselves: neither is read from the form."""
    contact = get_contact(call.session, link.contact_id or "")
    name = posted.signer_name.replace("\0", "").strip()
    return Signing(
        contact_id=contact.id,
        name=name,
        email=contact.email or "",
        kind=posted.signature_kind,
        image=posted.drawing if posted.signature_kind == "drawn" else name,
        consent_text=consent_text(call.workspace.legal_name or call.workspace.name),
        has_consented=bool(posted.consent),
        address=call.address,
        agent=call.agent,
    )


def messenger_of(
    call: Call, proposal: Proposal, link: CapabilityLink, token: str, *, error: str = "", typed: str = ""
) -> Messenger:
    """The talk about this proposal, as its recipient sees it."""
    contact_id = link.contact_id or proposal.contact_id
    talk = find_conversation(call.session, contact_id=contact_id, engagement_id=proposal.engagement_id, subject_id=proposal.id)
    path = f"/p/{token}/messages"
    return messenger_context(
        call.session, talk, f"contact:{contact_id}", action=path, poll=path if talk else "", error=error, typed=typed
    )


def _status_now(proposal: Proposal, now: datetime) -> ProposalStatus:
    """As the client must see it: what has run out is over, also a moment before its workflow has said so."""
    status = ProposalStatus(proposal.status)
    if status == ProposalStatus.SENT and is_expired(proposal.expires_at, now):
        return ProposalStatus.EXPIRED
    return status


def _newest_href(call: Call, proposal: Proposal, contact_id: str) -> str:
    newest = find_newest_version(call.session, proposal.root_id)
    if newest is None or newest.sent_at is None:
        return ""
    return find_link_url(call, "proposal", newest.id, contact_id)


def _signed(call: Call, proposal: Proposal, token: str) -> Signed | None:
    signature: Signature | None = find_signature(call.session, proposal.id)
    if signature is None:
        return None
    scheduler = call.session.get(Scheduler, proposal.scheduler_id) if proposal.scheduler_id else None
    can_book = scheduler is not None and scheduler.archived_at is None
    return Signed(
        name=signature.signer_name,
        at=moment(signature.signed_at, call.workspace.timezone, call.workspace.locale),
        is_drawn=signature.kind == "drawn",
        image=signature.image if signature.kind == "drawn" else "",
        pdf_href=f"/p/{token}/signed.pdf" if proposal.sealed_file_id else "",
        next_text=f"Book the call: {scheduler.name}" if scheduler is not None and can_book else "",
        next_href=f"/book/{scheduler.slug}?proposal={token}" if scheduler is not None and can_book else "",
    )
