"""The repair tray of automations: every stuck run with its reason, dealt with one by one or many at once."""

from dataclasses import dataclass

from fastapi.responses import Response

from api.deps import Read, Slow
from api.files import Posted
from api.render import member_page, redirect
from api.routing import Router
from api.run_repairs import Repair, repair_all
from models.commands.run_waits import STUCK
from models.queries.automation_runs import find_step, list_open_waits, list_runs
from models.queries.run_rows import RunRow, run_rows
from models.tables.waits import Wait
from models.types.errors import Invalid
from models.types.principals import Door

router = Router("automation_runs", Door.MEMBER)
_MOST_SHOWN = 200
_DONE = {Repair.RETRY: "tried again", Repair.SKIP: "skipped", Repair.STOP: "stopped"}


@dataclass(frozen=True, slots=True)
class StuckRow:
    """One stuck run: where and why."""

    row: RunRow
    step: str
    reason: str
    input_href: str
    """Where its input is changed; empty for a step that is no action."""


@dataclass(frozen=True, slots=True)
class TrayPage:
    """All that is stuck."""

    rows: list[StuckRow]


@router.get("/automation_run_repairs")
def index(call: Read) -> Response:
    """Every stuck run: client, step, reason."""
    rows = [_stuck(call, row) for row in run_rows(call.session, list_runs(call.session, status="parked", limit=_MOST_SHOWN))]
    return member_page(call, "automation_runs/repairs.html", TrayPage(rows), nav="automations")


@router.post("/automation_run_repairs")
def create(call: Slow, posted: Posted) -> Response:
    """Retry, skip or stop the ticked ones."""
    if posted.value("action") not in list(Repair):
        raise Invalid("Say whether they are to be retried, skipped or stopped.", field="action")
    repair = Repair(posted.value("action"))
    made = repair_all(call, posted.values.get("id", []), repair)
    done, left = sum(one.is_done for one in made), [one.detail for one in made if not one.is_done]
    said = f"{done} {'run' if done == 1 else 'runs'} {_DONE[repair]}." if made else "Nothing was ticked."
    said += f" {len(left)} could not be: {left[0]}" if left else ""
    return redirect(call, "/automation_run_repairs", flash=said, kind="warning" if left or not made else "success")


def _stuck(call: Read, row: RunRow) -> StuckRow:
    wait = next((one for one in list_open_waits(call.session, row.run.id) if one.key.startswith(STUCK)), None)
    detail = wait.detail if wait else {}
    return StuckRow(row, str(detail.get("step", "")), str(detail.get("reason", "")), _input_href(call, row, wait) if wait else "")


def _input_href(call: Read, row: RunRow, wait: Wait) -> str:
    node_path, _, iteration = wait.key.removeprefix(STUCK).rpartition(":")
    step = find_step(call.session, row.run.id, node_path, int(iteration))
    return f"/automation_runs/{row.run.id}/steps/{node_path}/input?iteration={iteration}" if step and step.action else ""
