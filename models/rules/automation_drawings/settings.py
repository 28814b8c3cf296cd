"""What is wrong with the settings of one node: fields, values, references, types, waits that are too long."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from models.rules.automation_drawings.references import (
    condition_reference_problems,
    mapping_reference_problems,
    missing_references,
)
from models.rules.automation_drawings.shapes import DEFAULT_REMINDERS, SHAPES
from models.rules.automation_drawings.triggers import trigger_problems, trigger_value_problems
from models.rules.automation_plan.moments import UNIT_DAYS
from models.rules.expression_checks import check
from models.rules.expressions import paths_read
from models.rules.json_schemas import allows_other_properties, misfit, properties, required_fields
from models.rules.mappings import is_blank, is_mapping, mapping_problems, mapping_reads
from models.rules.working_time import zone_of
from models.types.automations import Catalogue, Events, Json, Lookups, NodeKind, Problem, Severity, TriggerKind
from models.types.errors import Invalid

Node = Mapping[str, Json]

_BOOLEAN = frozenset({"boolean"})
_NAMED_PORTS: Mapping[str, tuple[str, str]] = {NodeKind.CONDITION: ("cases", "else"), NodeKind.PARALLEL: ("branches", "ok")}


def settings_problems(node: Node) -> list[Problem]:
    """What keeps the settings from having their shape. Only when there is nothing may the other checks of a node run."""
    found = [*_shape_problems(node["id"], node["settings"], SHAPES[node["kind"]])]
    return found or [*_kind_problems(node["id"], node["kind"], node["settings"])]


def value_problems(
    node: Node, scope: Mapping[str, Any], *, catalogue: Catalogue, events: Events, lookups: Lookups
) -> Iterator[Problem]:
    """What is wrong with where the values of a well-shaped node come from, and with what it refers to."""
    settings = node["settings"]
    for field, mapping, wanted in mapped_fields(node, catalogue):
        for problem in mapping_problems(mapping, wanted, scope, field):
            yield replace(problem, node_id=node["id"])
        yield from mapping_reference_problems(node["id"], field, mapping, wanted, scope, lookups)
    for field, expression in conditions(node):
        sees = _with_event(scope, events, settings) if field == "match" else scope
        for problem in check(expression, sees, expected=_BOOLEAN, field=field):
            yield replace(problem, node_id=node["id"])
        yield from condition_reference_problems(node["id"], field, expression, sees, lookups)
    if node["kind"] == NodeKind.ACTION:
        yield from _action_problems(node, catalogue, lookups)
    if node["kind"] == NodeKind.SUB_AUTOMATION:
        yield from _sub_problems(node, lookups)
    yield from _event_problems(node, events, lookups)


def mapped_fields(node: Node, catalogue: Catalogue) -> list[tuple[str, Json, Mapping[str, Json]]]:
    """The fields of a well-shaped node whose value comes from somewhere: field, mapping, schema of the value."""
    settings, kind = node["settings"], node["kind"]
    fields = [
        (name, settings[name], shape["x-mapping"])
        for name, shape in SHAPES[kind]["properties"].items()
        if name in settings and "x-mapping" in shape
    ]
    if isinstance(settings.get("zone"), dict):
        fields.append(("zone", settings["zone"], {"type": "string"}))
    if "escalate" in settings:
        fields.append(("escalate.to", settings["escalate"]["to"], SHAPES[kind]["properties"]["approvers"]["x-mapping"]))
    named = {NodeKind.STOP: "output", NodeKind.SUB_AUTOMATION: "input"}.get(kind)
    if named:
        fields += [(f"{named}.{name}", mapping, {}) for name, mapping in settings.get(named, {}).items()]
    if kind == NodeKind.ACTION:
        wanted = properties(catalogue.get(settings["action"], {}).get("input", {}))
        given = settings.get("input", {}).items()
        fields += [(f"input.{name}", mapping, wanted.get(name, {})) for name, mapping in given]
    return fields


def conditions(node: Node) -> list[tuple[str, Json]]:
    """The conditions of a well-shaped node: field and expression."""
    settings = node["settings"]
    cases = settings.get("cases", []) if node["kind"] == NodeKind.CONDITION else []
    found = [(f"cases.{index}.when", case["when"]) for index, case in enumerate(cases)]
    return found + [(name, settings[name]) for name in ("filter", "match") if name in settings]


def node_reads(node: Node, catalogue: Catalogue) -> list[tuple[str, str, bool]]:
    """The paths a node reads, where they are well-formed: field, path, and whether something stands in for a missing value."""
    mapped = [(field, mapping) for field, mapping, _ in mapped_fields(node, catalogue) if is_mapping(mapping)]
    reads = [(field, path, guarded or field == "zone") for field, mapping in mapped for path, guarded in mapping_reads(mapping)]
    for field, expression in conditions(node):
        if is_mapping({"expr": expression}):
            reads += [(field, path, guarded) for path, guarded in paths_read(expression)]
    return reads


def wait_problems(node: Node, max_days: int) -> Iterator[Problem]:
    """Waits of a well-shaped node that are sure to be longer than allowed."""
    settings = node["settings"]
    remind, escalate = settings.get("remind", {}), settings.get("escalate", {})
    spans = [("timeout", settings.get("timeout"), 1), ("offset", settings.get("offset"), 1)]
    spans.append(("amount", settings if node["kind"] == NodeKind.DELAY else None, 1))
    spans.append(("remind.every", remind.get("every"), remind.get("repeats", DEFAULT_REMINDERS)))
    spans.append(("escalate.after", escalate.get("after"), 1))
    for field, span, times in spans:
        if span and abs(span["amount"]) * times * UNIT_DAYS[span["unit"]] > max_days:
            message = f"This wait is longer than the limit of {max_days} days."
            yield Problem(
                node["id"], field, "wait_too_long", message, "Shorten it, or raise the limit at the trigger, under Limits."
            )


def loop_problems(node: Node, trigger: Mapping[str, Json], catalogue: Catalogue) -> Iterator[Problem]:
    """A warning for an action that causes the very event that starts the automation."""
    emits = catalogue.get(node["settings"]["action"], {}).get("emits", ()) if node["kind"] == NodeKind.ACTION else ()
    if trigger.get("kind") == TriggerKind.EVENT and trigger.get("type") in emits:
        message = "This step causes the event that starts this automation."
        fix = "Narrow the trigger's filter. Runs that would start themselves are stopped."
        yield Problem(node["id"], "action", "writes_its_trigger", message, fix, Severity.WARNING)


def _shape_problems(node_id: str, settings: Mapping[str, Json], shape: Mapping[str, Json]) -> Iterator[Problem]:
    for name in required_fields(shape):
        if name not in settings:
            yield Problem(node_id, name, "missing_required", f"“{name}” is missing.", "Fill it in.")
    known = properties(shape)
    for name, value in settings.items():
        reason = misfit(known[name], value) if name in known else None
        if name not in known:
            yield Problem(node_id, name, "unknown_field", f"This step has no “{name}”.", "Remove it.")
        elif reason:
            yield Problem(node_id, name, "bad_value", reason, "Choose another value.")


def _kind_problems(node_id: str, kind: str, settings: Mapping[str, Json]) -> Iterator[Problem]:
    if kind == NodeKind.TRIGGER:
        yield from trigger_problems(node_id, settings)
    if kind == NodeKind.WAIT_UNTIL and not {"at", "offset", "time"} & set(settings):
        yield Problem(node_id, "at", "missing_required", "This step says not until when.", "Choose a date, an offset or a time.")
    if kind in _NAMED_PORTS:
        field, taken = _NAMED_PORTS[kind]
        ports = [item["port"] for item in settings[field]]
        if len(set(ports)) < len(ports) or taken in ports:
            yield Problem(node_id, field, "same_port", "Two ways out have the same name.", "Rename one of them.")
    zone = settings.get("zone")
    if isinstance(zone, str):
        yield from _zone_problems(node_id, zone)


def _zone_problems(node_id: str, zone: str) -> Iterator[Problem]:
    try:
        zone_of(zone)
    except Invalid as error:
        yield Problem(node_id, "zone", "bad_value", error.detail, "Choose one such as Europe/Berlin.")


def _action_problems(node: Node, catalogue: Catalogue, lookups: Lookups) -> Iterator[Problem]:
    settings, node_id = node["settings"], node["id"]
    entry = catalogue.get(settings["action"])
    if entry is None:
        message = f"There is no action “{settings['action']}”."
        yield Problem(node_id, "action", "unknown_action", message, "Choose another action.")
        return
    wanted, given = entry.get("input", {}), settings.get("input", {})
    for name in required_fields(wanted):
        mapping = given.get(name)
        if mapping is None or (isinstance(mapping, dict) and is_blank(_written(mapping))):
            yield Problem(node_id, f"input.{name}", "missing_required", f"“{name}” is missing.", "Fill it in.")
    for name in given:
        if name not in properties(wanted) and not allows_other_properties(wanted):
            yield Problem(node_id, f"input.{name}", "unknown_field", f"This action has no “{name}”.", "Remove it.")
    connection = entry.get("connection")
    if connection and connection not in lookups.get("connections", ()):
        yield Problem(node_id, "action", "missing_connection", f"“{connection}” is not connected.", "Connect it in the settings.")


def _sub_problems(node: Node, lookups: Lookups) -> Iterator[Problem]:
    named = node["settings"]["automation_id"]
    missing = [*missing_references(node["id"], "automation_id", [("automations", named)], lookups)]
    yield from missing
    if not missing and named not in lookups.get("callable_automations", (named,)):
        message = "This automation is not published with the trigger “called”."
        yield Problem(node["id"], "automation_id", "not_callable", message, "Let it be called by others, and publish it.")


def _written(mapping: Mapping[str, Json]) -> Json:
    """What the author wrote, when that is the value itself; anything else counts as filled in."""
    return mapping.get("value", mapping.get("text", "…"))


def _event_problems(node: Node, events: Events, lookups: Lookups) -> Iterator[Problem]:
    settings, node_id = node["settings"], node["id"]
    named = {"event": settings.get("event")} if node["kind"] == NodeKind.WAIT_FOR_EVENT else {}
    if node["kind"] == NodeKind.TRIGGER and settings["kind"] == TriggerKind.EVENT:
        named = {"type": settings["type"]}
    for field, name in named.items():
        if name not in events:
            yield Problem(node_id, field, "unknown_event", f"There is no event “{name}”.", "Choose another event.")
    yield from trigger_value_problems(node, lookups) if node["kind"] == NodeKind.TRIGGER else ()


def _with_event(scope: Mapping[str, Any], events: Events, settings: Mapping[str, Json]) -> dict[str, Any]:
    return {**scope, "properties": {**scope["properties"], "event": events.get(settings["event"], {})}}
