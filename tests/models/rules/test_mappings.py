import pytest

from models.rules.mappings import (
    is_mapping,
    mapped_input,
    mapped_value,
    mapping_problems,
    mapping_reads,
    missing_fields,
    missing_reads,
)

SCOPE = {"trigger": {"name": "Ada <b>", "gone": None, "count": 0, "blank": " "}, "nodes": {}}


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"value": None}, None),
        ({"value": {"path": "trigger.name"}}, {"path": "trigger.name"}),
        ({"path": "trigger.name"}, "Ada <b>"),
        ({"path": "trigger.count", "default": 7}, 0),
        ({"path": "trigger.blank", "default": "x"}, "x"),
        ({"path": "trigger.gone"}, None),
        ({"text": "Hi {{ trigger.name }}"}, "Hi Ada <b>"),
        ({"text": "Hi {{ trigger.name }}", "escape": True}, "Hi Ada &lt;b&gt;"),
        ({"expr": {"op": "add", "args": [{"path": "trigger.count"}, {"value": 1}]}}, 1),
    ],
    ids=str,
)
def test_values_come_from_where_the_mapping_says(mapping, expected):
    assert is_mapping(mapping)
    assert mapped_value(mapping, SCOPE) == expected


@pytest.mark.parametrize(
    "mapping",
    [
        *(None, "x", {}, {"path": "a b"}, {"text": 1}, {"value": 1, "path": "a"}, {"expr": {}}),
        *({"parts": []}, {"parts": {"X-A": "plain"}}, {"parts": {"X-A": {"parts": {}}}}, {"parts": {}, "value": 1}),
        {"parts": {f"X-{number}": {"value": ""} for number in range(101)}},
    ],
    ids=lambda mapping: str(mapping)[:40],
)
def test_anything_else_is_no_mapping(mapping):
    assert not is_mapping(mapping)


def test_an_optional_value_that_is_missing_is_left_out():
    mappings = {"cc": {"path": "trigger.gone"}, "parent": {"value": None}, "to": {"path": "trigger.name"}}
    assert mapped_input(mappings, SCOPE) == {"parent": None, "to": "Ada <b>"}


def test_what_cannot_be_gone_without_is_named():
    mappings = {"to": {"path": "trigger.gone"}, "subject": {"text": "Hi {{ trigger.blank }}"}, "cc": {"path": "trigger.gone"}}
    assert set(missing_fields(mappings, SCOPE, ("to", "subject"), client_facing=False)) == {"to"}
    assert missing_fields(mappings, SCOPE, ("to", "subject"), client_facing=True) == {
        "subject": "nothing to show for “blank”",
        "to": "“gone” is empty",
    }


def test_a_default_guards_a_read():
    assert mapping_reads({"path": "a.b"}) == [("a.b", False)]
    assert mapping_reads({"path": "a.b", "default": 1}) == [("a.b", True)]


PARTS = {
    "parts": {
        "fixed": {"value": "yes"},
        "written": {"text": "Dear {{ trigger.name | first_name }}"},
        "read": {"path": "trigger.name"},
        "number": {"path": "trigger.count"},
        "instead": {"path": "trigger.gone", "default": "none"},
        "reckoned": {"expr": {"op": "eq", "args": [{"path": "trigger.count"}, {"value": 0}]}},
        "nothing": {"path": "trigger.gone"},
    }
}
NAMED_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "x-parts": True}
KNOWN = {
    "type": "object",
    "properties": {"trigger": {"type": "object", "properties": {"name": {"type": "string"}, "tags": {"type": "array"}}}},
    "additionalProperties": False,
}


def test_each_part_comes_from_somewhere_else_and_is_a_text():
    assert is_mapping(PARTS)
    assert mapped_value(PARTS, SCOPE) == {
        "fixed": "yes",
        "written": "Dear Ada",
        "read": "Ada <b>",
        "number": "0",
        "instead": "none",
        "reckoned": "true",
    }


def test_what_parts_read_is_known_to_who_asks_what_must_have_run():
    reads = [("trigger.name", False), ("trigger.name", False), ("trigger.count", False), ("trigger.gone", True)]
    assert mapping_reads(PARTS) == [*reads, ("trigger.count", False), ("trigger.gone", False)]
    assert missing_reads(PARTS, SCOPE) == ["trigger.gone"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"path": "trigger.name"}, None),
        ({"value": 7}, None),
        ({"path": "trigger.other"}, "unknown_path"),
        ({"text": "{{ trigger.other }}"}, "unknown_path"),
        ({"path": "trigger.tags"}, "type_mismatch"),
        ({"expr": {"op": "eq", "args": [{"path": "trigger.name"}, {"value": 3}]}}, "type_mismatch"),
    ],
    ids=str,
)
def test_a_part_is_checked_like_a_field_of_its_own(part, code):
    found = mapping_problems({"parts": {"X-A": part}}, NAMED_TEXTS, KNOWN, "input.headers")
    assert [problem.code for problem in found] == ([code] if code else [])
    assert all(problem.field.startswith("input.headers.X-A") for problem in found)


def test_parts_fit_only_where_names_are_ones_own():
    (problem,) = mapping_problems({"parts": {}}, {"type": "string"}, KNOWN, "input.url")
    assert (problem.field, problem.code) == ("input.url", "type_mismatch")


DAY = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
MOMENT = {"type": "string", "format": "date-time"}
DATES = {"type": "object", "properties": {"due": DAY, "starts": MOMENT, "said": {"type": "string"}}}


@pytest.mark.parametrize(
    ("mapping", "wanted", "message"),
    [
        ({"path": "starts"}, DAY, "This is a moment, but a day is needed."),
        ({"path": "due"}, MOMENT, "This is a day, but a moment is needed."),
        ({"expr": {"op": "add", "args": [{"path": "due"}, {"value": 3}]}}, MOMENT, "This is a day, but a moment is needed."),
        ({"path": "due"}, DAY, None),
        ({"path": "starts"}, MOMENT, None),
        ({"path": "said"}, MOMENT, None),
        ({"path": "starts"}, {"type": "string"}, None),
        ({"expr": {"op": "sub", "args": [{"path": "due"}, {"value": 3}]}}, DAY, None),
    ],
)
def test_a_day_is_no_moment(mapping, wanted, message):
    found = mapping_problems(mapping, wanted, DATES, "input.on")
    assert [(one.field, one.code, one.message) for one in found] == ([("input.on", "type_mismatch", message)] if message else [])
