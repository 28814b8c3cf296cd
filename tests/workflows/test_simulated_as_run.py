"""Every plan that compiles does on a real server what its simulation said: the same effects at the same moments."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlmodel import Session, col, select
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities import client
from activities.client import ApiClient
from api.actions.catalogue import schemas
from api.app import create_app
from api.automation_simulations import refusal
from models import clock
from models.commands.events import record
from models.db import Database
from models.ids import new_id
from models.queries.automations import get_version
from models.queries.work_calendars import work_calendar
from models.rules.automation_plan.records import from_json, plan_from_json, preview
from models.rules.automation_records import event_schemas
from models.rules.automation_simulation.consequences import occurrence
from models.rules.automation_simulation.courses import run_course
from models.settings import Settings
from models.tables.automations import AutomationRun, StepRun
from models.tables.engagements import Engagement
from models.tables.events import Delivery
from models.types.automation_plan.states import RunStatus, TokenStatus
from models.types.automation_simulations import EFFECTS, Entry, EntryKind, Firing, Ground, Scenario
from models.types.automations import NodeKind
from models.types.scope import Scope
from tests.builders.runnable_drawings import some_drawings
from tests.builders.runs import publish, submit
from tests.builders.workspaces import Studio
from workflows.relay import Relay
from workflows.sandbox import runner
from workflows.worker import workers

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXAMPLES = 12
MORE_EXAMPLES = 120
NOBODY = Scenario(
    client_answers_after_days=None, client_pays_after_days=None, team_acts_after_days=None, approves_after_days=None
)
"""Nothing comes but what the test lets come."""
_ID = re.compile(r"\b[a-z_]{2,20}_[0-9a-hjkmnp-tv-z]{26}\b|\b[a-z_]{2,20}_\d{5,}\b")
WAITS = (NodeKind.DELAY, NodeKind.WAIT_UNTIL, NodeKind.WAIT_FOR_EVENT, NodeKind.APPROVAL)

Told = tuple[Any, ...]


@dataclass
class World:
    """The product's clock, which follows the run's timers, and what is still to come from outside."""

    database: Database
    studio: Studio
    now: datetime
    coming: list[datetime] = field(default_factory=list)
    """Moments at which the client of the engagement writes."""
    engagement_id: str = ""

    async def follow(self, request: httpx.Request) -> None:
        """Before a timer is reported: let the clock show its moment, or first what comes before it."""
        told = json.loads(request.content or b"{}") if request.url.path.endswith("/advance") else {}
        at = self._ends_at(request.url.path.split("/")[-2], told["wait_id"]) if told.get("kind") == "timer_fired" else None
        if at is None:
            return
        if self.coming and self.coming[0] <= at:
            self.now = max(self.now, self.coming.pop(0))
            with self.database.write(self.studio.scope) as session:
                record(session, "message.received", "msg_1", engagement_id=self.engagement_id, contact_id=self.studio.contact_id)
            # The run must hear of it before its timer, as it would with days between them.
            await until(lambda: self._all_is_told() or None)
        else:
            self.now = max(self.now, at)

    def _ends_at(self, run_id: str, wait_id: str) -> datetime | None:
        with self.database.read(self.studio.scope) as session:
            run = session.get_one(AutomationRun, run_id)
            return {wait.id: wait.at for wait in from_json(run.state).waits}.get(wait_id)

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


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    environment: WorkflowEnvironment, settings: Settings, database: Database, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """The API, the worker and the relay, on the test's database and server, and a clock that stands until it is moved."""
    made = World(database, studio, clock.now().replace(microsecond=0))
    monkeypatch.setattr(clock, "now", lambda: made.now)
    app = create_app(settings, database)
    api = ApiClient("http://api", settings.worker_token, transport=Following(made, httpx.ASGITransport(app=app)))
    client.use(api)
    running = workers(environment.client, runner=runner())
    async with app.router.lifespan_context(app), running[0], running[1]:
        relay = asyncio.create_task(Relay(environment.client, api).run())
        yield made
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
    await api.close()


async def until(condition: Callable[[], Any]) -> Any:
    for _ in range(2000):
        if (found := condition()) is not None:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass")


async def really_run(environment: WorkflowEnvironment, world: World, drawing: dict[str, Any]) -> AutomationRun:
    """Publish it, let a form be submitted, and skip time until the run is over or stuck for good."""
    own = {"op": "eq", "args": [{"path": "trigger.engagement.id"}, {"value": world.engagement_id}]}
    drawing["nodes"][0]["settings"]["filter"] = own
    with environment.with_time_skipping_disabled():
        with world.database.write(world.studio.scope) as session:
            automation_id = publish(session, drawing).id
            submit(session, replace(world.studio, engagement_id=world.engagement_id))
        run = await until(lambda: found_run(world, automation_id, lambda run: bool(run.state)))
    handle = environment.client.get_workflow_handle(f"run/{run.id}")
    skipping = asyncio.create_task(environment.fast_forward(handle))
    run = await until(lambda: found_run(world, automation_id, is_at_rest))
    skipping.cancel()
    await asyncio.gather(skipping, return_exceptions=True)
    for workflow_id in (f"engagement/{world.engagement_id}", f"run/{run.id}"):
        await end(environment, workflow_id)
    return run


async def end(environment: WorkflowEnvironment, workflow_id: str) -> None:
    try:
        await environment.client.get_workflow_handle(workflow_id).terminate()
    except RPCError:
        return  # it has ended by itself


