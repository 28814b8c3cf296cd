"""What one step of a drawing may read."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.actions import catalogue
from api.automation_authors import require_author
from api.deps import Read
from api.rest.automations import DrawingIn
from api.routing import Router
from models.queries.automation_hooks import schemas_for
from models.rules.automation_drawings.graph import document_problems
from models.rules.automation_samples import invented
from models.rules.automation_scopes import node_scope
from models.types.automations import Drawing
from models.types.errors import Invalid

router = Router("automations")

_DRAWING: JsonDict = {
    "nodes": [
        {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}},
        {"id": "wait", "kind": "delay", "settings": {"amount": 1, "unit": "days"}},
    ],
    "edges": [{"id": "trigger-ok", "source": "trigger", "port": "ok", "target": "wait"}],
}


class ScopeIn(BaseModel):
    """A drawing, saved or not, and one of its steps."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"drawing": _DRAWING, "node_id": "wait"}]})

    drawing: DrawingIn
    node_id: Annotated[str, Field(max_length=64)]
    automation_id: Annotated[str, Field(max_length=64)] = ""
    """Of the automation it belongs to, when there is one: the sample of its hook tells what a call brings along."""


class ScopeOut(BaseModel):
    """What may be read. schema_: a JSON Schema; `x-may-be-missing` marks what is not sure to be there."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[dict[str, Any], Field(alias="schema")]
    sample: dict[str, Any]
    """Invented values that fit the schema."""


@router.post("/automation_scopes")
def create_scope(wanted: ScopeIn, call: Read) -> ScopeOut:
    """What a step may read: the trigger and the steps that come before it. Nothing is kept."""
    require_author(call)
    drawing = Drawing(wanted.drawing.model_dump())
    for problem in document_problems(drawing):
        raise Invalid(problem.message, field="drawing")
    schema = node_scope(
        drawing, wanted.node_id, catalogue=catalogue.schemas(), events=schemas_for(call.session, wanted.automation_id)
    )
    return ScopeOut(schema_=schema, sample=invented(schema, call.now))
