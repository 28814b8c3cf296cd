"""A run as it happens, for the page that shows it on the canvas.

Several processes serve the API and none hears of another's commits: each stream reads the run again every moment, and tells
what changed since. Whoever reconnects is told everything once more, so nothing depends on what was seen before.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.automation_authors import require_sight
from api.deps import Call, Watch
from api.rest.automation_runs import OpenWaitOut, RunOut, StepOut
from api.routing import Router
from models.db import workspace_id_of
from models.queries.automation_runs import get_run, list_open_waits, list_steps
from models.tables.automations import AutomationRun
from models.types.errors import DomainError, Unavailable
from models.types.principals import NotSignedIn

router = Router("automation_runs")

QUICKEST_SECONDS, SLOWEST_SECONDS = 0.4, 2.0
"""Between two looks at a run: the first while it moves, up to the second while it waits."""
HEARTBEAT_SECONDS = 15
"""Without a word for longer, proxies take a connection for dead."""
LONGEST_SECONDS = 600
"""Then the stream ends and the browser opens another: nobody keeps a process's connections for days."""
MOST_STREAMS, MOST_PER_WORKSPACE = 200, 40


class RunNow(RunOut):
    """Where a run stands, with what it waits for."""

    waits: list[OpenWaitOut]


@dataclass
class Doors:
    """How many streams this process serves, by workspace."""

    open: Counter[str] = field(default_factory=Counter)

    def enter(self, workspace_id: str) -> None:
        """Take a place. Raises Unavailable when there is none."""
        if self.open.total() >= MOST_STREAMS or self.open[workspace_id] >= MOST_PER_WORKSPACE:
            raise Unavailable("Too many runs are being watched. Close some of these pages, or load this one again later.")
        self.open[workspace_id] += 1

    def leave(self, workspace_id: str) -> None:
        """Give the place back."""
        self.open[workspace_id] -= 1


@dataclass
class Told:
    """What a stream has said so far."""

    version: tuple[int, tuple[str, ...]] = (-1, ())
    """The run's version and its open waits: as long as they are the same, so are its steps."""
    run: str = ""
    steps: dict[tuple[str, int], str] = field(default_factory=dict)
    is_over: bool = False


class RunStream(StreamingResponse):
    """The stream of one run; its place is given back however it ends."""

    def __init__(self, call: Call, run_id: str, doors: Doors, workspace_id: str) -> None:
        super().__init__(_lines(call, run_id), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._doors, self._workspace_id = doors, workspace_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._doors.leave(self._workspace_id)


@router.get("/automation_runs/{run_id}/stream", response_class=StreamingResponse)
def stream_run(run_id: str, call: Watch, request: Request) -> StreamingResponse:
    """Server-sent events: `run` and `step` whenever one changed, beginning with all there are, and `over` at the end.

    The data of `run` is that of the run and its open waits, of `step` one entry of its steps. Answers 503 while too many watch.
    """
    with call.open():
        require_sight(call, get_run(call.session, run_id), list_steps(call.session, run_id))
        workspace_id = workspace_id_of(call.session)
    doors = _doors(request)
    doors.enter(workspace_id)
    return RunStream(call, run_id, doors, workspace_id)


def run_now(call: Call, run: AutomationRun) -> RunNow:
    """Where a run stands at this moment."""
    waits = [OpenWaitOut.model_validate(wait) for wait in list_open_waits(call.session, run.id)]
    return RunNow(**RunOut.model_validate(run).model_dump(), waits=waits)


async def _lines(call: Call, run_id: str) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop()
    ends, said, pause, told = clock.time() + LONGEST_SECONDS, clock.time(), QUICKEST_SECONDS, Told()
    yield "retry: 2000\n\n"
    while not told.is_over and clock.time() < ends:
        try:
            news = await run_in_threadpool(_news, call, run_id, told)
        except (DomainError, NotSignedIn):
            # Signed out, or the run is gone: there is nothing more to see here.
            return
        if news or clock.time() - said > HEARTBEAT_SECONDS:
            said = clock.time()
            yield news or ": still here\n\n"
        pause = QUICKEST_SECONDS if news else min(pause * 1.3, SLOWEST_SECONDS)
        if not told.is_over:
            await asyncio.sleep(pause)


def _news(call: Call, run_id: str, told: Told) -> str:
    """What changed since the last look, as lines of the stream; whoever may no longer see it is refused."""
    with call.open():
        run = get_run(call.session, run_id)
        waits = list_open_waits(call.session, run_id)
        version = run.version, tuple(f"{wait.key} {wait.until}" for wait in waits)
        if version == told.version:
            return ""
        told.version = version
        rows = list_steps(call.session, run_id)
        require_sight(call, run, rows)
        steps = [StepOut.model_validate(step) for step in rows]
        now = run_now(call, run)
    return "".join(_changes(told, now, steps))


def _changes(told: Told, now: RunNow, steps: list[StepOut]) -> Iterator[str]:
    for step in steps:
        place, shown = (step.node_path, step.iteration), step.model_dump_json()
        if told.steps.get(place) != shown:
            told.steps[place] = shown
            yield _event("step", step)
    if told.run != now.model_dump_json():
        told.run = now.model_dump_json()
        yield _event("run", now)
    if now.finished_at is not None:
        told.is_over = True
        yield "event: over\ndata: {}\n\n"


def _event(name: str, about: BaseModel) -> str:
    # JSON holds no line break, so one line of data is enough.
    return f"event: {name}\ndata: {about.model_dump_json()}\n\n"


def _doors(request: Request) -> Doors:
    """The process's own, made at first use."""
    state: Any = request.app.state
    if not hasattr(state, "run_streams"):
        state.run_streams = Doors()
    doors: Doors = state.run_streams
    return doors
