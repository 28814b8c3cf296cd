"""Runs that wait for the end of runs they started are woken in the transaction in which these end."""

from sqlmodel import Session

from models.commands.run_queues import Triggered
from models.rules.automation_plan.records import canonical_json
from models.tables.automations import AutomationRun
from models.tables.events import Event


def wake_parent(session: Session, event: Event) -> list[Triggered]:
    """The fact that wakes the run which waits for another one, when this event says that it ended."""
    if event.type not in ("automation_run.finished", "automation_run.canceled"):
        return []
    run = session.get_one(AutomationRun, event.subject_id)
    # One that had begun is put in order first; that it finished is said then.
    is_told = event.type == "automation_run.canceled" and bool(run.state)
    if not run.parent_run_id or not run.parent_wait_id or run.finished_at is None or is_told:
        return []
    parent = session.get(AutomationRun, run.parent_run_id)
    if parent is None or parent.finished_at is not None:
        return []
    # What the run says at its end is read by the API: events carry no more than ids.
    happened = canonical_json({"kind": "sub_finished", "wait_id": run.parent_wait_id, "status": run.status})
    payload = {"wait_id": run.parent_wait_id, "happened": happened}
    return [Triggered("automation_run.woken", parent.id, parent.engagement_id, payload)]
