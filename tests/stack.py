"""The whole product in processes of its own, for stories that are told from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.settings import Settings
from tests.ports import free_block

ROOT = Path(__file__).parents[1]


class Stack:
    """A running `throughline up` with a home and ports of its own."""

    def __init__(self, home: Path, port: int, **variables: str) -> None:
        self.home = home
        self._variables = variables
        self.settings = Settings(home=home, port=port, database_url=variables.get("THROUGHLINE_DATABASE_URL", ""))
        self._process: subprocess.Popen[str] | None = None
        self.said = home.parent / f"{home.name}.out"

    @property
    def url(self) -> str:
        """Where the product answers."""
        return self.settings.api_url

    def start(self, *, seconds: float = 180) -> None:
        """Start it and wait until it says that it is ready. Fails with what it said instead."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
        environment |= {"THROUGHLINE_HOME": str(self.home), "THROUGHLINE_PORT": str(self.settings.port)}
        environment |= self._variables
        with self.said.open("w") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "up"], cwd=ROOT, env=environment, stdout=said, stderr=said, text=True
            )
        deadline = time.monotonic() + seconds
        while "Ready." not in self.said.read_text():
            assert self._process.poll() is None, self.said.read_text()
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.05)

    def stop(self, *, with_signal: signal.Signals = signal.SIGTERM, seconds: float = 40) -> int:
        """End the supervisor and wait for it; its exit status. Harmless when it does not run."""
        if self._process is None:
            return 0
        self._process.send_signal(with_signal)
        return self._process.wait(seconds)

    def pid(self, name: str) -> int | None:
        """The process id of a child: temporal, mail, provider, api or worker; None between two lives."""
        try:
            return int((self.home / "run" / f"{name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def kill(self, name: str) -> int:
        """Kill a child with -9 at whatever moment this is; its process id. Waits until it lives when it does not."""
        while (pid := self.pid(name)) is None:
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        return pid


@contextmanager
def running_stack(home: Path, **variables: str) -> Iterator[Stack]:
    """A stack that is ready, and ended afterwards whatever happened. variables: of its environment, besides its own."""
    stack = Stack(home, free_block(), **variables)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
