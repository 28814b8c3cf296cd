"""Runs of automations: where they stand, and what people and their workflows do to them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.automation_authors import require_sight
from api.automation_effects import perform_effect
from api.automation_runs import intervene, take_turn
from api.deps import Read, Slow, Write, worker_only
from api.pagination import Page, Paging, page_of
from api.routing import Router
from api.run_decisions import decide, delegate, skip
from models.commands.automation_runs import cancel_run
from models.queries.automation_runs import get_run, list_open_waits, list_steps, lock_run, runs_statement
from models.rules.automation_plan.records import happened_from_json
from models.tables.automations import AutomationRun
from models.types.automation_plan.happenings import ForcedNow, RetryAsked, Skipped
from models.types.automation_runs import RunPosition

router = Router("automation_runs")


class RunOut(BaseModel):
    """A run as lists show it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    automation_id: str
    automation_version: int
    engagement_id: str | None
    event_id: str
    parent_run_id: str | None
    status: str
    queued_for: str
    """Why a queued run waits: `record` (another run about the same record goes first) or `quota`; empty otherwise."""
    next_wake_at: datetime | None
    error: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None


class StepOut(BaseModel):
    """What one node did. Input and output are clipped for people."""

    model_config = ConfigDict(from_attributes=True)

    node_path: str
    iteration: int
    kind: str
    action: str
    status: str
    attempts: int
    input: dict[str, Any]
    output: dict[str, Any]
    error: str
    created_at: datetime
    ended_at: datetime | None


class OpenWaitOut(BaseModel):
    """What the run waits for now. key: the wait's id within the run."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    kind: str
    what: str
    since: datetime
    until: datetime | None
    then_what: str


class RunDetail(RunOut):
    """A run with everything it did and waits for."""

    trigger: dict[str, Any]
    steps: list[StepOut]
    waits: list[OpenWaitOut]


class EffectIn(BaseModel):
    """Which slow action to perform."""

    model_config = ConfigDict(extra="forbid")

    node_path: Annotated[str, Field(examples=["fetch"])]
    iteration: int = 0
    attempt: Annotated[int, Field(ge=1)] = 1


class StepIn(BaseModel):
    """Which pass of the step is meant."""

    model_config = ConfigDict(extra="forbid")

    iteration: int = 0


class SkipIn(StepIn):
    """How to go on without the step. port: by which way out; by itself the usual one."""

    port: Annotated[str | None, Field(examples=["ok"])] = None


class CancelIn(BaseModel):
    """Why the run is ended."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=300, examples=["The client called: no longer needed."])] = ""


class DecisionIn(BaseModel):
    """What was decided."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approved", "rejected"]
    note: Annotated[str, Field(max_length=2000)] = ""


class DelegationIn(BaseModel):
    """Who is to decide instead: ids of members."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[list[str], Field(min_length=1, max_length=20, examples=[["mem_01k8"]])]


@router.get("/automation_runs")
def list_automation_runs(
    call: Read,
    paging: Paging,
    automation_id: str | None = None,
    engagement_id: str | None = None,
    status: str | None = None,
) -> Page[RunOut]:
    """Runs, newest first. status: one of a run's statuses, or `live` for all that are not over."""
    wanted = runs_statement(automation_id=automation_id, engagement_id=engagement_id, status=status)
    return page_of(call.session, wanted, AutomationRun, paging, RunOut)


@router.get("/automation_runs/{run_id}")
def show_run(run_id: str, call: Read) -> RunDetail:
    """One run with its steps and open waits."""
    return run_detail(call, get_run(call.session, run_id))


@router.post("/automation_runs/{run_id}/advance", dependencies=[Depends(worker_only)])
def create_advance(
    run_id: str,
    happened: Annotated[dict[str, Any], Body(examples=[{"kind": "started", "trigger": {}}])],
    call: Write,
) -> RunPosition:
    """Feed one happening to a run, in one transaction; where it stands then. An empty body only asks for that."""
    return take_turn(call, run_id, happened_from_json(happened) if happened else None)


@router.post("/automation_runs/{run_id}/effects", dependencies=[Depends(worker_only)])
def create_effect(run_id: str, wanted: EffectIn, call: Slow) -> RunPosition:
    """Perform one slow action and carry the run on with what came of it."""
    return perform_effect(call, run_id, wanted.node_path, wanted.iteration, wanted.attempt)


@router.post("/automation_runs/{run_id}/cancelation")
def create_cancelation(run_id: str, wanted: CancelIn, call: Write) -> RunDetail:
    """End a run where it stands; what it did stays done. A run that is over stays as it is."""
    run = lock_run(call.session, run_id)
    cancel_run(call.session, run, reason=wanted.reason or f"Canceled by {call.principal.name or call.actor}.", now=call.now)
    return run_detail(call, run)


@router.post("/automation_runs/{run_id}/steps/{node_path:path}/retry")
def create_retry(run_id: str, node_path: str, wanted: StepIn, call: Write) -> RunDetail:
    """Do the step again that the run stands on: a stuck one, or one that waits. Raises 409 when it stands elsewhere."""
    intervene(call, run_id, RetryAsked(node_path, wanted.iteration))
    return run_detail(call, get_run(call.session, run_id))


@router.post("/automation_runs/{run_id}/steps/{node_path:path}/skip")
def create_skip(run_id: str, node_path: str, wanted: SkipIn, call: Write) -> RunDetail:
    """Go on without the step that the run stands on. Raises 409 when it stands elsewhere, 403 for an approval asked of others."""
    skip(call, run_id, Skipped(node_path, wanted.iteration, wanted.port))
    return run_detail(call, get_run(call.session, run_id))


@router.post("/automation_runs/{run_id}/waits/{wait_id:path}/force")
def create_force(run_id: str, wait_id: str, call: Write) -> RunDetail:
    """Let the time of a wait be up now. A wait for an event goes on as timed out."""
    intervene(call, run_id, ForcedNow(wait_id))
    return run_detail(call, get_run(call.session, run_id))


@router.post("/automation_runs/{run_id}/approvals/{wait_id:path}/delegation")
def create_delegation(run_id: str, wait_id: str, wanted: DelegationIn, call: Write) -> RunDetail:
    """Let others decide in your place. Raises 403 for somebody who was not asked."""
    delegate(call, run_id, wait_id, wanted.to)
    return run_detail(call, get_run(call.session, run_id))


@router.post("/automation_runs/{run_id}/approvals/{wait_id:path}")
def create_approval(run_id: str, wait_id: str, wanted: DecisionIn, call: Write) -> RunDetail:
    """Approve or reject what a run asks for. Raises 403 for somebody who was not asked."""
    decide(call, run_id, wait_id, wanted.decision, wanted.note)
    return run_detail(call, get_run(call.session, run_id))


def run_detail(call: Read, run: AutomationRun) -> RunDetail:
    """A run with its steps and open waits, as the API answers it."""
    steps = list_steps(call.session, run.id)
    require_sight(call, run, steps)
    return RunDetail(
        **RunOut.model_validate(run).model_dump(),
        trigger=run.trigger,
        steps=[StepOut.model_validate(step) for step in steps],
        waits=[OpenWaitOut.model_validate(wait) for wait in list_open_waits(call.session, run.id)],
    )
