"""What differs between two drawings: steps with their fields, and lines; not where they stand."""

from models.rules.automation_changes import drawing_changes
from models.types.automation_changes import Change
from models.types.automations import Drawing
from tests.builders.automations import drawing, node, task


def test_steps_are_new_gone_or_different_field_by_field():
    before = drawing(node("nap", "delay", amount=3, unit="days"), task("mail", {"value": "Hello"}), task("gone"))
    after = drawing(
        node("nap", "delay", amount=5, unit="days"),
        task("mail", {"text": "Hello {{ x }}"}),
        task("extra"),
        limits={"max_steps": 9},
    )

    changes = drawing_changes(before, after)

    assert [(one.node_id, one.change) for one in changes.nodes] == [
        ("nap", Change.CHANGED),
        ("mail", Change.CHANGED),
        ("extra", Change.ADDED),
        ("gone", Change.REMOVED),
    ]
    nap, mail = changes.nodes[:2]
    assert [(one.field, one.before, one.after) for one in nap.fields] == [("amount", 3, 5)]
    assert [(one.field, one.before, one.after) for one in mail.fields] == [
        ("input.title.value", "Hello", None),
        ("input.title.text", None, "Hello {{ x }}"),
    ]
    assert [(one.change, one.source, one.target) for one in changes.edges] == [
        (Change.ADDED, "mail", "extra"),
        (Change.REMOVED, "mail", "gone"),
    ]
    assert [(one.field, one.after) for one in changes.limits] == [("max_steps", 9)]


def test_places_notes_and_the_order_of_lines_do_not_count():
    one = drawing(task("a"), task("b"))
    moved = Drawing({**one.document, "positions": {"a": {"x": 9, "y": 9}}, "notes": [{"id": "n"}], "edges": one.edges[::-1]})

    assert drawing_changes(one, moved).is_empty


def test_a_new_name_is_read_but_not_felt_by_runs():
    one = drawing(task("a"), task("b"))
    renamed = Drawing({**one.document, "nodes": [*one.nodes[:-1], {**one.nodes[-1], "label": "Second"}]})

    changes = drawing_changes(one, renamed)

    assert (changes.is_empty, changes.is_felt) == (False, False)
    assert drawing_changes(one, drawing(task("a"))).is_felt


def test_a_drawing_that_is_none_yet_compares_with_anything():
    assert [one.change for one in drawing_changes(Drawing({}), drawing(task("a"))).nodes] == [Change.ADDED, Change.ADDED]
    assert drawing_changes(Drawing({}), Drawing({"nodes": "junk", "edges": 3})).is_empty
