"""What a run asks its driver (the API, the simulator, the what-if) to do, in this order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.types.automation_plan.states import RunStatus, StepStatus
from models.types.automations import Json, Plan
from models.types.working_time import WorkCalendar


@dataclass(frozen=True, slots=True)
class PerformAction:
    """Perform it, then report ActionDone or ActionFailed with this attempt."""

    node_path: str
    iteration: int
    action: str
    input: Mapping[str, Json]
    idempotency_suffix: str
    """The same for every attempt; the driver puts the run's id before it."""
    attempt: int
    timeout_seconds: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Report TimerFired at the moment. With the id of an open wait: move its timer there."""

    wait_id: str
    at: datetime
    what: str
    node_path: str
    iteration: int = 0


@dataclass(frozen=True, slots=True)
class WaitForEvent:
    """Report EventArrived for the first event that matches, TimerFired when `until` comes first.

    The driver looks, in the same transaction, whether such an event came since the run started and reports it at once.
    """

    wait_id: str
    event_type: str
    match: Json
    """Reads nothing but `event`."""
    until: datetime
    what: str
    node_path: str
    iteration: int = 0


class AskedAs(StrEnum):
    """Why somebody is asked for an approval."""

    FIRST = "first"
    ESCALATED = "escalated"
    """Nobody who was asked before has decided."""
    DELEGATED = "delegated"
    """One who was asked has handed it on."""


@dataclass(frozen=True, slots=True)
class AskApproval:
    """Ask these people; report ApprovalGiven, or TimerFired when `until` comes first. With the id of an open wait: these now.

    until: the first reminder, the escalation or the end, whichever is next; None when there is none of them.
    """

    wait_id: str
    approvers: tuple[str, ...]
    """`role:owner` or `member:{id}`."""
    message: str
    until: datetime | None
    node_path: str
    iteration: int = 0
    newly: tuple[str, ...] = ()
    """Those of them to be told now."""
    asked_as: AskedAs = AskedAs.FIRST
    """Why these are told."""


@dataclass(frozen=True, slots=True)
class RemindApprovers:
    """Remind these people of what they are asked. number: the how-manieth reminder, from 1."""

    wait_id: str
    approvers: tuple[str, ...]
    message: str
    number: int
    node_path: str
    iteration: int = 0


@dataclass(frozen=True, slots=True)
class StartSub:
    """Start a run of another automation; report SubStarted, and SubFinished when it ended or could not be started.

    The wait's id is the same for every attempt of the driver, so a start that is repeated finds the run. is_detached: only
    SubStarted is of interest. When the wait is closed first, a run that is not detached is to be canceled.
    """

    wait_id: str
    automation_id: str
    input: Mapping[str, Json]
    is_detached: bool
    node_path: str
    iteration: int = 0


@dataclass(frozen=True, slots=True)
class CloseWait:
    """This wait is over, whatever ended it; its timer, if any is left, need not fire."""

    wait_id: str


@dataclass(frozen=True, slots=True)
class Park:
    """The step needs a person: RetryAsked, Skipped or Canceled."""

    node_path: str
    iteration: int
    error: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The run ended. status is one of the final ones."""

    status: RunStatus
    output: Json = None


@dataclass(frozen=True, slots=True)
class RecordStep:
    """Write the row of this step over the last one. A preview of None leaves what the row has."""

    node_path: str
    iteration: int
    status: StepStatus
    attempt: int = 1
    input_preview: Json = None
    output_preview: Json = None
    error: str | None = None


Command = (
    PerformAction | StartTimer | WaitForEvent | AskApproval | RemindApprovers | StartSub | CloseWait | Park | Finish | RecordStep
)


@dataclass(slots=True)
class Turn:
    """One call of `advance`: what it may read, and the commands gathered so far."""

    plan: Plan
    now: datetime
    calendar: WorkCalendar
    commands: list[Command] = field(default_factory=list)
