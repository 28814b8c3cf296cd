"""Publishing while runs are live: what it would do, doing it, and undoing what it did to them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.actions import catalogue
from api.automation_moves import publish
from api.deps import Read, Slow, Write
from api.rest.automation_changes import ChangesOut
from api.rest.automation_moves import MoveDetail, move_detail
from api.rest.automations import DrawingIn, ProblemOut
from api.routing import Router
from models.commands.automations import switch_off_automation
from models.queries.automation_moves import get_move
from models.queries.automation_publications import RUNS_PER_GROUP, Wanted, preview_publication
from models.queries.automations import get_automation, get_version
from models.types.automation_publications import PublicationWish
from models.types.automations import Drawing, Problem

router = Router("automations")

Choice = Literal["finish", "next_wait", "now", "stop"]
NodeMapping = Annotated[dict[str, str], Field(examples=[{"wait": "longer-wait"}])]


class PreviewIn(BaseModel):
    """What to look at. Without a drawing it is the stored draft; with a group, only that group's runs after the cursor."""

    model_config = ConfigDict(extra="forbid")

    drawing: DrawingIn | None = None
    mapping: NodeMapping = {}
    group: Annotated[str | None, Field(examples=["v2:wait"])] = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = RUNS_PER_GROUP


class NextStepOut(BaseModel):
    """Where a run stands, and when it goes on to what."""

    model_config = ConfigDict(from_attributes=True)

    node_path: str
    doing: str
    at: datetime | None
    then: str | None


class MovePreviewOut(BaseModel):
    """What moving one run now would do. unread: steps whose output is read further on though the run never comes there."""

    model_config = ConfigDict(from_attributes=True)

    can_move: bool
    why_not: str
    old: list[NextStepOut]
    new: list[NextStepOut]
    unread: list[str]


class RunPreviewOut(BaseModel):
    """One live run and what would become of it."""

    model_config = ConfigDict(from_attributes=True)

    run_id: str
    client: str
    about: str
    preview: MovePreviewOut


class RunGroupOut(BaseModel):
    """The live runs of one version that stand in one place. key: under which to choose for them."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    version: int
    standing: str
    label: str
    count: int
    can_move: bool
    why_not: str
    runs: list[RunPreviewOut]
    next_cursor: str | None


class RemovedStepOut(BaseModel):
    """A step that live runs stand on and the drawing lacks: another may take its place in `mapping`."""

    model_config = ConfigDict(from_attributes=True)

    node_id: str
    label: str
    kind: str
    count: int


class PreviewOut(BaseModel):
    """Everything to decide on before publishing. version: send it back with the publication."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    in_force: int
    next_version: int
    is_unchanged: bool
    problems: list[ProblemOut]
    changes: ChangesOut
    groups: list[RunGroupOut]
    removed: list[RemovedStepOut]
    labels: dict[str, str]


class PublicationIn(BaseModel):
    """What is new in this version, and what becomes of the runs under way; those not named finish on their version."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(max_length=500, examples=["Thanks the lead at once."])] = ""
    choices: Annotated[dict[str, Choice], Field(examples=[{"v2:wait": "now", "*": "finish"}])] = {}
    mapping: NodeMapping = {}
    version: int | None = None


class VersionOut(BaseModel):
    """What was published."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    automation_id: str
    number: int
    plan_hash: str
    author: str
    note: str
    created_at: datetime


class PublicationOut(VersionOut):
    """The version in force now. is_new: whether it was made just now, or did the same already. move: of live runs."""

    is_new: bool
    move: MoveDetail | None


@router.post("/automations/{automation_id}/publication_preview")
def create_publication_preview(automation_id: str, wanted: PreviewIn, call: Read) -> PreviewOut:
    """What publishing would change, and what would become of each live run. Nothing is written."""
    automation = get_automation(call.session, automation_id)
    drawing = Drawing(wanted.drawing.model_dump() if wanted.drawing else automation.drawing)
    look = Wanted(wanted.mapping, wanted.group, wanted.cursor, wanted.limit)
    found = preview_publication(call.session, automation, drawing, look, catalogue=catalogue.schemas(), now=call.now)
    return PreviewOut.model_validate(found)


@router.post("/automations/{automation_id}/publication", status_code=201, response_model=PublicationOut)
def create_publication(automation_id: str, wanted: PublicationIn, call: Slow) -> Any:
    """Publish the drawing as a new version and move the live runs as chosen.

    Answers 422 with the problems, node by node, when it cannot run, and 409 when somebody else was first.
    """
    wish = PublicationWish(wanted.note, wanted.choices, wanted.mapping, wanted.version)
    made = publish(call, automation_id, wish)
    if isinstance(made, list):
        return refused(made)
    with call.open(writes=False):
        version = VersionOut.model_validate(get_version(call.session, automation_id, made.number))
        move = move_detail(call, get_move(call.session, made.move_id)) if made.move_id else None
        return PublicationOut(**version.model_dump(), is_new=made.is_new, move=move)


@router.delete("/automations/{automation_id}/publication", status_code=204)
def destroy_publication(automation_id: str, call: Write) -> None:
    """Switch the automation off. Runs that have not begun are dropped; those under way finish."""
    switch_off_automation(call.session, get_automation(call.session, automation_id), now=call.now)


def refused(problems: list[Problem]) -> JSONResponse:
    """The answer to publishing what cannot run: nothing was done."""
    body = {
        "type": "/help/errors#Invalid",
        "title": "Something is missing or wrong",
        "status": 422,
        "detail": "This automation cannot run yet. Nothing was published.",
        "problems": [asdict(problem) for problem in problems],
    }
    return JSONResponse(body, status_code=422, media_type="application/problem+json")
