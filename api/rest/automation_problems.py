"""What is wrong with a drawing while it is being drawn: nothing is saved for that."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.actions import catalogue
from api.deps import Read
from api.rest.automations import DrawingIn, ProblemOut
from api.routing import Router
from models.queries.automation_hooks import schemas_for
from models.queries.automation_lookups import drawing_lookups
from models.rules.automations import drawing_problems
from models.types.automations import Drawing

router = Router("automations")

_EXAMPLE = {
    "nodes": [{"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted"}}],
    "edges": [],
}


class ProblemsIn(BaseModel):
    """A drawing as it is in the builder, saved or not. automation_id: of the automation it belongs to, when there is one."""

    model_config = ConfigDict(extra="forbid")

    drawing: Annotated[DrawingIn, Field(examples=[_EXAMPLE])]
    automation_id: Annotated[str, Field(max_length=64)] = ""


@router.post("/automation_problems")
def create_problems(wanted: ProblemsIn, call: Read) -> list[ProblemOut]:
    """What is wrong with a drawing, node by node; only problems of severity `error` keep it from being published."""
    drawing = Drawing(wanted.drawing.model_dump())
    found = drawing_problems(
        drawing,
        catalogue=catalogue.schemas(),
        events=schemas_for(call.session, wanted.automation_id),
        lookups=drawing_lookups(call.session),
        automation_id=wanted.automation_id,
    )
    return [ProblemOut.model_validate(problem) for problem in found]
