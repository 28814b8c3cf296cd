"""The whole story on a stack of its own: told twice, because it has to be safe to repeat."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.story import STEPS, walk
from tests.journeys.world import World
from tests.stack import Stack, running_stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory):
    home: Path = tmp_path_factory.mktemp("journey") / "home"
    with running_stack(home) as stack:
        yield stack


@pytest.mark.parametrize("run", ["first", "second"])
def test_from_the_first_enquiry_to_the_running_retainer(stack: Stack, run: str):
    lines: list[str] = []
    with closing(World(stack.settings.port, run)) as world:
        taken = walk(world, lines.append)

    assert taken == len(STEPS), "\n".join(lines)
