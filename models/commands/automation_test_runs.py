"""Writing the run of a test, in a transaction that its caller undoes."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from models.ids import new_id
from models.queries.automations import latest_number
from models.rules.automation_plan.records import plan_to_json
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.types.automations import Json, Plan
from models.types.events import CATALOGUE
from models.types.scope import Cause


def write_test_run(
    session: Session,
    automation: Automation,
    plan: Plan,
    document: Mapping[str, Json],
    record: Mapping[str, Json],
    *,
    now: datetime,
) -> AutomationRun:
    """A run of a drawing that nobody published, pinned to a version that is there for it alone. Nothing starts it.

    Both rows are only for a transaction that is undone: a version once written never changes.
    """
    version = AutomationVersion(
        id=new_id("aver"),
        workspace_id=automation.workspace_id,
        automation_id=automation.id,
        number=latest_number(session, automation.id) + 1,
        plan=plan_to_json(plan),
        plan_hash=plan.hash,
        drawing=dict(document),
        created_at=now,
    )
    run = _run_of(version, plan, record, now)
    session.add_all([version, run])
    session.flush()
    return run


def _run_of(version: AutomationVersion, plan: Plan, record: Mapping[str, Json], now: datetime) -> AutomationRun:
    run_id, type_ = new_id("run"), str(plan.trigger.get("type") or "")
    subject = record.get("subject")
    subject_id = record.get("subject_id") or (subject.get("id") if isinstance(subject, dict) else "")
    return AutomationRun(
        id=run_id,
        workspace_id=version.workspace_id,
        automation_id=version.automation_id,
        automation_version=version.number,
        plan_hash=version.plan_hash,
        event_id=f"test:{run_id}",
        dedupe_key=f"test:{run_id}",
        engagement_id=record.get("engagement_id"),
        subject_kind=CATALOGUE[type_].subject if type_ in CATALOGUE else type_.partition(".")[0],
        subject_id=str(subject_id or ""),
        contact_id=record.get("contact_id"),
        begun_at=now,
        trigger=dict(record),
        cause=asdict(Cause(f"test:{run_id}", None, (version.automation_id,), 1)),
        created_at=now,
    )
