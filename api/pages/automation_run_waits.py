"""What a run waits for, in words, and the ways on that a person may choose."""

from dataclasses import dataclass

from api.actions import catalogue
from api.automation_approvals import OpenQuestion, may_skip, open_question
from api.deps import Call
from models.commands.run_waits import FAILED_CALL, STUCK
from models.queries.automation_runs import list_open_waits
from models.rules.automation_ways import ways_on
from models.tables.automations import AutomationRun, StepRun
from models.tables.waits import Wait
from models.types.automation_outline import WayOn
from models.types.automations import Drawing


@dataclass(frozen=True, slots=True)
class WaitView:
    """What the run waits for now, and what can be done about it."""

    wait: Wait
    kind: str
    """`stuck`, `approval`, `call` (a call of ours that fails) or `waiting`."""
    node_path: str
    iteration: int
    is_action: bool = False
    """Whether it is stuck at an action, whose input may be changed."""
    ways: tuple[WayOn, ...] = ()
    """By which ways the reader may skip the step; empty where that would say no more than letting its time be up."""
    asks: OpenQuestion | None = None
    """Of an approval."""


def wait_views(call: Call, run: AutomationRun, drawing: Drawing, steps: list[StepRun]) -> list[WaitView]:
    """Every open wait of a run, in the order in which they were opened."""
    acting = {(step.node_path, step.iteration) for step in steps if step.action}
    return [_wait_view(call, run, drawing, wait, acting) for wait in list_open_waits(call.session, run.id)]


def _wait_view(call: Call, run: AutomationRun, drawing: Drawing, wait: Wait, acting: set[tuple[str, int]]) -> WaitView:
    if wait.key.startswith(FAILED_CALL):
        return WaitView(wait, "call", "", 0)
    node_path, iteration = _place(wait.key)
    is_action = (node_path, iteration) in acting
    ways = ways_on(drawing, node_path, catalogue.schemas()) if may_skip(call, run, node_path, iteration) else ()
    if wait.key.startswith(STUCK):
        return WaitView(wait, "stuck", node_path, iteration, is_action, ways)
    if wait.kind == "approval":
        return WaitView(wait, "approval", node_path, iteration, ways=ways, asks=open_question(call, run.id, wait.key))
    return WaitView(wait, "waiting", node_path, iteration, ways=ways if is_action or len(ways) > 1 else ())


def _place(key: str) -> tuple[str, int]:
    """The step of a wait: `step:mail:0` of one that is stuck, `mail.0.3` of any other."""
    if key.startswith(STUCK):
        node_path, _, iteration = key.removeprefix(STUCK).rpartition(":")
    else:
        node_path, iteration, *_ = *key.rsplit(".", 2), "", "0"
    return node_path, int(iteration) if iteration.isdigit() else 0
