"""What one step would do with a record, by the same rules as a run and without running anything."""

from collections.abc import Callable, Mapping
from datetime import datetime

from models.rules.automation_drawings.shapes import DEFAULT_ITEMS
from models.rules.automation_plan.moments import delay_end, moved_by, node_calendar, settled, wait_end
from models.rules.expressions import bound, evaluate, value_at
from models.rules.json_schemas import properties, required_fields
from models.rules.mappings import escaped_for, mapped_input, mapped_value, missing_fields
from models.rules.working_time import zone_of
from models.types.automation_step_tests import StepOutcome
from models.types.automations import Catalogue, Json, NodeKind
from models.types.errors import DomainError
from models.types.working_time import WorkCalendar

Scope = Mapping[str, Json]
Settings = Mapping[str, Json]


def step_outcome(
    kind: str, settings: Settings, scope: Scope, *, now: datetime, calendar: WorkCalendar, catalogue: Catalogue
) -> StepOutcome:
    """What a well-shaped step would be given over a scope, and what it would do next, in a sentence.

    Raises nothing for a value that is missing or does not fit: the outcome tells it, at the field.
    """
    try:
        if kind == NodeKind.ACTION:
            return _action(settings, scope, calendar, catalogue)
        told = _TOLD.get(kind)
        return told(settings, scope, now, calendar) if told else StepOutcome("There is nothing to test about this step.")
    except DomainError as error:
        return StepOutcome("This step would stop and wait for a person.", missing={"": error.detail})


def _action(settings: Settings, scope: Scope, calendar: WorkCalendar, catalogue: Catalogue) -> StepOutcome:
    entry = catalogue.get(settings["action"], {})
    wanted, required = properties(entry.get("input", {})), required_fields(entry.get("input", {}))
    mappings = {name: escaped_for(wanted.get(name, {}), mapping) for name, mapping in settings.get("input", {}).items()}
    facing = bool(entry.get("client_facing"))
    lacking = missing_fields(mappings, scope, required, client_facing=facing)
    lacking |= {name: "it is not filled in" for name in required if name not in mappings}
    given = mapped_input(mappings, scope, zone=calendar.zone)
    says = "A value is missing, so this step would fail." if lacking else f"“{entry.get('title', settings['action'])}” would run."
    return StepOutcome(says, given, lacking)


def _condition(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    results = {case["port"]: evaluate(case["when"], scope) is True for case in settings["cases"]}
    port = next((port for port, is_so in results.items() if is_so), "else")
    return StepOutcome(f"The run would go on by “{port}”.", {"cases": results, "port": port})


def _delay(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    return _until(delay_end(settings, scope, now, calendar), settings, scope, calendar)


def _wait_until(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    at = wait_end(settings, scope, now, calendar)
    if at > now:
        return _until(settled(settings, at, node_calendar(settings, scope, calendar)), settings, scope, calendar)
    way = "leave by “past”" if settings.get("past") == "branch" else "go on at once"
    return StepOutcome(f"That moment has passed, so the run would {way}.", {"at": at.isoformat()})


def _wait_for_event(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    timeout = settings["timeout"]
    until = moved_by(now, timeout["amount"], timeout["unit"], calendar)
    match = bound(settings["match"], scope, free="event") if settings["match"] else {}
    says = f"The run would wait for “{settings['event']}”, until {_moment(until, calendar.zone)} at most."
    return StepOutcome(says, {"event": settings["event"], "match": match, "until": until.isoformat()})


def _approval(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    asked = mapped_value(settings["approvers"], scope)
    people = [str(one) for one in (asked if isinstance(asked, list) else [asked]) if one]
    message = mapped_value(settings.get("message", {"value": ""}), scope, zone=calendar.zone)
    missing = {} if people else {"approvers": "nobody would be asked"}
    says = f"{len(people)} would be asked for approval." if people else "There is nobody to ask."
    return StepOutcome(says, {"approvers": people, "message": message}, missing)


def _parallel(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    names = [branch.get("label") or branch["port"] for branch in settings["branches"]]
    until = "the first has ended" if settings.get("join") == "any" else "all have ended"
    return StepOutcome(f"The run would go {len(names)} ways at once, until {until}.", {"branches": names})


def _for_each(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    items, most = _listed(settings["items"], scope), settings.get("limit", DEFAULT_ITEMS)
    if not isinstance(items, list):
        return StepOutcome("The run would leave by “error”.", missing={"items": "it is no list"})
    if len(items) > most:
        return StepOutcome("The run would leave by “error”.", missing={"items": f"it has {len(items)} items, more than {most}"})
    return StepOutcome(f"The steps of the loop would run {len(items)} times.", {"items": items})


def _listed(mapping: Mapping[str, Json], scope: Scope) -> Json:
    """The list; an empty one is a list too, and nothing to fall back from."""
    items = mapped_value(mapping, scope)
    return value_at(scope, mapping["path"]) if items is None and "path" in mapping else items


def _sub_automation(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    given = mapped_input(settings.get("input", {}), scope, zone=calendar.zone)
    then = "go on at once" if settings.get("mode") == "detach" else "wait for its result"
    return StepOutcome(f"The other automation would start, and the run would {then}.", given)


def _stop(settings: Settings, scope: Scope, now: datetime, calendar: WorkCalendar) -> StepOutcome:
    word = "failed" if settings.get("outcome") == "failure" else "done"
    return StepOutcome(f"The run would end as {word}.", mapped_input(settings.get("output", {}), scope, zone=calendar.zone))


def _until(at: datetime, settings: Settings, scope: Scope, calendar: WorkCalendar) -> StepOutcome:
    zone = node_calendar(settings, scope, calendar).zone
    return StepOutcome(f"The run would wait until {_moment(at, zone)}.", {"at": at.isoformat(), "zone": zone})


def _moment(at: datetime, zone: str) -> str:
    local = at.astimezone(zone_of(zone))
    return f"{local:%A}, {local.day} {local:%B %Y %H:%M} ({zone})"


_TOLD: Mapping[str, Callable[[Settings, Scope, datetime, WorkCalendar], StepOutcome]] = {
    NodeKind.CONDITION: _condition,
    NodeKind.DELAY: _delay,
    NodeKind.WAIT_UNTIL: _wait_until,
    NodeKind.WAIT_FOR_EVENT: _wait_for_event,
    NodeKind.APPROVAL: _approval,
    NodeKind.PARALLEL: _parallel,
    NodeKind.FOR_EACH: _for_each,
    NodeKind.SUB_AUTOMATION: _sub_automation,
    NodeKind.STOP: _stop,
}
