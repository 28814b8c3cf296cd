"""Which automations would miss a thing that is to be put away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, or_
from sqlmodel import Session, col, select

from models.queries.automation_runs import count_runs
from models.rules.automation_documents import possible_references
from models.tables.automations import Automation, AutomationVersion

_POSTING = "inbox.post"


@dataclass(frozen=True, slots=True)
class AutomationUser:
    """An automation that names a thing."""

    id: str
    name: str
    status: str
    is_in_force: bool
    """Whether what is published names it: then runs that come to that step are stuck without it."""
    live_runs: int


def automations_using(session: Session, thing_id: str) -> list[AutomationUser]:
    """The automations whose drawing or published version names a thing by its id, by name; not those that are put away.

    thing_id: of a member, a template, a form, a scheduler, another automation: whatever the catalogue's pickers offer.
    """
    return _users(session, thing_id, lambda drawing: thing_id in possible_references(drawing))


def automations_posting_in(session: Session, channel: str) -> list[AutomationUser]:
    """The automations that post in the channel of that name, whatever its case, by name; not those that are put away."""
    wanted = channel.strip().lower()
    return _users(session, _POSTING, lambda drawing: wanted in _channels(drawing))


def _users(session: Session, text: str, names_it: Callable[[Mapping[str, Any]], bool]) -> list[AutomationUser]:
    """Those with a drawing, as drawn or as published, that names a thing. text: what such a drawing holds, to leave out most."""
    drawn = cast(col(Automation.drawing), String).contains(text, autoescape=True)
    published = cast(col(AutomationVersion.drawing), String).contains(text, autoescape=True)
    in_force = (col(AutomationVersion.automation_id) == col(Automation.id)) & (
        col(AutomationVersion.number) == col(Automation.published_version)
    )
    statement = (
        select(Automation, AutomationVersion)
        .join(AutomationVersion, in_force, isouter=True)
        .where(col(Automation.archived_at).is_(None), or_(drawn, published), Automation.id != text)
        .order_by(Automation.name)
    )
    found = [_user(session, automation, version, names_it) for automation, version in session.exec(statement)]
    return [one for one in found if one is not None]


def _user(
    session: Session,
    automation: Automation,
    version: AutomationVersion | None,
    names_it: Callable[[Mapping[str, Any]], bool],
) -> AutomationUser | None:
    is_published = version is not None and automation.status == "published" and names_it(version.drawing)
    if not is_published and not names_it(automation.drawing):
        return None
    live = count_runs(session, automation_id=automation.id, status="live")
    return AutomationUser(automation.id, automation.name, automation.status, is_published, live)


def _channels(drawing: Mapping[str, Any]) -> set[str]:
    """The channels that a drawing posts in, small; not those whose names are told by a run only."""
    settings = [node["settings"] for node in drawing.get("nodes", []) if node.get("settings", {}).get("action") == _POSTING]
    named = [one.get("input", {}).get("channel") for one in settings]
    texts = [one.get("value", one.get("text")) for one in named if isinstance(one, dict)]
    return {text.strip().removeprefix("#").lower() for text in texts if isinstance(text, str)}
