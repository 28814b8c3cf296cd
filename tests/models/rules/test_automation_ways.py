"""By which ways a run may go on behind a step, in words."""

import pytest

from models.rules.automation_ways import ways_on
from models.types.automations import Drawing
from tests.builders.automations import CATALOGUE, drawing, for_each, node, parallel, task

ANSWERS = {"approvers": {"value": ["role:owner"]}}
DAYS = {"amount": 3, "unit": "days"}


def ways(document: Drawing, path: str) -> list[tuple[str, str, str]]:
    return [(one.port, one.words, one.follows) for one in ways_on(document, path, CATALOGUE)]


def named(label: str, name: str):
    return {**task(name), "label": label}


def test_an_approval_tells_what_each_answer_leads_to():
    document = drawing(
        node("ask", "approval", **ANSWERS, timeout=DAYS),
        named("Send the offer", "send"),
        named("Tell Mara", "tell"),
        edges=["trigger.ok>ask", "ask.approved>send", "send.ok>tell"],
    )
    assert ways(document, "ask") == [
        ("approved", "When approved", "“Send the offer”, then “Tell Mara”"),
        ("rejected", "When rejected", "the run ends"),
        ("timeout", "After 3 days without an answer", "the run ends"),
    ]


def test_an_end_that_nobody_set_is_no_way():
    document = drawing(node("ask", "approval", **ANSWERS), task("yes"), edges=["trigger.ok>ask", "ask.approved>yes"])
    assert [port for port, _, _ in ways(document, "ask")] == ["approved", "rejected"]


@pytest.mark.parametrize(("edges", "ports"), [((), ["ok"]), (["one.error>two"], ["ok", "error"])])
def test_failing_is_a_way_only_where_one_is_drawn(edges: list[str], ports: list[str]):
    document = drawing(task("one"), task("two"), edges=["trigger.ok>one", *edges])
    assert [port for port, _, _ in ways(document, "one")] == ports


def test_of_a_long_line_the_first_three_are_named_and_no_fork_is_passed():
    line = [named(str(number), f"n{number}") for number in range(5)]
    document = drawing(node("hold", "delay", **DAYS), *line)
    assert ways(document, "hold") == [("ok", "Then", "“0”, then “1”, then “2”, then more")]

    fork = node("ask", "approval", **ANSWERS)
    document = drawing(
        node("hold", "delay", **DAYS), fork, task("yes"), edges=["trigger.ok>hold", "hold.ok>ask", "ask.approved>yes"]
    )
    assert ways(document, "hold") == [("ok", "Then", "“Ask for approval”")]


def test_inside_a_part_it_is_that_part_that_ends():
    document = drawing(
        for_each("each_one"), node("ask", "approval", **ANSWERS), edges=["trigger.ok>each_one", "each_one.each>ask"]
    )
    assert ways(document, "each_one/ask")[0] == ("approved", "When approved", "nothing more in this part")
    assert ways(document, "gone") == []


def test_the_ways_into_branches_are_none_behind_them():
    document = drawing(parallel("both", ("left", "right")), task("after"), edges=["trigger.ok>both", "both.ok>after"])
    assert [port for port, _, _ in ways(document, "both")] == ["ok"]
