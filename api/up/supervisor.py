"""Keeps children alive: starts them in order, starts a dead one again, and ends them all together."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from api.up.children import ChildPlan
from api.up.console import say
from api.up.log_files import LogFile
from api.up.preflight import CannotStart

ROOT = Path(__file__).parents[2]
_PROBE_SECONDS = 0.1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_STEADY_SECONDS = 3.0
"""A child that lived this long is started again without delay."""
_DEATHS_BEFORE_GIVING_UP = 4
_GRACE_SECONDS = 12.0
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Child:
    """A process that is started again whenever it dies, until it is told to stop."""

    def __init__(self, plan: ChildPlan, home: Path, environment: dict[str, str]) -> None:
        self.plan = plan
        self.ready = asyncio.Event()
        self.gave_up = asyncio.Event()
        self.log = LogFile(home / "logs" / f"{plan.name}.log")
        self._pid_file = home / "run" / f"{plan.name}.pid"
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._early_deaths = 0

    @property
    def pid(self) -> int | None:
        """Of the process that lives now."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def keep(self) -> None:
        """Start, wait for the end, start again; a pause that doubles while it dies young."""
        pause = _FIRST_PAUSE
        while not self._stopping:
            began = time.monotonic()
            code = await self._run_once()
            if self._stopping:
                return
            lived = time.monotonic() - began
            pause = _FIRST_PAUSE if lived > _STEADY_SECONDS else min(pause * 2, _LONGEST_PAUSE)
            self._count_death()
            say(f"{self.plan.name} ended ({_cause(code)}); starting it again in {pause:.1f} s. Its log: {self.log.path}")
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        """Ask it to end, wait a while, then make it end. Also before it was ever started."""
        self._stopping = True
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _GRACE_SECONDS)
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """End it at once."""
        self._stopping = True
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    def last_words(self) -> str:
        """The end of its output, for a person who has to find out why it died."""
        return "\n".join(f"  {line}" for line in self.log.last_lines)

    async def _run_once(self) -> int:
        self._process = await asyncio.create_subprocess_exec(
            *self.plan.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=ROOT,
            env=self._environment,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the others in order
            preexec_fn=_die_with_parent,
        )
        self._pid_file.write_text(str(self._process.pid))
        probing = asyncio.create_task(self._probe())
        try:
            await self._read(self._process)
            return await self._process.wait()
        finally:
            self._pid_file.unlink(missing_ok=True)
            probing.cancel()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - asked for above
        while chunk := await process.stdout.read(65536):
            lines = self.log.write(chunk)
            if self.plan.ready_line and any(self.plan.ready_line in line for line in lines):
                self._is_ready()

    async def _probe(self) -> None:
        while self.plan.is_ready and not self.ready.is_set():
            if await self.plan.is_ready():
                return self._is_ready()
            await asyncio.sleep(_PROBE_SECONDS)
        return None

    def _is_ready(self) -> None:
        self._early_deaths = 0
        self.ready.set()

    def _count_death(self) -> None:
        self._early_deaths += not self.ready.is_set()
        if self._early_deaths >= _DEATHS_BEFORE_GIVING_UP:
            self.gave_up.set()


class Supervisor:
    """All the children together. Their output goes to `logs/` in the home folder, their process ids stand in `run/`."""

    def __init__(self, plans: list[ChildPlan], home: Path, environment: dict[str, str]) -> None:
        self.children = [Child(plan, home, {**os.environ, **environment}) for plan in plans]
        self._keeping: list[asyncio.Task[None]] = []

    async def start(self, names: set[str] | None = None) -> None:
        """Start the children of those names (all when None) that do not run yet, and wait until each is ready.

        Raises CannotStart when one dies again and again before it ever was ready.
        """
        wanted = [child for child in self.children if names is None or child.plan.name in names]
        new = [child for child in wanted if not child.ready.is_set()]
        self._keeping += [asyncio.create_task(child.keep()) for child in new]
        for child in new:
            say(f"  waiting for {child.plan.name}")
            if not await _first_is(child.ready, child.gave_up):
                raise CannotStart(f"{child.plan.name} does not start. The end of its log:\n{child.last_words()}")

    async def stop(self) -> None:
        """End the children, the last started first: what depends on others goes before them."""
        for child in reversed(self.children):
            await child.stop()
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        for child in self.children:
            child.log.close()

    def kill(self) -> None:
        """End all of them at once."""
        for child in self.children:
            child.kill()


async def _first_is(wanted: asyncio.Event, other: asyncio.Event) -> bool:
    """Wait for either; whether it was the first."""
    tasks = [asyncio.create_task(wanted.wait()), asyncio.create_task(other.wait())]
    _, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return wanted.is_set()


def _die_with_parent() -> None:
    """Runs in the child before its program: when the supervisor is killed, the kernel ends the child too."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _cause(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
