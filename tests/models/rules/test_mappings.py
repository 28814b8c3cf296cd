import pytest

from models.rules.mappings import is_mapping, mapped_input, mapped_value, mapping_reads, missing_fields

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
    "mapping", [None, "x", {}, {"path": "a b"}, {"text": 1}, {"value": 1, "path": "a"}, {"expr": {}}], ids=str
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
        "subject": "nothing to show for trigger.blank",
        "to": "“trigger.gone” is empty",
    }


def test_a_default_guards_a_read():
    assert mapping_reads({"path": "a.b"}) == [("a.b", False)]
    assert mapping_reads({"path": "a.b", "default": 1}) == [("a.b", True)]
