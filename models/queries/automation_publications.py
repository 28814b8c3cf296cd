"""What publishing would do: what changes, and what becomes of each live run. Nothing is written."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.queries.automation_hooks import schemas_for
from models.queries.automation_lookups import drawing_lookups
from models.queries.automation_moves import list_live_runs
from models.queries.automations import find_same_version, get_version, latest_number
from models.queries.run_rows import run_rows
from models.queries.work_calendars import work_calendar
from models.rules.automation_changes import drawing_changes
from models.rules.automation_moves import group_key, move_preview, node_id_of, standing
from models.rules.automation_plan.interpreter import initial_state
from models.rules.automation_plan.moves import has_node
from models.rules.automation_plan.records import from_json, plan_from_json
from models.rules.automations import compile_drawing, drawing_problems
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.types.automation_changes import MovePreview
from models.types.automation_plan.states import RunState
from models.types.automation_publications import PublicationPreview, RemovedStep, RunGroup, RunPreview
from models.types.automations import Catalogue, Drawing, Plan, Problem, Severity
from models.types.working_time import WorkCalendar

RUNS_PER_GROUP = 20
_NO_PLAN = "The drawing has problems, so nothing can move to it yet."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look at. group and cursor: one group's further runs only, after that run."""

    mapping: Mapping[str, str]
    group: str | None = None
    cursor: str | None = None
    limit: int = RUNS_PER_GROUP


def preview_publication(
    session: Session, automation: Automation, drawing: Drawing, wanted: Wanted, *, catalogue: Catalogue, now: datetime
) -> PublicationPreview:
    """What publishing a drawing of an automation would do now."""
    events, lookups = schemas_for(session, automation.id), drawing_lookups(session)
    known: dict[str, Any] = {"catalogue": catalogue, "events": events, "lookups": lookups}
    problems = drawing_problems(drawing, automation_id=automation.id, **known)
    number = latest_number(session, automation.id) + 1
    compiled = compile_drawing(drawing, automation_id=automation.id, version=number, **known)
    plan = compiled if isinstance(compiled, Plan) else None
    same = find_same_version(session, automation, plan.hash) if plan else None
    runs = [run for run in list_live_runs(session, automation.id) if plan is None or run.plan_hash != plan.hash]
    live = _Live(session, runs, plan, wanted, work_calendar(session, now=now), now)
    before = _published(session, automation)
    return PublicationPreview(
        version=automation.version,
        in_force=automation.published_version if automation.status == "published" else 0,
        next_version=same.number if same else number,
        is_unchanged=same is not None,
        problems=_in_order(problems),
        changes=drawing_changes(Drawing(before.drawing if before else {}), drawing),
        groups=tuple(live.groups()),
        removed=tuple(live.removed()),
        labels=labels_of([*(version.drawing for version in live.versions.values()), drawing.document]),
    )


def _published(session: Session, automation: Automation) -> AutomationVersion | None:
    return get_version(session, automation.id, automation.published_version) if automation.published_version else None


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: one.severity is not Severity.ERROR))


def labels_of(drawings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Node id to what people call it; later drawings go before earlier ones."""
    found: dict[str, str] = {}
    for drawing in drawings:
        found |= {str(node.get("id")): str(node.get("label") or node.get("id")) for node in Drawing(drawing).nodes}
    return found


class _Live:
    """The live runs, each with its plan and state, read once."""

    def __init__(
        self,
        session: Session,
        runs: list[AutomationRun],
        plan: Plan | None,
        wanted: Wanted,
        calendar: WorkCalendar,
        now: datetime,
    ) -> None:
        self.session, self.plan, self.wanted, self.calendar, self.now = session, plan, wanted, calendar, now
        numbers = sorted({run.automation_version for run in runs})
        self.versions = {number: get_version(session, runs[0].automation_id, number) for number in numbers}
        self.plans = {number: plan_from_json(version.plan) for number, version in self.versions.items()}
        self.grouped: dict[str, list[AutomationRun]] = {}
        for run in runs:
            state = from_json(run.state) if run.state else None
            self.grouped.setdefault(group_key(run.automation_version, state), []).append(run)

    def groups(self) -> Iterable[RunGroup]:
        for key, runs in sorted(self.grouped.items()):
            if self.wanted.group in (None, key):
                yield self._group(key, runs)

    def removed(self) -> Iterable[RemovedStep]:
        """The steps that runs stand on and the new plan lacks; without a plan none is known to be missing."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for run in (run for runs in self.grouped.values() for run in runs if run.state and self.plan):
            for token in from_json(run.state).tokens:
                if self.plan and not has_node(self.plan, token.node_path):
                    counts[self._step(run, node_id_of(token.node_path))] += 1
        for (node_id, label, kind), count in counts.items():
            yield RemovedStep(node_id, label, kind, count)

    def _step(self, run: AutomationRun, node_id: str) -> tuple[str, str, str]:
        node = Drawing(self.versions[run.automation_version].drawing).node(node_id) or {}
        return node_id, str(node.get("label") or node_id), str(node.get("kind", ""))

    def _group(self, key: str, runs: list[AutomationRun]) -> RunGroup:
        after = [run for run in runs if self.wanted.cursor is None or run.id > self.wanted.cursor]
        page = after[: self.wanted.limit]
        previews = [self._preview(run) for run in page]
        can_move = any(one.can_move for one in previews)
        number, at = runs[0].automation_version, standing(self._state(runs[0]) if runs[0].state else None)
        labels = labels_of([self.versions[number].drawing])
        return RunGroup(
            key=key,
            version=number,
            standing=at,
            label="Not begun yet" if at == "start" else " + ".join(labels.get(node_id_of(path), path) for path in at.split("+")),
            count=len(runs),
            can_move=can_move,
            why_not="" if can_move or not previews else previews[0].why_not,
            runs=tuple(
                RunPreview(row.run.id, row.client, row.about, preview)
                for row, preview in zip(run_rows(self.session, page), previews, strict=True)
            ),
            next_cursor=page[-1].id if len(after) > len(page) else None,
        )

    def _state(self, run: AutomationRun) -> RunState:
        return from_json(run.state) if run.state else initial_state(self.plans[run.automation_version])

    def _preview(self, run: AutomationRun) -> MovePreview:
        old, state = self.plans[run.automation_version], self._state(run)
        if self.plan is None:
            return MovePreview(False, _NO_PLAN, move_preview(old, old, state, {}, self.now, self.calendar).old)
        return move_preview(old, self.plan, state, self.wanted.mapping, self.now, self.calendar)
