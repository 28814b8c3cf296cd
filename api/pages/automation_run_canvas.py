"""What the page of a run hands to the script that draws it."""

from collections.abc import Mapping
from typing import Any

from api.actions import catalogue
from api.deps import Call
from api.rest.automation_run_streams import run_now
from api.rest.automation_runs import StepOut
from api.rest.automations import ActionOut, EventOut
from api.web.assets import icon_drawings
from models.queries.automation_runs import list_steps
from models.tables.automations import AutomationRun
from models.types.automations import Drawing, Json
from models.types.events import CATALOGUE


def run_canvas(call: Call, run: AutomationRun, drawing: Mapping[str, Json]) -> dict[str, Any]:
    """The run as it stands, the drawing it follows, and of the catalogue only what that drawing uses.

    The shape is `RunData` in `api/web/builder/src/panels/run/facts.ts`.
    """
    actions = _actions_used(Drawing(drawing))
    return {
        "run": run_now(call, run).model_dump(mode="json"),
        "steps": [StepOut.model_validate(step).model_dump(mode="json") for step in list_steps(call.session, run.id)],
        "trigger": run.trigger,
        "drawing": dict(drawing),
        "catalogue": {"actions": actions, "events": _events_used(Drawing(drawing)), "nodes": {}},
        "icons": icon_drawings({one["icon"] for one in actions}),
        "zone": call.workspace.timezone,
    }


def _actions_used(drawing: Drawing) -> list[dict[str, Any]]:
    used = {str(node.get("settings", {}).get("action")) for node in drawing.nodes}
    shown = {name: {**action, "input": {}, "output": {}} for name, action in catalogue.schemas().items() if name in used}
    return [ActionOut(name=name, **action).model_dump(mode="json") for name, action in shown.items()]


def _events_used(drawing: Drawing) -> list[dict[str, Any]]:
    used = {str(node.get("settings", {}).get(key)) for node in drawing.nodes for key in ("type", "event")}
    return [EventOut(name=name, says=one.says, record={}).model_dump() for name, one in CATALOGUE.items() if name in used]
