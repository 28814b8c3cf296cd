"""Cookies of the two doors, and the links that lead back through them."""

from typing import Any

from fastapi.responses import Response

from api.deps import MEMBER_COOKIE, PORTAL_COOKIE, Call
from api.emails import queue_mail, render_mail
from models.commands.events import record
from models.commands.logins import end_login, make_one_time_link, open_login
from models.ids import digest
from models.queries.workspaces import find_front_workspace
from models.tables.contacts import Contact
from models.tables.members import Member
from models.types.members import INVITATION_LASTS, PASSWORD_LINK_LASTS, PORTAL_LINK_LASTS, LinkKind
from models.types.principals import Door

_COOKIES = {Door.MEMBER: MEMBER_COOKIE, Door.PORTAL: PORTAL_COOKIE}


def let_in(call: Call, response: Response, door: Door, person: Member | Contact) -> Response:
    """Sign a person in on this browser with a fresh token; whatever login the browser held at this door ends.

    The call must have entered the person's workspace.
    """
    _end_held(call, door)
    token, expires_at = open_login(
        call.session,
        workspace_id=person.workspace_id,
        door=door,
        person_id=person.id,
        agent=call.agent,
        address=call.address,
        now=call.now,
    )
    response.set_cookie(
        _COOKIES[door],
        token,
        expires=expires_at,
        httponly=True,
        samesite="lax",
        secure=call.settings.public_url.startswith("https:"),
        path="/",
    )
    return response


def let_out(call: Call, response: Response, door: Door) -> Response:
    """Sign this browser out at a door."""
    _end_held(call, door)
    response.delete_cookie(_COOKIES[door], path="/")
    return response


def enter_front(call: Call) -> None:
    """Show the brand of the studio at this address, when there is exactly one and the call is in none yet."""
    if call.session.info["scope"].workspace_id is None:
        workspace = find_front_workspace(call.session, call.request.headers.get("host", ""))
        if workspace is not None:
            call.enter(workspace.id)


def mail_password_link(call: Call, member: Member, *, is_invitation: bool = False) -> None:
    """Mail a member a link to set a password, as a reset or as an invitation. The call must have entered their workspace."""
    lasts = INVITATION_LASTS if is_invitation else PASSWORD_LINK_LASTS
    token = _link(call, member, LinkKind.PASSWORD, lasts, "/")
    template, subject = (
        ("members/invitation", f"Join {call.workspace.name}") if is_invitation else ("members/password", "Set a new password")
    )
    context: dict[str, Any] = {"name": member.name, "link": call.url(f"/password/{token}"), "studio": call.workspace.name}
    queue_mail(
        call, key=f"member:{member.id}:password:{token[:8]}", template=template, to=member, subject=subject, context=context
    )


def mail_portal_link(call: Call, contact: Contact, *, then_path: str = "/portal") -> None:
    """Mail a client a link into the portal, because they asked for it at its door. The call must have entered their workspace."""
    token = _link(call, contact, LinkKind.PORTAL, PORTAL_LINK_LASTS, then_path)
    queue_mail(
        call,
        key=f"portal:{contact.id}:link:{digest(token)[:12]}",
        template="portal/link",
        to=contact,
        subject=f"Your way into {call.workspace.name}",
        context=_words(call, contact.name, f"/portal/enter/{token}"),
    )


def mail_portal_invitation(call: Call, contact: Contact, *, key: str, engagement_id: str | None = None) -> bool:
    """Invite a client to the portal by mail; once per key. False when there is nobody to mail to."""
    token = _link(call, contact, LinkKind.PORTAL, INVITATION_LASTS, "/portal")
    email = queue_mail(
        call,
        key=key,
        template="portal/invitation",
        to=contact,
        subject="Everything about our work together, in one place",
        context=_words(call, contact.name, f"/portal/enter/{token}"),
        engagement_id=engagement_id,
    )
    if email is not None:
        record(call.session, "portal.invited", contact.id, engagement_id=engagement_id, contact_id=contact.id)
    return email is not None


def pretend_to_mail(call: Call) -> None:
    """Take as long as mailing somebody would, so that the time tells no more than the answer."""
    if call.session.info["scope"].workspace_id is not None:
        render_mail(call.workspace, "portal/link", {**_words(call, "", "/"), "base_url": ""}, subject="")


def _words(call: Call, name: str, path: str) -> dict[str, Any]:
    return {"name": name, "link": call.url(path), "studio": call.workspace.name}


def _end_held(call: Call, door: Door) -> None:
    token = call.request.cookies.get(_COOKIES[door])
    if token:
        end_login(call.session, token, door=door, now=call.now)


def _link(call: Call, person: Member | Contact, kind: LinkKind, lasts: Any, then_path: str) -> str:
    return make_one_time_link(
        call.session,
        workspace_id=person.workspace_id,
        kind=kind,
        person_id=person.id,
        lasts=lasts,
        now=call.now,
        then_path=then_path,
    )
