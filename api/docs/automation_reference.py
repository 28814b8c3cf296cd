"""The pages of the manual that are made from the catalogue itself: every action, every trigger."""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

from api.actions.action import Action
from api.actions.catalogue import ACTIONS, GROUPS
from models.queries.automation_schemas import event_schemas
from models.rules.json_schemas import properties, required_fields
from models.types.automation_dates import DATE_FIELDS
from models.types.automation_nouns import NOUNS
from models.types.automations import Json
from models.types.events import CATALOGUE, EventType

FOLDER = Path(__file__).parent / "guide" / "automations"
_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "array": "list",
    "object": "record",
}
_NOTE = "*This page is made from the product itself (`python -m api.docs`); it is always complete.*\n"
_SAME = frozenset({"event_id", "type", "at", "engagement_id", "contact_id", "subject_id", "event", "subject"})


def pages() -> dict[Path, str]:
    """Every generated page: its file and its text."""
    return {FOLDER / "actions.md": actions_page(), FOLDER / "triggers.md": triggers_page()}


def actions_page() -> str:
    """What an automation can do, action by action, in the palette's order."""
    parts = ["# Automations: actions\n", _NOTE, _ACTIONS_INTRO]
    for group, actions in groupby(ACTIONS.values(), key=lambda action: GROUPS[action.name]):
        parts += [f"## {group}\n", *(_action(action) for action in actions)]
    return "\n".join(parts)


def triggers_page() -> str:
    """What an automation can begin with: every event, every date, every kind of record, and the rest."""
    parts = ["# Automations: triggers\n", _NOTE, _TRIGGERS_INTRO, "## Events\n", _EVENTS_INTRO]
    for subject, events in groupby(CATALOGUE.values(), key=lambda event: event.subject):
        rows = [[f"`{event.name}`", event.says, _payload(event)] for event in events]
        parts += [f"### {subject.replace('_', ' ').capitalize()}\n", _table(("Event", "When", "Says besides"), rows)]
    dates = [[f"`{field.name}`", field.says, ", ".join(field.over).replace("_", " ")] for field in DATE_FIELDS.values()]
    nouns = [[f"`{noun.name}`", noun.says] for noun in NOUNS.values()]
    return "\n".join(
        [
            *(*parts, "## Dates\n", _DATES_INTRO, _table(("Date", "When", "Not while it is"), dates)),
            *("## Started by hand\n", _MANUAL_INTRO, _table(("Record", "What"), nouns)),
            *("## Schedule, webhook, called\n", _OTHERS, "## What a trigger brings along\n", _record_words()),
        ]
    )


def _action(action: Action) -> str:
    schema = action.schema()
    wanted, needed = properties(schema["input"]), set(required_fields(schema["input"]))
    inputs = [
        [f"{_title(name, field)} `{name}`", _kind(field, schema["input"]), _note(field, name in needed)]
        for name, field in wanted.items()
    ]
    outputs = ", ".join(f"`{name}`" for name in properties(schema["output"]))
    facts = [f"Later steps read {outputs}."]
    if action.emits:
        facts.append(f"Causes {', '.join(f'`{name}`' for name in action.emits)}, so far as they apply.")
    if action.client_facing:
        facts.append("The client reads it: a place in a text with nothing to show stops the step.")
    if action.kind == "slow":
        facts.append("It speaks to somebody outside, and is tried again when they do not answer.")
    facts.append(f"Whoever publishes it needs {', '.join(f'`{scope}`' for scope in action.needs)}.")
    lines = [f"### {action.title}\n", f"`{action.name}`. {action.docs}\n", _table(("Input", "Is", "Note"), inputs)]
    example = json.dumps(action.example, ensure_ascii=False, indent=2)
    return "\n".join([*lines, " ".join(facts) + "\n", f"```json\n{example}\n```\n"])


def _title(name: str, field: Mapping[str, Json]) -> str:
    return str(field.get("title") or name.replace("_", " ").capitalize())


def _kind(field: Mapping[str, Json], schema: Mapping[str, Json]) -> str:
    """What may stand in a field, in words."""
    if "$ref" in field:
        return _kind(schema["$defs"][field["$ref"].rpartition("/")[2]], schema)
    if "x-lookup" in field:
        return f"one of your {field['x-lookup'].replace('_', ' ')}"
    if "enum" in field or "const" in field:
        return " / ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    kinds = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    if len(kinds) == 1 and kinds[0] is not field:
        return _kind(kinds[0], schema)
    if field.get("format") in ("date", "date-time"):
        return {"date": "date", "date-time": "moment"}[field["format"]]
    return _WORDS.get(str(field.get("type", "")), "anything")


def _note(field: Mapping[str, Json], is_needed: bool) -> str:
    default = field.get("default")
    standing = "needed" if is_needed else ""
    if not is_needed and default not in (None, "", [], {}):
        standing = f"`{json.dumps(default)}` by itself"
    return "; ".join(part for part in (standing, str(field.get("description", ""))) if part)


def _payload(event: EventType) -> str:
    return ", ".join(f"`trigger.event.{name}`" for name in event.payload)


def _record_words() -> str:
    schema = properties(event_schemas()["submission.accepted"])
    parts = [part for part in schema if part not in _SAME]
    rows = [[f"`trigger.{part}`", ", ".join(f"`{name}`" for name in properties(schema[part]))] for part in parts]
    plain = [f"`trigger.{name}`" for name in schema if name in _SAME and name not in ("event", "subject")]
    return f"{_RECORD_INTRO.format(', '.join(plain))}\n{_table(('Part', 'Fields'), rows)}"


def _table(head: Iterable[str], rows: Iterable[list[str]]) -> str:
    names = list(head)
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [names, ["---"] * len(names), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_ACTIONS_INTRO = """Every action an automation can take. An input is a value, a field of the trigger or of an earlier step, a text
with places such as `{{ trigger.contact.name }}`, or an expression. Amounts are whole cents (or the currency's smallest unit).

An action is done once, also when its step is tried again after a crash. It works in your studio alone, and it does
nothing that the person who published the automation may not do.
"""
_TRIGGERS_INTRO = """Every way in which an automation can begin.
"""
_EVENTS_INTRO = """An event is a fact that was just written down. An automation starts once for each, in the same moment. A
filter narrows it.
"""
_DATES_INTRO = """So many days or hours before or after a date of a record, at a time of day if you like. When the date moves,
the start moves with it; when the record is over, nothing starts.
"""
_MANUAL_INTRO = """Somebody starts it, for one record or for a filtered list, which is counted and shown first.
"""
_OTHERS = """A **schedule** starts at times such as `0 9 * * 1` (minute, hour, day, month, weekday) in a zone you choose. A
**webhook** is an address at which another system starts it, with a secret; capture a sample, and its fields can be picked.
**Called** means that another automation starts it and hands over `trigger.input`.
"""
_RECORD_INTRO = """The same for events, dates and starts by hand. Beside {0} and the event's own words under
`trigger.event`, a step reads the records that it is about; those that there are none of are empty. `trigger.subject` holds
the plain columns of the record itself.
"""


def write() -> list[Path]:
    """Write the pages that are stale; which they were."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages()[path])
    return stale
