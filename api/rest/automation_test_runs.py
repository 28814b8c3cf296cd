"""Trying a whole drawing with one record, before it is published."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.automation_authors import require_author, require_reach
from api.automation_simulations import compiled, record_for
from api.automation_test_runs import Attempt, try_drawing
from api.deps import Call, Slow
from api.rest.automation_run_streams import RunNow, run_now
from api.rest.automation_runs import StepOut
from api.rest.automation_simulations import refused
from api.rest.automation_step_tests import ChangeOut
from api.rest.automations import DrawingIn
from api.routing import Router
from models.queries.automation_runs import list_steps
from models.queries.automations import get_automation
from models.rules.automation_matching import wants
from models.tables.automations import AutomationRun
from models.types.automation_test_runs import Effect, StepNote, TestRunWish
from models.types.automations import Drawing, Json, Problem

router = Router("automations")


class TestRunIn(BaseModel):
    """What to try, and with what. Without a record one is made up that the trigger wants."""

    model_config = ConfigDict(extra="forbid")

    drawing: DrawingIn | None = None
    """By itself the automation's own, published or not."""
    record: dict[str, Any] | None = None
    fields: Annotated[dict[str, Any], Field(max_length=200, examples=[{"contact.name": "Grace Hopper"}])] = {}
    """Dotted path inside the record to what stands there instead."""
    passes_over_waits: bool = True
    """By itself no wait is waited for; otherwise the test ends where it would wait."""
    events_come: bool = True
    """Whether what it waits for happens, or the wait times out."""
    approval: Literal["approved", "rejected"] = "approved"
    makes_requests: bool = False
    """Whether to really make its requests to other services. The other side cannot tell them from real ones."""
    mails_me: bool = False
    """Whether the mails it would send go to you, marked as a test, and to nobody else."""

    def wish(self) -> TestRunWish:
        """As the driver takes it."""
        return TestRunWish(**self.model_dump(exclude={"drawing", "record", "fields"}))


class TriedStepOut(StepOut):
    """What one step did, before it was undone."""

    effect: Effect
    would_wait_until: datetime | None
    """Until when a real run would wait here at most."""
    changes: list[ChangeOut]
    """What it wrote; of a step that runs another automation, what that wrote."""


class TestRunOut(BaseModel):
    """What a run did with the record. Nothing of it is there any more."""

    run: RunNow
    steps: list[TriedStepOut]
    record: dict[str, Any]
    passes_filter: bool
    """Whether the trigger would want the record; if not, it is tried all the same."""
    mails: int
    """How many mails it would have sent by itself."""
    mailed_to: str
    """Who got them as a test; empty when nobody did."""
    troubles: list[str]
    """Why mails to you were not sent."""
    is_cut: bool
    """Whether the test came to its limit before its end."""


@router.post("/automations/{automation_id}/test_runs", response_model=TestRunOut)
def create_test_run(automation_id: str, wanted: TestRunIn, call: Slow) -> Any:
    """Try a drawing with one record: every step is done and undone, in order, and no wait is waited for.

    No client hears of it. Answers 422 with the problems, node by node, when the drawing cannot run.
    """
    made = _attempt(call, automation_id, wanted)
    if isinstance(made, list):
        return refused(made, "Nothing was tried.")
    tried = try_drawing(call, made, lambda run: _shown(call, run))
    run, steps = tried.shown
    return TestRunOut(
        run=run,
        steps=[_step_out(step, tried.play.note((step.node_path, step.iteration))) for step in steps],
        record=dict(made.record),
        passes_filter=wants(made.plan.trigger, made.record),
        mails=len(tried.play.mails),
        mailed_to=tried.mailed_to,
        troubles=tried.troubles,
        is_cut=tried.play.is_cut,
    )


def _attempt(call: Call, automation_id: str, wanted: TestRunIn) -> Attempt | list[Problem]:
    with call.open(writes=False):
        require_author(call)
        automation = get_automation(call.session, automation_id)
        document: dict[str, Json] = wanted.drawing.model_dump() if wanted.drawing else automation.drawing
        require_reach(call, Drawing(document).nodes)
        plan = compiled(call, automation, document)
        if isinstance(plan, list):
            return plan
        record = record_for(call, plan, document, event_id=None, record=wanted.record, fields=wanted.fields, at=call.now)
    return Attempt(automation_id, plan, document, record, wanted.wish())


def _shown(call: Call, run: AutomationRun) -> tuple[RunNow, list[StepOut]]:
    return run_now(call, run), [StepOut.model_validate(step) for step in list_steps(call.session, run.id)]


def _step_out(step: StepOut, note: StepNote) -> TriedStepOut:
    changes = [ChangeOut(**asdict(change)) for change in note.changes]
    return TriedStepOut(**step.model_dump(), effect=note.effect, would_wait_until=note.until, changes=changes)
