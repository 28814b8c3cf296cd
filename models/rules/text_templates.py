"""Text with places for values: `Hi {{ trigger.contact.name | first_name | default:'there' }}`.

Logic-less: a place holds a path and filters of a fixed list, nothing is evaluated, and a value that looks like a place is
put in as it is. What does not parse as a place stays in the text, letter for letter.
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial
from urllib.parse import quote

from models.rules.expressions import is_path, moment_of, value_at
from models.rules.json_schemas import Schema, schema_at, schema_types
from models.rules.working_time import zone_of
from models.types.automations import Json, Problem
from models.types.errors import Invalid
from models.types.money import exponent

MAX_LENGTH = 64 * 1024
"""Characters, of a template and of what it renders to."""

_PLACE = re.compile(r"\{\{([^{}]{1,400})\}\}")
_ARGUMENT = r"(?:'[^']*'|\"[^\"]*\"|[\w.-]+)"
_FILTER = re.compile(rf"\|\s*([a-z_]+)\s*(?::\s*({_ARGUMENT}))?\s*")
_INSIDE = re.compile(rf"\s*([\w.-]+)\s*((?:\|\s*[a-z_]+\s*(?::\s*{_ARGUMENT}\s*)?)*)")
_SCALARS = frozenset({"string", "number", "boolean"})

Place = tuple[str, tuple[tuple[str, str | None], ...]]
"""A path and its filters in order, each with its argument as written."""


def render(template: str, data: Mapping[str, Json], *, escape: bool | str = False, zone: str = "UTC") -> str:
    """The text with every place filled in; a missing value becomes nothing.

    escape: the values only - the text around them is the author's: `html` or True, `json` for the inside of a JSON string,
    `uri` for a part of an address. zone: for moments, IANA.
    Raises Invalid when the template or the result is longer than 64 K characters.
    """
    if len(template) > MAX_LENGTH:
        raise Invalid("The text is longer than 64 KB.")
    parts: list[str] = []
    length = end = 0
    for match in _PLACE.finditer(template):
        place = _read(match[1])
        value = match[0] if place is None else _filled(place, data, zone) or ""
        parts += [template[end : match.start()], _escaped(value, escape) if escape and place else value]
        end = match.end()
        length += len(parts[-1]) + len(parts[-2])
        if length > MAX_LENGTH:
            break
    parts.append(template[end:])
    if length + len(parts[-1]) > MAX_LENGTH:
        raise Invalid("The text would become longer than 64 KB.")
    return "".join(parts)


def _escaped(value: str, escape: bool | str) -> str:
    if escape == "json":
        return json.dumps(value, ensure_ascii=False)[1:-1]
    return quote(value, safe="") if escape == "uri" else html.escape(value)


def missing_paths(template: str, data: Mapping[str, Json]) -> list[str]:
    """The paths that have no value to show and no default, each once, in the order of the text."""
    places = [place for place in _places(template) if not _filled(place, data, "UTC")]
    return list(dict.fromkeys(path for path, filters in places))


def template_paths(template: str) -> list[tuple[str, bool]]:
    """The paths a template reads, each with whether it has a default; one that is blank is none."""
    places = _places(template)
    shown = [(path, any(_says_something(*one) for one in filters)) for path, filters in places]
    arguments = [(name, argument) for _, filters in places for name, argument in filters]
    return shown + [(argument, True) for name, argument in arguments if argument and _is_reference(name, argument)]


def _says_something(name: str, argument: str | None) -> bool:
    """Whether a filter is a default that shows something."""
    return name == "default" and bool((argument or "").strip("'\"").strip())


def template_problems(template: str, schema: Schema, field: str = "") -> list[Problem]:
    """What is wrong with a template whose data has this JSON Schema, in the order of the text. `node_id` is left empty."""
    if len(template) > MAX_LENGTH:
        return [Problem("", field, "too_large", "This text is longer than 64 KB.", "Make it shorter.")]
    problems = [problem for match in _PLACE.finditer(template) for problem in _place_problems(match[1], schema, field)]
    if "{{" in _PLACE.sub("", template):
        fix = "Close it with }}, or choose the field again."
        problems.append(Problem("", field, "malformed_place", "A {{ has no place to put a value into.", fix))
    return problems


def _place_problems(inside: str, schema: Schema, field: str) -> Iterator[Problem]:
    place = _read(inside)
    if place is None:
        message = f"“{{{{{inside[:60]}}}}}” is not a field with filters."
        yield Problem("", field, "malformed_place", message, "Choose the field again.")
        return
    path, filters = place
    arguments = [argument for name, argument in filters if argument and _is_reference(name, argument)]
    for read in (path, *arguments):
        if schema_at(schema, read.split(".")) is None:
            fix = "Choose a field of the trigger or of an earlier step."
            yield Problem("", field, "unknown_path", f"There is no field “{read}” here.", fix)
    found = schema_at(schema, path.split("."))
    if found and not schema_types(found) & (_SCALARS | {"array"}) and not any(name == "money" for name, _ in filters):
        yield Problem("", field, "type_mismatch", f"“{path}” cannot be shown as text.", "Choose one of its fields.")
    for name, _ in filters:
        if name not in FILTERS:
            message = f"There is no filter “{name}”."
            yield Problem("", field, "unknown_filter", message, f"Use one of: {', '.join(sorted(FILTERS))}.")


def _places(template: str) -> list[Place]:
    return [place for match in _PLACE.finditer(template) if (place := _read(match[1]))]


@lru_cache(maxsize=4096)
def _read(inside: str) -> Place | None:
    match = _INSIDE.fullmatch(inside)
    if match is None or not is_path(match[1]):
        return None
    return match[1], tuple((found[1], found[2]) for found in _FILTER.finditer(match[2]))


def _filled(place: Place, data: Mapping[str, Json], zone: str) -> str | None:
    path, filters = place
    value = value_at(data, path)
    for name, argument in filters:
        shown = FILTERS.get(name)
        if shown is None or (_is_blank(value) and name != "default"):
            continue
        value = shown(value, _argument_value(name, argument, data), zone)
    return _text(value)


def _argument_value(name: str, argument: str | None, data: Mapping[str, Json]) -> str:
    if argument is None:
        return ""
    if _is_reference(name, argument):
        return _text(value_at(data, argument)) or ""
    return argument[1:-1] if argument[0] in "'\"" else argument


def _is_reference(name: str, argument: str) -> bool:
    return name in ("money", "default") and "." in argument and is_path(argument)


def _is_blank(value: Json) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def _text(value: Json) -> str | None:
    """A value for people; None when there is nothing to show."""
    if _is_blank(value) or isinstance(value, dict):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(text for item in value if not isinstance(item, list) and (text := _text(item))) or None
    return str(value)


def _words(change: Callable[[str], str], value: Json, argument: str, zone: str) -> Json:
    text = _text(value)
    return None if text is None else change(text)


def _moment(show: Callable[[datetime], str], value: Json, argument: str, zone: str) -> Json:
    moment = moment_of(value)
    if moment is None or not 1 < moment.year < 9999:
        return value
    # A date has no zone: shown as it stands, whatever the reader's zone.
    return show(moment if len(value) == 10 else moment.astimezone(zone_of(zone)))


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B} {moment.year}"


def _money(value: Json, argument: str, zone: str) -> Json:
    minor, currency = (value.get("minor"), value.get("currency")) if isinstance(value, dict) else (value, argument)
    if isinstance(minor, bool) or not isinstance(minor, int) or not isinstance(currency, str) or not currency:
        return value
    digits = exponent(currency)
    whole, part = divmod(abs(minor), 10**digits)
    fraction = f".{part:0{digits}d}" if digits else ""
    return f"{'-' if minor < 0 else ''}{whole:,}{fraction} {currency}"


def _number(value: Json, argument: str, zone: str) -> Json:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _default(value: Json, argument: str, zone: str) -> Json:
    return argument if _is_blank(value) else value


def _truncated(value: Json, argument: str, zone: str) -> Json:
    text, most = _text(value), int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 6 else 80
    return text if text is None or len(text) <= most else text[: max(most - 1, 0)].rstrip() + "…"


FILTERS: Mapping[str, Callable[[Json, str, str], Json]] = {
    "upper": partial(_words, str.upper),
    "lower": partial(_words, str.lower),
    "title": partial(_words, str.title),
    "trim": partial(_words, str.strip),
    "first_name": partial(_words, lambda text: text.split()[0]),
    "date": partial(_moment, _day),
    "datetime": partial(_moment, lambda moment: f"{_day(moment)}, {moment:%H:%M}"),
    "time": partial(_moment, lambda moment: f"{moment:%H:%M}"),
    "money": _money,
    "number": _number,
    "default": _default,
    "truncate": _truncated,
}
"""Name to (value, argument, zone) -> value. `money` takes `{"minor", "currency"}`, or minor units and a currency:
`money:'EUR'` or the path of one; `truncate:80` a length. Dates are written in English."""
