"""What a run asks its driver (the API, the simulator, the what-if) to do, in this order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class AskApproval:
    """Ask these people; report ApprovalGiven, or TimerFired when `until` comes first. until None: no end."""

    wait_id: str
    approvers: tuple[str, ...]
    """`role:owner` or `member:{id}`."""
    message: str
    until: datetime | None
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


Command = PerformAction | StartTimer | WaitForEvent | AskApproval | CloseWait | Park | Finish | RecordStep


@dataclass(slots=True)
class Turn:
    """One call of `advance`: what it may read, and the commands gathered so far."""

    plan: Plan
    now: datetime
    calendar: WorkCalendar
    commands: list[Command] = field(default_factory=list)
