import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.expression_checks import check
from models.rules.expressions import OPERATORS, bound, evaluate, paths_read, value_at
from models.types.errors import Invalid
from tests.builders.automations import EVENTS, schema

SCOPE = {"trigger": {"name": "Ada", "budget": 5000, "vip": True, "tags": ["web", "Print"], "due": "2026-03-10", "gone": None}}
SCHEMA = schema(trigger=EVENTS["submission.accepted"])


def value(of):
    return {"value": of}


def path(of):
    return {"path": f"trigger.{of}"}


def op(name, *arguments):
    return {"op": name, "args": list(arguments)}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (path("name"), "Ada"),
        (path("tags.1"), "Print"),
        (path("tags.9"), None),
        (path("name.first.second"), None),
        (op("all", path("vip"), op("gt", path("budget"), value(100))), True),
        (op("any", path("gone"), value("yes")), False),
        (op("not", path("gone")), True),
        (op("eq", value(True), value(1)), False),
        (op("eq", value("2026-03-01T10:00:00Z"), value("2026-03-01T11:00:00+01:00")), True),
        (op("ne", path("gone"), value(0)), True),
        (op("gte", path("budget"), value(5000)), True),
        (op("gt", path("gone"), value(5)), False),
        (op("lte", path("gone"), value(5)), False),
        (op("lt", value("2026-03-09"), path("due")), True),
        (op("gt", value("2026-03-10T00:00:01+00:00"), path("due")), True),
        (op("gt", value("5"), value(4)), False),
        (op("contains", path("tags"), value("web")), True),
        (op("contains", path("name"), value("AD")), True),
        (op("starts_with", path("gone"), value("a")), False),
        (op("in", path("name"), value(["Ada", "Grace"])), True),
        (op("in", path("name"), value("Adam")), False),
        (op("is_empty", value("  ")), True),
        (op("is_empty", value(0)), False),
        (op("add", path("budget"), value(0.5)), 5000.5),
        (op("add", path("due"), value(30)), "2026-04-09"),
        (op("sub", value("2026-03-01T10:00:00Z"), value(1)), "2026-02-28T10:00:00+00:00"),
        (op("add", path("name"), value(1)), None),
        (op("add", value(2**63 - 1), value(1)), None),
        (op("add", path("due"), value(10**12)), None),
        (op("days_between", value("2026-03-01"), path("due")), 9),
        (op("days_between", path("name"), path("due")), None),
        (op("coalesce", path("gone"), value(""), path("name")), "Ada"),
    ],
    ids=str,
)
def test_expressions_have_values(expression, expected):
    assert evaluate(expression, SCOPE) == expected
    assert type(evaluate(expression, SCOPE)) is type(expected)


@pytest.mark.parametrize(
    "expression",
    [
        None,
        7,
        "trigger.name",
        [],
        {},
        {"path": "trigger.__class__()"},
        {"path": "trigger..name"},
        {"path": "a." * 40 + "b"},
        {"op": "eval", "args": [{"value": "1"}]},
        {"op": "__import__", "args": [{"value": "os"}]},
        {"op": ["eq"], "args": []},
        {"op": "eq", "args": [{"value": 1}]},
        {"op": "not", "args": {"value": 1}},
        {"value": 1, "path": "trigger"},
    ],
    ids=str,
)
def test_what_is_no_expression_is_refused(expression):
    with pytest.raises(Invalid):
        evaluate(expression, SCOPE)
    assert [problem.code for problem in check(expression, SCHEMA)] == ["malformed_expression"]


def test_python_attributes_are_out_of_reach():
    assert value_at({"trigger": {}}, "trigger.__class__.__mro__") is None


@pytest.mark.parametrize("grow", [lambda inner: op("not", inner), lambda inner: op("all", *[inner] * 50)], ids=["deep", "wide"])
def test_size_is_bounded_before_anything_is_followed(grow):
    expression = value(True)
    for _ in range(40):
        expression = grow(expression)
    assert [problem.code for problem in check(expression, SCHEMA)] == ["too_large"]
    with pytest.raises(Invalid):
        evaluate(expression, SCOPE)


