"""Every plan that compiles does on a real server what its simulation said: the same effects at the same moments."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from sqlmodel import Session, col, select
from temporalio.testing import WorkflowEnvironment

from api.actions.catalogue import schemas
from api.automation_simulations import refusal
from models import clock
from models.db import Database
from models.ids import new_id
from models.queries.automation_schemas import event_schemas
from models.queries.automations import get_automation, get_version
from models.queries.work_calendars import work_calendar
from models.rules.automation_plan.records import plan_from_json, preview
from models.rules.automation_simulation.consequences import occurrence
from models.rules.automation_simulation.courses import run_course
from models.settings import Settings
from models.tables.automations import AutomationRun, StepRun
from models.tables.engagements import Engagement
from models.types.automation_simulations import EFFECTS, Entry, EntryKind, Firing, Ground, Scenario
from models.types.automations import NodeKind
from tests.builders.runnable_drawings import some_drawings
from tests.builders.runs import publish, submit
from tests.builders.workspaces import Studio
from tests.workflows.live import at_work, end, until
from tests.workflows.skipped_world import Following, World, skipping

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXAMPLES = 12
MORE_EXAMPLES = 120
NOBODY = Scenario(
    client_answers_after_days=None, client_pays_after_days=None, team_acts_after_days=None, approves_after_days=None
)
"""Nothing comes but what the test lets come."""
_ID = re.compile(r"\b[a-z_]{2,20}_[0-9a-hjkmnp-tv-z]{26}\b|\b[a-z_]{2,20}_\d{5,}\b")
WAITS = (NodeKind.DELAY, NodeKind.WAIT_UNTIL, NodeKind.WAIT_FOR_EVENT, NodeKind.APPROVAL, NodeKind.SUB_AUTOMATION)

Told = tuple[Any, ...]


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    environment: WorkflowEnvironment, settings: Settings, database: Database, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """The product at work on the test's database and server, and a clock that stands until a timer moves it."""
    made = World(database, studio, clock.now().replace(microsecond=0))
    # Deep down, so that rows made by default are of the same moment.
    monkeypatch.setattr(clock, "datetime", SimpleNamespace(now=lambda _: made.now))
    async with at_work(environment, settings, database, lambda inner: Following(made, inner)):
        yield made


def published(session: Session, world: World, drawing: dict[str, Any]) -> str:
    """The automation of a drawing, with those that it calls: those that are called by others first."""
    made: dict[str, str] = {}
    for number in reversed(range(len(drawing["called"]))):
        made[f"called:{number}"] = publish(session, named(drawing["called"][number], made), name=f"Called {number}").id
    own = {"op": "eq", "args": [{"path": "trigger.engagement.id"}, {"value": world.engagement_id}]}
    document = named({name: part for name, part in drawing.items() if name != "called"}, made)
    document["nodes"][0]["settings"]["filter"] = own
    return publish(session, document).id


def named(document: dict[str, Any], made: dict[str, str]) -> dict[str, Any]:
    """A drawing with the automations that it calls by their ids."""
    text = json.dumps(document)
    for place, automation_id in made.items():
        text = text.replace(f'"{place}"', f'"{automation_id}"')
    found: dict[str, Any] = json.loads(text)
    return found


async def really_run(environment: WorkflowEnvironment, world: World, drawing: dict[str, Any]) -> list[AutomationRun]:
    """Publish it, let a form be submitted, and skip time until its run and all that it called are over or stuck for good."""
    with environment.with_time_skipping_disabled():
        await world.write(lambda session: published(session, world, drawing))
        await world.write(lambda session: submit(session, replace(world.studio, engagement_id=world.engagement_id)))
        await until(lambda: [run for run in world.runs() if run.state])
    async with skipping(environment, world):
        await until(lambda: world.timers() == [], seconds=60)
    runs = world.runs()
    await end(environment, f"engagement/{world.engagement_id}", *(f"run/{run.id}" for run in runs))
    return runs


