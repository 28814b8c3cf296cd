"""Conditions, texts and spans of time of an automation in words for people."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from models.rules.automation_plan.records import canonical_json
from models.rules.path_words import path_words
from models.rules.secret_names import without_secrets
from models.types.automation_dates import DATE_FIELDS
from models.types.automations import Json, TriggerKind
from models.types.events import CATALOGUE
from models.types.working_time import WEEKDAYS

Names = Mapping[str, str]
"""Ids to what people call them."""

_PLACE = re.compile(r"\{\{\s*([^}|\s]+)[^}]*\}\}")
_BETWEEN = {
    "eq": "is",
    "ne": "is not",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "contains": "contains",
    "starts_with": "starts with",
    "in": "is one of",
    "add": "+",
    "sub": "−",
    "all": "and",
    "any": "or",
    "coalesce": "or else",
    "days_between": "days to",
}
_OWNERS = "role:owner"
_OTHER_TRIGGERS = {"webhook": "Another program calls", "called": "Another automation calls"}


def mapping_words(mapping: Json, names: Names) -> str:
    """Where a value comes from, in words; what is not a mapping is shown as it is."""
    if not isinstance(mapping, dict):
        return _plain(mapping, names)
    readers: Mapping[str, Callable[[Any], str]] = {
        "value": lambda value: _plain(value, names),
        "path": path_words,
        "text": text_words,
        "expr": lambda expression: expression_words(expression, names),
        "parts": lambda parts: _parts_words(parts, names),
    }
    return next((read(mapping[key]) for key, read in readers.items() if key in mapping), canonical_json(mapping))


def _parts_words(parts: Mapping[str, Json], names: Names) -> str:
    said = {name: mapping_words(part, names) for name, part in parts.items()}
    return ", ".join(f"{name}: {words}" for name, words in without_secrets(said).items())


def text_words(text: str) -> str:
    """A text with its places named: "Hi ‹contact’s name›"."""
    return _PLACE.sub(lambda found: f"‹{path_words(found[1])}›", text)


def expression_words(expression: Json, names: Names) -> str:
    """A condition in words; one that cannot be read is shown as it is."""
    if not isinstance(expression, dict):
        return _plain(expression, names)
    arguments, operator = expression.get("args"), expression.get("op")
    if not isinstance(arguments, list) or not isinstance(operator, str):
        return mapping_words(expression, names)
    parts = [expression_words(one, names) for one in arguments]
    if operator == "is_empty":
        return f"{parts[0]} is empty"
    if operator == "not":
        inner = parts[0]
        return inner.replace(" is empty", " is filled in") if inner.endswith(" is empty") else f"not: {inner}"
    return f" {_BETWEEN.get(operator, operator)} ".join(parts)


def trigger_words(settings: Mapping[str, Json]) -> str:
    """What starts an automation: "An invoice was paid", "3 days before: An invoice is due"; empty when it says nothing yet."""
    kind, named = settings.get("kind"), str(settings.get("type") or "")
    if kind == TriggerKind.EVENT or kind is None:
        return CATALOGUE[named].says if named in CATALOGUE else named
    if kind == TriggerKind.DATE:
        return _date_words(named, settings.get("offset"))
    if kind == TriggerKind.SCHEDULE:
        return f"By the schedule {settings.get('cron', '')}"
    if kind == TriggerKind.MANUAL:
        return f"Somebody starts it for a {str(settings.get('noun') or 'record').replace('_', ' ')}"
    return _OTHER_TRIGGERS.get(str(kind), str(kind))


def _date_words(field: str, offset: Json) -> str:
    says = DATE_FIELDS[field].says if field in DATE_FIELDS else field
    if not isinstance(offset, dict) or not isinstance(offset.get("amount"), int) or not offset["amount"]:
        return says
    return f"{span_words({'unit': 'days', **offset})} {'before' if offset['amount'] < 0 else 'after'}: {says}"


def span_words(span: Mapping[str, Json]) -> str:
    """A length of time: "3 days", "1 working day"; the sign is left out."""
    amount, unit = abs(int(span["amount"])), str(span["unit"]).replace("_", " ")
    return f"{amount} {unit.removesuffix('s') if amount == 1 else unit}"


def working_days_words(settings: Mapping[str, Json]) -> str:
    """Which days a wait counts: "Mon, Tue; holidays are worked"; empty when they are those of the work calendar."""
    days = settings.get("working_days") or []
    said = [", ".join(name.capitalize() for name in WEEKDAYS if name in days)] if days else []
    if settings.get("holidays") == "worked":
        said.append("holidays are worked")
    elif settings.get("holidays") == "free":
        said.append("holidays are free")
    return "; ".join(said)


def _plain(value: Json, names: Names) -> str:
    if isinstance(value, str):
        return "the owners" if value == _OWNERS else names.get(value.removeprefix("member:"), value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(one, names) for one in value)
    return "nothing" if value is None else canonical_json(value)
