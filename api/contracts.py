"""Contracts that stand by themselves: sent by link and mail, signed with the same machinery as a proposal's."""

from api.deps import Call
from api.emails import queue_mail
from api.links import link_url
from api.proposal_documents import render_contract
from api.proposals import keep_document
from models.commands.contracts import send_contract
from models.queries.contacts import get_contact
from models.queries.engagements import get_engagement
from models.tables.contracts import Contract
from models.types.errors import Refused


def send_alone(call: Call, contract: Contract) -> Contract:
    """Send a draft: its bytes are stored, the client's link goes out by mail.

    Raises Refused when it is signed with a proposal, or has no text.
    """
    if contract.proposal_id:
        raise Refused("This contract goes out with its proposal. Send the proposal.")
    if not contract.body.strip():
        raise Refused("Write the contract's text first.", field="body")
    contact = get_contact(call.session, get_engagement(call.session, contract.engagement_id).contact_id)
    document = render_contract(call.session, contract, now=call.now)
    keep_document(call, document, subject_kind="contract", subject_id=contract.id, engagement_id=contract.engagement_id)
    send_contract(call.session, contract, content_sha256=document.sha256, to=contact.email or "", now=call.now)
    queue_mail(
        call,
        key=f"contract:{contract.id}:delivery",
        template="contracts/delivery",
        to=contact,
        subject=f"{call.workspace.name}: please sign “{contract.title}”",
        context={
            "name": contact.name,
            "title": contract.title,
            "url": link_url(call, "contract", contract.id, contact.id),
        },
        engagement_id=contract.engagement_id,
        subject_kind="contract",
        subject_id=contract.id,
    )
    return contract
