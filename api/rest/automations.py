"""The users' rules: drawings, versions, publishing, and what can be drawn with."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.actions import catalogue
from api.automation_users import IsSure, ask_first
from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.automations import (
    archive_automation,
    change_automation,
    draw_automation,
    problems_of,
    unarchive_automation,
)
from models.queries.automation_schemas import event_schemas
from models.queries.automations import automations_statement, get_automation
from models.rules.automation_drawings.shapes import LIMITS, SHAPES
from models.tables.automations import Automation
from models.types.events import CATALOGUE

router = Router("automations")

MAX_DRAWING_NODES = 300
_EXAMPLE = {
    "nodes": [
        {
            "id": "trigger",
            "kind": "trigger",
            "label": "A form came in",
            "settings": {"kind": "event", "type": "submission.accepted"},
        },
        {
            "id": "tell",
            "kind": "action",
            "label": "Tell the team",
            "settings": {"action": "inbox.post", "input": {"channel": {"value": "crm"}, "text": {"text": "A lead!"}}},
        },
    ],
    "edges": [{"id": "trigger-ok", "source": "trigger", "port": "ok", "target": "tell"}],
    "positions": {},
    "limits": {},
}


class DrawingIn(BaseModel):
    """What the builder edits. Anything else the builder keeps beside it is stored as it came."""

    model_config = ConfigDict(extra="allow")

    nodes: Annotated[list[dict[str, Any]], Field(max_length=MAX_DRAWING_NODES)] = []
    edges: Annotated[list[dict[str, Any]], Field(max_length=3 * MAX_DRAWING_NODES)] = []
    positions: dict[str, Any] = {}
    limits: dict[str, Any] = {}


class AutomationIn(BaseModel):
    """A new automation."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120, examples=["New lead"])]
    description: Annotated[str, Field(max_length=1000)] = ""
    drawing: Annotated[DrawingIn, Field(examples=[_EXAMPLE])] = DrawingIn()


class AutomationChange(BaseModel):
    """What to change; what is left out stays. version: the one that was seen, to refuse overwriting somebody's change."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str | None, Field(min_length=1, max_length=120)] = None
    description: Annotated[str | None, Field(max_length=1000)] = None
    drawing: DrawingIn | None = None
    version: int | None = None


class AutomationOut(BaseModel):
    """An automation as lists show it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    description: str
    status: str
    published_version: int
    trigger_kind: str
    trigger_type: str
    off_reason: str
    version: int
    created_at: datetime
    archived_at: datetime | None


class AutomationDetail(AutomationOut):
    """An automation with its drawing."""

    drawing: dict[str, Any]


class ProblemOut(BaseModel):
    """One thing wrong with a drawing, at the node and field where it is."""

    model_config = ConfigDict(from_attributes=True)

    node_id: str
    field: str
    code: str
    message: str
    fix: str
    severity: str


class ActionOut(BaseModel):
    """An action: its form is the JSON Schema of its input."""

    name: str
    title: str
    icon: str
    docs: str
    kind: str
    client_facing: bool
    emits: list[str]
    input: dict[str, Any]
    output: dict[str, Any]


class EventOut(BaseModel):
    """An event that can start or wake a run, and the schema of what it brings."""

    name: str
    says: str
    record: dict[str, Any]


class CatalogueOut(BaseModel):
    """All that can be drawn with."""

    actions: list[ActionOut]
    events: list[EventOut]
    nodes: dict[str, dict[str, Any]]
    """Node kind to the JSON Schema of its settings."""
    limits: dict[str, Any]
    """The JSON Schema of what holds for the whole of an automation."""


@router.get("/automation_catalogue")
def show_catalogue(call: Read) -> CatalogueOut:
    """The actions, events and kinds of nodes that an automation can be drawn with."""
    records = event_schemas()
    return CatalogueOut(
        actions=[ActionOut(name=name, **entry) for name, entry in catalogue.schemas().items()],
        events=[EventOut(name=name, says=kind.says, record=records[name]) for name, kind in CATALOGUE.items()],
        nodes={kind: dict(shape) for kind, shape in SHAPES.items()},
        limits=LIMITS,
    )


@router.get("/automations")
def list_automations(
    call: Read, paging: Paging, status: str | None = None, q: str = "", is_archived: bool = False
) -> Page[AutomationOut]:
    """Automations, newest first."""
    wanted = automations_statement(status=status, text=q, is_archived=is_archived)
    return page_of(call.session, wanted, Automation, paging, AutomationOut)


@router.post("/automations", status_code=201)
def create_automation(wanted: AutomationIn, call: Write) -> AutomationDetail:
    """Draw an automation. It starts nothing until it is published."""
    made = draw_automation(
        call.session,
        name=wanted.name,
        description=wanted.description,
        drawing=wanted.drawing.model_dump(),
        now=call.now,
    )
    return AutomationDetail.model_validate(made)


@router.get("/automations/{automation_id}")
def show_automation(automation_id: str, call: Read) -> AutomationDetail:
    """One automation with its drawing."""
    return AutomationDetail.model_validate(get_automation(call.session, automation_id))


@router.patch("/automations/{automation_id}")
def update_automation(automation_id: str, wanted: AutomationChange, call: Write) -> AutomationDetail:
    """Change name, description or drawing. What runs stays as it was published."""
    automation = get_automation(call.session, automation_id)
    changes = wanted.model_dump(exclude={"version"}, exclude_none=True)
    change_automation(call.session, automation, changes, version=wanted.version)
    return AutomationDetail.model_validate(automation)


@router.get("/automations/{automation_id}/problems")
def list_problems(automation_id: str, call: Read) -> list[ProblemOut]:
    """What is wrong with the drawing, node by node; only problems of severity `error` keep it from being published."""
    found = problems_of(call.session, get_automation(call.session, automation_id), catalogue=catalogue.schemas())
    return [ProblemOut.model_validate(problem) for problem in found]


@router.post("/automations/{automation_id}/archive", status_code=204)
def create_archive(automation_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Put the automation away, switched off."""
    ask_first(call, automation_id, is_sure=is_sure)
    archive_automation(call.session, get_automation(call.session, automation_id), now=call.now)


@router.delete("/automations/{automation_id}/archive", status_code=204)
def destroy_archive(automation_id: str, call: Write) -> None:
    """Bring the automation back. It stays off until it is published again."""
    unarchive_automation(call.session, get_automation(call.session, automation_id))
