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
from models.queries.work_calendars import work_calendar
from models.rules.automation_plan.moments import moved_by
from models.rules.automation_plan.records import from_json
from models.tables.automations import AutomationRun
from models.tables.events import Delivery
from models.types.automation_plan.states import RunState, TokenStatus, Wait, WaitKind
from models.types.scope import Scope
from models.types.working_time import WorkCalendar
from tests.builders.workspaces import Studio

T = TypeVar("T")

_PAUSE = 0.03
"""Seconds between two looks."""
_PATIENCE = 60
"""Looks before a timer is reported too early after all; then the run sets it again."""


@dataclass(frozen=True, order=True)
class Moment:
    """A moment that a run waits for."""

    at: datetime
    number: int
    """The order in which they were set: of those of the same moment the first one goes first."""
    run_id: str
    wait_id: str
    is_decision: bool
    """Whether a person ends the wait, and not its timer."""


@dataclass(frozen=True)
class Decision:
    """What a person says, and how many days after they were asked."""

    answer: str
    after_days: int


@dataclass
class World:
    """The product's clock, and what is still to come from outside."""

    database: Database
    studio: Studio
    now: datetime
    program: httpx.AsyncClient
    """The studio's owner, by whom approvals are decided."""
    service_url: str
    """Where requests of automations go."""
    coming: list[datetime] = field(default_factory=list)
    """Moments at which the client of the engagement writes."""
    decision: Decision | None = None
    """What the owner says to every approval; None when nobody says anything."""
    engagement_id: str = ""
    automation_ids: list[str] = field(default_factory=list)
    """Those whose runs are followed."""
    one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Timers of several runs look at once: none may move the clock while another writes what comes before it."""
    numbers: dict[tuple[datetime, str, str, bool], int] = field(default_factory=dict)
    """Each moment to its number."""

    def runs(self) -> list[AutomationRun]:
        """The runs of the automations: the first, and those that follow from it."""
        with self.database.read(self.studio.scope) as session:
            return _runs(session, self.automation_ids)

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
                if at is None or await self._has_come(run_id, at):
                    return
            await asyncio.sleep(_PAUSE)

    async def _has_come(self, run_id: str, at: datetime) -> bool:
        """Whether a timer is to be reported: it is the next to come, or its run has to hear of something before it."""
        if at <= self.now:
            with self.database.read(self.studio.scope) as session:
                first = next(iter(self._moments_of(session, _runs(session, self.automation_ids))), None)
            return first is None or (first.at, first.run_id, first.is_decision) == (at, run_id, False)
        settled = self._settled()
        if settled is None:
            with self.database.read(self.studio.scope) as session:
                return not _rests(session, session.get_one(AutomationRun, run_id))
        if not settled:  # given up meanwhile
            return True
        first = settled[0]
        is_first = (first.at, first.run_id, first.is_decision) == (at, run_id, False)
        if self.coming and self.coming[0] <= first.at:
            self.now = max(self.now, self.coming.pop(0))
            await self.write(self._message)
            return True
        if first.is_decision:
            self.now = max(self.now, first.at)
            await self._decide(first)
            return True
        self.now = max(self.now, at) if is_first else self.now
        return is_first

    async def _decide(self, asked: Moment) -> None:
        assert self.decision is not None
        path = f"/api/v1/automation_runs/{asked.run_id}/approvals/{asked.wait_id}"
        said = await self.program.post(path, json={"decision": self.decision.answer})
        assert said.status_code == 200, said.text

    def timers(self) -> list[datetime] | None:
        """What the runs wait for, the next first; None while something is still under way."""
        settled = self._settled()
        return None if settled is None else [one.at for one in settled]

    def _settled(self) -> list[Moment] | None:
        """What the runs wait for, all of one look: a run that goes on meanwhile sets another timer."""
        with self.database.read(self.studio.scope) as session:
            runs = _runs(session, self.automation_ids)
            if not all(_rests(session, run) for run in runs if run.finished_at is None) or not self._all_is_told():
                return None
            return self._moments_of(session, runs)

    def _moments_of(self, session: Session, runs: list[AutomationRun]) -> list[Moment]:
        calendar = work_calendar(session, now=self.now)
        found = []
        for run in (one for one in runs if one.finished_at is None and one.state):
            state = from_json(run.state)
            for wait in state.waits:
                times = [(wait.at, False), (self._decided_at(state, wait, calendar), True)]
                found += [(at, run.id, wait.id, is_decision) for at, is_decision in times if at]
        for key in found:
            self.numbers.setdefault(key, len(self.numbers))
        return sorted(Moment(key[0], self.numbers[key], *key[1:]) for key in found)

    def _decided_at(self, state: RunState, wait: Wait, calendar: WorkCalendar) -> datetime | None:
        """When a person ends a wait; None when nobody does."""
        if self.decision is None or wait.kind is not WaitKind.APPROVAL:
            return None
        asked = next((token.since for token in state.tokens if token.wait_id == wait.id), None)
        return moved_by(asked, self.decision.after_days, "days", calendar) if asked else None

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


def _runs(session: Session, automation_ids: list[str]) -> list[AutomationRun]:
    ours = select(AutomationRun).where(col(AutomationRun.automation_id).in_(automation_ids))
    return list(session.exec(ours.order_by(AutomationRun.id)))


def _rests(session: Session, run: AutomationRun) -> bool:
    """Whether nothing of a live run is under way, and it has heard of everything that happened."""
    if run.status == "queued":
        return True
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
