"""What was published: each version with its runs, what differs between two, and the way back."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.rest.automation_publications import VersionOut
from api.rest.automations import AutomationDetail
from api.routing import Router
from models.commands.automation_publications import restore_drawing
from models.queries.automation_moves import count_live_by_version
from models.queries.automations import get_automation, get_version, versions_statement
from models.tables.automations import AutomationVersion
from models.types.errors import Conflict

router = Router("automations")


class ListedVersion(VersionOut):
    """A version. live_runs: how many of its runs are not over. is_in_force: whether events start it now."""

    live_runs: int = 0
    is_in_force: bool = False


class VersionDetail(VersionOut):
    """What was published, with its drawing and plan."""

    drawing: dict[str, Any]
    plan: dict[str, Any]


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


@router.post("/automations/{automation_id}/versions/{number}/restoration")
def create_restoration(automation_id: str, number: int, wanted: RestorationIn, call: Write) -> AutomationDetail:
    """Make the draft what this version was. Events start what they did until it is published."""
    automation = get_automation(call.session, automation_id)
    if wanted.version is not None and wanted.version != automation.version:
        raise Conflict("Somebody else changed this automation at the same moment. Reload and try again.")
    restore_drawing(call.session, automation, number)
    return AutomationDetail.model_validate(automation)
