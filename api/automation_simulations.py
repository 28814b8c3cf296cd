"""What a drawing would do, over time to come and over the past. Nothing is performed: actions are only described."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from api.actions import catalogue
from api.deps import Call
from models.queries.automation_hooks import schemas_for
from models.queries.automation_lookups import drawing_lookups
from models.queries.automation_records import event_record
from models.queries.automation_schemas import event_schemas
from models.queries.automation_what_ifs import (
    foresight_of,
    get_event,
    list_billings,
    list_events,
    past_events,
    records_of,
)
from models.queries.automations import find_automation, get_version
from models.queries.members import list_members
from models.queries.work_calendars import work_calendar
from models.rules.automation_drawings.reads import trigger_schema
from models.rules.automation_matching import NOT_PUBLISHED, wants
from models.rules.automation_plan.records import plan_from_json
from models.rules.automation_simulation.consequences import awaited_types, called_ids, filled
from models.rules.automation_simulation.firings import date_paths
from models.rules.automation_simulation.samples import sample_record
from models.rules.automation_simulation.what_ifs import replay
from models.rules.automations import compile_drawing
from models.tables.automations import Automation
from models.types.automation_simulations import Billing, Foresight, Ground, Scenario
from models.types.automation_what_ifs import Past
from models.types.automations import Drawing, Json, Plan, Problem, TriggerKind
from models.types.events import CATALOGUE

_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PastOfBoth:
    """The draft and the published version over the same events. published: None where nothing is published."""

    since: datetime
    until: datetime
    draft: Past
    published: Past | None
    note: str = ""
    """Why there is nothing to see, when there cannot be."""


def compiled(call: Call, automation: Automation, document: Mapping[str, Json] | None) -> Plan | list[Problem]:
    """The plan of a drawing, the automation's own without one; or what keeps it from running."""
    return compile_drawing(
        Drawing(automation.drawing if document is None else document),
        catalogue=catalogue.schemas(),
        events=schemas_for(call.session, automation.id),
        lookups=drawing_lookups(call.session),
        automation_id=automation.id,
    )


def ground_of(
    call: Call,
    automation: Automation,
    plan: Plan,
    document: Mapping[str, Json],
    scenario: Scenario,
    *,
    now: datetime,
    foresight: Foresight | None = None,
) -> Ground:
    """What a run of the plan stands on in this workspace, and the runs of others that it calls. foresight: of the past."""
    ground = Ground(
        plan=plan,
        catalogue=catalogue.schemas(),
        events=event_schemas(),
        calendar=work_calendar(call.session, now=now),
        scenario=scenario,
        check=refusal,
        labels=_labels(document),
        names={member.id: member.name for member in list_members(call.session, with_archived=True)},
        says={name: kind.says for name, kind in CATALOGUE.items()},
        tax_rate_mpct=call.workspace.tax_rate_mpct,
        foresight=foresight,
        name=automation.name,
        chain=(automation.id,),
    )
    return replace(ground, child=lambda automation_id: _child(call, ground, automation_id))


def _child(call: Call, ground: Ground, automation_id: str) -> Ground | str:
    """What a run of a called automation stands on: its published version."""
    automation = find_automation(call.session, automation_id)
    published = _published(call, automation) if automation is not None and automation.status == "published" else None
    if automation is None or published is None:
        return NOT_PUBLISHED
    child = replace(ground, plan=published[0], labels=_labels(published[1]), name=automation.name)
    return replace(child, child=lambda other_id: _child(call, child, other_id))


def _labels(document: Mapping[str, Json]) -> dict[str, str]:
    return {str(node.get("id")): str(node.get("label") or "") for node in Drawing(document).nodes}


def refusal(action: str, given: Mapping[str, Json]) -> str | None:
    """Why an action would refuse an input before doing anything, in the words of a real run; None when it would not."""
    known = catalogue.ACTIONS.get(action)
    if known is None:
        return f"There is no action “{action}” any more."
    try:
        known.Input.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        return f"“{'.'.join(str(part) for part in first['loc'])}” does not fit: {first['msg']}."
    return None


