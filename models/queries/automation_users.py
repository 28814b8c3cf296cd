"""Which automations would miss a thing that is to be put away."""

from dataclasses import dataclass

from sqlalchemy import String, cast, or_
from sqlmodel import Session, col, select

from models.queries.automation_runs import count_runs
from models.rules.automation_documents import possible_references
from models.tables.automations import Automation, AutomationVersion


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
    drawn = cast(col(Automation.drawing), String).contains(thing_id, autoescape=True)
    published = cast(col(AutomationVersion.drawing), String).contains(thing_id, autoescape=True)
    in_force = (col(AutomationVersion.automation_id) == col(Automation.id)) & (
        col(AutomationVersion.number) == col(Automation.published_version)
    )
    statement = (
        select(Automation, AutomationVersion)
        .join(AutomationVersion, in_force, isouter=True)
        .where(col(Automation.archived_at).is_(None), or_(drawn, published), Automation.id != thing_id)
        .order_by(Automation.name)
    )
    found = [_user(session, automation, version, thing_id) for automation, version in session.exec(statement)]
    return [one for one in found if one is not None]


def _user(session: Session, automation: Automation, version: AutomationVersion | None, thing_id: str) -> AutomationUser | None:
    is_published = version is not None and automation.status == "published" and thing_id in possible_references(version.drawing)
    if not is_published and thing_id not in possible_references(automation.drawing):
        return None
    live = count_runs(session, automation_id=automation.id, status="live")
    return AutomationUser(automation.id, automation.name, automation.status, is_published, live)
