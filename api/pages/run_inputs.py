"""Doing a stuck step again with another input: a plain form made from what the step's action takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from api.actions import catalogue
from api.deps import Call, Read, Write
from api.files import Posted
from api.render import fragment, member_page, redirect
from api.routing import Router
from api.run_repairs import StuckAction, give_input, stuck_action
from models.commands.automation_runs import label_of
from models.queries.automation_options import MOST, list_options
from models.queries.automation_runs import find_step, get_run
from models.queries.automations import get_version
from models.rules.automation_plan.repairs import gaps_left
from models.rules.input_fields import field_text, input_fields, typed_input
from models.types.automations import Json
from models.types.errors import Refused
from models.types.input_fields import Control, InputField
from models.types.principals import Door

router = Router("automation_runs", Door.MEMBER)
PREFIX = "input."
"""Before the names of the action's own fields, which may be called like one of the form's."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as the form shows it."""

    field: InputField
    name: str
    text: str
    options: list[tuple[str, str]]
    """Value and words; empty where it is typed."""
    error: str


@dataclass(frozen=True, slots=True)
class InputPage:
    """The form of one stuck step."""

    run_id: str
    label: str
    verb: str
    reason: str
    """Why it is stuck."""
    action: str
    """Where the form goes."""
    iteration: int
    fields: list[FieldView]
    errors: Mapping[str, str]


@router.get("/automation_runs/{run_id}/steps/{node_path:path}/input")
def edit(run_id: str, node_path: str, call: Read, iteration: Annotated[int, Query()] = 0) -> Response:
    """What the stuck step was to be done with, to be changed."""
    try:
        stuck = stuck_action(call, run_id, node_path, iteration)
    except Refused as error:
        return redirect(call, f"/automation_runs/{run_id}", flash=error.detail, kind="warning")
    fields = _fields(stuck)
    texts = {field.name: field_text(field, stuck.last.given.get(field.name)) for field in fields}
    page = _page(call, stuck, node_path, iteration, texts, {})
    return member_page(call, "automation_runs/input.html", page, nav="automations")


@router.post("/automation_runs/{run_id}/steps/{node_path:path}/input")
def update(run_id: str, node_path: str, call: Write, posted: Posted) -> Response:
    """Do the step with what was typed. What cannot be taken is told at its field, and all of it stays typed."""
    iteration = int(posted.value("iteration")) if posted.value("iteration").isdigit() else 0
    try:
        stuck = stuck_action(call, run_id, node_path, iteration)
        fields = _fields(stuck)
        texts = {field.name: posted.value(PREFIX + field.name) for field in fields}
        given, errors = typed_input(fields, texts)
        errors = errors or _gaps(stuck, given) or catalogue.misfits(stuck.action, given)
        if errors:
            return _shown_again(call, _page(call, stuck, node_path, iteration, texts, errors))
        give_input(call, run_id, node_path, iteration, given)
    except Refused as error:
        return redirect(call, f"/automation_runs/{run_id}", flash=error.detail, kind="warning")
    return _gone_on(call, run_id, node_path, iteration)


def _gaps(stuck: StuckAction, given: Mapping[str, Json]) -> dict[str, str]:
    left = gaps_left(stuck.last.gaps, given)
    return {name: f"Nothing is known for {mark}. Write what belongs there, or take it out." for name, mark in left.items()}


def _gone_on(call: Call, run_id: str, node_path: str, iteration: int) -> Response:
    """Back to the run, with what came of it so far."""
    path, step = f"/automation_runs/{run_id}", find_step(call.session, run_id, node_path, iteration)
    if step is not None and step.status == "parked":
        return redirect(call, path, flash=f"It is stuck again: {step.error}", kind="warning")
    return redirect(call, path, flash="Tried again with what you typed.")


def _shown_again(call: Call, page: InputPage) -> Response:
    if call.is_htmx:
        return fragment(call, "automation_runs/_input.html", page, status=422)
    return member_page(call, "automation_runs/input.html", page, nav="automations", status=422)


def _fields(stuck: StuckAction) -> list[InputField]:
    return input_fields(catalogue.schemas()[stuck.action]["input"]) if stuck.action in catalogue.ACTIONS else []


def _page(
    call: Call, stuck: StuckAction, node_path: str, iteration: int, texts: Mapping[str, str], errors: Mapping[str, str]
) -> InputPage:
    run = get_run(call.session, stuck.run.id)
    drawing = get_version(call.session, run.automation_id, run.automation_version).drawing
    known = catalogue.ACTIONS.get(stuck.action)
    return InputPage(
        run_id=run.id,
        label=label_of(drawing, node_path),
        verb=known.title if known else stuck.action,
        reason=stuck.error,
        action=f"/automation_runs/{run.id}/steps/{node_path}/input",
        iteration=iteration,
        fields=[_view(call, field, texts.get(field.name, ""), errors.get(field.name, "")) for field in _fields(stuck)],
        errors={PREFIX + name if name else "": sentence for name, sentence in errors.items()},
    )


def _view(call: Call, field: InputField, text: str, error: str) -> FieldView:
    options = list(field.choices) if field.control is Control.CHOICE else []
    if field.control is Control.LOOKUP:
        found = list_options(call.session, field.lookup, chosen=[text] if text else [])
        # A list that is cut would hide the one that is meant: then the id is typed.
        options = [(one.value, one.label) for one in found] if len(found) < MOST else []
    return FieldView(field, PREFIX + field.name, text, options, error)
