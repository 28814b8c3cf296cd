"""Expressions are data: a small tree of whitelisted operators, read by this evaluator and by nothing else.

    {"value": 3}                              a literal
    {"path": "trigger.contact.email"}         what lies there, or null
    {"op": "gt", "args": [{…}, {…}]}          one of OPERATORS

There is nothing to call, nothing to import and no way to loop, so there is nothing to escape from.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from models.rules.json_schemas import ANY, json_type
from models.types.automations import Json, Problem
from models.types.errors import Invalid

MAX_DEPTH = 12
MAX_NODES = 200
MAX_PATH_SEGMENTS = 12
MAX_PATH_LENGTH = 200

_LARGEST = 2**63
_BOOLEAN = frozenset({"boolean"})
_NUMBER = frozenset({"number"})
_TEXT = frozenset({"string"})
ORDERED = frozenset({"number", "string"})
_COMPARING = frozenset({"eq", "gt", "gte", "lt", "lte", "contains", "starts_with", "in"})
_HOLDER = frozenset({"string", "array"})

Signature = tuple[int, int, tuple[frozenset[str], ...], frozenset[str]]
"""Fewest and most arguments, their types (the last one repeats), the type of the result."""

OPERATORS: Mapping[str, Signature] = {
    "all": (1, 50, (_BOOLEAN,), _BOOLEAN),
    "any": (1, 50, (_BOOLEAN,), _BOOLEAN),
    "not": (1, 1, (_BOOLEAN,), _BOOLEAN),
    "eq": (2, 2, (ANY,), _BOOLEAN),
    "ne": (2, 2, (ANY,), _BOOLEAN),
    "gt": (2, 2, (ORDERED,), _BOOLEAN),
    "gte": (2, 2, (ORDERED,), _BOOLEAN),
    "lt": (2, 2, (ORDERED,), _BOOLEAN),
    "lte": (2, 2, (ORDERED,), _BOOLEAN),
    "contains": (2, 2, (_HOLDER, ANY), _BOOLEAN),
    "starts_with": (2, 2, (_TEXT,), _BOOLEAN),
    "is_empty": (1, 1, (ANY,), _BOOLEAN),
    "in": (2, 2, (ANY, frozenset({"array"})), _BOOLEAN),
    "add": (2, 2, (ORDERED, _NUMBER), ORDERED),
    "sub": (2, 2, (ORDERED, _NUMBER), ORDERED),
    "days_between": (2, 2, (_TEXT,), _NUMBER),
    "coalesce": (1, 50, (ANY,), ANY),
}


def evaluate(expression: Json, scope: Mapping[str, Json]) -> Json:
    """The value of an expression over a scope of plain JSON.

    What is missing is None, and so is arithmetic on what is not a number; a comparison with such a value is False.
    A date (text) plus a number is that many days later. Texts that are both dates compare as moments, a date as its midnight
    in UTC. `contains` and `starts_with` ignore case. `days_between` counts calendar days in UTC from the first to the second.
    Raises Invalid when the expression is malformed or too large.
    """
    for problem in shape_problems(expression):
        raise Invalid(problem.message, field=problem.field or None)
    return _value(expression, scope)


def value_at(scope: Json, path: str) -> Json:
    """What lies at a dotted path of keys and list indexes; None when nothing does."""
    found = scope
    for segment in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(segment)
        elif (
            isinstance(found, list) and segment.isascii() and segment.isdigit() and len(segment) < 7 and int(segment) < len(found)
        ):
            found = found[int(segment)]
        else:
            return None
    return found


def is_path(path: Json) -> bool:
    """Whether this is a dotted path of names of at most 12 segments."""
    return isinstance(path, str) and len(path) <= MAX_PATH_LENGTH and _is_dotted(path)


def paths_read(expression: Json, guarded: bool = False) -> Iterator[tuple[str, bool]]:
    """The paths a well-formed expression reads, each with whether it says what to do when nothing is there."""
    if "path" in expression:
        yield expression["path"], guarded
    for argument in expression.get("args", ()):
        yield from paths_read(argument, guarded or expression["op"] in ("coalesce", "is_empty"))


def paths_filled(expression: Json, value: bool) -> frozenset[str]:
    """The paths at which something is sure to lie when a well-formed condition has this value."""
    operator, arguments = expression.get("op"), expression.get("args", [])
    if operator == "not":
        return paths_filled(arguments[0], not value)
    if operator in ("all", "any"):
        parts = [paths_filled(argument, value) for argument in arguments]
        return frozenset.union(*parts) if (operator == "all") is value else frozenset.intersection(*parts)
    if operator == "is_empty":
        return frozenset() if value else _read_alone(arguments[0])
    if operator in _COMPARING if value else operator == "ne":
        # Nothing compares with what is missing, and what equals something that is written is there.
        held = [one for one in arguments if "value" in one and one["value"] not in (None, "", [])]
        return frozenset().union(*map(_read_alone, arguments)) if held else frozenset()
    return frozenset()


def _read_alone(expression: Json) -> frozenset[str]:
    return frozenset({expression["path"]}) if "path" in expression else frozenset()


def bound(expression: Json, scope: Mapping[str, Json], *, free: str) -> Json:
    """The same well-formed expression with every path filled in from the scope, but those that start at the name `free`."""
    if "path" in expression:
        return expression if expression["path"].split(".")[0] == free else {"value": value_at(scope, expression["path"])}
    if "op" in expression:
        return {"op": expression["op"], "args": [bound(argument, scope, free=free) for argument in expression["args"]]}
    return expression


def moment_of(value: Json) -> datetime | None:
    """The moment an ISO date or datetime names, aware; a date is its midnight in UTC, no offset means UTC."""
    if not isinstance(value, str) or len(value) < 10 or value[4] != "-" or value[7] != "-":
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=4096)
def _is_dotted(path: str) -> bool:
    segments = path.split(".")
    return len(segments) <= MAX_PATH_SEGMENTS and all(_is_name(segment) for segment in segments)


def _is_name(segment: str) -> bool:
    return bool(segment) and segment.isascii() and segment.replace("_", "").replace("-", "").isalnum()


def _value(expression: Json, scope: Mapping[str, Json]) -> Json:
    if "value" in expression:
        return expression["value"]
    if "path" in expression:
        return value_at(scope, expression["path"])
    return _EVALUATORS[expression["op"]]([_value(argument, scope) for argument in expression["args"]])


def _same(arguments: list[Json]) -> bool:
    left, right = arguments
    if json_type(left) != json_type(right):
        return False
    moments = moment_of(left), moment_of(right)
    return bool(left == right or (None not in moments and moments[0] == moments[1]))


def _order(arguments: list[Json]) -> int | None:
    """-1, 0 or 1; None when the two have no order."""
    left, right = arguments
    kind = json_type(left)
    if kind != json_type(right) or kind not in ORDERED:
        return None
    moments = moment_of(left), moment_of(right)
    if None not in moments:
        left, right = moments
    if left == right:
        return 0
    return -1 if left < right else 1 if left > right else None


def _contains(arguments: list[Json]) -> bool:
    holder, item = arguments
    if isinstance(holder, list):
        return any(_same([member, item]) for member in holder)
    return isinstance(holder, str) and isinstance(item, str) and item.casefold() in holder.casefold()


def _starts_with(arguments: list[Json]) -> bool:
    text, start = arguments
    return isinstance(text, str) and isinstance(start, str) and text.casefold().startswith(start.casefold())


def _is_empty(arguments: list[Json]) -> bool:
    value = arguments[0]
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def _sum(arguments: list[Json], sign: int) -> Json:
    left, right = arguments
    if json_type(right) != "number":
        return None
    try:
        if json_type(left) == "number":
            total = left + sign * right
            return total if abs(total) < _LARGEST else None
        return _days_later(left, sign * right)
    except (ValueError, OverflowError):
        return None


def _days_later(text: Json, days: int | float) -> str | None:
    moment = moment_of(text)
    if moment is None:
        return None
    if len(text) == 10:
        return (date.fromisoformat(text) + timedelta(days=int(days))).isoformat()
    return (moment + timedelta(days=days)).isoformat()


def _days_between(arguments: list[Json]) -> int | None:
    first, second = (moment_of(argument) for argument in arguments)
    return None if first is None or second is None else (second.date() - first.date()).days


_EVALUATORS: Mapping[str, Callable[[list[Json]], Json]] = {
    "all": lambda arguments: all(argument is True for argument in arguments),
    "any": lambda arguments: any(argument is True for argument in arguments),
    "not": lambda arguments: arguments[0] is not True,
    "eq": _same,
    "ne": lambda arguments: not _same(arguments),
    "gt": lambda arguments: _order(arguments) == 1,
    "gte": lambda arguments: _order(arguments) in (0, 1),
    "lt": lambda arguments: _order(arguments) == -1,
    "lte": lambda arguments: _order(arguments) in (-1, 0),
    "contains": _contains,
    "starts_with": _starts_with,
    "is_empty": _is_empty,
    "in": lambda arguments: isinstance(arguments[1], list) and _contains([arguments[1], arguments[0]]),
    "add": lambda arguments: _sum(arguments, 1),
    "sub": lambda arguments: _sum(arguments, -1),
    "days_between": _days_between,
    "coalesce": lambda arguments: next((argument for argument in arguments if not _is_empty([argument])), None),
}


def shape_problems(expression: Json, field: str = "") -> Iterator[Problem]:
    """Problems of shape and size, found without following a tree that is too deep or too wide."""
    stack = [(expression, field, 1)]
    seen = 0
    while stack:
        part, place, depth = stack.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_NODES:
            yield _problem(place, "too_large", "This condition is too large.", "Split it over several steps.")
            return
        message = _shape_problem(part)
        if message:
            yield _problem(place, "malformed_expression", message, "Choose the field, value or comparison again.")
        elif "op" in part:
            arguments = [(item, joined(place, f"args.{index}"), depth + 1) for index, item in enumerate(part["args"])]
            stack.extend(reversed(arguments))


def _shape_problem(part: Json) -> str | None:
    if not isinstance(part, dict) or set(part) not in ({"value"}, {"path"}, {"op", "args"}):
        return "This is not a value, a field or a comparison."
    if "path" in part:
        return None if is_path(part["path"]) else "This is not the path of a field."
    if "value" in part:
        return None
    name, arguments = part["op"], part["args"]
    if not isinstance(name, str) or name not in OPERATORS:
        return f"There is no operator “{str(name)[:40]}”."
    fewest, most, _, _ = OPERATORS[name]
    if not isinstance(arguments, list) or not fewest <= len(arguments) <= most:
        return f"“{name}” takes {fewest if fewest == most else f'{fewest} to {most}'} values."
    return None


def _problem(field: str, code: str, message: str, fix: str) -> Problem:
    return Problem(node_id="", field=field, code=code, message=message, fix=fix)


def joined(field: str, rest: str) -> str:
    return f"{field}.{rest}" if field else rest
