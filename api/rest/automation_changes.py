"""What differs between two versions of an automation, or between one and the draft."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from api.deps import Read
from api.routing import Router
from models.queries.automations import get_automation, get_version
from models.rules.automation_changes import drawing_changes
from models.tables.automations import Automation
from models.types.automations import Drawing

router = Router("automations")

DRAFT = 0
"""The number that stands for the draft."""


class FieldChangeOut(BaseModel):
    """One value that differs. field: dotted path inside the settings; `kind` and `label` are the step's own."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    before: Any
    after: Any


class NodeChangeOut(BaseModel):
    """A step that is `added`, `removed` or `changed`."""

    model_config = ConfigDict(from_attributes=True)

    node_id: str
    change: str
    kind: str
    label: str
    fields: list[FieldChangeOut]


class EdgeChangeOut(BaseModel):
    """A line that is `added` or `removed`."""

    model_config = ConfigDict(from_attributes=True)

    change: str
    source: str
    port: str
    target: str


class ChangesOut(BaseModel):
    """All that differs between two drawings; places and notes do not count."""

    model_config = ConfigDict(from_attributes=True)

    nodes: list[NodeChangeOut]
    edges: list[EdgeChangeOut]
    limits: list[FieldChangeOut]


class ComparisonOut(BaseModel):
    """What differs between two drawings, with both: what is gone can be drawn where it was. Number 0 is the draft."""

    before: int
    after: int
    changes: ChangesOut
    before_drawing: dict[str, Any]
    after_drawing: dict[str, Any]


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


def _drawing(call: Read, automation: Automation, number: int) -> dict[str, Any]:
    if number == DRAFT:
        return automation.drawing
    return get_version(call.session, automation.id, number).drawing
