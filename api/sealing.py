"""Sealing what was signed: one PDF of the stored bytes with its certificate page, sealed once, mailed to both sides.

Nothing here can undo a signature. Whatever fails is tried again by the workflow, and the proposal stays signed meanwhile.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api.deps import Call
from api.emails import queue_mail
from api.gateways.pdf import render_pdf
from api.gateways.seal import KeyMaterial, new_key_material, seal_pdf
from api.gateways.storage import LocalFolder
from api.links import link_url
from api.proposals import owner_of, shown_contract, shown_proposal
from api.render import brand
from api.vault import open_secret, seal_secret
from api.web.environment import environment
from api.web.formats import moment, money
from models.commands.sealing import keep_seal_key, seal_proposal
from models.queries.contacts import get_contact
from models.queries.engagements import get_engagement
from models.queries.evidence import list_evidence
from models.queries.files import get_file
from models.queries.proposals import find_contract_of, find_signature, get_proposal
from models.tables.bookings import Scheduler
from models.tables.contracts import EvidenceEntry, Signature
from models.tables.files import File
from models.tables.proposals import Proposal
from models.tables.workspaces import Workspace
from models.types.errors import Refused
from models.types.forms import Upload
from models.types.proposals import ProposalStatus

_WORDS = {
    "sent": "Sent",
    "mailed": "Link mailed",
    "reminded": "Reminder mailed",
    "viewed": "Opened by a person",
    "consented": "Agreed to sign electronically",
    "signed": "Signed",
    "sealed": "Sealed",
    "declined": "Declined",
    "expired": "Expired",
    "withdrawn": "Withdrawn",
    "superseded": "Replaced by a new version",
    "voided": "Voided",
}
_MAX_PDF = 60_000_000


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One entry of the evidence in words."""

    what: str
    at: str
    detail: str
    hash: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the certificate page says; every word finished."""

    studio_address: str
    summary: str
    mark: dict[str, str]
    signer: list[tuple[str, str]]
    consent: str
    hashes: list[tuple[str, str]]
    trail: list[TrailRow]
    chain_head: str
    verify_url: str


@dataclass(frozen=True, slots=True)
class _Page:
    """What is to become the PDF, read in one transaction."""

    html: str
    identifier: str
    title: str
    signer: str
    signed_at: datetime


def seal(call: Call, proposal_id: str) -> None:
    """Seal a signed proposal, once: PDF, seal, file, evidence, mails. Harmless to repeat, at the same moment too.

    Opens its own transactions; none is open while the PDF is made. Raises Refused for one that is not signed.
    """
    with call.open(writes=False):
        if get_proposal(call.session, proposal_id).sealed_file_id:
            return
        page = _page(call, proposal_id)
        workspace_id, studio = call.workspace.id, call.workspace.legal_name or call.workspace.name
    key_material = _key_material(call)
    pdf = render_pdf(page.html, identifier=page.identifier)
    reason = f"{page.title}, signed by {page.signer}"
    sealed = seal_pdf(pdf, key_material=key_material, reason=reason, signer_name=studio, at=call.now)
    stored = LocalFolder(call.settings.files_dir).put(sealed, scope=workspace_id, max_bytes=_MAX_PDF)
    upload = Upload(f"{_file_name(page.title)}.pdf", "application/pdf", stored.size, stored.sha256, stored.key)
    with call.open(writes=True):
        file = seal_proposal(call.session, proposal_id, upload, now=call.now)
        if file is not None:
            _mail_both(call, get_proposal(call.session, proposal_id), file)


def certificate_of(call: Call, proposal: Proposal, signature: Signature) -> Certificate:
    """The certificate of a signed proposal, from its evidence."""
    workspace = call.workspace
    entries = list_evidence(call.session, proposal.id)
    contract = find_contract_of(call.session, proposal)
    hashes = [("Proposal", signature.proposal_sha256)]
    if contract is not None:
        hashes.append((f"Contract: {contract.title}", signature.contract_sha256))
    return Certificate(
        studio_address="\n".join(part for part in (workspace.legal_name, workspace.legal_address) if part),
        summary=_summary(signature, has_contract=contract is not None),
        mark=_mark(signature),
        signer=_signer(signature, proposal, workspace),
        consent=signature.consent_text,
        hashes=hashes,
        trail=[trail_row(entry) for entry in entries],
        chain_head=entries[-1].hash if entries else "",
        verify_url=call.url("/verify"),
    )


def trail_row(entry: EvidenceEntry) -> TrailRow:
    """One entry of the evidence in words."""
    told = entry.detail
    parts = [str(told[name]) for name in ("to", "name", "email", "address", "agent", "reason", "message_id") if told.get(name)]
    return TrailRow(_WORDS.get(entry.kind, entry.kind.capitalize()), utc(entry.at), " · ".join(parts), entry.hash)


def utc(at: datetime) -> str:
    """An instant for evidence: "2026-11-24 13:02:07"."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _page(call: Call, proposal_id: str) -> _Page:
    proposal = get_proposal(call.session, proposal_id)
    signature = find_signature(call.session, proposal_id)
    if proposal.status != ProposalStatus.ACCEPTED or signature is None:
        raise Refused("Only a signed proposal can be sealed.")
    documents = [shown_proposal(call, proposal).html]
    contract = find_contract_of(call.session, proposal)
    if contract is not None:
        documents.append(shown_contract(call, contract).html)
    context = {
        "title": proposal.title,
        "brand": {**brand(call.workspace), "logo": _logo(call)},
        "locale": call.workspace.locale,
        "documents": documents,
        "certificate": certificate_of(call, proposal, signature),
    }
    return _Page(
        html=environment().get_template("pdf/proposals/signed.html").render(context),
        identifier=f"{proposal.id}-v{proposal.number}",
        title=proposal.title,
        signer=signature.signer_name,
        signed_at=signature.signed_at,
    )


