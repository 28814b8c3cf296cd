"""The manual, as it ships with the product."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi.responses import FileResponse, Response

from api.deps import Read
from api.render import member_page
from api.routing import Router
from api.web.formats import markdown
from models.types.errors import NotFound
from models.types.principals import Door

router = Router("help", Door.MEMBER, prefix="")

GUIDE = Path(__file__).parents[1] / "docs" / "guide"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page of the manual."""

    slug: str
    title: str
    text: str
    """Markdown."""


@dataclass
class HelpPage:
    """One chapter, beside the list of all."""

    chapters: list[Chapter]
    current: str
    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of error that the API answers with."""

    name: str
    status: int
    says: str
    do: str


@dataclass
class ErrorsPage:
    """What each problem type means."""

    chapters: list[Chapter]
    problems: tuple[Problem, ...]


PROBLEMS = (
    Problem("NotFound", 404, "There is nothing by that id, or it is not yours to see.", "Check the id and the key's workspace."),
    Problem("Invalid", 422, "The input cannot be right, whatever the state.", "Look at `problems`: each names its field."),
    Problem("Refused", 409, "The input is fine, but the state does not allow it.", "Read the thing again and decide anew."),
    Problem(
        "InUse",
        409,
        "Published automations use what is to be put away: `used_by` lists them. Nothing was changed.",
        "Change them first, or send it again with `?is_sure=true`.",
    ),
    Problem("Conflict", 409, "Somebody else changed it first, or took it.", "Read it again, and send the new `version`."),
    Problem("Forbidden", 403, "The caller is known and lacks the right.", "Use a key with the scope that the text names."),
    Problem("NotSignedIn", 401, "There is no valid credential.", "Send `Authorization: Bearer …`."),
    Problem(
        "StillUnderWay",
        425,
        "The same request, with the same key, came before and has no answer yet.",
        "Send it again after `Retry-After` seconds, with the same Idempotency-Key.",
    ),
    Problem("Unavailable", 503, "Mail, a calendar or a payment provider does not answer.", "Send the same request again later."),
    Problem(
        "HttpError",
        400,
        "The request is malformed, too large or misplaced.",
        "Compare it with the API's own page.",
    ),
    Problem(
        "Unexpected",
        500,
        "It went wrong on our side; nothing was changed.",
        "Send it again with the same Idempotency-Key.",
    ),
)


@router.get("/help")
def index(call: Read) -> Response:
    """The first chapter."""
    return _chapter_page(call, chapters()[0])


@router.get("/help/errors")
def show_errors(call: Read) -> Response:
    """The problem types; an answer's `type` leads here."""
    return member_page(call, "help/errors.html", ErrorsPage(chapters(), PROBLEMS), nav="")


@router.get("/help/pictures/{folder}/{name}")
def show_picture(folder: str, name: str, call: Read) -> Response:
    """A picture that a chapter shows. Raises NotFound for what is none."""
    known = {(path.parent.name, path.name): path for path in GUIDE.rglob("*.png")}
    if (folder, name) not in known:
        raise NotFound("There is no such picture.")
    return FileResponse(known[folder, name], headers={"Cache-Control": "private, max-age=3600"})


@router.get("/help/{slug}")
def show(slug: str, call: Read) -> Response:
    found = next((chapter for chapter in chapters() if chapter.slug == slug), None)
    if found is None:
        raise NotFound("There is no such chapter.")
    return _chapter_page(call, found)


@lru_cache(maxsize=1)
def chapters() -> list[Chapter]:
    """The chapters by title; those in folders have the folder's name before their own."""
    found = []
    for path in GUIDE.rglob("*.md"):
        text = path.read_text()
        heading = re.match(r"# (.+)\n", text)
        title = heading.group(1) if heading else path.stem.replace("_", " ").capitalize()
        found.append(Chapter("_".join(path.relative_to(GUIDE).with_suffix("").parts), title, text))
    return sorted(found, key=lambda chapter: chapter.title)


def _chapter_page(call: Read, chapter: Chapter) -> Response:
    page = HelpPage(chapters(), chapter.slug, chapter.title, markdown(chapter.text))
    return member_page(call, "help/show.html", page, nav="")
