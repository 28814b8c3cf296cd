"""The client's documents in the portal: what is to be signed, and what was."""

from dataclasses import dataclass

from fastapi.responses import Response
from sqlmodel import col, select

from api.deps import Call, Read
from api.links import find_link_url
from api.render import portal_page
from api.routing import Router
from api.web.formats import money
from models.rules.proposals import is_expired
from models.tables.contracts import Contract
from models.tables.engagements import Engagement
from models.tables.proposals import Proposal
from models.types.principals import Door

router = Router("documents", Door.PORTAL)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document in words. href: empty when its link was revoked."""

    title: str
    kind: str
    status: str
    waits_for_client: bool
    amount: str
    href: str
    pdf_href: str
    at: object


@dataclass(frozen=True, slots=True)
class DocumentsPage:
    """The client's documents, newest first."""

    waiting: list[DocumentRow]
    others: list[DocumentRow]


@router.get("/portal/documents")
def index(call: Read) -> Response:
    """Proposals and contracts of the client who is signed in."""
    rows = [*_proposals(call), *_contracts(call)]
    rows.sort(key=lambda row: str(row.at), reverse=True)
    page = DocumentsPage(
        waiting=[row for row in rows if row.waits_for_client], others=[row for row in rows if not row.waits_for_client]
    )
    return portal_page(call, "portal/documents.html", page, place="documents")


def _proposals(call: Call) -> list[DocumentRow]:
    contact_id = call.principal.id
    statement = select(Proposal).where(
        Proposal.contact_id == contact_id,
        col(Proposal.sent_at).is_not(None),
        col(Proposal.status).not_in(("superseded", "draft")),
    )
    found = []
    for proposal in call.session.exec(statement):
        over = proposal.status == "sent" and is_expired(proposal.expires_at, call.now)
        status = "expired" if over else proposal.status
        found.append(
            DocumentRow(
                title=proposal.title,
                kind="Proposal and contract" if proposal.contract_id else "Proposal",
                status=status,
                waits_for_client=status == "sent",
                amount=money(proposal.total_minor, proposal.currency, call.workspace.locale),
                href=find_link_url(call, "proposal", proposal.id, contact_id),
                pdf_href=f"/portal/files/{proposal.sealed_file_id}" if proposal.sealed_file_id else "",
                at=proposal.sent_at,
            )
        )
    return found


def _contracts(call: Call) -> list[DocumentRow]:
    own = select(Engagement.id).where(Engagement.contact_id == call.principal.id)
    statement = select(Contract).where(
        col(Contract.engagement_id).in_(own), col(Contract.proposal_id).is_(None), Contract.content_sha256 != ""
    )
    return [
        DocumentRow(
            title=contract.title,
            kind="Contract",
            status=contract.status,
            waits_for_client=contract.status == "pending",
            amount="",
            href=find_link_url(call, "contract", contract.id, call.principal.id),
            pdf_href="",
            at=contract.created_at,
        )
        for contract in call.session.exec(statement)
    ]
