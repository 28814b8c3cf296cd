"""Whether an expression fits the JSON Schema of what it will read, told before it runs."""

from collections.abc import Iterator
from dataclasses import replace

from models.rules.expressions import OPERATORS, ORDERED, joined, moment_of, shape_problems
from models.rules.json_schemas import ANY, Schema, alternatives, json_type, schema_at, schema_types
from models.types.automations import Json, Problem, Severity


def check(expression: Json, schema: Schema, *, expected: frozenset[str] = ANY, field: str = "") -> list[Problem]:
    """What is wrong with an expression whose scope has this JSON Schema, in the order of reading.

    expected: the types its value may have. field: put before the place in each problem. `node_id` is left empty.
    """
    shape = list(shape_problems(expression, field))
    return shape or list(_type_problems(expression, schema, expected, field))


def expression_types(expression: Json, schema: Schema) -> frozenset[str]:
    """The types the value of a well-formed expression may have; null is left out, as anything may be missing."""
    if "value" in expression:
        return frozenset({json_type(expression["value"])}) - {"null"}
    if "path" in expression:
        found = schema_at(schema, expression["path"].split("."))
        return (ANY if found is None else schema_types(found)) - {"null"}
    name, arguments = expression["op"], expression["args"]
    if name == "coalesce":
        return frozenset[str]().union(*(expression_types(argument, schema) for argument in arguments))
    if name in ("add", "sub"):
        return expression_types(arguments[0], schema) & ORDERED
    return OPERATORS[name][3]


def moment_format(expression: Json, schema: Schema) -> str:
    """`date` or `date-time` where the value of a well-formed expression is sure to be one; empty otherwise."""
    if "value" in expression:
        return _written_format(expression["value"])
    if "path" in expression:
        found = schema_at(schema, expression["path"].split("."))
        formats = {str(one.get("format", "")) for one in alternatives(found) if one.get("type") != "null"} if found else {""}
        return formats.pop() if len(formats) == 1 and formats <= {"date", "date-time"} else ""
    return moment_format(expression["args"][0], schema) if expression["op"] in ("add", "sub") else ""


def _written_format(value: Json) -> str:
    if moment_of(value) is None:
        return ""
    return "date" if len(value) == 10 else "date-time"


def _type_problems(expression: Json, schema: Schema, expected: frozenset[str], field: str) -> Iterator[Problem]:
    if "path" in expression and schema_at(schema, expression["path"].split(".")) is None:
        message = f"There is no field “{expression['path']}” here."
        yield _problem(field, "unknown_path", message, "Choose a field of the trigger or of an earlier step.")
        return
    types = expression_types(expression, schema)
    if types and not types & expected:
        message = f"This is a {' or '.join(sorted(types))}, but a {' or '.join(sorted(expected))} is needed."
        yield _problem(field, "type_mismatch", message, "Choose a field of the right kind.")
        return
    if "op" in expression:
        yield from _argument_problems(expression, schema, field)


def _argument_problems(expression: Json, schema: Schema, field: str) -> Iterator[Problem]:
    arguments, allowed = expression["args"], OPERATORS[expression["op"]][2]
    before = len(arguments)
    for index, argument in enumerate(arguments):
        expected = allowed[min(index, len(allowed) - 1)]
        for problem in _type_problems(argument, schema, expected, joined(field, f"args.{index}")):
            before = 0
            yield problem
    if before == 2 and expression["op"] in ("eq", "ne", "gt", "gte", "lt", "lte"):
        left, right = (expression_types(argument, schema) for argument in arguments)
        if left and right and not left & right:
            message = f"A {' or '.join(sorted(left))} is never comparable with a {' or '.join(sorted(right))}."
            yield _problem(field, "type_mismatch", message, "Compare two fields of the same kind.")
        elif {moment_format(argument, schema) for argument in arguments} == {"date", "date-time"}:
            message = "A day is compared with a moment. The day counts as its midnight in UTC, so hours decide what days seem to."
            fix = "Compare two days or two moments, or the days between them."
            yield replace(_problem(field, "date_against_moment", message, fix), severity=Severity.WARNING)


def _problem(field: str, code: str, message: str, fix: str) -> Problem:
    return Problem(node_id="", field=field, code=code, message=message, fix=fix)
