"""Killing parts of a running stack with -9 at moments nobody chose."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.stack import Stack

UNDER_FIRE = ("api", "worker", "temporal")
FEWEST_KILLS = 5
"""Where the story is told too quickly, the last ones hit what it has yet to write."""
PAUSE = (0.05, 0.175)
"""From the moment at which the part that was killed is there again, as a share of how long the story takes on a calm day: what
a quick machine does in a second takes a slow one ten, and it must get on with its work, too."""


@dataclass
class Fire:
    """What was killed how often, and by which seed."""

    seed: int
    story_seconds: float
    """How long the story takes on a calm day."""
    kills: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def at(self, stack: Stack) -> Iterator[None]:
        """Kill a random part every few seconds until the block ends. The supervisor starts it again."""
        over = threading.Event()
        thread = threading.Thread(target=self._burn, args=(stack, over), daemon=True)
        thread.start()
        try:
            yield
            while self.kills.total() < FEWEST_KILLS:
                time.sleep(0.1)
        finally:
            over.set()
            thread.join()

    def _burn(self, stack: Stack, over: threading.Event) -> None:
        chance = random.Random(self.seed)
        while not over.wait(self.story_seconds * chance.uniform(*PAUSE)):
            name = chance.choice(UNDER_FIRE)
            try:
                killed = stack.kill(name)
            except ProcessLookupError:  # it died by itself a moment ago
                continue
            self.kills[name] += 1
            _wait_for_return(stack, name, killed, over)


def _wait_for_return(stack: Stack, name: str, killed: int, over: threading.Event) -> None:
    """Wait until the part lives again and the product answers that all it needs is there."""
    while not over.is_set():
        if stack.pid(name) not in (None, killed) and _is_ready(stack):
            return
        time.sleep(0.1)


def _is_ready(stack: Stack) -> bool:
    try:
        return httpx.get(f"{stack.url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
