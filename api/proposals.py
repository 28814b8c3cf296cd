"""What pages, the API and the portal do with proposals and contracts beyond the record: render, store, mail, accept."""

from collections.abc import Collection
from datetime import datetime, timedelta
from io import BytesIO

from sqlmodel import Session, col, select

from api.deps import Call
from api.emails import queue_mail
from api.gateways.storage import LocalFolder
from api.links import link_url
from api.proposal_documents import Rendered, render_contract, render_proposal, rendered
from api.web.formats import ago, moment, money
from models.commands.conversations import client_conversation, reply_token
from models.commands.emails import find_email
from models.commands.evidence import add_evidence
from models.commands.files import keep_file
from models.commands.proposals import send_proposal
from models.commands.signatures import sign_proposal
from models.queries.contacts import get_contact
from models.queries.proposals import (
    chosen_ids,
    find_contract_of,
    get_follow_up_facts,
    list_line_items,
    lock_proposal,
)
from models.rules.proposals import is_expired
from models.tables.contracts import Contract, Signature
from models.tables.files import File
from models.tables.members import Member
from models.tables.proposals import Proposal
from models.types.errors import Invalid, NotFound, Refused
from models.types.forms import Upload
from models.types.proposals import ProposalStatus, ShownDocuments, Signing

_MAX_DOCUMENT = 4_000_000


def send(call: Call, proposal: Proposal) -> Proposal:
    """Send a draft: render what the client will see once, store the bytes, freeze the figures, make the link."""
    now = call.now
    contract = find_contract_of(call.session, proposal)
    shown = render_proposal(call.session, proposal, now=now)
    agreed = render_contract(call.session, contract, now=now) if contract else None
    hashes = ShownDocuments(shown.sha256, agreed.sha256 if agreed else "")
    keep_document(call, shown, subject_kind="proposal", subject_id=proposal.id)
    if contract is not None and agreed is not None:
        keep_document(call, agreed, subject_kind="contract", subject_id=contract.id)
    return send_proposal(call.session, proposal, documents=hashes, secret=call.settings.secret_key, now=now)


def shown_proposal(call: Call, proposal: Proposal, chosen: Collection[str] | None = None) -> Rendered:
    """What the client is shown for a choice of options: the stored bytes, or for another choice than theirs a fresh page.

    chosen: ids of optional rows; None for the choice as stored. Once accepted only the stored bytes are ever shown.
    Raises Invalid for a row that is not optional.
    """
    if proposal.status == ProposalStatus.DRAFT:
        return render_proposal(call.session, proposal, now=call.now, chosen=chosen)
    rows = list_line_items(call.session, proposal.id)
    wanted = set(chosen_ids(rows) if chosen is None else chosen)
    if not wanted <= {row.id for row in rows if row.is_optional}:
        raise Invalid("That option is not part of this proposal.", field="option")
    if proposal.status != ProposalStatus.SENT or wanted == set(chosen_ids(rows)):
        return stored_document(call, proposal.id, proposal.content_sha256)
    return render_proposal(call.session, proposal, now=call.now, chosen=wanted)


def shown_contract(call: Call, contract: Contract) -> Rendered:
    """What the client is shown of a contract: the stored bytes, or a fresh page while it is a draft."""
    if not contract.content_sha256:
        return render_contract(call.session, contract, now=call.now)
    return stored_document(call, contract.id, contract.content_sha256)


def accept(call: Call, proposal_id: str, *, signing: Signing, chosen: Collection[str], shown: ShownDocuments) -> Signature:
    """Accept and sign for the client who called, all or nothing; see `sign_proposal` for what is refused."""
    proposal = lock_proposal(call.session, proposal_id)
    present, fresh = ShownDocuments(), None
    if proposal.status == ProposalStatus.SENT:
        fresh = shown_proposal(call, proposal, chosen)
        contract = find_contract_of(call.session, proposal)
        present = ShownDocuments(fresh.sha256, shown_contract(call, contract).sha256 if contract else "")
    signature = sign_proposal(
        call.session,
        proposal_id,
        signing=signing,
        chosen=sorted(chosen),
        shown=shown,
        present=present,
        now=call.now,
    )
    if fresh is not None and signature.proposal_sha256 == fresh.sha256:
        keep_document(call, fresh, subject_kind="proposal", subject_id=proposal.id)
    return signature


def deliver(call: Call, proposal_id: str) -> None:
    """Queue the mail with the link, once. Nothing goes out about a proposal that is decided."""
    proposal = lock_proposal(call.session, proposal_id)
    if proposal.status != ProposalStatus.SENT or is_expired(proposal.expires_at, call.now):
        return
    subject = f"{call.workspace.name}: your proposal “{proposal.title}”"
    if proposal.number > 1:
        subject = f"{call.workspace.name}: version {proposal.number} of your proposal “{proposal.title}”"
    message_id = _mail_client(call, proposal, key="delivery", template="proposals/delivery", subject=subject)
    if message_id:
        add_evidence(call.session, proposal.id, "mailed", at=call.now, message_id=message_id)


