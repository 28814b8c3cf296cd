"""Every event that automations are offered is one that the product records: a trigger that never fires helps nobody."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.types.events import CATALOGUE

ROOT = Path(__file__).parents[2]


def recorders() -> Iterator[ast.Module]:
    """The modules that record facts: the commands, and what else asks for `record`."""
    for path in (ROOT / "models/commands").rglob("*.py"):
        yield ast.parse(path.read_text())
    for path in (ROOT / "api").rglob("*.py"):
        source = path.read_text()
        if "from models.commands.events import record" in source:
            yield ast.parse(source)


def names_in(module: ast.Module) -> set[str]:
    """The events that a module names: whole, or as a noun with a word or a status that it knows, `f"proposal.{status}"`."""
    words = {one.value for one in ast.walk(module) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    words |= {one.attr.lower() for one in ast.walk(module) if isinstance(one, ast.Attribute)}
    joined = [one.values for one in ast.walk(module) if isinstance(one, ast.JoinedStr)]
    nouns = {str(first.value) for first, *rest in joined if rest and isinstance(first, ast.Constant)}
    return words | {f"{noun}{word}" for noun in nouns if noun.endswith(".") for word in words}


@pytest.fixture(scope="module")
def recorded() -> set[str]:
    return set().union(*map(names_in, recorders()))


def test_every_event_of_the_catalogue_is_recorded_somewhere(recorded: set[str]):
    assert sorted(CATALOGUE.keys() - recorded) == []


def test_a_name_that_nothing_records_is_noticed(recorded: set[str]):
    assert "contact.merged" not in recorded
    assert names_in(ast.parse("record(session, 'a.b'); record(session, f'c.{Status.D}')")) >= {"a.b", "c.d"}
