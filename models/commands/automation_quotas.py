"""Letting runs begin that the quota has held back: every workspace in its turn, oldest first."""

from datetime import datetime

from sqlmodel import Session

from models.commands.events import record_facts
from models.commands.run_queues import begin
from models.db import enter, scope_of
from models.queries.automation_quotas import list_held_back, workspaces_with_room
from models.tables.automations import AutomationRun
from models.types.scope import Cause, Scope

PORTION = 20
"""Runs of one workspace in one go, so that none waits for another's thousands."""


def release_runs(session: Session, *, now: datetime) -> int:
    """Let runs begin for which there is room by now, a portion of each workspace; how many. In the system's scope."""
    system, released = scope_of(session), 0
    for workspace_id, room in workspaces_with_room(session, now=now).items():
        for run in list_held_back(session, workspace_id, limit=min(room, PORTION)):
            enter(session, Scope(workspace_id, "system", _cause(run)))
            record_facts(session, [begin(session, run, now=now)])
            enter(session, system)
            released += 1
    return released


def _cause(run: AutomationRun) -> Cause:
    return Cause(**{**run.cause, "automation_ids": tuple(run.cause.get("automation_ids", ()))})
