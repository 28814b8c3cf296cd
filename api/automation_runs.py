"""One turn of a run in one transaction: feed the interpreter, do what it asks for, keep where the run stands.

Each action runs in a savepoint: a refused one is undone alone and leaves by its error port, or parks the run.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from api.actions import catalogue
from api.actions.action import ActionContext
from api.automation_approvals import ask, remind
from api.automation_failures import failed
from api.deps import Call
from api.move_marks import follow_move
from models.commands.automation_calls import give_up_called_runs, start_called_run
from models.commands.automation_runs import (
    announce_parked,
    cancel_run,
    label_of,
    note_done_after_all,
    plan_of,
    save_position,
    state_of,
    write_step,
)
from models.commands.event_gates import hear, look_back
from models.commands.events import record
from models.commands.run_waits import forgive_calls
from models.db import enter, scope_of
from models.queries.automation_records import trigger_record_of
from models.queries.automation_runs import find_called_run, lock_run
from models.queries.automations import get_version
from models.queries.followed_records import heard_records
from models.queries.work_calendars import work_calendar
from models.rules.automation_plan.interpreter import advance
from models.rules.automation_plan.moves import node_at
from models.tables.automations import AutomationRun, AutomationVersion
from models.types.automation_plan.commands import (
    AskApproval,
    Command,
    Park,
    PerformAction,
    RecordStep,
    RemindApprovers,
    StartSub,
    WaitForEvent,
)
from models.types.automation_plan.happenings import (
    ActionDone,
    EventArrived,
    FactsChanged,
    Happened,
    Started,
    SubFinished,
    SubStarted,
)
from models.types.automation_plan.states import RunState, TokenStatus, WaitKind
from models.types.automation_runs import RunEffect, RunPosition, RunTimer
from models.types.automations import Json, Plan
from models.types.errors import Refused
from models.types.scope import Cause, Scope

MOST_AT_ONCE = 50
"""Quick actions in one turn; a further one is left to a turn of its own, so that a long loop holds no transaction for long."""


def intervene(call: Call, run_id: str, happened: Happened) -> None:
    """Let a person skip, retry, force or decide a step. The run's workflow hears of it and looks where the run stands.

    Raises Refused when the step is not there any more.
    """
    run = lock_run(call.session, run_id)
    turn = Turn(call, run, plan_of(call.session, run))
    if run.finished_at is not None or not turn.take(happened):
        raise Refused("This step is over already. Reload to see where the run stands.")
    if run.move_id:
        follow_move(turn, has_gone_on=True)
    forgive_calls(call.session, run, now=call.now)
    record(call.session, "automation_run.woken", run.id, engagement_id=run.engagement_id, wait_id="", happened="")


def take_turn(call: Call, run_id: str, happened: Happened | None = None) -> RunPosition:
    """Feed one happening to a run and carry it as far as it goes without waiting; where it stands then.

    The same happening twice, too late or out of order changes nothing. None only tells where the run stands.
    Raises NotFound, and Refused or Invalid when a person asked for what cannot be.
    """
    run = lock_run(call.session, run_id)
    if run.status == "canceled" and run.finished_at is None:
        # It was given up while its workflow was under way: a newer run took its place, or its record is over.
        cancel_run(call.session, run, reason=str(run.error.get("message", "")), now=call.now)
    turn = Turn(call, run, plan_of(call.session, run))
    has_gone_on = False
    if happened is not None and run.finished_at is None and run.status != "queued":
        has_gone_on = turn.take(turn.completed(happened))
    elif happened is not None:
        note_done_after_all(call.session, run, turn.state, happened, now=call.now)
    if run.move_id:
        follow_move(turn, has_gone_on=has_gone_on)
    return turn.position()


@dataclass
class Turn:
    """A run being carried on."""

    call: Call
    run: AutomationRun
    plan: Plan
    parked: list[Park] = field(default_factory=list)
    performed: int = 0
    """Quick actions done in this turn."""

    def __post_init__(self) -> None:
        self.session = self.call.session
        self.state = state_of(self.run, self.plan)
        self.calendar = work_calendar(self.session, now=self.call.now)

    @cached_property
    def drawing(self) -> Mapping[str, Any]:
        """What the plan was made of; only names of steps are read from it."""
        return get_version(self.session, self.run.automation_id, self.run.automation_version).drawing

    def completed(self, happened: Happened) -> Happened:
        """The happening with its content: workflows carry ids only."""
        if isinstance(happened, Started):
            return Started(self.run.trigger)
        if isinstance(happened, SubFinished):
            return self._ended(happened)
        if isinstance(happened, FactsChanged):
            return FactsChanged(trigger_record_of(self.session, self.run), heard_records(self.session, self.run))
        if isinstance(happened, EventArrived):
            return self._heard(happened.wait_id, happened.event)
        return happened

    def _heard(self, wait_id: str, told: Mapping[str, Json]) -> EventArrived:
        return EventArrived(wait_id, hear(self.session, self.plan, self.state, wait_id, str(told.get("event_id"))))

    def take(self, first: Happened) -> bool:
        """Advance until only waits remain, and keep what came of it; whether anything changed."""
        before = self.state
        self._go_on(deque([first]))
        if self.state == before:
            return False
        self._keep()
        return True

    def follow(self, version: AutomationVersion, plan: Plan, state: RunState, commands: Sequence[Command]) -> None:
        """Go on by another version of the plan, from a position in it."""
        self.run.automation_version, self.run.plan_hash = version.number, plan.hash
        self.plan, self.drawing, self.state = plan, version.drawing, state
        self._go_on(deque(self._obey(commands)))
        self._keep()

    def _go_on(self, waiting: deque[Happened]) -> None:
        while waiting:
            happened = waiting.popleft()
            note_done_after_all(self.session, self.run, self.state, happened, now=self.call.now)
            self.state, commands = advance(self.plan, self.state, happened, self.call.now, self.calendar)
            waiting.extend(self._obey(commands))
            if not waiting and self.performed:
                waiting.extend(self._heard_meanwhile())

    def _obey(self, commands: Sequence[Command]) -> list[Happened]:
        """Carry out what the interpreter asks for. What is not waited for any more ends before anything begins in its place."""
        give_up_called_runs(self.session, self.run, commands, now=self.call.now)
        return [happened for command in commands for happened in self._carry_out(command)]

    def _heard_meanwhile(self) -> Iterator[Happened]:
        """What the turn's own actions brought about for waits that it opened before: not kept yet, nobody tells these."""
        kept = {wait["id"] for wait in self.run.state.get("waits", ())}
        for wait in self.state.waits:
            if wait.kind is WaitKind.EVENT and wait.id not in kept:
                record = look_back(self.session, self.run, wait.what, wait.match, used=set(self.state.heard))
                if record is not None:
                    yield self._heard(wait.id, record)

    def _keep(self) -> None:
        save_position(self.session, self.run, self.state, self.plan, now=self.call.now)
        for parked in self.parked:
            self._announce(parked)
        self.parked.clear()

    def position(self) -> RunPosition:
        """Where the run stands, for its workflow."""
        waits = [wait for wait in self.state.waits if wait.at is not None]
        performing = [token for token in self.state.tokens if token.status is TokenStatus.PERFORMING]
        return RunPosition(
            status=self.run.status,
            is_over=self.run.finished_at is not None,
            timers=tuple(RunTimer(wait.id, wait.at.isoformat()) for wait in waits if wait.at),
            effects=tuple(
                RunEffect(one.node_path, one.iteration, self.node(one.node_path)["action"], one.attempt) for one in performing
            ),
        )

    def node(self, node_path: str) -> Mapping[str, Json]:
        """The plan's node at a path."""
        return node_at(self.plan, node_path)

    def _carry_out(self, command: Command) -> list[Happened]:
        """Do what the interpreter asks for; what came of it, when that is known at once."""
        if isinstance(command, PerformAction | WaitForEvent | StartSub):
            return self._answered(command)
        if isinstance(command, RecordStep):
            self._record(command)
        elif isinstance(command, AskApproval):
            ask(self, command)
        elif isinstance(command, RemindApprovers):
            remind(self, command)
        elif isinstance(command, Park):
            self.parked.append(command)
        return []

    def _answered(self, command: PerformAction | WaitForEvent | StartSub) -> list[Happened]:
        if isinstance(command, WaitForEvent):
            return self._already_happened(command)
        if isinstance(command, StartSub):
            return [self._start(command)]
        if catalogue.is_slow(command.action) or self.performed >= MOST_AT_ONCE:
            return []
        self.performed += 1
        return [self.perform(command)]

    def _start(self, asked: StartSub) -> Happened:
        try:
            run = start_called_run(self.session, self.run, asked, self.state.trigger, self.scope.cause, now=self.call.now)
        except Refused as error:
            return SubFinished(asked.wait_id, "failed", error=error.detail)
        return SubStarted(asked.wait_id, run.id)

    def _ended(self, told: SubFinished) -> SubFinished:
        """What the run that a step started says at its end."""
        child = find_called_run(self.session, self.run.id, told.wait_id)
        if child is None or child.finished_at is None:
            return told
        return SubFinished(told.wait_id, child.status, child.state.get("output"), str(child.error.get("message", "")))

    def _record(self, told: RecordStep) -> None:
        step = write_step(self.session, self.run, told, now=self.call.now)
        node = self.node(told.node_path)
        step.kind, step.action = node["kind"], node.get("action", "")

    def perform(self, asked: PerformAction) -> Happened:
        """Do a quick action in its own savepoint, on behalf of the automation."""
        context = self.context(asked.idempotency_suffix)
        caller = scope_of(self.session)
        enter(self.session, self.scope)
        try:
            with self.session.begin_nested():
                output = catalogue.perform(context, asked.action, dict(asked.input))
                self.session.flush()
        except Exception as error:
            return failed(asked.node_path, asked.iteration, asked.attempt, error)
        finally:
            enter(self.session, caller)
        return ActionDone(asked.node_path, output, asked.iteration)

    def _already_happened(self, wanted: WaitForEvent) -> list[Happened]:
        record = look_back(self.session, self.run, wanted.event_type, wanted.match, used=set(self.state.heard))
        return [] if record is None else [self._heard(wanted.wait_id, record)]

    def _announce(self, parked: Park) -> None:
        label = label_of(self.drawing, parked.node_path)
        wait_id = f"{self.run.id}:{parked.node_path}:{self.run.version}"
        announce_parked(self.session, self.run, parked, label, wait_id=wait_id, now=self.call.now)

    def context(self, suffix: str) -> ActionContext:
        """For which run an action is done. suffix: node path and iteration."""
        return ActionContext(self.call, self.run, f"{self.run.id}:{suffix}")

    @property
    def scope(self) -> Scope:
        """On whose behalf actions write, and why: what follows from them never starts this automation again."""
        cause = Cause(**{**self.run.cause, "automation_ids": tuple(self.run.cause["automation_ids"]), "run_id": self.run.id})
        return Scope(self.run.workspace_id, f"automation:{self.run.automation_id}", cause)
