"""From a prepared page to HTML: which frame, whose brand, which fragment."""

import json
from dataclasses import fields
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, col, func, select

from api.deps import MEMBER_COOKIE, Call
from api.web.environment import environment
from api.web.formats import install_filters
from models.tables.conversations import Conversation, Notification
from models.tables.waits import Wait
from models.tables.workspaces import Workspace
from models.types.principals import PrincipalKind

_FLASH_COOKIE = "throughline_flash"
_NO_BRAND = {"name": "Client portal", "colour": None, "logo_url": None, "reply_to": None}


def member_page(call: Call, template: str, page: object, *, nav: str, status: int = 200) -> HTMLResponse:
    """A page in the members' frame. page: the template's own dataclass. nav: its key in the rail."""
    frame = {
        "workspace": call.workspace,
        "member": {"id": call.principal.id, "name": call.principal.name, "role": call.principal.role.capitalize()},
        "nav": nav,
        "counts": _counts(call.session, call.principal.id),
    }
    return _page(call, template, page, frame, status)


def portal_page(call: Call, template: str, page: object, *, place: str = "", status: int = 200) -> HTMLResponse:
    """A page in the client's frame, in the studio's brand. place: the key of its tab, when the client is signed in."""
    return _page(call, template, page, {"person": _person(call), "places": _places(call, place)}, status)


def public_page(call: Call, template: str, page: object, *, status: int = 200) -> HTMLResponse:
    """A page for somebody who is not signed in, in the studio's brand."""
    return _page(call, template, page, {}, status)


def fragment(
    call: Call, template: str, page: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    """The piece of a page that htmx swaps in; rendered from a partial, with the page's own dataclass."""
    context = {"zone": _zone(call), **_own(page), "brand": brand_of(call)}
    return HTMLResponse(environment().get_template(template).render(context), status_code=status, headers=headers)


def redirect(call: Call, path: str, *, flash: str = "", kind: str = "success") -> Response:
    """Go on to another page (303); htmx is told to load it whole. flash: a sentence shown there once."""
    response: Response
    if call.is_htmx:
        response = Response(status_code=204, headers={"HX-Redirect": path})
    else:
        response = RedirectResponse(path, status_code=303)
    if flash:
        said = quote(json.dumps({"kind": kind, "text": flash}))
        response.set_cookie(_FLASH_COOKIE, said, max_age=60, httponly=True, samesite="lax")
    return response


def error_page(request: Request, *, title: str, detail: str, status: int) -> str:
    """The whole page that a person sees when something went wrong, or the notice alone for htmx."""
    # Which workspace it was may be unknown by now; a member sees our own name, anybody else no name but the portal's.
    known = {**_NO_BRAND, "name": "Throughline"} if MEMBER_COOKIE in request.cookies else _NO_BRAND
    context = {"title": title, "text": detail, "status": status, "brand": known, "action": {"text": "Back", "href": "/"}}
    if request.headers.get("HX-Request"):
        return environment().get_template("_error_notice.html").render(context)
    return environment().get_template("error.html").render(context)


def brand_of(call: Call) -> dict[str, Any]:
    """What every client-facing page, mail and PDF shows of the studio. The workspace's, or nobody's before one is known."""
    if call.session.info["scope"].workspace_id is None:
        return _NO_BRAND
    return brand(call.workspace)


def brand(workspace: Workspace) -> dict[str, Any]:
    """A workspace's brand as the layouts take it."""
    return {
        "name": workspace.name,
        "colour": workspace.brand_color,
        "logo_url": f"/w/{workspace.slug}/logo" if workspace.logo_file_id else None,
        "reply_to": workspace.sender_address or None,
    }


def _page(call: Call, template: str, page: object, frame: dict[str, Any], status: int) -> HTMLResponse:
    said = call.request.cookies.get(_FLASH_COOKIE)
    context = {
        "zone": _zone(call),
        **frame,
        **_own(page),
        "brand": brand_of(call),
        "theme": call.request.cookies.get("theme", "system"),
        "flashes": [json.loads(unquote(said))] if said else [],
    }
    response = HTMLResponse(environment().get_template(template).render(context), status_code=status)
    if said:
        response.delete_cookie(_FLASH_COOKIE)
    return response


def _own(page: object) -> dict[str, Any]:
    """The fields of a page's dataclass, not deeper: rows and lists go in as they are."""
    return {field.name: getattr(page, field.name) for field in fields(page)}  # type: ignore[arg-type]  # every page is a dataclass


def _zone(call: Call) -> str:
    return call.workspace.timezone if call.session.info["scope"].workspace_id else "UTC"


def _counts(session: Session, member_id: str) -> dict[str, int]:
    """What stands beside the places of the rail."""

    def count(table: type[Any], *conditions: Any) -> int:
        return session.exec(select(func.count()).select_from(table).where(*conditions)).one()

    return {
        "inbox": count(Conversation, col(Conversation.is_waiting_on_us).is_(True), col(Conversation.archived_at).is_(None)),
        "ops": count(Wait, col(Wait.closed_at).is_(None), col(Wait.kind) == "repair"),
        "notifications": count(Notification, col(Notification.member_id) == member_id, col(Notification.read_at).is_(None)),
    }


def _person(call: Call) -> dict[str, str] | None:
    if call.principal.kind is not PrincipalKind.CONTACT:
        return None
    return {"name": call.principal.name, "email": ""}


def _places(call: Call, place: str) -> list[dict[str, Any]]:
    if call.principal.kind is not PrincipalKind.CONTACT or not call.principal.login_id:
        return []
    rows = (
        ("home", "Overview", "/portal", "house"),
        ("projects", "Projects", "/portal/projects", "kanban"),
        ("documents", "Documents", "/portal/documents", "file-text"),
        ("invoices", "Invoices", "/portal/invoices", "receipt"),
        ("messages", "Messages", "/portal/messages", "message-circle"),
        ("files", "Files", "/portal/files", "folder"),
    )
    return [{"text": text, "href": href, "icon": icon, "current": key == place} for key, text, href, icon in rows]


install_filters(environment())
