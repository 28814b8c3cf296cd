"""Every plan that compiles does on a real server what its simulation said: the same effects at the same moments."""

import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlmodel import Session, col, select, update
from temporalio.testing import WorkflowEnvironment

from api.actions import catalogue
from api.actions.action import ActionContext
from api.actions.catalogue import schemas
from api.actions.inbox import PostInChannel
from api.automation_simulations import refusal
from api.deps import MEMBER_COOKIE
from models import clock
from models.commands.automation_clocks import fire_clock
from models.commands.engagements import change_engagement
from models.commands.manual_runs import start_batch
from models.db import Database
from models.ids import new_id
from models.queries.automation_schemas import event_schemas
from models.queries.automations import get_automation, get_version
from models.queries.engagements import get_engagement
from models.queries.work_calendars import work_calendar
from models.rules.automation_plan.records import plan_from_json, preview
from models.rules.automation_simulation.consequences import occurrence
from models.rules.automation_simulation.courses import run_course
from models.settings import Settings
from models.tables.automations import AutomationRun, StepRun
from models.tables.engagements import Engagement
from models.tables.members import Login
from models.types.automation_simulations import EFFECTS, Entry, EntryKind, Firing, Ground, Scenario
from models.types.automations import NodeKind
from models.types.errors import Unavailable
from tests.builders.runnable_drawings import NO_TASK, SERVICE, some_drawings
from tests.builders.runs import publish, submit
from tests.builders.workspaces import Studio
from tests.standins.service import Asked, Service, served_service
from tests.workflows.live import at_work, end, until
from tests.workflows.skipped_world import Decision, Following, World, skipping

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXAMPLES = 12
MORE_EXAMPLES = 120
NOBODY = Scenario(
    client_answers_after_days=None, client_pays_after_days=None, team_acts_after_days=None, approves_after_days=None
)
"""Nothing comes but what the test lets come."""
A_MONTH = timedelta(days=32)
"""From the publication to what triggers it: some automations begin once a month."""
DECISIONS = (None, Decision("approved", 1), Decision("rejected", 2))
IN_VAIN = "It failed, as the scenario says."
AWAY = ("The channel is away.", "127.0.0.1 answered 503: Here")
"""What is said of an attempt that is in vain: why it is so, the simulation is told by its scenario."""
_ID = re.compile(r"\b[a-z_]{2,20}_[0-9a-hjkmnp-tv-z]{26}\b|\b[a-z_]{2,20}_\d{5,}\b")
WAITS = (NodeKind.DELAY, NodeKind.WAIT_UNTIL, NodeKind.WAIT_FOR_EVENT, NodeKind.APPROVAL, NodeKind.SUB_AUTOMATION)

Told = tuple[Any, ...]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.egress_allow = ["127.0.0.1/32"]
    return settings


@pytest.fixture
def service() -> Iterator[Service]:
    """Where requests go: well, late, gone, or away for some attempts."""

    def mood(asked: Asked, before: int) -> int:
        if asked.path == "/late":
            time.sleep(0.3)
        times = int(asked.path.removeprefix("/away/")) if asked.path.startswith("/away/") else 0
        return 404 if asked.path == "/gone" else 503 if before < times else 200

    with served_service(mood=mood, body=b"Here") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    environment: WorkflowEnvironment,
    settings: Settings,
    database: Database,
    studio: Studio,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    """The product at work on the test's database and server, and a clock that stands until a timer moves it."""
    monkeypatch.setitem(catalogue.ACTIONS, "inbox.post", PostToTheAbsent())
    with database.write(studio.scope) as session:
        session.execute(update(Login).values(expires_at=clock.now() + timedelta(days=365 * 500)))
    async with httpx.AsyncClient(base_url="http://testserver", cookies={MEMBER_COOKIE: studio.member_cookie}) as program:
        made = World(database, studio, clock.now().replace(microsecond=0), program, service.url)
        # Deep down, so that rows made by default are of the same moment.
        monkeypatch.setattr(clock, "datetime", SimpleNamespace(now=lambda _: made.now))
        async with at_work(environment, settings, database, lambda inner: Following(made, inner)) as transport:
            program._transport = transport
            yield made


