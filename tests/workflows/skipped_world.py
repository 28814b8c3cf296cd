"""A studio whose clock follows the timers of a family of runs on a real server: the first of them is always the next."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx
from sqlmodel import Session, col, select, update
from temporalio.testing import WorkflowEnvironment

from models.commands.events import record
from models.db import Database
from models.queries.automation_runs import find_called_run, find_earlier_event
from models.rules.automation_plan.records import from_json
from models.tables.automations import AutomationRun
from models.tables.events import Delivery
from models.types.automation_plan.states import RunState, TokenStatus, WaitKind
from models.types.scope import Scope
from tests.builders.workspaces import Studio

T = TypeVar("T")

_PAUSE = 0.03
"""Seconds between two looks."""
_PATIENCE = 60
"""Looks before a timer is reported too early after all; then the run sets it again."""


@dataclass
class World:
    """The product's clock, and what is still to come from outside."""

    database: Database
    studio: Studio
    now: datetime
    coming: list[datetime] = field(default_factory=list)
    """Moments at which the client of the engagement writes."""
    engagement_id: str = ""
    one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Timers of several runs look at once: none may move the clock while another writes what comes before it."""

    def runs(self) -> list[AutomationRun]:
        """The runs about the engagement: the first, and those that follow from it."""
        with self.database.read(self.studio.scope) as session:
            return _runs(session, self.engagement_id)

    async def follow(self, request: httpx.Request) -> None:
        """Before a timer is reported: let the clock show its moment, where it is the next to come.

        Otherwise it is reported too early, and the run sets it again; by then what comes before it may have come.
        """
        told = json.loads(request.content or b"{}") if request.url.path.endswith("/advance") else {}
        if told.get("kind") != "timer_fired":
            return
        run_id = request.url.path.split("/")[-2]
        for _ in range(_PATIENCE):
            at = self._due_at(run_id, told["wait_id"])
            async with self.one_by_one:
                if at is None or at <= self.now or await self._has_come(run_id, at):
                    return
            await asyncio.sleep(_PAUSE)

    async def _has_come(self, run_id: str, at: datetime) -> bool:
        """Whether the timer is to be reported: it is the next to come, or its run has to hear of something before it."""
        timers = self.timers()
        if timers is None:
            with self.database.read(self.studio.scope) as session:
                return not _rests(session, session.get_one(AutomationRun, run_id))
        if self.coming and self.coming[0] <= timers[0]:
            self.now = max(self.now, self.coming.pop(0))
            await self.write(self._message)
            return True
        if at <= timers[0]:
            self.now = max(self.now, at)
        return at <= timers[0]

    def timers(self) -> list[datetime] | None:
        """What the runs wait for, the next first; None while something is still under way."""
        with self.database.read(self.studio.scope) as session:
            live = [run for run in _runs(session, self.engagement_id) if run.finished_at is None]
            if not all(_rests(session, run) for run in live) or not self._all_is_told():
                return None
            return sorted(wait.at for run in live for wait in from_json(run.state).waits if wait.at)

    def _due_at(self, run_id: str, wait_id: str) -> datetime | None:
        with self.database.read(self.studio.scope) as session:
            state = from_json(session.get_one(AutomationRun, run_id).state)
        return {wait.id: wait.at for wait in state.waits}.get(wait_id)

    async def write(self, change: Callable[[Session], T]) -> T:
        """Change the database in a thread: who waits for its lock in the event loop keeps its holder from coming to an end."""

        def written() -> T:
            with self.database.write(self.studio.scope) as session:
                return change(session)

        return await asyncio.to_thread(written)

    def _message(self, session: Session) -> None:
        record(session, "message.received", "msg_1", engagement_id=self.engagement_id, contact_id=self.studio.contact_id)

    async def try_again(self) -> None:
        """Let what could not be told be tried again at once: its pause is by a clock that waits for it to be told."""
        with self.database.read(Scope(None)) as session:
            paused = select(Delivery).where(col(Delivery.delivered_at).is_(None), col(Delivery.next_try_at).is_not(None))
            seqs = [one.seq for one in session.exec(paused)]
        if seqs:
            at_once = update(Delivery).where(col(Delivery.seq).in_(seqs)).values(next_try_at=None)
            await self.write(lambda session: session.execute(at_once))

    def _all_is_told(self) -> bool:
        with self.database.read(Scope(None)) as session:
            return not session.exec(select(Delivery).where(col(Delivery.delivered_at).is_(None))).all()


class Following(httpx.AsyncBaseTransport):
    """The API over ASGI, with the clock in step."""

    def __init__(self, world: World, inner: httpx.AsyncBaseTransport) -> None:
        self.world, self.inner = world, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self.world.follow(request)
        return await self.inner.handle_async_request(request)


@asynccontextmanager
async def skipping(environment: WorkflowEnvironment, world: World) -> AsyncIterator[None]:
    """Skip the time of every run about the engagement, as soon as it has begun."""
    tasks: dict[str, asyncio.Task[Any]] = {}

    async def watch() -> None:
        while True:
            await world.try_again()
            for run in world.runs():
                if run.state and run.id not in tasks:
                    handle = environment.client.get_workflow_handle(f"run/{run.id}")
                    tasks[run.id] = asyncio.create_task(environment.fast_forward(handle))
            await asyncio.sleep(_PAUSE)

    watching = asyncio.create_task(watch())
    yield
    for task in (watching, *tasks.values()):
        task.cancel()
    await asyncio.gather(watching, *tasks.values(), return_exceptions=True)


def _runs(session: Session, engagement_id: str) -> list[AutomationRun]:
    ours = select(AutomationRun).where(AutomationRun.engagement_id == engagement_id)
    return list(session.exec(ours.order_by(AutomationRun.id)))


def _rests(session: Session, run: AutomationRun) -> bool:
    """Whether nothing of a live run is under way, and it has heard of everything that happened."""
    if not run.state or run.status == "canceled":
        return False
    state = from_json(run.state)
    if any(token.status in (TokenStatus.PERFORMING, TokenStatus.READY) for token in state.tokens):
        return False
    return not any(_is_unheard(session, run, state, wait) for wait in state.waits)


def _is_unheard(session: Session, run: AutomationRun, state: RunState, wait: Any) -> bool:
    if wait.kind is WaitKind.SUB:
        called = find_called_run(session, run.id, wait.id)
        return called is None or called.finished_at is not None
    if wait.kind is not WaitKind.EVENT:
        return False
    return find_earlier_event(session, run, wait.what, wait.match, used=set(state.heard)) is not None
