"""The whole story on a stack of its own."""

from contextlib import closing
from pathlib import Path

from tests.journeys.story import STEPS, walk
from tests.journeys.world import World
from tests.stack import running_stack


def test_from_the_first_enquiry_to_the_running_retainer(tmp_path: Path):
    lines: list[str] = []
    with running_stack(tmp_path / "home") as stack, closing(World(stack.settings.port, "testrun1")) as world:
        taken = walk(world, lines.append)

    assert taken == len(STEPS), "\n".join(lines)