def found_run(world: World, automation_id: str, is_wanted: Callable[[AutomationRun], bool]) -> AutomationRun | None:
    with world.database.read(world.studio.scope) as session:
        run = session.exec(select(AutomationRun).where(AutomationRun.automation_id == automation_id)).one_or_none()
        return run if run is not None and is_wanted(run) else None


def is_at_rest(run: AutomationRun) -> bool:
    """Whether nothing more happens by itself: it is over, or everything left of it is stuck."""
    if run.finished_at is not None:
        return True
    state = from_json(run.state) if run.state else None
    return state is not None and bool(state.tokens) and all(token.status is TokenStatus.PARKED for token in state.tokens)


def really_done(world: World, run: AutomationRun) -> list[Told]:
    """What a run did, from its rows."""
    with world.database.read(world.studio.scope) as session:
        steps = session.exec(select(StepRun).where(StepRun.run_id == run.id).order_by(StepRun.id)).all()
    told: list[Told] = []
    for step in steps:
        place = step.node_path, step.iteration
        if step.status == "parked":
            told.append(("stuck", *place, step.error))
        elif step.kind == NodeKind.ACTION and step.status == "done":
            told.append(("effect", step.ended_at, *place, step.action, plain(step.input)))
        elif step.kind == NodeKind.CONDITION and step.status == "done":
            told.append(("branch", step.ended_at, *place, step.output["port"]))
        elif step.kind in WAITS and step.ended_at != step.created_at:
            told.append(("wait", step.created_at, *place, step.ended_at))
    return [*told, ("end", run.status, run.finished_at)]


def simulated(world: World, run: AutomationRun, start: datetime, coming: Sequence[datetime]) -> list[Told]:
    """What the simulation says of the same plan, with the same record and the same events from outside."""
    with world.database.read(world.studio.scope) as session:
        plan = plan_from_json(get_version(session, run.automation_id, run.automation_version).plan)
        calendar = work_calendar(session, now=start)
    ground = Ground(plan, schemas(), event_schemas(), calendar, NOBODY, refusal)
    outside = tuple(occurrence("message.received", at, run.trigger, ground.events, subject_id="msg_1") for at in coming)
    course = run_course(ground, Firing(start, run.trigger), start + timedelta(days=3000), world=outside)
    told = [one for entry in course.entries if (one := told_by(entry)) is not None]
    parked = course.state.status is RunStatus.PARKED
    return [*told, ("end", course.state.status.value, None if parked else course.ended_at)]


def told_by(entry: Entry) -> Told | None:
    place = entry.node_path, entry.iteration
    if entry.kind in EFFECTS and entry.action:
        return ("effect", entry.at, *place, entry.action, plain(preview(dict(entry.given))))
    if entry.kind is EntryKind.BRANCH:
        return ("branch", entry.at, *place, entry.port)
    if entry.kind is EntryKind.STUCK:
        return ("stuck", *place, entry.text)
    if entry.kind in (EntryKind.WAIT, EntryKind.APPROVAL) and entry.ended_at != entry.at:
        return ("wait", entry.at, *place, entry.ended_at)
    return None


def plain(value: Any) -> str:
    """A value with every id made the same: real ones and made up ones differ."""
    return _ID.sub("id", json.dumps(value, sort_keys=True, ensure_ascii=False))


async def compare(environment: WorkflowEnvironment, world: World, drawings: list[dict[str, Any]]) -> Counter[str]:
    """Run and simulate each; how many there were of what."""
    seen: Counter[str] = Counter()
    for number, drawing in enumerate(drawings):
        with world.database.write(world.studio.scope) as session:
            world.engagement_id = new_engagement(session, world.studio)
        start = world.now
        coming = [start + timedelta(hours=37 * (number % 5) + 20)] if number % 2 else []
        world.coming = list(coming)
        run = await really_run(environment, world, drawing)
        real, said = really_done(world, run), simulated(world, run, start, coming)
        only = {kind: [one for one in said if one[0] == kind] for kind in ("effect", "branch", "wait", "stuck", "end")}
        for kind, expected in only.items():
            found = [one for one in real if one[0] == kind]
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), json.dumps(drawing)
        order = [one for one in real if one[0] == "effect"]
        assert sorted(order, key=lambda one: one[1]) == only["effect"], json.dumps(drawing)
        seen.update(one[0] for one in real)
        seen[f"ended as {run.status}"] += 1
    return seen


def new_engagement(session: Session, studio: Studio) -> str:
    made = Engagement(
        id=new_id("eng"), title="A site", contact_id=studio.contact_id, owner_id=studio.owner_id, status_since=clock.now()
    )
    session.add(made)
    session.flush()
    return made.id


async def test_a_run_does_what_its_simulation_said(environment: WorkflowEnvironment, world: World):
    seen = await compare(environment, world, some_drawings(EXAMPLES))

    assert seen["end"] == EXAMPLES
    assert seen["effect"] >= EXAMPLES
    assert seen["wait"] >= EXAMPLES


@pytest.mark.bench
async def test_many_runs_do_what_their_simulations_said(
    environment: WorkflowEnvironment, world: World, capsys: pytest.CaptureFixture[str]
):
    seen = await compare(environment, world, some_drawings(MORE_EXAMPLES))

    with capsys.disabled():
        print(f"\nsimulated as really run: {dict(seen)}")  # noqa: T201 - the figures of a bench
