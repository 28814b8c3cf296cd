"""Killing parts of a running stack with -9 at moments nobody chose."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.stack import Stack

UNDER_FIRE = ("api", "worker", "temporal")
PAUSE_SECONDS = (3.0, 8.0)


@dataclass
class Fire:
    """What was killed how often, and by which seed."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def at(self, stack: Stack) -> Iterator[None]:
        """Kill a random part every few seconds until the block ends. The supervisor starts it again."""
        over = threading.Event()
        thread = threading.Thread(target=self._burn, args=(stack, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _burn(self, stack: Stack, over: threading.Event) -> None:
        chance = random.Random(self.seed)
        while not over.wait(chance.uniform(*PAUSE_SECONDS)):
            name = chance.choice(UNDER_FIRE)
            try:
                stack.kill(name)
            except ProcessLookupError:  # it died by itself a moment ago
                continue
            self.kills[name] += 1
