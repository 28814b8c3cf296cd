"""The runs of a test: carried by the turns of real runs, with everything they wait for brought to them at once.

Their caller undoes the transaction. What speaks to somebody outside is never done here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.actions import catalogue
from api.automation_runs import Turn
from api.automation_step_tests import HTTP, MAIL, watched
from api.deps import Call
from models.commands.automation_runs import plan_of, state_of
from models.queries.automation_runs import find_called_run
from models.queries.automation_schemas import event_schemas
from models.rules.automation_simulation.consequences import fitted, occurrence
from models.rules.automation_simulation.samples import sample_value
from models.tables.automations import AutomationRun
from models.types.automation_plan.commands import PerformAction
from models.types.automation_plan.happenings import (
    ActionDone,
    ApprovalGiven,
    EventArrived,
    ForcedNow,
    Happened,
    Started,
    SubFinished,
)
from models.types.automation_plan.states import FINAL, RunState, Token, TokenStatus, Wait, WaitKind
from models.types.automation_step_tests import RowChange
from models.types.automation_test_runs import StepNote, TestRunWish, WantedRequest
from models.types.automations import Json

MOST_MOVES = 100
"""Turns and actions of one test: a loop over everybody must not keep others from writing for long."""
MOST_REQUESTS = 10
"""That one test really makes; each costs another play of the drawing."""

Step = tuple[str, int]
"""Node path and iteration."""


@dataclass
class Play:
    """One pass over a drawing, and what is told of its steps."""

    call: Call
    wish: TestRunWish
    answers: Mapping[str, Happened]
    """What came of requests that were made, by their keys."""
    notes: dict[Step, StepNote] = field(default_factory=dict)
    mails: list[Mapping[str, Json]] = field(default_factory=list)
    """The inputs of the mails it would have sent, in order."""
    wanted: WantedRequest | None = None
    """A request to be made before it can go on."""
    moves: int = 0
    """Turns taken and actions done."""

    @property
    def is_cut(self) -> bool:
        """Whether it came to its limit before its end."""
        return self.moves >= MOST_MOVES

    def note(self, step: Step) -> StepNote:
        """What is told of a step."""
        return self.notes.setdefault(step, StepNote())


@dataclass
class WatchedTurn(Turn):
    """A turn that tells what its quick actions wrote."""

    heard: Callable[[PerformAction, Happened, list[RowChange]], None] = lambda *_: None

    def perform(self, asked: PerformAction) -> Happened:
        """As in a run."""
        changes: list[RowChange] = []
        self.session.flush()
        with watched(self.session, changes):
            happened = super().perform(asked)
        self.heard(asked, happened, changes)
        return happened


@dataclass
class Trial:
    """One run of a play: that of the drawing, or one that it started and waits for."""

    play: Play
    run: AutomationRun
    under: Step | None = None
    """The step of the drawing that this run is done for; None for the drawing's own."""
    place: str = ""
    """Tells the runs of a play apart, and is the same in every play."""

    def __post_init__(self) -> None:
        self.call = self.play.call
        self.plan = plan_of(self.call.session, self.run)

    def carry(self) -> None:
        """Carry the run on until it ends, is stuck, or waits for what a test does not bring."""
        happened: Happened | None = Started(self.run.trigger)
        while happened is not None and not self.play.is_cut:
            self.play.moves += 1
            turn = self._turn()
            turn.take(happened)
            happened = None if self.play.wanted else self._next(turn)

    def _turn(self) -> WatchedTurn:
        return WatchedTurn(self.call, self.run, self.plan, heard=self._heard)

    def _heard(self, asked: PerformAction, happened: Happened, changes: list[RowChange]) -> None:
        note = self._note(asked.node_path, asked.iteration)
        note.effect = "undone"
        self.play.moves += 1
        if isinstance(happened, ActionDone):
            note.changes.extend(changes)
            if asked.action == MAIL:
                self.play.mails.append(asked.input)

    def _note(self, node_path: str, iteration: int) -> StepNote:
        return self.play.note(self.under or (node_path, iteration))

    def _next(self, turn: Turn) -> Happened | None:
        state = state_of(self.run, self.plan)
        if state.status in FINAL:
            return None
        busy = next((token for token in state.tokens if token.status is TokenStatus.PERFORMING), None)
        if busy is not None:
            return self._answer(turn, busy)
        for wait in sorted(state.waits, key=self._ends_at):
            ended = self._end(state, wait)
            if ended is not None:
                return ended
        return None

    def _ends_at(self, wait: Wait) -> datetime:
        """When it would end in a run: what happens at once comes before what takes its time."""
        comes = wait.kind is WaitKind.APPROVAL or (wait.kind is WaitKind.EVENT and self.play.wish.events_come)
        return self.call.now if comes or wait.at is None else wait.at

    def _answer(self, turn: Turn, token: Token) -> Happened | None:
        """What comes of an action that its turn left over, or that speaks to somebody outside."""
        node, given = turn.node(token.node_path), dict(token.input or {})
        suffix = f"{token.node_path}:{token.iteration}"
        asked = PerformAction(
            token.node_path, token.iteration, node["action"], given, suffix, token.attempt, node["timeout_seconds"]
        )
        if not catalogue.is_slow(asked.action):
            return self._turn().perform(asked)
        if asked.action == HTTP and self.play.wish.makes_requests:
            return self._answered(asked)
        return self._made_up(asked)

    def _answered(self, asked: PerformAction) -> Happened | None:
        key = f"{self.place}{asked.idempotency_suffix}:{asked.attempt}"
        if key in self.play.answers:
            self._note(asked.node_path, asked.iteration).effect = "performed"
            return self.play.answers[key]
        if len(self.play.answers) >= MOST_REQUESTS:
            return self._made_up(asked)
        self.play.wanted = WantedRequest(key, asked.node_path, asked.iteration, asked.attempt, asked.input, self.run.trigger)
        return None

    def _made_up(self, asked: PerformAction) -> Happened:
        self._note(asked.node_path, asked.iteration).effect = "made_up"
        schema = catalogue.schemas().get(asked.action, {}).get("output", {})
        made = sample_value(schema, name="output", now=self.call.now, serial=self.play.moves, hints=asked.input)
        return ActionDone(asked.node_path, made if isinstance(made, dict) else {"value": made}, asked.iteration)

    def _end(self, state: RunState, wait: Wait) -> Happened | None:
        """What ends a wait at once; None when nothing does."""
        if wait.kind is WaitKind.SUB:
            return self._ended(wait)
        if not self.play.wish.passes_over_waits:
            return None
        note = self._note(wait.node_path, wait.iteration)
        if wait.kind is not WaitKind.RETRY:
            note.effect, note.until = "passed_over", wait.at
        if wait.kind is WaitKind.APPROVAL:
            return ApprovalGiven(wait.id, self.play.wish.approval, self.call.actor)
        if wait.kind is WaitKind.EVENT and self.play.wish.events_come:
            found = fitted(wait.match, occurrence(wait.what, self.call.now, state.trigger, event_schemas()))
            if found is not None:
                return EventArrived(wait.id, found.record)
        return ForcedNow(wait.id)

    def _ended(self, wait: Wait) -> Happened | None:
        """How the run ended that a step started: carried through here, for nothing else will."""
        child = find_called_run(self.call.session, self.run.id, wait.id)
        if child is None or child.status == "queued":
            return None
        if not child.state:
            under = self.under or (wait.node_path, wait.iteration)
            Trial(self.play, child, under, f"{self.place}{wait.id}>").carry()
        if child.finished_at is None:
            return None
        return SubFinished(wait.id, child.status, child.state.get("output"), str(child.error.get("message", "")))
