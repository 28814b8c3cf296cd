"""The page on which an automation is drawn."""

from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response

from api.actions import catalogue
from api.deps import Read
from api.render import member_page
from api.rest.automations import AutomationDetail
from api.routing import Router
from api.web.assets import icon_drawings
from models.queries.automations import get_automation
from models.queries.members import list_members
from models.types.principals import Door

router = Router("automations", Door.MEMBER)


@dataclass(frozen=True, slots=True)
class BuilderPage:
    """One automation, ready to be drawn."""

    name: str
    data: dict[str, Any]
    """What the script reads: the automation, who edits it, and the icons of its actions."""


@router.get("/automations/{automation_id}/builder")
def show(automation_id: str, call: Read) -> Response:
    """The canvas. The script does all of it; what it saves goes through the API."""
    automation = get_automation(call.session, automation_id)
    icons = {entry["icon"] for entry in catalogue.schemas().values()}
    data = {
        "automation": AutomationDetail.model_validate(automation).model_dump(mode="json"),
        "zone": call.workspace.timezone,
        "member": {"id": call.principal.id, "name": call.principal.name},
        "members": {member.id: member.name for member in list_members(call.session)},
        "icons": icon_drawings(icons),
    }
    return member_page(call, "automations/builder.html", BuilderPage(automation.name, data), nav="automations")