def remind(call: Call, proposal_id: str, index: int) -> None:
    """Queue the n-th reminder, once. Nothing goes out once the proposal is decided or over."""
    proposal = lock_proposal(call.session, proposal_id)
    if proposal.status != ProposalStatus.SENT or is_expired(proposal.expires_at, call.now):
        return
    subject = f"A reminder: your proposal “{proposal.title}”"
    message_id = _mail_client(call, proposal, key=f"reminder:{index}", template="proposals/reminder", subject=subject)
    if message_id:
        add_evidence(call.session, proposal.id, "reminded", at=call.now, message_id=message_id, index=index)


def is_to_be_mailed(call: Call, proposal: Proposal) -> bool:
    """Whether the client has an address and the mail with the link is not queued yet."""
    facts = get_follow_up_facts(call.session, proposal, call.workspace)
    return facts.can_be_mailed and not facts.is_delivered


def owner_of(session: Session, owner_id: str | None) -> Member | None:
    """Who hears of it on our side: the engagement's owner, else the studio's first owner."""
    member = session.get(Member, owner_id) if owner_id else None
    if member is not None and member.archived_at is None:
        return member
    statement = select(Member).where(Member.role == "owner", col(Member.archived_at).is_(None)).order_by(col(Member.id))
    return session.exec(statement).first()


def keep_document(call: Call, document: Rendered, *, subject_kind: str, subject_id: str) -> None:
    """Store a document's bytes under their hash, once.

    Private, and in no list of files: clients see them through their link, members on the document's page.
    """
    if find_document(call.session, subject_id, document.sha256) is not None:
        return
    stored = LocalFolder(call.settings.files_dir).put(document.content, scope=call.workspace.id, max_bytes=_MAX_DOCUMENT)
    upload = Upload(f"{subject_kind}.html", "text/html", stored.size, stored.sha256, stored.key)
    keep_file(
        call.session,
        upload,
        uploaded_by="system",
        subject_kind=f"{subject_kind}_document",
        subject_id=subject_id,
    )


def find_document(session: Session, subject_id: str, sha256: str) -> File | None:
    """The stored bytes of a document, or None."""
    statement = select(File).where(File.subject_id == subject_id, File.sha256 == sha256, File.media_type == "text/html")
    return session.exec(statement).first()


def stored_document(call: Call, subject_id: str, sha256: str) -> Rendered:
    """The bytes as they were stored. Raises Refused when they are not what was stored: nobody is shown, or signs, that."""
    file = find_document(call.session, subject_id, sha256)
    if file is None:
        raise NotFound("This document is no longer here.")
    with LocalFolder(call.settings.files_dir).open(file.storage_key) as blob:
        found = rendered(BytesIO(blob.read()).getvalue())
    if found.sha256 != sha256:
        raise Refused("This document was altered in storage, so it is not shown. Please tell the sender.")
    return found


def valid_until(proposal: Proposal, zone: str, now: datetime) -> str:
    """Until when the offer holds, in words with the zone; empty when it holds for ever."""
    if proposal.expires_at is None:
        return ""
    words = moment(proposal.expires_at, zone)
    return f"{words} ({ago(proposal.expires_at)})" if proposal.expires_at - now < timedelta(days=60) else words


def _mail_client(call: Call, proposal: Proposal, *, key: str, template: str, subject: str) -> str:
    """Queue a mail about a proposal to its client; the Message-ID, empty when there is no address or it was queued before."""
    if find_email(call.session, f"proposal:{proposal.id}:{key}") is not None:
        return ""
    contact = get_contact(call.session, proposal.contact_id)
    talk = client_conversation(call.session, contact.id, proposal.engagement_id, "proposal", proposal.id)
    token = reply_token(call.session, call.settings.secret_key, talk.id, contact_id=contact.id)
    email = queue_mail(
        call,
        key=f"proposal:{proposal.id}:{key}",
        template=template,
        to=contact,
        subject=subject,
        context={
            "name": contact.name,
            "title": proposal.title,
            "version": proposal.number,
            "has_contract": proposal.contract_id is not None,
            "total": money(proposal.total_minor, proposal.currency, call.workspace.locale),
            "deposit": _deposit_words(proposal, call.workspace.locale),
            "valid_until": valid_until(proposal, call.workspace.timezone, call.now),
            "url": link_url(call, "proposal", proposal.id, contact.id),
        },
        reply_to=f"reply+{token}@{call.settings.mail_domain}",
        engagement_id=proposal.engagement_id,
        subject_kind="proposal",
        subject_id=proposal.id,
    )
    return email.message_id if email else ""


def _deposit_words(proposal: Proposal, locale: str) -> str:
    deposit = int(proposal.totals.get("deposit_minor", 0))
    return money(deposit, proposal.currency, locale) if deposit else ""
