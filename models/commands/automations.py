"""The users' rules: drawn, published in versions that never change, switched off."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.commands.automation_runs import cancel_queued_runs
from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.automation_hooks import schemas_for
from models.queries.automation_lookups import drawing_lookups
from models.queries.automations import find_same_version, latest_number
from models.rules.automation_plan.records import plan_to_json
from models.rules.automations import compile_drawing, drawing_problems
from models.tables.automations import Automation, AutomationVersion
from models.types.automations import Catalogue, Drawing, Problem
from models.types.errors import Conflict, Invalid


def draw_automation(session: Session, *, name: str, drawing: dict[str, Any], description: str = "", now: datetime) -> Automation:
    """Add an automation as a draft. Raises Invalid without a name."""
    automation = Automation(
        id=new_id("aut"),
        workspace_id=workspace_id_of(session),
        name=name,
        description=description,
        drawing=drawing,
        created_at=now,
    )
    _check_name(automation)
    session.add(automation)
    session.flush()
    record(session, "automation.drawn", automation.id)
    return automation


def change_automation(session: Session, automation: Automation, changes: dict[str, Any], *, version: int | None = None) -> None:
    """Change name, description or drawing; what runs stays as it was published.

    Raises Conflict when `version` is not the present one, Invalid for an empty name.
    """
    if version is not None and version != automation.version:
        raise Conflict("Somebody else changed this automation at the same moment. Reload and try again.")
    for name, value in changes.items():
        setattr(automation, name, value)
    _check_name(automation)
    session.add(automation)
    session.flush()
    record(session, "automation.changed", automation.id)


def problems_of(session: Session, automation: Automation, *, catalogue: Catalogue) -> list[Problem]:
    """Everything wrong with an automation's drawing now; warnings do not keep it from being published."""
    drawing, lookups = Drawing(automation.drawing), drawing_lookups(session)
    return drawing_problems(
        drawing,
        catalogue=catalogue,
        events=schemas_for(session, automation.id),
        lookups=lookups,
        automation_id=automation.id,
    )


def publish_automation(
    session: Session, automation: Automation, *, catalogue: Catalogue, author: str, note: str = "", now: datetime
) -> AutomationVersion | list[Problem]:
    """The version made of the drawing as it is, from now on what events start; or what keeps it from being published.

    Runs under way finish on the version they began with. A drawing that does the same as the version in force makes none: that
    version is returned, switched on.
    """
    number = latest_number(session, automation.id) + 1
    compiled = compile_drawing(
        Drawing(automation.drawing),
        catalogue=catalogue,
        events=schemas_for(session, automation.id),
        lookups=drawing_lookups(session),
        automation_id=automation.id,
        version=number,
    )
    if isinstance(compiled, list):
        return compiled
    version = find_same_version(session, automation, compiled.hash)
    if version is None:
        version = AutomationVersion(
            id=new_id("aver"),
            workspace_id=automation.workspace_id,
            automation_id=automation.id,
            number=number,
            plan=plan_to_json(compiled),
            plan_hash=compiled.hash,
            drawing=automation.drawing,
            author=author,
            note=note,
            created_at=now,
        )
        session.add(version)
    elif automation.status == "published":
        return version
    put_in_force(session, automation, version)
    return version


def put_in_force(session: Session, automation: Automation, version: AutomationVersion) -> None:
    """Let events start a version from now on."""
    trigger = version.plan["trigger"]
    automation.status, automation.off_reason, automation.published_version = "published", "", version.number
    automation.trigger_kind, automation.trigger_type = trigger["kind"], trigger["type"]
    session.add(automation)
    session.flush()
    record(session, "automation.published", automation.id, number=version.number)


def switch_off_automation(session: Session, automation: Automation, *, now: datetime) -> None:
    """Start no more runs, and drop those that have not begun; those under way finish. Twice is once."""
    if automation.status == "published":
        automation.status = "off"
        session.add(automation)
        session.flush()
        record(session, "automation.switched_off", automation.id)
    cancel_queued_runs(session, automation.id, reason="The automation was switched off.", now=now)


def archive_automation(session: Session, automation: Automation, *, now: datetime) -> None:
    """Put an automation away, switched off. Twice is once."""
    switch_off_automation(session, automation, now=now)
    automation.archived_at = automation.archived_at or now
    session.add(automation)


def unarchive_automation(session: Session, automation: Automation) -> None:
    """Bring an automation back; it stays off until it is published again. Twice is once."""
    automation.archived_at = None
    session.add(automation)


def _check_name(automation: Automation) -> None:
    if not automation.name.strip():
        raise Invalid("An automation needs a name.", field="name")
