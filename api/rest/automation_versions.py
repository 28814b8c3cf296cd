"""What was published: each version with its runs, what differs between two, and the way back."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.rest.automation_publications import ChangesOut, VersionOut
from api.rest.automations import AutomationDetail
from api.routing import Router
from models.commands.automation_publications import restore_drawing
from models.queries.automation_moves import count_live_by_version
from models.queries.automations import get_automation, get_version, versions_statement
from models.rules.automation_changes import drawing_changes
from models.tables.automations import Automation, AutomationVersion
from models.types.automations import Drawing
from models.types.errors import Conflict

router = Router("automations")

DRAFT = 0
"""The number that stands for the draft."""


class ListedVersion(VersionOut):
    """A version. live_runs: how many of its runs are not over. is_in_force: whether events start it now."""

    live_runs: int = 0
    is_in_force: bool = False


class VersionDetail(VersionOut):
    """What was published, with its drawing and plan."""

    drawing: dict[str, Any]
    plan: dict[str, Any]


class ComparisonOut(BaseModel):
    """What differs between two drawings, with both: what is gone can be drawn where it was. Number 0 is the draft."""

    before: int
    after: int
    changes: ChangesOut
    before_drawing: dict[str, Any]
    after_drawing: dict[str, Any]


class RestorationIn(BaseModel):
    """version: the draft's version that was seen, to refuse overwriting somebody's change."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None


@router.get("/automations/{automation_id}/versions")
def list_versions(automation_id: str, call: Read, paging: Paging) -> Page[ListedVersion]:
    """What was published, newest first."""
    automation = get_automation(call.session, automation_id)
    page = page_of(call.session, versions_statement(automation_id), AutomationVersion, paging, ListedVersion)
    live = count_live_by_version(call.session, automation_id)
    for one in page.items:
        one.live_runs = live.get(one.number, 0)
        one.is_in_force = automation.status == "published" and one.number == automation.published_version
    return page


@router.get("/automations/{automation_id}/versions/{number}")
def show_version(automation_id: str, number: int, call: Read) -> VersionDetail:
    """One version with its drawing and plan."""
    return VersionDetail.model_validate(get_version(call.session, automation_id, number))


@router.get("/automations/{automation_id}/changes")
def show_changes(
    automation_id: str, call: Read, before: Annotated[int, Query(ge=0)], after: Annotated[int, Query(ge=0)] = DRAFT
) -> ComparisonOut:
    """What differs between two versions. before, after: numbers; 0 is the draft."""
    automation = get_automation(call.session, automation_id)
    one, two = (_drawing(call, automation, number) for number in (before, after))
    changes = drawing_changes(Drawing(one), Drawing(two))
    return ComparisonOut(
        before=before, after=after, changes=ChangesOut.model_validate(changes), before_drawing=one, after_drawing=two
    )


@router.post("/automations/{automation_id}/versions/{number}/restoration")
def create_restoration(automation_id: str, number: int, wanted: RestorationIn, call: Write) -> AutomationDetail:
    """Make the draft what this version was. Events start what they did until it is published."""
    automation = get_automation(call.session, automation_id)
    if wanted.version is not None and wanted.version != automation.version:
        raise Conflict("Somebody else changed this automation at the same moment. Reload and try again.")
    restore_drawing(call.session, automation, number)
    return AutomationDetail.model_validate(automation)


def _drawing(call: Read, automation: Automation, number: int) -> dict[str, Any]:
    if number == DRAFT:
        return automation.drawing
    return get_version(call.session, automation.id, number).drawing
