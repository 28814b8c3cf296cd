"""The whole story while parts of the product are killed, and while every answer is lost: the record is that of a calm day."""

import time
from collections import Counter
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from models.ids import digest, new_token
from tests.faults.accounts import QUIET_SECONDS, differences, settled, what_is_wrong
from tests.faults.fire import Fire
from tests.journeys.story import STEPS, walk
from tests.journeys.world import World
from tests.stack import Stack, running_stack

PATIENCE_SECONDS = 480.0
"""Who dies with a mail in hand leaves it leased for a minute and a half, and may die with the same mail again and again."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory):
    home: Path = tmp_path_factory.mktemp("fire") / "home"
    with running_stack(home) as stack:
        yield stack


@pytest.fixture(scope="module")
def calm_day(stack: Stack) -> tuple[Counter[str], float]:
    """What a journey on a calm day leaves behind, and how many seconds it takes until all is written."""
    began = time.monotonic()
    grown, wrong = told(stack, World(stack.settings.port, "calm"))
    assert wrong == []
    return grown, time.monotonic() - began - 2 * QUIET_SECONDS


@pytest.fixture
def calm(calm_day: tuple[Counter[str], float]) -> Counter[str]:
    """What a journey on a calm day leaves behind."""
    return calm_day[0]


def test_killing_parts_at_any_moment_loses_nothing_and_doubles_nothing(
    stack: Stack, calm: Counter[str], calm_day: tuple[Counter[str], float]
):
    burning = Fire(seed=int(digest(new_token())[:6], 16), story_seconds=calm_day[1])
    world = World(stack.settings.port, "fire", patience_seconds=PATIENCE_SECONDS)
    grown, wrong = told(stack, world, burning, calm=calm)
    assert burning.kills.total() >= 5, burning
    assert (differences(calm, grown), wrong) == ({}, []), burning


def test_losing_every_answer_doubles_nothing(stack: Stack, calm: Counter[str]):
    grown, wrong = told(stack, World(stack.settings.port, "deaf", loses_answers=True), calm=calm)
    assert (differences(calm, grown), wrong) == ({}, [])


def test_the_same_check_finds_what_is_doubled_once_no_answer_is_kept(tmp_path: Path, calm: Counter[str]):
    with running_stack(tmp_path / "home", THROUGHLINE_ENV="test", THROUGHLINE_KEEPS_ANSWERS="false") as stack:
        before = settled(stack)
        with closing(World(stack.settings.port, "twin", loses_answers=True)) as world:
            walk(world, lambda _: None)  # as far as it comes: it notices doubles by itself
        grown = settled(stack) - before
    more = {name for name, count in differences(calm, grown).items() if count > 0}
    assert {"proposals", "proposal_line_items"} <= more, more


def told(
    stack: Stack, world: World, burning: Fire | None = None, *, calm: Counter[str] | None = None
) -> tuple[Counter[str], list[str]]:
    """By how much the record grew over a journey, and what is wrong after it. calm: what it is to grow by."""
    lines: list[str] = []
    before = settled(stack)
    with closing(world):
        with burning.at(stack) if burning else nullcontext():
            taken = walk(world, lines.append)
        assert taken == len(STEPS), "\n".join([*lines, str(burning)])
        grown = settled(stack, at_least=before + calm if calm else None) - before
        return grown, what_is_wrong(stack, world, kills=burning.kills.total() if burning else 0)