def _key_material(call: Call) -> KeyMaterial:
    """The studio's sealing key, made at its first use; whoever comes second uses the first one's."""
    with call.open(writes=False):
        workspace = call.workspace
        name = workspace.legal_name or workspace.name
        sealed_key, certificate = workspace.seal_key_pem, workspace.seal_certificate_pem
    if not sealed_key:
        fresh = new_key_material(name)
        with call.open(writes=True):
            kept = keep_seal_key(call.session, seal_secret(call.settings, fresh.private_key_pem), fresh.certificate_pem)
            sealed_key, certificate = kept.seal_key_pem, kept.seal_certificate_pem
    return KeyMaterial(open_secret(call.settings, sealed_key), certificate)


def _mail_both(call: Call, proposal: Proposal, file: File) -> None:
    signature = find_signature(call.session, proposal.id)
    if signature is None:
        raise Refused("Only a signed proposal can be sealed.")
    client = get_contact(call.session, proposal.contact_id)
    owner = owner_of(call.session, get_engagement(call.session, proposal.engagement_id).owner_id)
    for person, side in ((client, "client"), (owner, "studio")):
        if person is None:
            continue
        is_client = side == "client"
        queue_mail(
            call,
            key=f"proposal:{proposal.id}:sealed:{side}",
            template="proposals/sealed",
            to=person,
            subject=f"Signed: {proposal.title}" if is_client else f"{signature.signer_name} signed “{proposal.title}”",
            context={
                "name": person.name,
                "title": proposal.title,
                "signer": signature.signer_name,
                "signed_at": moment(signature.signed_at, call.workspace.timezone, call.workspace.locale),
                "total": money(proposal.total_minor, proposal.currency, call.workspace.locale),
                "sha256": file.sha256,
                "verify_url": call.url("/verify"),
                "is_client": is_client,
                "next_step": _next_step(call, proposal) if is_client else _member_step(call, proposal),
            },
            attachments=[file.id],
            engagement_id=proposal.engagement_id,
            contact_id=proposal.contact_id,
            subject_kind="proposal",
            subject_id=proposal.id,
        )


def _next_step(call: Call, proposal: Proposal) -> dict[str, str] | None:
    scheduler = call.session.get(Scheduler, proposal.scheduler_id) if proposal.scheduler_id else None
    if scheduler is None or scheduler.archived_at is not None:
        return None
    token = link_url(call, "proposal", proposal.id, proposal.contact_id).rsplit("/", 1)[1]
    return {"text": f"Book the call: {scheduler.name}", "url": call.url(f"/book/{scheduler.slug}?proposal={token}")}


def _member_step(call: Call, proposal: Proposal) -> dict[str, str]:
    return {"text": "Open the engagement", "url": call.url(f"/engagements/{proposal.engagement_id}")}


def _summary(signature: Signature, *, has_contract: bool) -> str:
    what = "the proposal and the contract in this file" if has_contract else "the proposal in this file"
    return f"{signature.signer_name} signed {what} in one act on {utc(signature.signed_at)} UTC."


def _mark(signature: Signature) -> dict[str, str]:
    shown = {"drawn": signature.image} if signature.kind == "drawn" else {"typed": signature.signer_name}
    return {"name": signature.signer_name, "detail": f"{utc(signature.signed_at)} UTC", **shown}


def _signer(signature: Signature, proposal: Proposal, workspace: Workspace) -> list[tuple[str, str]]:
    return [
        ("Name", signature.signer_name),
        ("E-mail", signature.signer_email or "–"),
        ("Identified by", "a personal link sent to this address"),
        ("Network address", signature.address or "–"),
        ("Browser", signature.agent or "–"),
        ("Signature", "drawn by hand" if signature.kind == "drawn" else "typed"),
        ("Consented", f"{utc(signature.consented_at)} UTC"),
        ("Signed", f"{utc(signature.signed_at)} UTC"),
        ("Total agreed", money(proposal.total_minor, proposal.currency, workspace.locale)),
        ("Document", f"{proposal.id}, version {proposal.number}"),
    ]


def _logo(call: Call) -> Any:
    file_id = call.workspace.logo_file_id
    if not file_id:
        return None
    file = get_file(call.session, file_id)
    with LocalFolder(call.settings.files_dir).open(file.storage_key) as blob:
        return f"data:{file.media_type};base64,{base64.b64encode(blob.read()).decode()}"


def _file_name(title: str) -> str:
    plain = "".join(sign if sign.isalnum() or sign in " -_" else " " for sign in title)
    return f"{' '.join(plain.split())[:80] or 'Proposal'} (signed)"
