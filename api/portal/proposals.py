"""The client's view of a proposal: read, choose, ask, sign, decline. Opening the address changes nothing."""

from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import Response, StreamingResponse

from api.deps import MEMBER_COOKIE, Call, Read, Write
from api.files import file_response
from api.links import enter_by_link
from api.messages import receive_message
from api.portal.proposal_pages import (
    MessengerFragment,
    OfferFragment,
    SignInput,
    messenger_of,
    offer_of,
    on_offer,
    proposal_page,
    signing_of,
)
from api.proposals import accept
from api.render import fragment, public_page, redirect
from api.routing import Router
from models.commands.conversations import client_conversation
from models.commands.proposal_decisions import decline_proposal, record_view, request_renewal
from models.ids import new_id
from models.queries.contacts import get_contact
from models.queries.files import get_file
from models.queries.principals import find_login
from models.queries.proposals import get_proposal
from models.tables.members import CapabilityLink
from models.tables.proposals import Proposal
from models.types.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.types.principals import Door
from models.types.proposals import ProposalStatus, ShownDocuments

router = Router("proposals", Door.PUBLIC)

Options = Annotated[list[str] | None, Query(alias="option", max_length=100)]


@router.get("/p/{token}")
def show(token: str, call: Read, option: Options = None, chosen: str = "") -> Response:
    """The page of a proposal. chosen: set when the options in the address are the choice, also when there are none."""
    proposal, link = _enter(call, token)
    wanted = option or [] if chosen or option else None
    return public_page(call, "proposals/public.html", proposal_page(call, proposal, link, token, chosen=wanted))


@router.get("/p/{token}/offer")
def show_offer(token: str, call: Read, option: Options = None) -> Response:
    """The document for another choice of options, and every total that follows from it."""
    proposal, _ = _enter(call, token)
    page = OfferFragment(offer_of(call, proposal, token, chosen=option or []))
    return fragment(call, "proposals/_offer_change.html", page)


@router.post("/p/{token}/options")
def create_options(token: str, call: Read, option: Annotated[list[str] | None, Form()] = None) -> Response:
    """Look at another choice without scripts: on to the page's address with that choice. Nothing is kept."""
    _enter(call, token)
    named = "".join(f"&option={one}" for one in option or [] if one.replace("_", "").isalnum())
    return redirect(call, f"/p/{token}?chosen=1{named}#total")


@router.post("/p/{token}/views", status_code=204)
def create_view(token: str, call: Write) -> None:
    """A person looked: said by the page's script, which scanners of links do not run. Our own people do not count."""
    _note_view(call, *_enter(call, token))


@router.post("/p/{token}/acceptance")
def create_acceptance(token: str, call: Write, posted: Annotated[SignInput, Form()]) -> Response:
    """Accept and sign. What is wrong is said at its field, with everything typed still there."""
    proposal, link = _enter(call, token)
    _check_signer(link)
    chosen = list(dict.fromkeys(posted.option))
    shown = ShownDocuments(posted.content_sha256, posted.contract_sha256)
    try:
        with call.session.begin_nested():
            # Who signs has looked, even when it went quicker than the page's script.
            _note_view(call, proposal, link)
            accept(call, proposal.id, signing=signing_of(call, link, posted), chosen=chosen, shown=shown)
    except (Invalid, Conflict) as error:
        page = proposal_page(call, proposal, link, token, chosen=on_offer(call, proposal, chosen), error=error, posted=posted)
        return public_page(call, "proposals/public.html", page, status=409 if isinstance(error, Conflict) else 422)
    except Refused:
        # Meanwhile it was withdrawn, replaced or ran out: the page itself says which.
        return redirect(call, f"/p/{token}")
    return redirect(call, f"/p/{token}#signed")


@router.post("/p/{token}/refusal")
def create_refusal(token: str, call: Write, reason: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Decline, and say why."""
    proposal, link = _enter(call, token)
    _check_signer(link)
    try:
        decline_proposal(call.session, proposal.id, reason=reason, now=call.now)
    except Refused as refused:
        return redirect(call, f"/p/{token}", flash=refused.detail, kind="warning")
    return redirect(call, f"/p/{token}")


@router.post("/p/{token}/renewal")
def create_renewal(token: str, call: Write) -> Response:
    """Ask for an offer that ran out."""
    proposal, link = _enter(call, token)
    request_renewal(call.session, proposal, contact_id=link.contact_id or proposal.contact_id, now=call.now)
    return redirect(call, f"/p/{token}#messages", flash="We have asked for a new version. You will hear from us.")


@router.post("/p/{token}/messages")
def create_message(token: str, call: Write, body: Annotated[str, Form()] = "", key: Annotated[str, Form()] = "") -> Response:
    """Ask something about it; the answer comes here and by mail."""
    proposal, link = _enter(call, token)
    contact = get_contact(call.session, link.contact_id or proposal.contact_id)
    talk = client_conversation(call.session, contact.id, proposal.engagement_id, "proposal", proposal.id)
    error = ""
    try:
        receive_message(call, talk, contact, body, key=f"{call.actor}:{key or new_id('key')}")
    except Invalid as refused:
        error = refused.detail
    if call.is_htmx:
        page = MessengerFragment(messenger_of(call, proposal, link, token, error=error, typed=body if error else ""))
        return fragment(call, "conversations/_messenger.html", page, status=422 if error else 200)
    return redirect(call, f"/p/{token}#messages", flash=error, kind="warning")


@router.get("/p/{token}/messages")
def show_messages(token: str, call: Read) -> Response:
    """What was said, for the page that looks every few seconds."""
    proposal, link = _enter(call, token)
    page = MessengerFragment(messenger_of(call, proposal, link, token))
    return fragment(call, "conversations/_messenger.html", page)


@router.get("/p/{token}/signed.pdf")
def show_sealed(token: str, call: Read) -> StreamingResponse:
    """The sealed PDF."""
    proposal, _ = _enter(call, token)
    if proposal.sealed_file_id is None:
        raise NotFound("The signed copy is being sealed. It will be here, and in your mail, in a moment.")
    return file_response(call, get_file(call.session, proposal.sealed_file_id))


def _enter(call: Call, token: str) -> tuple[Proposal, CapabilityLink]:
    """The proposal behind a link. Raises NotFound, one answer for unknown, revoked and other kinds of link."""
    link = enter_by_link(call, "proposal", token)
    proposal = get_proposal(call.session, link.subject_id)
    if proposal.status == ProposalStatus.DRAFT or proposal.sent_at is None:
        raise NotFound("This proposal is still being prepared. You will get a mail when it is ready.")
    return proposal, link


def _note_view(call: Call, proposal: Proposal, link: CapabilityLink) -> None:
    """Note that the client looked. Our own people do not count."""
    cookie = call.request.cookies.get(MEMBER_COOKIE)
    member = find_login(call.session, cookie, Door.MEMBER, now=call.now) if cookie else None
    if member is None or member.workspace_id != proposal.workspace_id:
        record_view(call.session, proposal.id, contact_id=link.contact_id, address=call.address, agent=call.agent, now=call.now)


def _check_signer(link: CapabilityLink) -> None:
    if link.role != "signer" or link.contact_id is None:
        raise Forbidden("This link is for reading. Only the person it was prepared for can decide.")
