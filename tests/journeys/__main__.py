"""`make journey`: walks all eleven steps against a running `make up`; the exit status tells whether it arrived."""

import sys
from contextlib import closing

from models.ids import new_token
from models.settings import LOOPBACK, get_settings
from tests.journeys.story import STEPS, walk
from tests.journeys.world import Http, Lost, World

_FIRST_ANSWER_SECONDS = 5.0
"""How long a product that runs may take to say so; later the journey waits much longer, as it may be killed under way."""


def main() -> int:
    """Walk once. Safe to repeat: every walk is another lead's."""
    port = get_settings().port
    run = "".join(character for character in new_token().lower() if character.isalnum())[:8]
    sys.stdout.write(f"Walking from the first enquiry to the retainer on port {port}, as lead {run}\n\n")
    try:
        _look(port)
        world = World(port, run)
    except Lost as lost:
        sys.stdout.write(f"  The journey cannot begin: {lost}\n  Is `make up` running, with its demo workspace?\n")
        return 1
    with closing(world):
        taken = walk(world, _say)
    sys.stdout.write(f"\n  {taken}/{len(STEPS)}\n")
    return 0 if taken == len(STEPS) else 1


def _look(port: int) -> None:
    """Raises Lost when nothing answers."""
    with closing(Http(f"http://{LOOPBACK}:{port}", patience_seconds=_FIRST_ANSWER_SECONDS)) as anybody:
        anybody.get("/livez")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