def really_done(world: World, runs: Sequence[AutomationRun]) -> list[Told]:
    """What runs did, from their rows."""
    ids = [run.id for run in runs]
    with world.database.read(world.studio.scope) as session:
        steps = session.exec(select(StepRun).where(col(StepRun.run_id).in_(ids)).order_by(StepRun.id)).all()
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
    return [*told, *(("end", run.status, run.finished_at) for run in runs if run.finished_at)]


def simulated(world: World, run: AutomationRun, start: datetime, coming: Sequence[datetime]) -> list[Told]:
    """What the simulation says of the same plan, with the same record and the same events from outside."""
    ground = ground_of(world, run.automation_id, start)
    outside = tuple(occurrence("message.received", at, run.trigger, ground.events, subject_id="msg_1") for at in coming)
    course = run_course(ground, Firing(start, run.trigger), start + timedelta(days=3000), world=outside)
    told = [one for entry in course.entries if (one := told_by(entry)) is not None]
    stuck = {one[1:3] for one in told if one[0] == "stuck"}
    return [one for one in told if one[0] != "wait" or one[2:4] not in stuck]


def ground_of(world: World, automation_id: str, start: datetime) -> Ground:
    """What a run stands on, and with it every run that it calls."""
    with world.database.read(world.studio.scope) as session:
        automation = get_automation(session, automation_id)
        plan = plan_from_json(get_version(session, automation_id, automation.published_version).plan)
        calendar = work_calendar(session, now=start)
    ground = Ground(plan, schemas(), event_schemas(), calendar, NOBODY, refusal, name=automation.name, chain=(automation_id,))
    return replace(ground, child=lambda other_id: ground_of(world, other_id, start))


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
    return ("end", entry.outcome, entry.at) if entry.kind is EntryKind.END else None


def given_up(world: World, runs: Sequence[AutomationRun]) -> set[Told]:
    """The waits and the stuck steps that a run gave up: their rows say nothing any more of how they stood before."""
    ids = [run.id for run in runs]
    with world.database.read(world.studio.scope) as session:
        steps = session.exec(select(StepRun).where(col(StepRun.run_id).in_(ids), StepRun.status == "canceled")).all()
    return {(kind, step.node_path, step.iteration) for step in steps for kind in ("stuck", "wait")}


def place_of(told: Told) -> Told:
    return told[1:3] if told[0] == "stuck" else told[2:4]


def plain(value: Any) -> str:
    """A value with every id made the same: real ones and made up ones differ."""
    return _ID.sub("id", json.dumps(value, sort_keys=True, ensure_ascii=False))


def in_order(told: Sequence[Told], runs: Sequence[AutomationRun]) -> list[list[Told]]:
    """The effects in their order, automation by automation: between two at the same moment there is none.

    Where an automation has several runs, they and who waits for them go on in any order within the same moment.
    """
    effects = [one for one in told if one[0] == "effect"]
    several = len(runs) > len({run.automation_id for run in runs})
    effects.sort(key=(lambda one: (one[1], repr(one))) if several else (lambda one: one[1]))
    return [[one for one in effects if one[2].partition("n")[0] == prefix] for prefix in ("", "c0", "c1", "c2")]


async def compare(environment: WorkflowEnvironment, world: World, drawings: list[dict[str, Any]]) -> Counter[str]:
    """Run and simulate each; how many there were of what."""
    seen: Counter[str] = Counter()
    for number, drawing in enumerate(drawings):
        world.engagement_id = await world.write(lambda session: new_engagement(session, world.studio))
        start = world.now
        coming = [start + timedelta(hours=37 * (number % 5) + 20)] if number % 2 else []
        world.coming = list(coming)
        runs = await really_run(environment, world, drawing)
        real, said = really_done(world, runs), simulated(world, runs[0], start, coming)
        lost = given_up(world, runs)
        real, said = ([one for one in told if (one[0], *place_of(one)) not in lost] for told in (real, said))
        for kind in ("effect", "branch", "wait", "stuck", "end"):
            expected, found = ([one for one in told if one[0] == kind] for told in (said, real))
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), json.dumps(drawing)
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
