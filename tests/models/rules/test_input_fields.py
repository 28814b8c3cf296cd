"""A plain form made from what an action takes, and what was typed read back."""

import pytest

from api.actions.catalogue import ACTIONS, schemas
from models.rules.input_fields import field_text, input_fields, typed_input
from models.types.input_fields import Control

SCHEMA = {
    "type": "object",
    "required": ["to"],
    "properties": {
        "to": {"type": "string", "title": "To", "description": "A mail address", "minLength": 3},
        "body": {"type": "string"},
        "url": {"type": "string", "format": "uri", "maxLength": 2000},
        "count": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
        "is_marketing": {"type": "boolean"},
        "is_paid": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        "method": {"$ref": "#/$defs/Method"},
        "contact_id": {"anyOf": [{"type": "string"}, {"type": "null"}], "x-lookup": "contacts"},
        "due_on": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"title": {"type": "string"}}}},
        "data": {},
    },
    "$defs": {"Method": {"title": "Method", "enum": ["get", "post"], "type": "string"}},
}
FIELDS = {field.name: field for field in input_fields(SCHEMA)}


def read(**typed: str):
    return typed_input(list(FIELDS.values()), {"to": "ada@x.example", **typed})


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("to", Control.LINE),
        ("body", Control.PARAGRAPHS),
        ("url", Control.LINE),
        ("count", Control.NUMBER),
        ("is_marketing", Control.CHECKBOX),
        ("is_paid", Control.CHOICE),
        ("method", Control.CHOICE),
        ("contact_id", Control.LOOKUP),
        ("due_on", Control.DATE),
        ("tags", Control.LINES),
        ("headers", Control.PAIRS),
        ("lines", Control.JSON),
        ("data", Control.JSON),
    ],
)
def test_a_property_is_filled_in_as_its_schema_says(name: str, control: Control):
    assert FIELDS[name].control is control


def test_a_field_is_called_as_in_the_builder():
    assert [FIELDS[name].label for name in ("to", "contact_id", "due_on", "method")] == ["To", "Contact", "Due on", "Method"]
    assert (FIELDS["to"].hint, FIELDS["to"].is_required, FIELDS["body"].is_required) == ("A mail address", True, False)
    assert FIELDS["method"].choices == (("get", "Get"), ("post", "Post"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("body", "Hello\n\nAda"),
        ("count", 3),
        ("is_marketing", True),
        ("is_paid", False),
        ("method", "post"),
        ("contact_id", "con_1"),
        ("due_on", "2026-12-24"),
        ("tags", ["lead", "web site"]),
        ("headers", {"X-A": "1", "Accept": "text/html; q=1:2"}),
        ("lines", [{"title": "Design"}]),
        ("data", {"deep": [1, None]}),
    ],
)
def test_what_stands_there_is_read_as_it_was(name: str, value):
    given, wrong = read(**{name: field_text(FIELDS[name], value)})
    assert (given[name], wrong) == (value, {})


def test_what_is_empty_is_left_out_but_a_box_that_is_not_ticked_says_no():
    given, wrong = read(body="  ", count="", tags="")
    assert (given, wrong) == ({"to": "ada@x.example", "is_marketing": False}, {})


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("to", " ", "is missing"),
        ("to", "a", "“To”: "),
        ("count", "three", "must be a number"),
        ("count", "0", "“Count”: "),
        ("is_paid", "perhaps", "Choose one"),
        ("headers", "Accept", "Name: text"),
        ("lines", "[{", "not readable as JSON"),
        ("due_on", "tomorrow", "“Due on”: "),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_field(name: str, text: str, says: str):
    _, wrong = read(**{name: text})
    assert list(wrong) == [name]
    assert says in wrong[name]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_the_example_of_every_action_can_be_typed(action):
    fields = input_fields(schemas()[action.name]["input"])
    texts = {field.name: field_text(field, action.example.get(field.name)) for field in fields}

    given, wrong = typed_input(fields, texts)

    assert wrong == {}
    wanted, made = action.Input.model_validate(action.example), action.Input.model_validate(given)
    assert {name: getattr(made, name) for name in action.example} == {name: getattr(wanted, name) for name in action.example}
