"""Beginning a run again from one of its steps: first what that would do, then the new run."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import Response

from api.deps import Read, Write
from api.render import member_page, redirect
from api.routing import Router
from models.commands.automation_runs import label_of, plan_of
from models.commands.run_repairs import rerun_from
from models.queries.automation_runs import get_run, list_steps, lock_run
from models.queries.automations import get_version
from models.queries.run_rows import RunRow, run_rows
from models.rules.automation_plan.moves import has_node
from models.rules.automation_plan.repairs import steps_from
from models.types.errors import Invalid, NotFound, Refused
from models.types.principals import Door

router = Router("automation_runs", Door.MEMBER)


@dataclass(frozen=True, slots=True)
class RerunPage:
    """What will happen, before it does."""

    row: RunRow
    node_path: str
    label: str
    kept: list[str]
    """Steps that are not done again: what they made is known to the new run."""
    again: list[str]
    """Steps that were done and will be done once more."""
    ahead: list[str]
    """Steps that may come after these."""
    is_live: bool


@router.get("/automation_runs/{run_id}/reruns/new")
def new(run_id: str, call: Read, node_path: Annotated[str, Query(max_length=200)] = "") -> Response:
    """What beginning again from a step would do and repeat. Nothing begins by looking."""
    run = get_run(call.session, run_id)
    plan = plan_of(call.session, run)
    if "/" in node_path or not has_node(plan, node_path):
        raise NotFound("This run has no such step to begin with.")
    drawing = get_version(call.session, run.automation_id, run.automation_version).drawing
    following = steps_from(plan, node_path)
    done = list(dict.fromkeys(step.node_path.partition("/")[0].partition("[")[0] for step in list_steps(call.session, run_id)))
    page = RerunPage(
        row=run_rows(call.session, [run])[0],
        node_path=node_path,
        label=label_of(drawing, node_path),
        kept=[label_of(drawing, one) for one in done if one not in following],
        again=[label_of(drawing, one) for one in following if one in done],
        ahead=[label_of(drawing, one) for one in following if one not in done],
        is_live=run.finished_at is None,
    )
    return member_page(call, "automation_runs/rerun.html", page, nav="automations")


@router.post("/automation_runs/{run_id}/reruns")
def create(run_id: str, call: Write, node_path: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Begin again from the step; on to the new run."""
    run = lock_run(call.session, run_id)
    drawing = get_version(call.session, run.automation_id, run.automation_version).drawing
    try:
        again = rerun_from(call.session, run, node_path, now=call.now)
    except (Refused, Invalid) as error:
        return redirect(call, f"/automation_runs/{run_id}", flash=error.detail, kind="warning")
    said = f"This is the new run. It begins with “{label_of(drawing, node_path)}”."
    return redirect(call, f"/automation_runs/{again.id}", flash=said)
