"""How a client gets in: a link by mail, opened by a button, so that a scanner that follows links uses nothing up."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from api.deps import Call, Read, Write
from api.logins import enter_front, let_in, let_out, mail_portal_link, pretend_to_mail
from api.render import public_page, redirect
from api.routing import Router
from api.throttle import MAIL_TO_RECIPIENT, SIGN_IN_ADDRESS, throttle
from models.commands.events import record
from models.commands.logins import use_up_links
from models.queries.logins import find_one_time_link, get_entering_contact, get_working_link, list_contacts_by_address
from models.rules.members import safe_path, sign_in_address
from models.tables.contacts import Contact
from models.types.errors import NotFound, Refused
from models.types.members import LinkKind
from models.types.principals import Door

router = Router("login", Door.PUBLIC)


@dataclass
class PortalLoginPage:
    """Asking for a link."""

    email: str = ""
    next: str = "/portal"
    is_asked: bool = False


@dataclass
class EnterPage:
    """The button behind a mailed link; without a name the link does not work any more."""

    token: str
    name: str = ""
    can_renew: bool = False


@router.get("/portal/login")
def show_login(call: Read, next: str = "/portal") -> Response:
    enter_front(call)
    return public_page(call, "portal/login.html", PortalLoginPage(next=_portal_path(next)))


@router.post("/portal/login")
def create_login_link(
    call: Write,
    email: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/portal",
) -> Response:
    """Mail a link to every studio's client with this address. Says the same whether or not there is one."""
    enter_front(call)
    address = sign_in_address(email)
    tries = throttle(call.request)
    if tries.allows(SIGN_IN_ADDRESS, call.address) and tries.allows(MAIL_TO_RECIPIENT, "portal", address):
        _mail_links(call, address, _portal_path(next))
    page = PortalLoginPage(email=email.strip(), next=_portal_path(next), is_asked=True)
    return public_page(call, "portal/login.html", page)


@router.get("/portal/enter/{token}")
def show_enter(token: str, call: Read) -> Response:
    """A page with a button; following the link alone changes nothing."""
    try:
        contact = _contact_of(call, token)
    except (NotFound, Refused):
        return _dead_link(call, token)
    return public_page(call, "portal/enter.html", EnterPage(token, name=contact.name))


@router.post("/portal/enter/{token}")
def create_enter(token: str, call: Write) -> Response:
    """Use the link up and let the client in."""
    try:
        contact = _contact_of(call, token)
    except (NotFound, Refused):
        return _dead_link(call, token)
    link = get_working_link(call.session, token, kind=LinkKind.PORTAL, now=call.now)
    use_up_links(call.session, link.person_id, kind=LinkKind.PORTAL, now=call.now)
    record(call.session, "portal.entered", contact.id, contact_id=contact.id)
    return let_in(call, redirect(call, _portal_path(link.then_path)), Door.PORTAL, contact)


@router.post("/portal/enter/{token}/renewal")
def create_renewal(token: str, call: Write) -> Response:
    """Mail a fresh link to the person for whom an old one was made."""
    enter_front(call)
    link = find_one_time_link(call.session, token, kind=LinkKind.PORTAL)
    if link is not None and throttle(call.request).allows(MAIL_TO_RECIPIENT, "portal", link.person_id):
        call.enter(link.workspace_id)
        try:
            contact = get_entering_contact(call.session, link.person_id)
        except (NotFound, Refused):
            return _dead_link(call, token)
        mail_portal_link(call, contact, then_path=_portal_path(link.then_path))
    return public_page(call, "portal/login.html", PortalLoginPage(email="your address", is_asked=True))


@router.post("/portal/logout")
def delete_login(call: Write) -> Response:
    """Sign this browser out of the portal."""
    return let_out(call, redirect(call, "/portal/login"), Door.PORTAL)


def _mail_links(call: Call, address: str, then_path: str) -> None:
    front = call.session.info["scope"].workspace_id
    contacts = list_contacts_by_address(call.session, address, workspace_id=front) if address else []
    for contact in contacts:
        call.enter(contact.workspace_id)
        mail_portal_link(call, contact, then_path=then_path)
    if not contacts:
        pretend_to_mail(call)


def _contact_of(call: Call, token: str) -> Contact:
    """The client whom a working link lets in, in their studio. Raises NotFound or Refused."""
    link = get_working_link(call.session, token, kind=LinkKind.PORTAL, now=call.now)
    call.enter(link.workspace_id)
    return get_entering_contact(call.session, link.person_id)


def _dead_link(call: Call, token: str) -> Response:
    link = find_one_time_link(call.session, token, kind=LinkKind.PORTAL)
    if link is not None:
        call.enter(link.workspace_id)
    enter_front(call)
    return public_page(call, "portal/enter.html", EnterPage(token, can_renew=link is not None), status=410)


def _portal_path(path: str) -> str:
    """A path inside the portal to go on to."""
    safe = safe_path(path, otherwise="/portal")
    return safe if safe == "/portal" or safe.startswith("/portal/") else "/portal"
