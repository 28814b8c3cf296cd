"""Repairing runs: many at once, with another input, or again from one of their steps."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Slow, Write
from api.rest.automation_runs import RunDetail, run_detail
from api.routing import Router
from api.run_repairs import Repair, give_input, repair_all
from models.commands.run_repairs import rerun_from
from models.queries.automation_runs import get_run, lock_run

router = Router("automation_runs")


class RepairsIn(BaseModel):
    """Which stuck runs, and what to do with them."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[str], Field(min_length=1, max_length=200, examples=[["run_01k8"]])]
    action: Repair


class RepairedOut(BaseModel):
    """What came of one run. detail: why it was not possible."""

    model_config = ConfigDict(from_attributes=True)

    run_id: str
    is_done: bool
    detail: str


class InputIn(BaseModel):
    """What the stuck action is to be done with, whole."""

    model_config = ConfigDict(extra="forbid")

    input: Annotated[dict[str, Any], Field(examples=[{"channel": "crm", "text": "A lead!"}])]
    iteration: int = 0


class RerunIn(BaseModel):
    """From which step on."""

    model_config = ConfigDict(extra="forbid")

    node_path: Annotated[str, Field(max_length=200, examples=["task"])]


@router.post("/automation_run_repairs")
def create_repairs(wanted: RepairsIn, call: Slow) -> list[RepairedOut]:
    """Retry, skip or stop what is stuck in many runs. Each is dealt with by itself; the answer says what came of it."""
    return [RepairedOut.model_validate(one) for one in repair_all(call, wanted.ids, wanted.action)]


@router.post("/automation_runs/{run_id}/steps/{node_path:path}/input")
def create_input(run_id: str, node_path: str, wanted: InputIn, call: Write) -> RunDetail:
    """Do the stuck action with another input. Raises 409 when the run stands elsewhere; what does not fit is stuck again."""
    give_input(call, run_id, node_path, wanted.iteration, wanted.input)
    return run_detail(call, get_run(call.session, run_id))


@router.post("/automation_runs/{run_id}/reruns", status_code=201)
def create_rerun(run_id: str, wanted: RerunIn, call: Write) -> RunDetail:
    """Begin the run again from a step it came to: a new run, which knows what the steps before made. Ends the old one."""
    return run_detail(call, rerun_from(call.session, lock_run(call.session, run_id), wanted.node_path, now=call.now))
