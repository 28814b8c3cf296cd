"""What a page shows of a drawing."""

from typing import Any

import pytest

from api.actions.catalogue import schemas
from models.rules.automation_outline import outline
from models.rules.automation_words import expression_words, span_words, trigger_words
from models.rules.path_words import path_words
from models.seed.drawings import new_lead_drawing
from models.types.automations import Drawing
from tests.builders.automations import drawing, node, task


def test_the_new_lead_reads_from_top_to_bottom():
    steps = outline(Drawing(new_lead_drawing()), catalogue=schemas(), names={})

    assert [(one.verb, one.label) for one in steps] == [
        ("When something happens", "A form was submitted"),
        ("Send mail", "Thank the lead"),
        ("Post in a channel", "Tell the CRM channel"),
        ("Create a task", "Note a follow-up"),
        ("Wait for something to happen", "Until a proposal is sent"),
    ]
    assert steps[1].details[0] == ("To", "contact’s email")
    assert ("Due in working days", "2") in steps[3].details
    happens, after = steps[4].ways
    assert (happens.words, happens.steps) == ("When it happens", ())
    assert (after.words, [one.label for one in after.steps]) == ("After 3 days", ["Remind the owner"])


def test_a_step_that_two_ways_lead_to_is_shown_once():
    yes = {"op": "eq", "args": [{"path": "trigger.engagement.budget"}, {"value": 5}]}
    sketch = drawing(
        node("if", "condition", cases=[{"port": "large", "when": yes}]),
        task("one"),
        task("both"),
        edges=["trigger.ok>if", "if.large>one", "if.else>both", "one.ok>both"],
    )

    large, other = outline(sketch, catalogue=schemas(), names={})[1].ways

    assert [one.node_id for one in large.steps] == ["one", "both"]
    assert (other.words, other.steps, other.joins) == ("Otherwise", (), "Create a task")


def test_what_cannot_be_read_is_still_shown():
    broken = drawing(node("hold", "delay", amount="many"))

    assert [one.node_id for one in outline(broken, catalogue=schemas(), names={})] == ["trigger", "hold"]
    assert outline(Drawing({"nodes": 3}), catalogue=schemas(), names={}) == []


def test_words():
    same = {"op": "eq", "args": [{"path": "event.engagement_id"}, {"path": "trigger.engagement.id"}]}
    assert expression_words(same, {}) == "its engagement is this engagement"
    empty = {"op": "is_empty", "args": [{"path": "trigger.contact.phone"}]}
    assert expression_words(empty, {}) == "contact’s phone is empty"
    assert expression_words({"op": "not", "args": [empty]}, {}) == "contact’s phone is filled in"
    assert path_words("trigger.contact.owner_id") == "contact’s owner"
    assert [span_words({"amount": amount, "unit": "working_days"}) for amount in (1, -2)] == ["1 working day", "2 working days"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": "event", "type": "invoice.paid"}, "An invoice was paid"),
        (
            {"kind": "date", "type": "invoice.due_on", "offset": {"amount": -3, "unit": "days"}},
            "3 days before: An invoice is due",
        ),
        ({"kind": "date", "type": "booking.starts_at"}, "A call begins"),
        ({"kind": "schedule", "cron": "0 13 * * 5"}, "By the schedule 0 13 * * 5"),
        ({"kind": "manual", "noun": "proposal"}, "Somebody starts it for a proposal"),
        ({"kind": "webhook"}, "Another program calls"),
        ({"kind": "date", "type": "moon.rises", "offset": "soon"}, "moon.rises"),
        ({}, ""),
    ],
)
def test_what_starts_an_automation_is_told_in_words(settings: dict[str, Any], words: str):
    assert trigger_words(settings) == words
