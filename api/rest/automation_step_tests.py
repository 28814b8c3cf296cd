"""Trying one step of a drawing with one record."""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.automation_step_tests import try_step
from api.deps import Slow
from api.rest.automation_scopes import ScopeIn
from api.rest.automations import ProblemOut
from api.routing import Router
from models.rules.automation_drawings.graph import document_problems
from models.rules.automation_drawings.settings import settings_problems
from models.types.automations import Drawing
from models.types.errors import Invalid, NotFound

router = Router("automations")


class StepTestIn(ScopeIn):
    """A step of a drawing, and the record to try it with."""

    record: Annotated[dict[str, Any], Field(default_factory=dict)]
    """What starts the run: read as `trigger`."""
    scope: Annotated[dict[str, Any], Field(default_factory=dict)]
    """The other names that may be read: `nodes`, `item`."""
    confirm: bool = False
    """Whether to really do it, where the answer to an unconfirmed test offers that."""


class ChangeOut(BaseModel):
    """One row that was written, and unwritten again."""

    noun: str
    verb: str
    label: str
    values: dict[str, Any]


class StepTestOut(BaseModel):
    """What the step would be given, and what it would do."""

    model_config = ConfigDict(extra="forbid")

    says: str
    given: dict[str, Any]
    missing: dict[str, str]
    problems: list[ProblemOut]
    """What keeps this step from being tested at all."""
    effect: str
    """`none`, `undone` (done in a transaction that was undone) or `performed`."""
    offer: str
    """What a confirmed test would really do; empty when it would do no more."""
    output: Any
    error: str
    changes: list[ChangeOut]


@router.post("/automation_step_tests")
def create_step_test(wanted: StepTestIn, call: Slow) -> StepTestOut:
    """Try one step with one record: a mail goes to nobody, or confirmed to you; other quick actions are done and undone."""
    drawing = Drawing(wanted.drawing.model_dump())
    for problem in document_problems(drawing):
        raise Invalid(problem.message, field="drawing")
    node = drawing.node(wanted.node_id)
    if node is None:
        raise NotFound("There is no such step in this drawing.")
    wrong = settings_problems(node)
    if wrong:
        shown = [ProblemOut.model_validate(problem) for problem in wrong]
        return StepTestOut(says="This step is not filled in yet.", problems=shown, **_NOTHING)
    tested = try_step(call, node, {"now": call.now.isoformat(), **wanted.scope, "trigger": wanted.record}, confirm=wanted.confirm)
    return StepTestOut(
        says=tested.outcome.says,
        given=dict(tested.outcome.given),
        missing=dict(tested.outcome.missing),
        problems=[],
        effect=tested.effect,
        offer=tested.offer,
        output=tested.output,
        error=tested.error,
        changes=[ChangeOut(**asdict(change)) for change in tested.changes],
    )


_NOTHING: dict[str, Any] = {
    "given": {},
    "missing": {},
    "effect": "none",
    "offer": "",
    "output": None,
    "error": "",
    "changes": [],
}
