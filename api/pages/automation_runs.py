"""Runs of automations: where each stands and why, and what a person can do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Form, Query
from fastapi.responses import Response

from api.actions import catalogue
from api.automation_runs import intervene
from api.deps import Read, Write
from api.pages.automation_run_canvas import run_canvas
from api.pages.automation_run_waits import WaitView, wait_views
from api.render import member_page, redirect
from api.routing import Router
from api.run_decisions import decide, delegate
from api.run_decisions import skip as pass_over
from models.commands.automation_runs import cancel_run, label_of
from models.queries.automation_authors import find_step_behind
from models.queries.automation_moves import list_moves_of_run
from models.queries.automation_runs import get_run, list_steps, lock_run
from models.queries.automations import get_version
from models.queries.members import get_member
from models.queries.run_rows import RunRow, run_rows
from models.rules.automation_plan.records import canonical_json
from models.tables.automation_moves import AutomationMove, RunMove
from models.tables.automations import AutomationRun, StepRun
from models.types.automation_plan.happenings import ForcedNow, Happened, RetryAsked, Skipped
from models.types.automations import Drawing, Json
from models.types.errors import Refused
from models.types.principals import Door

router = Router("automation_runs", Door.MEMBER)
_VERBS = {
    "condition": ("git-branch", "Decide"),
    "delay": ("timer", "Wait"),
    "wait_until": ("calendar-clock", "Wait until"),
    "wait_for_event": ("hourglass", "Wait for something to happen"),
    "approval": ("hand", "Ask for approval"),
    "stop": ("circle-stop", "Stop"),
}


@dataclass(frozen=True, slots=True)
class StepView:
    """One step, in words."""

    step: StepRun
    label: str
    icon: str
    verb: str
    given: list[tuple[str, str]]
    made: list[tuple[str, str]]
    took: str
    can_begin: bool
    """Whether the run can be begun again from here."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run."""

    row: RunRow
    run: AutomationRun
    steps: list[StepView]
    waits: list[WaitView]
    is_live: bool
    moves: list[tuple[RunMove, AutomationMove]]
    """How it came from one version to another, oldest first."""
    canvas: dict[str, Any]
    """What the script reads that shows the run on its drawing."""
    behind: StepRun | None
    """The step that the reader came for."""


@router.get("/automation_runs/{run_id}")
def show(run_id: str, call: Read, about: Annotated[str, Query(max_length=80)] = "") -> Response:
    """One run with its steps, and what it waits for. about: opened at the step that did or made this."""
    run = get_run(call.session, run_id)
    drawing = get_version(call.session, run.automation_id, run.automation_version).drawing
    steps = list_steps(call.session, run_id)
    page = RunPage(
        row=run_rows(call.session, [run])[0],
        run=run,
        steps=[_step_view(step, label_of(drawing, step.node_path)) for step in steps],
        waits=wait_views(call, run, Drawing(drawing), steps),
        is_live=run.finished_at is None,
        moves=list_moves_of_run(call.session, run_id),
        canvas=run_canvas(call, run, drawing),
        behind=find_step_behind(call.session, run_id, about) if about else None,
    )
    return member_page(call, "automation_runs/show.html", page, nav="automations")


@router.post("/automation_runs/{run_id}/cancelation")
def cancel(run_id: str, call: Write) -> Response:
    """End the run where it stands."""
    cancel_run(call.session, lock_run(call.session, run_id), reason=f"Cancelled by {call.principal.name}.", now=call.now)
    return redirect(call, f"/automation_runs/{run_id}", flash="The run is cancelled. What it did stays done.")


@router.post("/automation_runs/{run_id}/steps/{node_path:path}/retry")
def retry(run_id: str, node_path: str, call: Write, iteration: Annotated[int, Form()] = 0) -> Response:
    """Do the step again."""
    return _intervene(call, run_id, RetryAsked(node_path, iteration), "Tried again.")


@router.post("/automation_runs/{run_id}/steps/{node_path:path}/skip")
def skip(
    run_id: str, node_path: str, call: Write, iteration: Annotated[int, Form()] = 0, port: Annotated[str, Form()] = ""
) -> Response:
    """Go on without the step. port: by which way out; empty by the usual one."""
    asked = Skipped(node_path, iteration, port or None)
    return _done(call, run_id, lambda: pass_over(call, run_id, asked), "Skipped. The run goes on.")


@router.post("/automation_runs/{run_id}/waits/{wait_id:path}/force")
def force(run_id: str, wait_id: str, call: Write) -> Response:
    """Let the wait's time be up now."""
    return _intervene(call, run_id, ForcedNow(wait_id), "The wait is over. The run goes on.")


@router.post("/automation_runs/{run_id}/approvals/{wait_id:path}/delegation")
def hand_on(run_id: str, wait_id: str, call: Write, to: Annotated[str, Form()] = "") -> Response:
    """Let another member decide in the reader's place."""
    delegate(call, run_id, wait_id, [to] if to else [])
    return redirect(call, f"/automation_runs/{run_id}", flash=f"{get_member(call.session, to).name} is asked now.")


@router.post("/automation_runs/{run_id}/approvals/{wait_id:path}")
def approve(
    run_id: str, wait_id: str, call: Write, decision: Annotated[str, Form()] = "", note: Annotated[str, Form()] = ""
) -> Response:
    """Decide on what the run asks."""
    decide(call, run_id, wait_id, decision, note)
    return redirect(call, f"/automation_runs/{run_id}", flash=f"You {decision} it. The run goes on.")


def _intervene(call: Write, run_id: str, happened: Happened, said: str) -> Response:
    return _done(call, run_id, lambda: intervene(call, run_id, happened), said)


def _done(call: Write, run_id: str, act: Callable[[], None], said: str) -> Response:
    """Do it; when the run has moved on meanwhile, show where it stands."""
    path = f"/automation_runs/{run_id}"
    try:
        act()
    except Refused as error:
        return redirect(call, path, flash=error.detail, kind="warning")
    return redirect(call, path, flash=said)


def _step_view(step: StepRun, label: str) -> StepView:
    action = catalogue.ACTIONS.get(step.action)
    icon, verb = (action.icon, action.title) if action else _VERBS.get(step.kind, ("play", step.action or step.kind))
    took = _took(step.created_at, step.ended_at)
    can_begin = step.ended_at is not None and "/" not in step.node_path
    return StepView(step, label, icon, verb, _pairs(step.input), _pairs(step.output), took, can_begin)


def _pairs(values: dict[str, Json]) -> list[tuple[str, str]]:
    """Names and values in words; what is empty is left out."""
    return [
        (name.replace("_", " ").capitalize(), value if isinstance(value, str) else canonical_json(value))
        for name, value in values.items()
        if value not in (None, "", [], {})
    ]


def _took(began: datetime, ended: datetime | None) -> str:
    """How long a step took, when it was long enough to mention."""
    seconds = (ended - began).total_seconds() if ended else 0
    if seconds < 60:
        return ""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    amount, unit = (days, "day") if days else (hours, "hour") if hours else (minutes, "minute")
    return f"{amount} {unit}{'' if amount == 1 else 's'}"
