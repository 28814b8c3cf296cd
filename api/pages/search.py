"""Jump to any record or place."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse, Response

from api.deps import Read
from api.render import fragment, member_page
from api.routing import Router
from api.web.navigation import RAIL
from models.queries.search import search_records
from models.rules.timeline import event_href
from models.types.principals import Door

router = Router("search", Door.MEMBER, prefix="")

_ICONS = {
    "contact": "user-round",
    "engagement": "waypoints",
    "company": "building",
    "project": "kanban",
    "invoice": "receipt",
    "proposal": "file-text",
    "task": "square-check",
    "place": "corner-down-right",
    "command": "plus",
}
_COMMANDS = (
    ("New engagement", "/engagements/new"),
    ("New proposal", "/proposals/new"),
    ("New invoice", "/invoices/new"),
    ("New contact", "/contacts/new"),
    ("Invite a member", "/settings/people"),
    ("Change the brand", "/settings"),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the answer."""

    kind: str
    title: str
    more: str
    href: str
    icon: str


@dataclass
class SearchPage:
    """What was found."""

    q: str
    hits: list[Hit]


@router.get("/search")
def show(call: Read, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Records, places and commands by a few letters: a fragment for the palette, JSON for programs, else a page."""
    records = [
        Hit(one.kind, one.title, one.more, event_href(one.kind, one.id, {}), _ICONS[one.kind])
        for one in search_records(call.session, q)
    ]
    page = SearchPage(q, [*_places(q), *records])
    if call.is_htmx:
        return fragment(call, "search/_hits.html", page)
    if "application/json" in call.request.headers.get("accept", ""):
        return JSONResponse({"items": [{"kind": hit.kind, "title": hit.title, "href": hit.href} for hit in page.hits]})
    return member_page(call, "search/show.html", page, nav="")


def _places(q: str) -> list[Hit]:
    """Places of the rail and commands that hold what was typed; all places when nothing was."""
    text = q.strip().casefold()
    places = [(place.text, place.href, place.icon, "place") for _, group in RAIL for place in group]
    commands = [(words, href, _ICONS["command"], "command") for words, href in _COMMANDS] if text else []
    return [Hit(kind, words, "", href, icon) for words, href, icon, kind in (*places, *commands) if text in words.casefold()]
