"""Contracts that stand by themselves: sent by link and mail, signed with the same machinery as a proposal's."""

from api.deps import Call
from api.emails import queue_mail
from api.links import link_url
from api.proposal_documents import render_contract
from api.proposals import keep_document, owner_of
from api.web.formats import moment
from models.commands.contracts import send_contract
from models.commands.signatures import sign_contract
from models.queries.contacts import get_contact
from models.queries.contracts import get_contract
from models.queries.engagements import get_engagement
from models.tables.contracts import Contract, Signature
from models.types.errors import Refused
from models.types.proposals import ShownDocuments, Signing


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
    keep_document(call, document, subject_kind="contract", subject_id=contract.id)
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


def accept_contract(call: Call, contract_id: str, *, signing: Signing, shown: ShownDocuments) -> Signature:
    """Sign a contract that stands by itself; the signer and we get word by mail. See `sign_contract` for what is refused."""
    signature = sign_contract(call.session, contract_id, signing=signing, shown=shown, now=call.now)
    contract = get_contract(call.session, contract_id)
    engagement = get_engagement(call.session, contract.engagement_id)
    owner = owner_of(call.session, engagement.owner_id)
    for person, side in ((get_contact(call.session, engagement.contact_id), "client"), (owner, "studio")):
        if person is not None:
            queue_mail(
                call,
                key=f"contract:{contract.id}:signed:{side}",
                template="contracts/signed",
                to=person,
                subject=f"Signed: {contract.title}",
                context={
                    "name": person.name,
                    "title": contract.title,
                    "signer": signature.signer_name,
                    "signed_at": moment(signature.signed_at, call.workspace.timezone, call.workspace.locale),
                    "sha256": signature.contract_sha256,
                    "url": link_url(call, "contract", contract.id, engagement.contact_id)
                    if side == "client"
                    else call.url(f"/contracts/{contract.id}"),
                },
                engagement_id=engagement.id,
                subject_kind="contract",
                subject_id=contract.id,
            )
    return signature