@pytest.mark.parametrize(
    ("expression", "field", "code"),
    [
        (op("eq", path("contact.phone"), value("1")), "args.0", "unknown_path"),
        (op("gt", path("contact.name"), value(5)), "", "type_mismatch"),
        (op("all", path("contact.name")), "args.0", "type_mismatch"),
        (op("in", path("contact.name"), value("Ada")), "args.1", "type_mismatch"),
        (op("days_between", path("engagement.budget"), value("2026-01-01")), "args.0", "type_mismatch"),
        (op("add", path("engagement.budget"), path("contact.name")), "args.1", "type_mismatch"),
        (op("not", op("coalesce", path("contact.name"), value("x"))), "args.0", "type_mismatch"),
    ],
    ids=str,
)
def test_types_are_checked_where_they_break(expression, field, code):
    assert [(problem.field, problem.code) for problem in check(expression, SCHEMA)] == [(field, code)]


def test_a_right_expression_has_no_problem():
    expression = op("all", op("gte", path("engagement.budget"), value(1)), op("is_empty", path("contact.email")))
    assert check(expression, SCHEMA, expected=frozenset({"boolean"})) == []
    assert [problem.code for problem in check(expression, SCHEMA, expected=frozenset({"number"}))] == ["type_mismatch"]


def test_binding_leaves_only_the_free_name():
    expression = op("eq", {"path": "event.id"}, path("name"))
    assert bound(expression, SCOPE, free="event") == op("eq", {"path": "event.id"}, value("Ada"))


def test_reads_know_what_stands_in():
    expression = op("all", op("eq", path("a"), value(1)), op("is_empty", op("coalesce", path("b"), path("c"))))
    assert list(paths_read(expression)) == [("trigger.a", False), ("trigger.b", True), ("trigger.c", True)]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.just("2026-03-01")
    | st.just("9999-12-31T23:59:59-14:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
LEAVES = st.builds(value, JSON) | st.sampled_from([path("a"), path("b.c"), path("a.0")])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.sampled_from(sorted(OPERATORS)).flatmap(
        lambda name: st.lists(inner, min_size=OPERATORS[name][0], max_size=min(OPERATORS[name][1], 3)).map(
            lambda some: op(name, *some)
        )
    ),
    max_leaves=12,
)


@given(EXPRESSIONS, st.fixed_dictionaries({"trigger": JSON}))
def test_no_data_makes_an_expression_fail(expression, scope):
    once = evaluate(expression, scope)
    assert repr(evaluate(expression, scope)) == repr(once)
    assert repr(evaluate(bound(expression, scope, free="event"), {})) == repr(once)


@given(JSON)
def test_no_json_makes_the_check_fail(expression):
    check(expression, SCHEMA)


MOMENTS = schema(
    due={"type": ["string", "null"], "format": "date"},
    starts={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
    said={"type": "string"},
)


@pytest.mark.parametrize(
    ("left", "right", "is_told"),
    [
        ({"path": "due"}, {"path": "starts"}, True),
        ({"path": "starts"}, value("2026-03-31"), True),
        ({"path": "due"}, value("2026-03-31T10:00:00+00:00"), True),
        (op("add", {"path": "due"}, value(3)), {"path": "starts"}, True),
        ({"path": "due"}, value("2026-03-31"), False),
        ({"path": "starts"}, op("sub", {"path": "starts"}, value(1)), False),
        ({"path": "said"}, {"path": "starts"}, False),
        ({"path": "due"}, value("soon"), False),
    ],
)
@pytest.mark.parametrize("name", ["eq", "ne", "lt", "gte"])
def test_a_day_compared_with_a_moment_is_told_and_stops_nothing(left, right, is_told, name):
    found = check(op(name, left, right), MOMENTS, field="filter")
    assert [(one.field, one.code, one.severity) for one in found] == is_told * [("filter", "date_against_moment", "warning")]
    assert check(op("gt", op("days_between", {"path": "due"}, {"path": "starts"}), value(3)), MOMENTS) == []
