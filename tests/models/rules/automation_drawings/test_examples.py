"""The drawings in `examples/` and what is wrong with them: the builder's own checks are tested with the same files."""

import json
from pathlib import Path

import pytest

from models.types.automations import Drawing
from tests.builders.automations import codes

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.json"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_compiler_finds_what_the_example_says(file):
    example = json.loads(file.read_text())
    expected = [(problem["node_id"], problem["field"], problem["code"]) for problem in example["problems"]]
    assert codes(Drawing(example["drawing"])) == expected


def test_every_structural_problem_has_an_example():
    shown = {problem["code"] for file in EXAMPLES for problem in json.loads(file.read_text())["problems"]}
    assert shown >= {
        "no_trigger",
        "second_trigger",
        "no_steps",
        "unreachable",
        "unknown_port",
        "two_edges_from_port",
        "cycle",
        "edge_to_nowhere",
        "edge_from_nowhere",
        "edge_into_trigger",
        "unknown_kind",
        "same_id",
        "missing_required",
        "same_port",
        "empty_body",
        "in_two_bodies",
        "leaves_body",
        "nested_too_deeply",
    }