def record_for(
    call: Call,
    plan: Plan,
    document: Mapping[str, Json],
    *,
    event_id: str | None,
    record: Mapping[str, Json] | None,
    fields: Mapping[str, Json],
    at: datetime,
) -> dict[str, Json]:
    """The record that a simulation starts with: a real event's, the one given, or one made up that the trigger wants.

    fields: dotted path inside the record to the value that somebody filled in. Raises NotFound.
    """
    base = event_record(call.session, get_event(call.session, event_id)) if event_id else record
    schema = {"type": "object", **trigger_schema(Drawing(document), event_schemas())}
    if base is not None:
        return sample_record(schema, fields, now=at, base=base) | _own(base, fields)
    made_up = {"workspace": _workspace(call), **_coming_date(plan, at), **fields}
    found = sample_record(schema, made_up, now=at)
    return found if wants(plan.trigger, found) else filled(plan.trigger.get("filter"), found)


def _coming_date(plan: Plan, at: datetime) -> dict[str, Json]:
    """The date that times a plan, two weeks ahead in a record that is made up."""
    if plan.trigger.get("kind") != TriggerKind.DATE:
        return {}
    coming = at + _AHEAD
    is_moment = str(plan.trigger.get("type")).endswith(("_at", "_since"))
    return dict.fromkeys(date_paths(plan.trigger), coming.isoformat() if is_moment else coming.date().isoformat())


def billings_for(call: Call, record: Mapping[str, Json]) -> tuple[Billing, ...]:
    """The retainers that bill beside the run, for those who may see retainers."""
    engagement_id = record.get("engagement_id")
    if not isinstance(engagement_id, str) or not call.principal.may("retainers", "read"):
        return ()
    return tuple(list_billings(call.session, engagement_id, record))


def look_back(
    call: Call, automation: Automation, plan: Plan, document: Mapping[str, Json], *, days: int, until: datetime
) -> PastOfBoth:
    """What the plan, and what is published, would have done over the real events of so many days."""
    since = until - timedelta(days=days)
    published = _published(call, automation)
    plans = [plan, *([published[0]] if published else [])]
    types = {str(one.trigger.get("type")) for one in plans if one.trigger.get("kind") == TriggerKind.EVENT}
    events = list_events(call.session, types | _awaited(call, [one.root for one in plans]), since=since, until=until)
    records = records_of(call.session, events)
    foresight = foresight_of(events, records)

    def past_of(one: Plan, drawn: Mapping[str, Json]) -> Past:
        ground = ground_of(call, automation, one, drawn, Scenario(), now=since, foresight=foresight)
        starting = [event for event in events if event.type == one.trigger.get("type")]
        found = past_events(call.session, starting, records) if one.trigger.get("kind") == TriggerKind.EVENT else []
        return replay(ground, found, until=until, automation_id=automation.id)

    note = "" if types else "No event of the past starts this automation, so there is nothing to look back on."
    drafted = past_of(plan, document)
    if published and published[0].hash == plan.hash and _labels(published[1]) == _labels(document):
        return PastOfBoth(since, until, drafted, drafted, note)
    return PastOfBoth(since, until, drafted, past_of(*published) if published else None, note)


def _awaited(call: Call, roots: list[Mapping[str, Json]]) -> set[str]:
    """The types of events that plans wait for, and the automations that they call, and those that these call."""
    found: set[str] = set()
    seen: set[str] = set()
    while roots:
        root = roots.pop()
        found |= set(awaited_types(root))
        for automation_id in set(called_ids(root)) - seen:
            seen.add(automation_id)
            automation = find_automation(call.session, automation_id)
            published = _published(call, automation) if automation is not None else None
            roots += [published[0].root] if published else []
    return found


def _published(call: Call, automation: Automation) -> tuple[Plan, dict[str, Any]] | None:
    if not automation.published_version:
        return None
    version = get_version(call.session, automation.id, automation.published_version)
    return plan_from_json(version.plan), version.drawing


def _own(base: Mapping[str, Json], fields: Mapping[str, Json]) -> dict[str, Json]:
    """What a record says of its own event, where nobody filled in something else."""
    touched = {path.partition(".")[0] for path in fields}
    return {name: value for name, value in base.items() if name not in touched}


def _workspace(call: Call) -> dict[str, Json]:
    workspace = call.workspace
    return {name: getattr(workspace, name) for name in ("id", "name", "timezone", "locale", "currency")}