class PostToTheAbsent(PostInChannel):
    """Says that the channel is away as often as the text says: `Away 2: Hello`."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()

    def perform(self, context: ActionContext, given: Any) -> Any:
        times = int(given.text.split()[1].rstrip(":")) if given.text.startswith("Away ") else 0
        self.tried[context.key] += 1
        if self.tried[context.key] <= times:
            raise Unavailable("The channel is away.")
        return super().perform(context, given)


def published(session: Session, world: World, drawing: dict[str, Any]) -> str:
    """The automation of a drawing, with those that it calls: those that are called by others first."""
    made: dict[str, str] = {SERVICE: world.service_url}
    for number in reversed(range(len(drawing["called"]))):
        made[f'"called:{number}"'] = f'"{publish(session, named(drawing["called"][number], made), name=f"Called {number}").id}"'
    document = named({name: part for name, part in drawing.items() if name not in ("called", "fails")}, made)
    if document["nodes"][0]["settings"]["kind"] == "event":
        own = {"op": "eq", "args": [{"path": "trigger.engagement.id"}, {"value": world.engagement_id}]}
        document["nodes"][0]["settings"]["filter"] = own
    automation_id = publish(session, document).id
    world.automation_ids = [automation_id, *(one.strip('"') for place, one in made.items() if place != SERVICE)]
    return automation_id


def named(document: dict[str, Any], made: dict[str, str]) -> dict[str, Any]:
    """A drawing with what stands for the service and for the automations that it calls replaced."""
    text = json.dumps(document)
    for place, name in made.items():
        text = text.replace(place, name)
    found: dict[str, Any] = json.loads(text)
    return found


def triggered(session: Session, world: World, automation_id: str) -> None:
    """Let happen what begins a run of an automation: an event, a click, or its time."""
    automation = get_automation(session, automation_id)
    version = get_version(session, automation_id, automation.published_version)
    trigger = version.plan["trigger"]
    if trigger["kind"] == "manual":
        start_batch(session, automation, version, new_id("bat"), [world.engagement_id], now=world.now)
    elif trigger["kind"] == "schedule":
        fire_clock(session, automation, 1, now=world.now)
    elif trigger["type"] == "engagement.changed":
        change_engagement(session, get_engagement(session, world.engagement_id), {"title": "Another site"})
    else:
        submit(session, replace(world.studio, engagement_id=world.engagement_id))


async def really_run(environment: WorkflowEnvironment, world: World, drawing: dict[str, Any]) -> list[AutomationRun]:
    """Publish it, let its trigger happen, and skip time until its run and all that it called are over or stuck for good."""
    with environment.with_time_skipping_disabled():
        automation_id = await world.write(lambda session: published(session, world, drawing))
        world.now += A_MONTH
        await world.write(lambda session: triggered(session, world, automation_id))
        await until(lambda: [run for run in world.runs() if run.state])
    async with skipping(environment, world):
        await until(lambda: world.timers() == [], seconds=60)
    runs = world.runs()
    places = [f"engagement/{world.engagement_id}", *(f"run/{run.id}" for run in runs)]
    await end(environment, *places, *(f"automation/{automation_id}" for automation_id in world.automation_ids))
    return runs


def really_done(world: World, runs: Sequence[AutomationRun]) -> list[Told]:
    """What runs did, from their rows."""
    ids = [run.id for run in runs]
    with world.database.read(world.studio.scope) as session:
        steps = session.exec(select(StepRun).where(col(StepRun.run_id).in_(ids)).order_by(StepRun.id)).all()
    tries: Counter[Told] = Counter()
    told: list[Told] = []
    for step in steps:
        place = step.node_path, step.iteration
        if step.kind == NodeKind.ACTION and step.status != "canceled":
            tries[place] += step.attempts
        if step.status == "parked":
            told.append(("stuck", *place, IN_VAIN if step.error.endswith(AWAY) else step.error))
        elif step.kind == NodeKind.ACTION and step.status == "done":
            told.append(("effect", step.ended_at, *place, step.action, plain(step.input)))
        elif step.kind == NodeKind.CONDITION and step.status == "done":
            told.append(("branch", step.ended_at, *place, step.output["port"]))
        elif step.kind in WAITS and step.ended_at != step.created_at:
            told.append(("wait", step.created_at, *place, step.ended_at))
    told += [("tries", *place, count) for place, count in tries.items()]
    return [*told, *(("end", run.status, run.finished_at) for run in runs if run.finished_at)]


def simulated(world: World, run: AutomationRun, coming: Sequence[datetime], fails: dict[str, int]) -> list[Told]:
    """What the simulation says of the same plan, with the same record and the same events from outside."""
    said = world.decision
    scenario = replace(
        NOBODY,
        fails=fails,
        approves_after_days=said.after_days if said else None,
        approval=said.answer if said else NOBODY.approval,
    )
    ground = ground_of(world, run.automation_id, scenario, run.created_at)
    outside = tuple(occurrence("message.received", at, run.trigger, ground.events, subject_id="msg_1") for at in coming)
    course = run_course(ground, Firing(run.created_at, run.trigger), run.created_at + timedelta(days=3000), world=outside)
    told = [one for entry in course.entries if (one := told_by(entry)) is not None]
    tries = Counter((entry.node_path, entry.iteration) for entry in course.entries if is_try(entry))
    stuck = {one[1:3] for one in told if one[0] == "stuck"}
    told += [("tries", *place, count) for place, count in tries.items()]
    return [one for one in told if one[0] != "wait" or one[2:4] not in stuck]


def ground_of(world: World, automation_id: str, scenario: Scenario, start: datetime) -> Ground:
    """What a run stands on, and with it every run that it calls."""
    with world.database.read(world.studio.scope) as session:
        automation = get_automation(session, automation_id)
        plan = plan_from_json(get_version(session, automation_id, automation.published_version).plan)
        calendar = work_calendar(session, now=start)
    ground = Ground(plan, schemas(), event_schemas(), calendar, scenario, refused, name=automation.name, chain=(automation_id,))
    return replace(ground, child=lambda other_id: ground_of(world, other_id, scenario, start))


def refused(action: str, given: Mapping[str, Any]) -> str | None:
    """Why an action is refused: by its input alone, or by what only the record and the service know."""
    if str(given.get("task_id", "")).startswith(NO_TASK):
        return "There is no such task."
    if str(given.get("url", "")).endswith("/gone"):
        return "127.0.0.1 answered 404: Here"
    return refusal(action, given)


def is_try(entry: Entry) -> bool:
    """Whether an entry tells of one attempt of an action, in vain or not."""
    return bool(entry.action and entry.node_path) and (entry.kind in EFFECTS or entry.title.startswith("Attempt "))


def told_by(entry: Entry) -> Told | None:
    place = entry.node_path, entry.iteration
    if entry.kind in EFFECTS and entry.action:
        return ("effect", entry.at, *place, entry.action, plain(preview(dict(entry.given))))
    if entry.kind is EntryKind.BRANCH:
        return ("branch", entry.at, *place, entry.port)
    if entry.kind is EntryKind.STUCK:
        return ("stuck", *place, entry.text)
    if entry.kind in (EntryKind.WAIT, EntryKind.APPROVAL) and entry.ended_at != entry.at and entry.title != "Another attempt":
        return ("wait", entry.at, *place, entry.ended_at)
    return ("end", entry.outcome, entry.at) if entry.kind is EntryKind.END else None


def given_up(world: World, runs: Sequence[AutomationRun]) -> set[Told]:
    """The waits and the stuck steps that a run gave up: their rows say nothing any more of how they stood before."""
    ids = [run.id for run in runs]
    with world.database.read(world.studio.scope) as session:
        steps = session.exec(select(StepRun).where(col(StepRun.run_id).in_(ids), StepRun.status == "canceled")).all()
    return {(kind, step.node_path, step.iteration) for step in steps for kind in ("stuck", "wait", "tries")}


def raced(real: Sequence[Told], said: Sequence[Told]) -> set[Told]:
    """The slow actions that were begun together with another one whose end gave them up: they may be performed or not."""
    slow = slow_actions()
    both, either = Counter(real) & Counter(said), (Counter(real) - Counter(said)) + (Counter(said) - Counter(real))
    moments = {one[1] for one in both if one[0] == "effect" and one[4] in slow}
    single = [one for one in either if one[0] == "effect" and one[4] in slow and one[1] in moments]
    return {(kind, *place_of(one)) for one in single for kind in ("effect", "tries")}


def place_of(told: Told) -> Told:
    return told[1:3] if told[0] in ("stuck", "tries") else told[2:4]


def plain(value: Any) -> str:
    """A value with every id made the same: real ones and made up ones differ."""
    return _ID.sub("id", json.dumps(value, sort_keys=True, ensure_ascii=False))


def in_order(told: Sequence[Told], runs: Sequence[AutomationRun]) -> list[list[Told]]:
    """The effects in their order, automation by automation: between two at the same moment there is none.

    Where an automation has several runs, they and who waits for them go on in any order within the same moment. So do slow
    actions that are under way at once, and what follows from them.
    """
    effects = [one for one in told if one[0] == "effect"]
    several = len(runs) > len({run.automation_id for run in runs})
    slow = Counter(one[1] for one in effects if one[4] in slow_actions())
    effects.sort(key=lambda one: (one[1], repr(one) if several or slow[one[1]] > 1 else ""))
    return [[one for one in effects if one[2].partition("n")[0] == prefix] for prefix in ("", "c0", "c1", "c2")]


def slow_actions() -> set[str]:
    return {name for name, told in schemas().items() if told.get("kind") == "slow"}


async def compare(environment: WorkflowEnvironment, world: World, drawings: list[dict[str, Any]]) -> Counter[str]:
    """Run and simulate each; how many there were of what."""
    seen: Counter[str] = Counter()
    for number, drawing in enumerate(drawings):
        world.engagement_id = await world.write(lambda session: new_engagement(session, world.studio))
        coming = [world.now + A_MONTH + timedelta(hours=37 * (number % 5) + 20)] if number % 2 else []
        world.coming, world.decision = list(coming), DECISIONS[number % len(DECISIONS)]
        runs = await really_run(environment, world, drawing)
        real, said = really_done(world, runs), simulated(world, runs[0], coming, drawing["fails"])
        lost = given_up(world, runs) | raced(real, said)
        real, said = ([one for one in told if (one[0], *place_of(one)) not in lost] for told in (real, said))
        for kind in ("effect", "branch", "wait", "stuck", "tries", "end"):
            expected, found = (Counter(str(one) for one in told if one[0] == kind) for told in (said, real))
            assert found == expected, (
                f"run: {[*found - expected]}\nsimulated: {[*expected - found]}\n{number}: {json.dumps(drawing)}"
            )
        assert in_order(real, runs) == in_order(said, runs), json.dumps(drawing)
        seen.update(one[0] for one in real)
        seen.update(f"{'called' if run.parent_run_id else 'first'} ended as {run.status}" for run in runs)
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

    assert seen["end"] >= EXAMPLES
    assert seen["effect"] >= EXAMPLES
    assert seen["wait"] >= EXAMPLES


@pytest.mark.bench
async def test_many_runs_do_what_their_simulations_said(
    environment: WorkflowEnvironment, world: World, capsys: pytest.CaptureFixture[str]
):
    seen = await compare(environment, world, some_drawings(MORE_EXAMPLES))

    with capsys.disabled():
        print(f"\nsimulated as really run: {dict(seen)}")  # noqa: T201 - the figures of a bench
