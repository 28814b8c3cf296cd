"""One version of an automation: what it changed, and the way back to it."""

from dataclasses import dataclass

from fastapi.responses import Response

from api.deps import Read, Write
from api.pages.automation_publications import ChangeLine, change_lines
from api.render import member_page, redirect
from api.routing import Router
from models.commands.automation_publications import restore_drawing
from models.queries.automation_moves import count_live_by_version
from models.queries.automations import find_version_before, get_automation, get_version
from models.rules.automation_changes import drawing_changes
from models.tables.automations import Automation, AutomationVersion
from models.types.automations import Drawing
from models.types.principals import Door

router = Router("automations", Door.MEMBER)


@dataclass(frozen=True, slots=True)
class VersionPage:
    """What a version changed, and how the draft differs from it."""

    automation: Automation
    version: AutomationVersion
    before: int
    """The version it is compared with; 0 for the first."""
    changed: list[ChangeLine]
    since: list[ChangeLine]
    """From this version to the draft."""
    live_runs: int


@router.get("/automations/{automation_id}/versions/{number}")
def show(automation_id: str, number: int, call: Read) -> Response:
    """What was published under a number."""
    automation, version = get_automation(call.session, automation_id), get_version(call.session, automation_id, number)
    before = find_version_before(call.session, automation_id, number)
    own, draft = Drawing(version.drawing), Drawing(automation.drawing)
    earlier = Drawing(before.drawing if before else {})
    labels = {
        str(node.get("id")): str(node.get("label") or node.get("id")) for one in (earlier, own, draft) for node in one.nodes
    }
    page = VersionPage(
        automation=automation,
        version=version,
        before=before.number if before else 0,
        changed=change_lines(drawing_changes(earlier, own), labels),
        since=change_lines(drawing_changes(own, draft), labels),
        live_runs=count_live_by_version(call.session, automation_id).get(number, 0),
    )
    return member_page(call, "automations/version.html", page, nav="automations")


@router.post("/automations/{automation_id}/versions/{number}/restoration")
def restore(automation_id: str, number: int, call: Write) -> Response:
    """Make the draft what this version was."""
    restore_drawing(call.session, get_automation(call.session, automation_id), number)
    said = f"The draft is version {number} again. Publish it to let it run."
    return redirect(call, f"/automations/{automation_id}/publication", flash=said)
